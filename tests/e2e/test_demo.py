"""``autoscaler demo`` as its user runs it: one command, start to finish, and nothing left."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from devstack.deadline import wait_until
from devstack.demo.videos import Clip, draw
from devstack.leftovers import belonging_to, kill_all

pytestmark = [pytest.mark.e2e, pytest.mark.ffmpeg]

CLIPS = (
    Clip("landscape clip.mp4", 640, 360, 2),
    Clip("portrait.mkv", 360, 640, 2, hertz=None),
)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return draw(CLIPS, tmp_path_factory.mktemp("videos"), os.environ)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """
    Where the demo makes its directory; whatever it leaves is killed here.

    Nomad puts sockets there, whose paths have to be short.
    """
    with tempfile.TemporaryDirectory(prefix="demo-", ignore_cleanup_errors=True) as name:
        yield Path(name)
        kill_all(Path(name))


@pytest.fixture
def environment(nomad: Path | None, temporary: Path) -> dict[str, str]:
    """Of somebody with a cloud and a cluster of their own, of which the demo knows nothing."""
    own = {key: value for key, value in os.environ.items() if key != "NOMAD_BIN"}
    if nomad is not None:
        own["NOMAD_BIN"] = str(nomad)
    return own | {
        "TMPDIR": str(temporary),
        "AWS_PROFILE": "production",
        "NOMAD_ADDR": "http://127.0.0.1:1",
        "NOMAD_TOKEN": "secret",
    }


def demo(environment: Mapping[str, str], *arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "autoscaler", "demo", *map(str, arguments)],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What it prints up to the first line with those words; fails if it ends before."""
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if words in line:
            return told
    pytest.fail(f"ended without {words!r}:\n{told}")


def test_two_videos_are_transcoded_checked_and_nothing_is_left(
    environment: dict[str, str], temporary: Path, videos: tuple[Path, ...]
) -> None:
    with demo(environment, *videos) as process:
        told, _ = process.communicate(timeout=90)

    assert process.returncode == 0, told
    # The queue is seen, the group grows from zero for it and shrinks again, with reasons.
    assert "4 children dispatched" in told
    assert "decision: desired 0 → 2" in told
    assert "terminates i-" in told
    for words in ("landscape clip.mp4", "portrait.mkv", "640x360", "360x640"):
        assert words in told
    assert told.count("videos/out-") >= 4
    assert "killed        0" in told
    assert list(temporary.iterdir()) == []


def test_a_file_that_is_no_video_fails_the_demo_and_says_why(
    environment: dict[str, str], temporary: Path, tmp_path: Path
) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("This is no video at all.\n" * 100)
    with demo(environment, text) as process:
        told, _ = process.communicate(timeout=110)

    assert process.returncode == 1, told
    assert "PROBLEM  notes.mp4 (small) failed" in told
    # In the transcoder's own words, although the node that it ran on is long gone.
    assert "not a video" in told
    assert "killed        0" in told
    assert list(temporary.iterdir()) == []


def test_a_daemon_that_dies_fails_the_demo_and_is_told(
    environment: dict[str, str], temporary: Path, videos: tuple[Path, ...]
) -> None:
    with demo(environment, *videos) as process:
        told = read_until(process, "the autoscaler runs (pid ")
        os.kill(int(told.partition("(pid ")[2].partition(",")[0]), signal.SIGKILL)
        told, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "demo failed: the autoscaler ended (exit -9)" in told
    assert list(temporary.iterdir()) == []


def test_a_missing_file_is_told_before_anything_starts(
    environment: dict[str, str], temporary: Path
) -> None:
    with demo(environment, "no-such.mp4") as process:
        told, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert told.strip() == "demo failed: no-such.mp4: no such file"
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("stopper", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_stopped_leaves_nothing(
    environment: dict[str, str],
    temporary: Path,
    videos: tuple[Path, ...],
    stopper: signal.Signals,
) -> None:
    """While children run, and however impatient the user is."""
    with demo(environment, *videos) as process:
        told = read_until(process, " starts after ")
        (directory,) = temporary.iterdir()
        assert len(belonging_to(directory)) > 3
        for _ in range(3):
            process.send_signal(stopper)
        rest, _ = process.communicate(timeout=30)

    assert process.returncode == 128 + stopper, told + rest
    assert list(temporary.iterdir()) == []
    assert belonging_to(directory) == ()


def test_a_demo_that_is_killed_leaves_nothing(
    environment: dict[str, str], temporary: Path, videos: tuple[Path, ...]
) -> None:
    """SIGKILL leaves no chance to clean up; the janitor does."""
    with demo(environment, *videos) as process:
        read_until(process, " starts after ")
        (directory,) = temporary.iterdir()
        process.kill()

    wait_until(lambda: not directory.exists(), seconds=15, what="no directory")
    wait_until(lambda: not belonging_to(directory), seconds=15, what="no process")


def test_keep_leaves_the_stack_up_with_commands_that_work(
    environment: dict[str, str], temporary: Path, videos: tuple[Path, ...]
) -> None:
    with demo(environment, "--keep", videos[0]) as process:
        told = read_until(process, "tail -f ")
        script = next(line.split()[1] for line in told.splitlines() if line.startswith("  . "))
        dry_run = next(line for line in told.splitlines() if "--dry-run --once" in line)
        done = subprocess.run(
            ["/bin/sh", "-c", f". {script} && {dry_run}"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        page = next(line.strip() for line in told.splitlines() if line.startswith("  http://"))
        with urllib.request.urlopen(f"{page}api/v1/status", timeout=10) as answer:
            shown = json.load(answer)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)

    assert done.returncode == 0, done.stderr
    assert [pool["name"] for pool in shown["pools"]] == ["transcode"]
    assert process.returncode == 0, told + rest
    assert list(temporary.iterdir()) == []
