"""Cycles' reports and boards, for the tests of what is shown."""

from collections.abc import Callable
from datetime import timedelta

from autoscaler.alarms import Alarms
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.settings import PoolSettings
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from autoscaler.status.board import Facts, StatusBoard
from autoscaler.status.documents import ALONE, Leadership
from autoscaler.status.past import Past
from tests.builders import LONG_WATCHED, some_settings
from tests.fakes import FakeClock, FakeWorld


def a_report(
    observed: Observation,
    *,
    settings: PoolSettings | None = None,
    memory: Memory | None = None,
    clock: FakeClock | None = None,
    refuses: type[object] | None = None,
    number: int = 1,
) -> CycleReport:
    """One cycle of that pool, at the clock's time."""
    return run_cycle(
        FakeWorld(observed, refuses=refuses),
        [],
        settings or some_settings(),
        memory or LONG_WATCHED,
        clock or FakeClock(),
        cycle_id=f"c-{number:06d}",
    )


class Shown:
    """A board of one pool, its clock and its alarms."""

    def __init__(self, *pools: PoolSettings, past: Past | None = None) -> None:
        self.clock = FakeClock()
        self.alarms = Alarms(self.clock.now)
        self.board = StatusBoard(self.clock, self.alarms)
        self.past = past
        self.configure(*pools or (some_settings(),))

    def configure(
        self,
        *pools: PoolSettings,
        dry_run: bool = False,
        leadership: Callable[[], Leadership] = lambda: ALONE,
    ) -> None:
        """Put another configuration in force."""
        self.settings = pools
        facts = Facts(pools, timedelta(seconds=10), dry_run, leadership)
        self.board.configure(facts, self.past)

    def see(self, observed: Observation, memory: Memory | None = None, **how) -> CycleReport:
        """A cycle of the pool that is observed."""
        settings = next(one for one in self.settings if one.name == observed.pool)
        report = a_report(observed, settings=settings, memory=memory, clock=self.clock, **how)
        self.board.report(report)
        self.board.cycle_ended(report.pool)
        return report

    @property
    def pool(self):
        """The first pool's status."""
        return self.board.status().pools[0]

    @property
    def wrongs(self):
        """What is wrong, by code."""
        return {one.code: one for one in self.board.status().wrongs}
