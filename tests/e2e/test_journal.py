"""What a daemon writes down is enough to decide again, and to replay what came."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autoscaler.adapters.journal import open_journal
from autoscaler.adapters.journal_trace import Stretch, read_trace
from autoscaler.cli import main
from autoscaler.core.policy import decide
from devstack.demo.scene import Scene
from tests.e2e.system import all_done, running

pytestmark = pytest.mark.e2e


def half_done(scene: Scene) -> bool:
    """Some have ended, and some are at work."""
    return running(scene) > 0 and len(scene.children) > running(scene)


def test_a_daemon_that_is_killed_keeps_every_child_once_and_every_decision(
    system: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with system.daemon() as daemon:
        directory = Path(system.stack.daemon_settings()["state_dir"])
        system.wait(lambda _: directory.is_dir(), "the journal", daemon)
        began = datetime.now(UTC)
        system.dispatch(1, 6, 2)
        system.wait(half_done, "some done and some at work", daemon)
        daemon.kill()
        system.dispatch(2)
        daemon.start()
        scene = system.wait_for_end(daemon)
        assert all_done(scene, 4)

        # Beside the daemon, which goes on.
        assert main(["journal", "export", "--decisions", "--state-dir", str(directory)]) == 0
        trace = read_trace(directory, None, Stretch())

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["decision"]["buy"] > 0 for one in told} == {True, False}
    reader = open_journal(directory, datetime.now(UTC), read_only=True)
    assert reader is not None
    with closing(reader):
        records = reader.cycles("transcode", last=10_000)
    assert len(records) >= len(told) > 0
    for one in records:
        assert one.settings is not None
        assert one.memory is not None
        assert one.now is not None
        assert decide(one.observation, one.settings, one.memory, one.now) == one.decision
    assert len(trace.arrivals) == 4
    # To the second, by the clock of this machine.
    assert -1 <= (trace.first_at - began).total_seconds() < 5
    # Those that ended while nobody looked are known by their coming alone.
    assert trace.drawn_count < 4
    assert max(one.service_seconds for one in trace.arrivals) == pytest.approx(6, abs=0.9)
