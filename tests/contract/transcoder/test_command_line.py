"""``transcoder`` as a process: its last line, its exit code, and what it leaves behind."""

import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.transcoder.clips import Studio, X, v
from tests.contract.transcoder.conftest import BUCKET, S3, WHEEL, Transcoder
from tests.contract.transcoder.faults import serving

pytestmark = pytest.mark.ffmpeg


def outcome_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The last line of stdout; its exit code must be the process's own."""
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["event"] == "transcoder.outcome"
    assert told["exit_code"] == done.returncode
    return told


def test_a_nomad_task_reads_its_metadata_and_publishes_to_its_bucket(
    transcoder: Transcoder, s3: S3, plain: Path
) -> None:
    s3.client.upload_file(str(plain), BUCKET, "in/clip.mp4")
    environment = {
        **s3.environment,
        "S3_BUCKET": BUCKET,
        "NOMAD_META_input": f"s3://{BUCKET}/in/clip.mp4",
        "NOMAD_META_profile": "small,large",
        "NOMAD_CPU_LIMIT": "2000",
    }
    first, again = (outcome_of(transcoder("run", **environment)) for _ in range(2))
    md5 = hashlib.md5(plain.read_bytes()).hexdigest()
    assert first["outcome"] == "done"
    assert first["input_md5"] == md5
    assert [out["key"] for out in first["outputs"]] == [
        f"videos/out-{md5}-small.mp4",
        f"videos/out-{md5}-large.mp4",
    ]
    (left,) = set(s3.keys()) - {"in/clip.mp4", *(out["key"] for out in first["outputs"])}
    assert left.startswith("videos/.transcoder/sources/"), "a note of what the input holds"
    assert "transcode" not in again["seconds"], "the note saves the second fetch"
    assert "fetch" not in again["seconds"]
    assert [out["skipped"] for out in first["outputs"] + again["outputs"]] == [
        *[False, False],
        *[True, True],
    ]
    widths = [(out["width"], out["duration_seconds"]) for out in again["outputs"]]
    assert widths == [(out["width"], out["duration_seconds"]) for out in first["outputs"]]


def test_progress_goes_to_stderr_as_json_lines_and_stdout_holds_the_outcome_alone(
    transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    done = transcoder("run", str(plain), "--profile", "small", "--output", str(tmp_path / "out"))
    assert done.stdout.count("\n") == 1
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert [name for name in events if name != "transcode.progressed"] == [
        "task.started",
        "fetch.finished",
        "input.probed",
        "probe.finished",
        "transcode.finished",
        "verify.finished",
        "output.published",
        "publish.finished",
    ]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "reason"),
    [
        (["in.mp4"], {}, 78, "no_bucket"),
        (["in.mp4", "--output", "OUT", "--profile", "huge"], {}, 78, "unknown_profile"),
        (["in.mp4", "--output", "OUT"], {"TRANSCODER_FFMPEG": "/none"}, 78, "no_ffmpeg"),
        (["in.mp4", "--output", "OUT"], {"TRANSCODER_THREADS": "x"}, 78, "bad_setting"),
        (["in.mp4", "--output", "s3://B_/x"], {}, 78, "bad_setting"),
        (["absent.mp4", "--output", "OUT"], {}, 66, "missing_input"),
        (["ftp://h/x", "--output", "OUT"], {}, 65, "unsupported_input"),
        (["http://127.0.0.1:9/x", "--output", "OUT"], {}, 65, "blocked_address"),
    ],
)
def test_every_failure_has_its_code_and_leaves_nothing(
    arguments: list[str],
    environment: dict[str, str],
    code: int,
    reason: str,
    transcoder: Transcoder,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    done = transcoder("run", *(str(out) if a == "OUT" else a for a in arguments), **environment)
    told = outcome_of(done)
    assert (done.returncode, told["reason"], told["retryable"]) == (code, reason, False)
    assert told["detail"]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_run_without_an_input_is_wrong_use(transcoder: Transcoder) -> None:
    done = transcoder("run")
    assert done.returncode == 2
    assert "NOMAD_META_input" in done.stderr


def test_a_download_cut_without_a_word_is_not_published(
    transcoder: Transcoder, studio: Studio, tmp_path: Path
) -> None:
    """The server gave no length, so only the picture's own length can tell."""
    source = studio.make("five.mp4", f"{v('160x90', seconds=5)} {X} -movflags +faststart")
    data = source.read_bytes()
    with serving() as server:
        server.unmeasured = data[: len(data) * 6 // 10]
        url = server.url("/no-length-cut")
        done = transcoder(
            "run", url, "--output", str(tmp_path / "out"), TRANSCODER_ALLOW_PRIVATE="1"
        )
    assert outcome_of(done)["reason"] == "input_truncated"
    assert not list((tmp_path / "out").iterdir())


def test_a_local_run_imports_no_sdk(plain: Path, tmp_path: Path) -> None:
    """What a task does not use must not slow its start."""
    script = (
        "import sys; from transcoder.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'boto3', 'nomad', 'urllib3', 'requests', 'datadog', 'structlog', 'pydantic'}; "
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    arguments = ["run", str(plain), "--profile", "small", "--output", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={"PATH": os.defpath, "TRANSCODER_FFMPEG": WHEEL},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "[]"


@contextmanager
def running(tmp_path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A run whose scratch space is ``tmp_path / "scratch"``; over at the end in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", "transcoder", "run", *arguments,
         "--output", str(tmp_path / "out"), "--scratch", str(tmp_path / "scratch")],
        env={"PATH": os.defpath, "TRANSCODER_FFMPEG": WHEEL, "TRANSCODER_ALLOW_PRIVATE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def until_event(process: subprocess.Popen[str], name: str) -> None:
    """Read the task's log up to an event; its end without one fails the test."""
    assert process.stderr is not None
    for line in process.stderr:
        if json.loads(line)["event"] == name:
            return
    pytest.fail(f"no {name} before the end")


def ffmpegs(scratch: Path) -> list[int]:
    """The processes that work in a scratch space."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if f"file:{scratch}/".encode() in words:
            found.append(int(path.parent.name))
    return found


@pytest.fixture(scope="module")
def long_clip(studio: Studio) -> Path:
    """A clip that takes many seconds to encode."""
    return studio.make("long.mp4", f"{v('640x360', seconds=40)} {X}")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_during_the_encode_stops_ffmpeg_and_leaves_nothing(
    number: int, code: int, long_clip: Path, tmp_path: Path
) -> None:
    with running(tmp_path, str(long_clip)) as process:
        until_event(process, "transcode.progressed")
        assert ffmpegs(tmp_path / "scratch")
        asked_at = time.monotonic()
        process.send_signal(number)
        stdout, _ = process.communicate(timeout=10)
    assert time.monotonic() - asked_at < 5
    told = json.loads(stdout.splitlines()[-1])
    assert (process.returncode, told["exit_code"]) == (code, code)
    assert (told["reason"], told["retryable"]) == ("terminated", True)
    assert ffmpegs(tmp_path / "scratch") == []
    assert list((tmp_path / "scratch").iterdir()) == list((tmp_path / "out").iterdir()) == []


def test_a_signal_during_the_fetch_ends_it_at_once(tmp_path: Path) -> None:
    with serving() as server, running(tmp_path, server.url("/drip")) as process:
        assert server.dripping.wait(20)
        asked_at = time.monotonic()
        process.terminate()
        stdout, _ = process.communicate(timeout=10)
    assert time.monotonic() - asked_at < 5
    assert json.loads(stdout.splitlines()[-1])["reason"] == "terminated"
    assert process.returncode == 143
    assert not list((tmp_path / "scratch").glob("*"))


def test_ffmpeg_does_not_outlive_a_killed_task(long_clip: Path, tmp_path: Path) -> None:
    with running(tmp_path, str(long_clip)) as process:
        until_event(process, "transcode.progressed")
        assert ffmpegs(tmp_path / "scratch")
        process.kill()
    deadline = time.monotonic() + 5
    while ffmpegs(tmp_path / "scratch"):
        assert time.monotonic() < deadline, "ffmpeg goes on without its task"
    assert list((tmp_path / "out").iterdir()) == [], "nothing half made is published"


def test_an_ffmpeg_that_stands_still_is_stopped(
    transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    """One that probes as the real one does, then says nothing for ever."""
    stuck = tmp_path / "bin" / "ffmpeg"
    stuck.parent.mkdir()
    script = f'#!/bin/sh\ncase "$*" in *filter_complex*) exec sleep 60;; esac\nexec {WHEEL} "$@"\n'
    stuck.write_text(script, encoding="utf-8")
    stuck.chmod(0o755)
    arguments = ["run", str(plain), "--output", str(tmp_path / "out"), "--stall-timeout", "1"]
    told = outcome_of(transcoder(*arguments, TRANSCODER_FFMPEG=str(stuck)))
    assert (told["reason"], told["exit_code"], told["retryable"]) == ("stalled", 75, True)


def test_probe_tells_what_an_input_is(transcoder: Transcoder, plain: Path) -> None:
    told = json.loads(transcoder("probe", str(plain), "--json").stdout)
    assert told["md5"] == hashlib.md5(plain.read_bytes()).hexdigest()
    (video,) = told["video"]
    assert (video["codec"], video["width"], video["frame_rate"]) == ("h264", 320, "25")
    shown = transcoder("probe", str(plain)).stdout
    assert "h264 320x180 yuv420p, 25.00 fps, progressive scan" in shown
    assert "aac, 1 channels, 48000 Hz" in shown


def test_probe_refuses_with_the_exit_code_of_a_task(transcoder: Transcoder, tmp_path: Path) -> None:
    page = tmp_path / "page.mp4"
    page.write_bytes(b"<html>")
    done = transcoder("probe", str(page))
    assert done.returncode == 65
    assert done.stderr == "transcoder: the input is an HTML page, not a video\n"


def test_profiles_are_listed(transcoder: Transcoder) -> None:
    heading, *rows = transcoder("profiles").stdout.split("\n\n")[0].splitlines()
    assert heading.split() == ["PROFILE", "KIND", "PICTURE", "SOUND", "FOR"]
    assert [row.split()[:3] for row in rows[:2]] == [
        ["small", "video", "854x480"],
        ["large", "video", "1280x720"],
    ]
    names = ["small", "large", "full", "av1", "audio", "poster", "sprite", "hls"]
    assert [row.split()[0] for row in rows] == names
    told = json.loads(transcoder("profiles", "--json").stdout)
    assert [row["name"] for row in told] == names
    assert all(row["ffmpeg"] for row in told)


def test_a_profile_is_shown_with_the_arguments_it_is_resolved_to(transcoder: Transcoder) -> None:
    shown = transcoder("profiles", "small").stdout
    assert shown.startswith("small: 480p")
    assert "scale=854:480" in shown
    assert "-crf:v 26" in shown
    (told,) = json.loads(transcoder("profiles", "small", "--json").stdout)
    # Python's shlex knows no line that goes on.
    command = shown[shown.index("\n  ffmpeg") :].replace("\\\n", "")
    assert shlex.split(command) == ["ffmpeg", *told["ffmpeg"]], "a shell takes it for one command"


def test_a_file_of_ones_own_lies_over_the_packages(transcoder: Transcoder, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "small: {video: {crf: 30}}\ntiny: {like: small, box: {width: 320, height: 180}}\n"
    )
    told = json.loads(transcoder("profiles", "--json", "--profiles", str(own)).stdout)
    by_name = {row["name"]: row for row in told}
    assert by_name["small"]["video"]["crf"] == 30
    assert by_name["tiny"]["box"] == {"width": 320, "height": 180}
    own.write_text("small: {vidio: {crf: 30}}\n")
    refused = transcoder("profiles", "--profiles", str(own))
    assert refused.returncode == 78
    assert "small.vidio: unknown" in refused.stderr


def test_a_reader_that_has_enough_ends_it_without_a_traceback() -> None:
    line = f"{shlex.quote(sys.executable)} -m transcoder profiles small hls | head -c 1"
    shown = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert shown.stderr == ""
    assert shown.returncode in (0, 141), "what fits into the pipe is written before it breaks"
