"""``transcoder doctor`` on machines that have all they need, and on such that do not."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3, TOOLS, WHEEL, Transcoder
from transcoder.adapters.ffmpeg_find import Tools

pytestmark = pytest.mark.ffmpeg


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    """What was found by what it is about; the exit code must say the same as the grades."""
    told = json.loads(done.stdout)
    assert told["ok"] == (done.returncode == 0)
    assert done.returncode in (0, 78)
    return {finding["about"]: finding for finding in told["findings"]}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody answers on, and that nobody else can take."""
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        yield own.getsockname()[1]


@pytest.mark.parametrize("tools", TOOLS.values(), ids=TOOLS)
def test_every_profile_can_be_made_with_every_ffmpeg_at_hand(
    tools: Tools, transcoder: Transcoder, tmp_path: Path
) -> None:
    done = transcoder("doctor", "--output", str(tmp_path), TRANSCODER_FFMPEG=tools.ffmpeg)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in lines if line.startswith("FAIL")] == []
    profiles = [line for line in lines if " profile " in line]
    assert len(profiles) == 8
    assert all(line.startswith("ok ") for line in profiles)
    assert any(tools.ffmpeg in line for line in lines)


def test_an_ffmpeg_that_lacks_an_encoder_is_told_of_by_profile(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    small = tmp_path / "ffmpeg"
    small.write_text(f'#!/bin/sh\n{WHEEL} "$@" | grep -v -e libx264 -e zscale\n')
    small.chmod(0o755)
    arguments = ("doctor", "--json", "--output", str(tmp_path))
    told = findings(transcoder(*arguments, TRANSCODER_FFMPEG=str(small)))
    assert told["profile small"]["grade"] == "FAIL"
    assert "encoder libx264" in told["profile small"]["told"]
    assert told["profile full"]["grade"] == "warn"
    assert told["profile audio"]["grade"] == "ok"
    assert (told["HDR"]["grade"], told["HDR"]["told"][:28]) == (
        "warn",
        "this ffmpeg lacks filter zsc",
    )
    only = transcoder(*arguments, "--profile", "audio,poster", TRANSCODER_FFMPEG=str(small))
    assert findings(only)["profile small"]["grade"] == "warn"
    assert only.returncode == 0


def test_no_ffmpeg_scratch_or_output_is_told_of_all_at_once(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    places = ("--scratch", str(in_the_way), "--output", str(in_the_way))
    done = transcoder("doctor", "--json", *places, TRANSCODER_FFMPEG="/no/such/ffmpeg")
    told = findings(done)
    failed = [about for about, finding in told.items() if finding["grade"] == "FAIL"]
    assert failed == ["ffmpeg", "scratch", "output"]
    assert "/no/such/ffmpeg" in told["ffmpeg"]["told"]
    assert in_the_way.read_bytes() == b""


def test_a_broken_setting_is_told_of(transcoder: Transcoder, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("small: {video: {crf: many}}\n")
    arguments = ("doctor", "--json", "--output", str(tmp_path), "--profiles", str(own))
    told = findings(transcoder(*arguments, TRANSCODER_THREADS="all"))
    assert (told["profiles"]["grade"], told["threads"]["grade"]) == ("FAIL", "FAIL")
    assert "crf" in told["profiles"]["told"]


def test_a_bucket_that_answers_is_ok_and_no_secret_is_printed(
    transcoder: Transcoder, s3: S3
) -> None:
    secret = "ThisIsTheSecretKey"
    environment = {**s3.environment, "AWS_SECRET_ACCESS_KEY": secret, "S3_BUCKET": BUCKET}
    done = transcoder("doctor", "--json", **environment)
    told = findings(done)
    assert (told["bucket"]["grade"], told["credentials"]["grade"]) == ("ok", "ok")
    assert "env" in told["credentials"]["told"]
    assert secret not in done.stdout + done.stderr


def test_a_bucket_that_is_not_there_fails(transcoder: Transcoder, s3: S3) -> None:
    done = transcoder("doctor", "--json", **s3.environment, S3_BUCKET="not-there-at-all")
    told = findings(done)
    assert done.returncode == 78
    assert "NoSuchBucket" in told["bucket"]["told"]
    assert told["bucket"]["mend"]


def test_missing_credentials_fail(transcoder: Transcoder, tmp_path: Path) -> None:
    empty = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    done = transcoder("doctor", "--json", "--output", "s3://vids/x", **empty)
    assert findings(done)["credentials"]["grade"] == "FAIL"


def test_a_nomad_that_is_named_must_answer_and_its_password_is_not_printed(
    transcoder: Transcoder, tmp_path: Path, closed_port: int
) -> None:
    address = f"http://me:hunter2@127.0.0.1:{closed_port}"
    arguments = ("doctor", "--json", "--output", str(tmp_path))
    done = transcoder(*arguments, NOMAD_ADDR=address)
    finding = findings(done)["nomad"]
    assert finding["grade"] == "FAIL"
    assert "does not answer" in finding["told"]
    assert "hunter2" not in done.stdout + done.stderr


def test_a_server_that_never_answers_does_not_hold_it_up(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        places = {"AWS_ENDPOINT_URL_S3": url, "S3_BUCKET": "vids", "NOMAD_ADDR": url}
        region = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
        began_at = time.monotonic()
        done = transcoder("doctor", "--json", "--timeout", "2", **keys, **places, **region)
    told = findings(done)
    assert (told["output"]["grade"], told["nomad"]["grade"]) == ("FAIL", "FAIL")
    assert "within 2 s" in told["output"]["told"]
    # Both ask for much longer by themselves.
    assert time.monotonic() - began_at < 9
