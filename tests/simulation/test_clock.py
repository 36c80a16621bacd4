"""
The daemon's wall clock is wrong for a while, or for good, and set right: nothing comes of it.

While it is off by more than five minutes AWS refuses what is signed by it.  The machine may also
sleep.  Whenever it happens in the course of a pool, no node goes before its time, no child is
ended, nothing more is bought than without it, and the pool comes to rest as soon.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from autoscaler.core.plan import Cordon
from autoscaler.ports import CycleReport
from autoscaler.simulator.clock import SimulatedClock
from autoscaler.simulator.cluster import SchedulerSettings
from autoscaler.simulator.play import Kind, scene_of
from autoscaler.simulator.run import Scene
from tests.simulation.mortal import MortalHistory, Steps

SMALL = 0
IDLE_AFTER_SECONDS = 60.0
CYCLES = 60
#: Beyond that AWS takes a signature for one that has expired.
AWS_ALLOWS = timedelta(minutes=5)
#: For how many cycles a clock stays wrong before it is set right.
WRONG_FOR = 4


class WrongClock:
    """Tells the simulated time, off by as much as it was set to."""

    def __init__(self, true: SimulatedClock) -> None:
        self._true = true
        self.off_by = timedelta(0)

    def now(self) -> datetime:
        """The time that it shows."""
        return self._true.now() + self.off_by

    def monotonic(self) -> float:
        """As it is."""
        return self._true.monotonic()


@dataclass(frozen=True, slots=True)
class End:
    """What came of it."""

    launched_count: int
    finished_count: int
    killed_count: int
    lost_count: int


Watch = Callable[[MortalHistory, WrongClock, int], None]


def lived(scene: Scene, directory: Path, befall: Watch, *, hooks: bool) -> tuple[End, float]:
    """The end, and when it was reached; ``befall`` is called before each cycle."""
    with closing(MortalHistory(scene, directory, Steps())) as history:
        clock = history.clock = WrongClock(history.simulation.clock)
        watch = Idleness(history)
        history.dispatch(SMALL, 7, 60.0)
        history.dispatch(SMALL, 2, 250.0)
        for number in range(CYCLES):
            befall(history, clock, number)
            if abs(clock.off_by) > AWS_ALLOWS:
                history.faults.parts = frozenset({"group"})
            history.cycle()
            watch.look()
            if hooks and number == 12:
                history.retire(0)
        clock.off_by = timedelta(0)
        history.come_to_rest()
        report = history.simulation.report()
    end = End(report.launched_count, report.finished_count, report.killed_count, report.lost_count)
    return end, report.ended_seconds


class Idleness:
    """Knows, by the true time, since when each node has idled; and that none is cordoned early."""

    def __init__(self, history: MortalHistory) -> None:
        self._history = history
        self._since: dict[str, float] = {}

    def look(self) -> None:
        """After a cycle."""
        report = self._history.last
        assert report is not None
        now = self._history.simulation.clock.seconds
        for one in cordoned(report):
            idle_for = now - self._since.get(one, now)
            assert idle_for >= IDLE_AFTER_SECONDS - 15, f"{one} idled for {idle_for:g} s"
        idle = {
            node.node_id
            for node in self._history.simulation.cluster.nodes.values()
            if node.places_work and not node.live
        }
        self._since = {one: self._since.get(one, now) for one in idle}


def cordoned(report: CycleReport) -> list[str]:
    """The nodes that a cycle began to let go by itself, not because AWS takes them."""
    warned = {
        instance.instance_id
        for group in report.observation.groups or ()
        for instance in group.instances
        if instance.notice is not None or instance.lifecycle.value == "held"
    }
    return [
        one.action.node.node_id
        for one in report.actions
        if isinstance(one.action, Cordon)
        and one.outcome == "applied"
        and one.action.node.instance_id not in warned
    ]


def a_scene(*, hooks: bool) -> Scene:
    kind = Kind(
        strategy="per_node",
        idle_after_seconds=IDLE_AFTER_SECONDS,
        hooks=hooks,
        latency=False,
        pack_tail=False,
    )
    scene = scene_of(kind)
    settings = replace(scene.settings, boot_timeout=timedelta(minutes=10))
    return replace(scene, settings=settings, scheduler=SchedulerSettings())


@pytest.mark.parametrize("hooks", [False, True], ids=["", "hooks"])
@pytest.mark.parametrize("minutes", [-60, -4, 4, 60])
def test_a_clock_that_is_wrong_for_a_while_changes_nothing(
    tmp_path: Path, minutes: int, hooks: bool
) -> None:
    """It is set wrong before each cycle in turn, and right a few cycles later."""
    scene, off_by = a_scene(hooks=hooks), timedelta(minutes=minutes)
    expected, ended = lived(scene, tmp_path, lambda *_: None, hooks=hooks)

    for at in range(1, CYCLES - WRONG_FOR, 2):

        def befall(_: MortalHistory, clock: WrongClock, number: int, at: int = at) -> None:
            clock.off_by = off_by if at <= number < at + WRONG_FOR else timedelta(0)

        with TemporaryDirectory(dir=tmp_path) as directory:
            end, later = lived(scene, Path(directory), befall, hooks=hooks)

        assert end == expected, f"wrong from cycle {at}"
        # The cycles in which AWS refused, what idled anew after them, and what settled.
        assert later <= ended + 10 * WRONG_FOR + IDLE_AFTER_SECONDS + 90, f"wrong from cycle {at}"


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_that_is_set_by_little_for_good_changes_nothing(
    tmp_path: Path, minutes: int
) -> None:
    """By so little that AWS does not mind."""
    scene, off_by = a_scene(hooks=False), timedelta(minutes=minutes)
    expected, _ = lived(scene, tmp_path, lambda *_: None, hooks=False)

    for at in range(1, CYCLES, 3):

        def befall(_: MortalHistory, clock: WrongClock, number: int, at: int = at) -> None:
            clock.off_by = off_by if number >= at else timedelta(0)

        with TemporaryDirectory(dir=tmp_path) as directory:
            end, _ = lived(scene, Path(directory), befall, hooks=False)

        assert end == expected, f"set at cycle {at}"


def test_a_machine_that_sleeps_finds_the_pool_as_it_is_and_goes_on(tmp_path: Path) -> None:
    """For an hour, before each cycle in turn; what the pool did meanwhile nobody saw."""
    scene = a_scene(hooks=False)
    expected, _ = lived(scene, tmp_path, lambda *_: None, hooks=False)

    for at in range(1, CYCLES, 3):

        def befall(history: MortalHistory, _: WrongClock, number: int, at: int = at) -> None:
            if number == at:
                history.wait(3600.0)

        with TemporaryDirectory(dir=tmp_path) as directory:
            end, _ = lived(scene, Path(directory), befall, hooks=False)

        assert end.killed_count == end.lost_count == 0
        assert end.finished_count == expected.finished_count
        assert end.launched_count == expected.launched_count, f"asleep before cycle {at}"
