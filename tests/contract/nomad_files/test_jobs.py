"""The job files, by Nomad's own command."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devstack import hcl
from devstack.agents import Agents
from tests.unit.nomad.files import NOMAD

pytestmark = pytest.mark.nomad

TRANSCODE = NOMAD / "transcode.nomad.hcl"
DRIVERS = ["exec", "raw_exec", "docker"]
Nomad = Callable[..., subprocess.CompletedProcess[str]]


def read_by(nomad: Nomad, path: Path, **variables: str) -> Any:
    """The job as the command would send it, less its nulls."""
    settings = [f"-var={name}={value}" for name, value in variables.items()]
    done = nomad("job", "run", "-output", *settings, str(path))
    assert done.returncode == 0, done.stderr
    return without_nulls(json.loads(done.stdout)["Job"])


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


@pytest.mark.parametrize("driver", DRIVERS)
def test_one_file_serves_each_driver_with_its_own_words(nomad: Nomad, driver: str) -> None:
    job = read_by(nomad, TRANSCODE, s3_bucket="my-videos", driver=driver)
    (task,) = job["TaskGroups"][0]["Tasks"]

    assert task["Driver"] == driver
    if driver == "docker":
        assert task["Config"]["image"] == "transcoder:local"
        assert task["Config"]["entrypoint"] == ["/usr/local/bin/transcoder"]
        assert "command" not in task["Config"]
    else:
        assert task["Config"] == {"command": "/usr/local/bin/transcoder", "args": ["run"]}


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_devstack_reads_the_file_as_nomad_does(nomad: Nomad, driver: str) -> None:
    variables = {"s3_bucket": "my-videos", "driver": driver, "allow_private": "true"}

    ours = hcl.load(TRANSCODE, variables)
    theirs = read_by(nomad, TRANSCODE, **variables)

    (our_task,), (their_task,) = (one["TaskGroups"][0]["Tasks"] for one in (ours, theirs))
    assert our_task["Config"] == their_task["Config"]
    assert our_task["Env"] == their_task["Env"]
    assert ours["ParameterizedJob"] == theirs["ParameterizedJob"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_server_finds_nothing_wrong_with_it(nomad: Nomad, guarded: Agents, driver: str) -> None:
    environment = {"NOMAD_ADDR": guarded.address, "NOMAD_TOKEN": guarded.token or ""}
    settings = ["-var=s3_bucket=my-videos", f"-var=driver={driver}"]

    done = nomad("job", "validate", *settings, str(TRANSCODE), environment=environment)

    assert done.returncode == 0, done.stderr
    assert "Job validation successful" in done.stdout


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"s3_bucket": "s3://my-videos/"}, "The bucket is its bare name"),
        ({"s3_bucket": ""}, "The bucket is its bare name"),
        ({"s3_bucket": "My_Videos"}, "The bucket is its bare name"),
        ({"s3_bucket": "v-1", "driver": "java"}, "The driver is exec, raw_exec or docker."),
        ({"s3_bucket": "v-1", "cpu": "2"}, "The cpu is a whole number of MHz, from 100 up."),
        ({"s3_bucket": "v-1", "memory": "1.5"}, "The memory is a whole number of MiB"),
        ({"s3_bucket": "v-1", "disk": "0"}, "The disk is a whole number of MiB"),
    ],
)
def test_bad_variables_are_refused_with_the_reason_by_nomad_and_by_the_devstack(
    nomad: Nomad, variables: dict[str, str], words: str
) -> None:
    settings = [f"-var={name}={value}" for name, value in variables.items()]

    done = nomad("job", "run", "-output", *settings, str(TRANSCODE))

    assert done.returncode != 0
    assert words in done.stderr
    with pytest.raises(hcl.HclError, match=re.escape(words)):
        hcl.load(TRANSCODE, variables)


def test_a_bucket_has_to_be_given(nomad: Nomad) -> None:
    done = nomad("job", "run", "-output", str(TRANSCODE))

    assert done.returncode != 0
    assert "s3_bucket" in done.stderr
