"""Replays in processes beside each other: the same figures, and none outlives its parent."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autoscaler.errors import ConfigError
from autoscaler.replay.comparison import replay_all
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.subject import Subject
from autoscaler.simulator.generators import generated
from tests.builders import some_settings

CONDITIONS = Conditions(slots=2)
SUBJECTS = (
    Subject("ours", some_settings()),
    Subject("small", some_settings(size_max=3)),
    Subject("keda", some_settings(), baseline="keda"),
)
ARRIVALS = generated("poisson:rate=60/h,for=2h,service=3m", seed=4)


def test_processes_change_no_figure_and_no_order() -> None:
    told: list[str] = []

    alone = replay_all(SUBJECTS, CONDITIONS, ARRIVALS, timeline=True)
    beside = replay_all(
        SUBJECTS,
        CONDITIONS,
        ARRIVALS,
        processes=2,
        timeline=True,
        told=lambda name, _: told.append(name),
    )

    assert beside == alone
    assert sorted(told) == ["keda", "ours", "small"]


def test_what_is_wrong_in_one_process_is_told_by_its_parent() -> None:
    subjects = (*SUBJECTS, Subject("none", some_settings(), baseline="no such policy"))

    with pytest.raises(KeyError):
        replay_all(subjects, CONDITIONS, ARRIVALS, processes=2)
    with pytest.raises(ConfigError):
        replay_all(SUBJECTS, Conditions(slots=5000), ARRIVALS, processes=2)


_LONG = """
import sys
from autoscaler.replay.comparison import replay_all
from tests.simulation.test_replays_side_by_side import CONDITIONS, SUBJECTS
from autoscaler.simulator.generators import generated
print("begun", flush=True)
replay_all(SUBJECTS, CONDITIONS, generated("poisson:rate=60/h,for=60d", seed=1), processes=2)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_with_their_parent(number: signal.Signals) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", _LONG], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        try:
            parent.stdout.readline()
            workers = _wait_for(lambda: _children(parent.pid), count=2)
            parent.send_signal(number)
            parent.wait(timeout=30)
        finally:
            parent.kill()

    _wait_for(lambda: [one for one in workers if _lives(one)], count=0)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in tasks.read_text().split()] if tasks.exists() else []


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _wait_for(look: Callable[[], list[int]], *, count: int) -> list[int]:
    deadline = time.monotonic() + 30
    while True:
        found = look()
        if len(found) == count:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
