"""Children end with their owner, however it ends, and leave nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.children import Process
from devstack.deadline import wait_until
from devstack.errors import DevstackError
from devstack.leftovers import MARKER, belonging_to, kill_all

SLEEPER = "import time; time.sleep(60)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    kill_all(tmp_path)


def start(directory: Path, code: str) -> Process:
    env = {**os.environ, MARKER: str(directory)}
    return Process("child", [sys.executable, "-c", code], log=directory / "child.log", env=env)


def test_a_child_ends_on_sigterm(directory: Path) -> None:
    assert start(directory, SLEEPER).stop() == -signal.SIGTERM


def test_a_child_that_ignores_sigterm_is_killed(directory: Path) -> None:
    child = start(directory, STUBBORN)
    wait_until(lambda: "up" in child.last_words(), seconds=10, what="the child")

    assert child.stop(grace_seconds=0.2) == -signal.SIGKILL


def test_what_a_child_wrote_is_kept_for_error_messages(directory: Path) -> None:
    child = start(directory, "import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)")

    assert child.wait(10) == 3
    assert sorted(child.last_words().splitlines()) == ["one", "two"]


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DevstackError, match=r"nomad cannot be started: .*no-such-program"):
        Process("nomad", ["/no-such-program"], log=tmp_path / "log", env={})


def test_children_and_theirs_are_found_by_their_mark_alone(directory: Path) -> None:
    """Not by their arguments: somebody may well follow a log of ours."""
    parent = start(
        directory, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}])"
    )
    with subprocess.Popen(["tail", "-f", str(directory / "child.log")]) as follower:
        wait_until(lambda: len(belonging_to(directory)) == 2, seconds=10, what="both found")
        killed = kill_all(directory)
        still_follows = follower.poll() is None
        follower.kill()

    assert len(killed) == 2
    assert parent.pid in killed
    assert still_follows
    assert parent.wait(5) == -signal.SIGKILL
    assert belonging_to(directory) == ()


OWNER = """
import os, sys
from pathlib import Path
from devstack.janitor import Janitor
from devstack.children import Process
from devstack.leftovers import MARKER

directory = Path(sys.argv[1])
env = {**os.environ, MARKER: str(directory)}
with Janitor(directory):
    Process("child", [sys.executable, "-c", sys.argv[2]], log=directory / "log", env=env)
    print("up", flush=True)
    sys.stdin.read()
"""


def test_an_owner_that_is_killed_leaves_neither_process_nor_directory(tmp_path: Path) -> None:
    directory = tmp_path / "stack"
    directory.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(directory), SLEEPER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        owner.kill()

    wait_until(lambda: not directory.exists(), seconds=10, what="the directory gone")
    wait_until(lambda: not belonging_to(directory), seconds=10, what="the processes gone")


def test_an_owner_that_cleaned_up_keeps_its_directory(tmp_path: Path) -> None:
    """The janitor has no business where nothing went wrong."""
    directory = tmp_path / "stack"
    directory.mkdir()
    code = "import sys; sys.exit(0)"
    done = subprocess.run(
        [sys.executable, "-c", OWNER, str(directory), code],
        input=b"",
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert directory.exists()
    wait_until(lambda: not belonging_to(directory), seconds=10, what="the janitor gone")
