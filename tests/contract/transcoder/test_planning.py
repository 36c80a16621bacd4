"""``transcoder plan``: what it says is what a run then does."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3, Transcoder

pytestmark = pytest.mark.ffmpeg


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert (done.returncode, done.stderr) == (0, "")
    plan: dict[str, Any] = json.loads(done.stdout)
    return plan


def test_a_plan_is_what_a_run_makes(transcoder: Transcoder, plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    places = ("--profile", "small,poster", "--output", str(out))
    plan = told(transcoder("plan", str(plain), "--json", *places))
    assert not out.exists(), "nothing is made"
    run = json.loads(transcoder("run", str(plain), *places).stdout.splitlines()[-1])
    assert (plan["md5"], plan["bytes"]) == (run["input_md5"], run["input_bytes"])
    small, poster = plan["profiles"]
    made = {output["profile"]: output for output in run["outputs"]}
    for profile in (small, poster):
        output, (picture,) = made[profile["profile"]], profile["pictures"]
        assert profile["name"] == output["key"]
        assert profile["skipped"] is False
    assert (picture["width"], picture["height"]) == (320, 180)
    assert made["small"]["bytes"] <= small["most_bytes"]
    assert plan["estimate"]["cpu_seconds"] > 0
    assert 100 < plan["memory_mib"] < 300
    assert "320x180, its own size, never enlarged" in small["explanation"]["picture"]


def test_the_command_that_is_shown_makes_the_result(
    transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    plan = told(transcoder("plan", str(plain), "--json", "--profile", "small"))
    (tmp_path / "mine" / "small").mkdir(parents=True)
    command = [word.replace("DIRECTORY", str(tmp_path / "mine")) for word in plan["ffmpeg"]]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    transcoder("run", str(plain), "--profile", "small", "--output", str(tmp_path / "out"))
    (published,) = (tmp_path / "out").glob("out-*-small.mp4")
    assert (tmp_path / "mine" / "small" / "small.mp4").read_bytes() == published.read_bytes()


def test_what_is_there_is_not_planned_again(
    transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    out = ("--output", str(tmp_path / "out"))
    transcoder("run", str(plain), "--profile", "small", *out)
    plan = told(transcoder("plan", str(plain), "--json", "--profile", "small,audio", *out))
    assert [(one["profile"], one["skipped"]) for one in plan["profiles"]] == [
        ("small", True),
        ("audio", False),
    ]
    assert "libx264" not in plan["ffmpeg"]
    done = told(transcoder("plan", str(plain), "--json", "--profile", "small", *out))
    assert (done["ffmpeg"], done["estimate"]["cpu_seconds"]) == ([], 0)


def test_a_bucket_is_asked_for_what_is_there(transcoder: Transcoder, s3: S3, plain: Path) -> None:
    s3.client.upload_file(str(plain), BUCKET, "in/clip.mp4")
    environment = {**s3.environment, "S3_BUCKET": BUCKET}
    given = (f"s3://{BUCKET}/in/clip.mp4", "--profile", "poster")
    before = told(transcoder("plan", *given, "--json", **environment))
    transcoder("run", *given, **environment)
    after = told(transcoder("plan", *given, "--json", **environment))
    assert [plan["profiles"][0]["skipped"] for plan in (before, after)] == [False, True]


def test_people_are_told_in_words(transcoder: Transcoder, plain: Path) -> None:
    done = transcoder("plan", str(plain), "--profile", "large")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("the only moving picture", "never enlarged", "mono, aac 128", "work: about"):
        assert words in done.stdout
    assert "-filter_complex" not in done.stdout
    verbose = transcoder("plan", str(plain), "--profile", "large", "--verbose")
    assert "-filter_complex" in verbose.stdout


def test_an_input_from_afar_is_fetched_and_its_secrets_are_kept(
    transcoder: Transcoder, s3: S3, plain: Path, tmp_path: Path
) -> None:
    s3.client.upload_file(str(plain), BUCKET, "clip.mp4")
    at = {"Bucket": BUCKET, "Key": "clip.mp4"}
    url = s3.client.generate_presigned_url("get_object", at)
    signature = re.search(r"(?i)signature=([^&]+)", url)
    assert signature
    done = transcoder("plan", url, "--json", TRANSCODER_ALLOW_PRIVATE="1")
    assert told(done)["bytes"] == plain.stat().st_size
    assert signature[1] not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [], "what was fetched is gone"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("/no/such/file",), 66, "/no/such/file"),
        (("PLAIN", "--max-duration", "1"), 65, "1 s are allowed"),
        (("PLAIN", "--profile", "huge"), 78, "unknown profile 'huge'"),
        ((), 2, "input"),
    ],
)
def test_what_a_run_would_refuse_is_refused(
    arguments: tuple[str, ...], code: int, words: str, transcoder: Transcoder, plain: Path
) -> None:
    given = [str(plain) if word == "PLAIN" else word for word in arguments]
    done = transcoder("plan", *given)
    assert done.returncode == code
    assert words in done.stderr
