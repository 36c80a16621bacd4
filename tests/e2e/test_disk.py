"""
The disk is full, what lies on it is damaged, or the descriptors are used up: it goes on deciding.

The limits of the running daemon are set from outside, so that the fault begins and ends when the
test says so; what cannot be written is its log as well.
"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autoscaler.adapters.control_client import ask_status
from autoscaler.adapters.control_socket import FILE_NAME as SOCKET
from autoscaler.adapters.journal import FILE_NAME as JOURNAL
from devstack.daemon import Daemon
from devstack.deadline import wait_until
from tests.e2e.system import System, actions, all_done, running, tail

pytestmark = pytest.mark.e2e


def state_dir(system: System) -> Path:
    return Path(system.stack.daemon_settings()["state_dir"])


def wrongs(system: System) -> dict[str, str]:
    """What the status says is wrong, and the mend of each."""
    status = ask_status(state_dir(system) / SOCKET)
    assert status is not None
    return {one.code: one.mend for one in status.wrongs}


@contextmanager
def limited(daemon: Daemon, what: int, soft: int) -> Iterator[None]:
    """For the length of the block the daemon may have no more of it."""
    before = resource.prlimit(daemon.process.pid, what)
    resource.prlimit(daemon.process.pid, what, (soft, before[1]))
    try:
        yield
    finally:
        resource.prlimit(daemon.process.pid, what, before)


def soon(true: Callable[[], bool], what: str, daemon: Daemon, seconds: float = 20) -> None:
    def look() -> bool:
        daemon.require_alive()
        return true()

    wait_until(look, seconds=seconds, what=what, hint=lambda: tail(daemon))


def works(system: System, daemon: Daemon, done: int) -> None:
    """Nodes are bought for children that come, and are let go after them."""
    system.dispatch(0.3, 0.3, 0.3)
    scene = system.wait_for_end(daemon)
    assert all_done(scene, done)


def test_a_full_disk_is_said_and_neither_log_nor_journal_holds_the_cycles_up(
    system: System,
) -> None:
    with system.daemon() as daemon:
        works(system, daemon, 3)
        with limited(daemon, resource.RLIMIT_FSIZE, 0):
            works(system, daemon, 6)
            assert "disk" in wrongs(system)["journal.failing"]
        works(system, daemon, 9)

        assert wrongs(system) == {}
        assert len(daemon.events("journal.recovered")) == 1
        assert system.figures.killed == ()


def test_a_journal_that_is_damaged_while_it_runs_is_set_aside_and_begun_anew(
    system: System,
) -> None:
    journal = state_dir(system) / JOURNAL
    with system.daemon() as daemon:
        works(system, daemon, 3)
        for beside in (journal, *journal.parent.glob(f"{JOURNAL}-*")):
            beside.write_bytes(b"\xff" * beside.stat().st_size)
        works(system, daemon, 6)
        soon(lambda: bool(daemon.events("journal.set_aside")), "it set aside", daemon)
        (told,) = daemon.events("journal.set_aside")
        assert told["mend"]
        assert Path(str(told["path"])).exists()

        # And at a start: killed, so that nothing is written in between.
        daemon.kill()
        for beside in journal.parent.glob(f"{JOURNAL}*"):
            beside.unlink()
        journal.write_bytes(b"no database at all" * 1000)
        daemon.start()
        works(system, daemon, 9)

        assert len(daemon.events("journal.set_aside")) == 2
        assert wrongs(system) == {}
        assert system.figures.killed == ()


def test_pauses_that_cannot_be_read_stop_every_action_until_they_can(system: System) -> None:
    pauses = state_dir(system) / "pauses.json"
    with system.daemon() as daemon:
        works(system, daemon, 3)
        pauses.write_text('{"version": 1, "pau')
        soon(lambda: "pauses.unreadable" in wrongs(system), "it said", daemon)
        done = len(actions(daemon))
        system.dispatch(0.3)
        time.sleep(3)

        assert len(actions(daemon)) == done
        assert len(daemon.events("pauses.unreadable")) == 1
        assert "autoscaler resume" in wrongs(system)["pauses.unreadable"]
        pauses.unlink()
        assert all_done(system.wait_for_end(daemon), 4)
        assert wrongs(system) == {}


def test_without_descriptors_nothing_is_let_go_and_all_is_well_when_there_are_some(
    system: System,
) -> None:
    with system.daemon() as daemon:
        system.dispatch(600, 600)
        system.wait(lambda scene: running(scene) == 2, "two at work", daemon)
        system.dispatch(0.3)
        system.wait(lambda scene: running(scene) == 3, "a third", daemon)
        used = len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))
        with limited(daemon, resource.RLIMIT_NOFILE, min(used, 4)):
            before = system.stack.aws.record.size
            soon(lambda: bool(daemon.events("observation.failed")), "the fault said", daemon, 30)
            time.sleep(3)
            ended = system.calls("TerminateInstanceInAutoScalingGroup", since=before)
            told = daemon.events("observation.failed")
        cycles = len(daemon.events("cycle.finished"))
        system.wait(lambda scene: scene.desired == 1, "the idle node let go", daemon)

        assert ended == []
        assert any("Too many open files" in str(line["error"]) for line in told), told
        after = [line["outcome"] for line in daemon.events("cycle.finished")[cycles:]]
        assert after.count("failed") <= 2
        assert system.figures.killed == ()
