"""Clusters for the tests of the transcoder with Nomad: the stand-in, and real agents."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from devstack.cluster import NOMAD_BIN, NodeSpec, NomadCluster, find_nomad, open_cluster
from tests.contract.transcoder.conftest import BUCKET, WHEEL

JOB_FILE = Path(__file__).parents[3] / "nomad" / "transcode.nomad.hcl"
TRANSCODER = Path(sys.executable).with_name("transcoder")

#: Real agents join only where they are asked for by name.
REAL = [pytest.param("nomad", marks=pytest.mark.nomad)] if os.environ.get(NOMAD_BIN) else []
FLAVOURS = ["stand-in", *REAL]


def without_retries(directory: Path) -> Path:
    """The job file, less its further attempts, for which Nomad waits half a minute each."""
    text = JOB_FILE.read_text(encoding="utf-8")
    assert text.count("attempts       = 2") == 1
    path = directory / "transcode.nomad.hcl"
    path.write_text(text.replace("attempts       = 2", "attempts       = 0"), encoding="utf-8")
    return path


def opened(flavour: str, directory: Path) -> NomadCluster:
    """A fresh cluster without nodes; the caller closes it."""
    return open_cluster(directory, find_nomad() if flavour == "nomad" else None)


def register(
    nomad: NomadCluster, job_file: Path, s3_url: str, command: Path = TRANSCODER, **more: str
) -> None:
    """Register the job that users register, run without isolation."""
    variables: Mapping[str, str] = {
        "s3_bucket": BUCKET,
        "s3_endpoint_url": s3_url,
        "driver": "raw_exec",
        "command": str(command),
        "cpu": "500",
        "memory": "300",
        **more,
    }
    nomad.register(job_file, variables)


def start_node(nomad: NomadCluster, instance_id: str = "i-0123456789abcdef0") -> None:
    """A node with room for four children, whose tasks may use the local S3."""
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "TRANSCODER_FFMPEG": WHEEL,
    }
    nomad.start_node(NodeSpec(instance_id, disk_mib=40_000, environment=environment))
