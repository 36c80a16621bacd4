"""
A daemon in simulated time that is killed at a step of one's choice, and started anew.

Its steps are its writes: each call that changes Nomad or AWS, and each statement and each commit
that goes into its journal, which is a real file.  What dies with it is its memory, and what of a
transaction was not committed; what is started is made of new objects, by what it finds.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import pytest

from autoscaler.adapters import journal_file
from autoscaler.adapters.journal import open_journal
from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.alarms import Alarms
from autoscaler.clock import Clock
from autoscaler.core.memory import Memory
from autoscaler.core.plan import Action
from autoscaler.daemon import PoolRunner
from autoscaler.ports import CycleReport
from autoscaler.simulator.history import History
from autoscaler.simulator.run import Scene, Simulation
from autoscaler.simulator.world import SimulatedWorld, Step
from autoscaler.status.board import Facts, StatusBoard

_T = TypeVar("_T")

#: From the death until systemd has started another.
_RESTART_SECONDS = 3.0
_WRITES = ("INSERT", "REPLACE", "UPDATE", "DELETE", "PRAGMA incremental_vacuum", "PRAGMA journal")


class Killed(BaseException):
    """The process ends here: no handler of its own runs, nothing is tidied up."""


class Steps:
    """Counts what is written, and kills before or after one of them."""

    def __init__(self, fatal: int | None = None, *, after: bool = False) -> None:
        self._fatal = fatal
        self._after = after
        self.taken: list[str] = []
        #: When each was, in simulated time.
        self.taken_at: list[float] = []
        self.clock: Clock | None = None

    def take(self, name: str, do: Callable[[], _T]) -> _T:
        """The next step; dies before it or after it, where it is the fatal one."""
        fatal = len(self.taken) == self._fatal
        self.taken.append(name)
        self.taken_at.append(self.clock.monotonic() if self.clock else 0.0)
        if fatal and not self._after:
            raise Killed(name)
        done = do()
        if fatal:
            raise Killed(name)
        return done

    @property
    def points(self) -> Iterator[tuple[int, bool]]:
        """
        Every step before and after which one could be killed, by its number; the bool: after.

        Where no time passes until the next step, after the one is before the other: what is in the
        world and on the disk is the same, and the rest dies.
        """
        for number, at in enumerate(self.taken_at):
            yield number, False
            if self.taken_at[number + 1 : number + 2] != [at]:
                yield number, True


class WatchedConnection(sqlite3.Connection):
    """A connection whose every write is a step; of one who was killed nothing is committed."""

    steps: Steps

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if sql.lstrip().startswith(_WRITES):
            return self.steps.take(_named(sql), partial(super().execute, sql, parameters))
        # The process ends, and not the machine: what is written needs no flushing to the disk.
        return super().execute(sql.replace("synchronous = NORMAL", "synchronous = OFF"), parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        return self.steps.take(_named(sql), partial(super().executemany, sql, parameters))

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        return self.steps.take(_named(sql_script), partial(super().executescript, sql_script))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> Any:
        leave = partial(super().__exit__, kind, error, trace)
        if kind is None and self.in_transaction:
            return self.steps.take("journal: commit", leave)
        return leave()


def _named(sql: str) -> str:
    return f"journal: {' '.join(sql.split()[:5])}"


@contextmanager
def watched_journals(steps: Steps) -> Iterator[None]:
    """For the length of the block every journal that is opened tells of its writes."""

    def connection(uri: str) -> sqlite3.Connection:
        opened = sqlite3.connect(
            uri, uri=True, timeout=1.0, check_same_thread=False, factory=WatchedConnection
        )
        opened.steps = steps
        return opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_file, "_connection", connection)
        yield


class WatchedWorld(SimulatedWorld):
    """The simulated world, in which each call of an action is a step."""

    def __init__(self, simulation: Simulation, steps: Steps) -> None:
        settings = simulation.settings
        super().__init__(
            settings.name, settings.jobs, simulation.clock, simulation.cluster, simulation.aws
        )
        self.disturb(simulation._faults, simulation.scene.latency)
        self._steps_taken = steps

    def _steps(self, action: Action) -> tuple[Step, ...]:
        name = type(action).__name__ + (" replace" if getattr(action, "replace", False) else "")
        return tuple(
            partial(self._steps_taken.take, f"{name} {number}", step)
            for number, step in enumerate(super()._steps(action))
        )


class MortalDaemon:
    """One that lives from start to death, as ``autoscaler.app`` would put it together."""

    def __init__(
        self, simulation: Simulation, directory: Path, steps: Steps, clock: Clock | None = None
    ) -> None:
        """``clock``: what it takes the time to be; None: what it is."""
        clock, settings = clock or simulation.clock, simulation.settings
        alarms = Alarms(clock.now)
        self._journal = open_journal(directory, clock.now(), alarms=alarms)
        assert self._journal is not None, alarms.standing()
        memory = self._journal.memory(settings.name, clock.now())
        board = StatusBoard(clock, alarms)
        board.configure(Facts((settings,), timedelta(seconds=10)), self._journal)
        self._runner = PoolRunner(
            settings=settings,
            world=WatchedWorld(simulation, steps),
            reporters=(board, JournalReporter(self._journal)),
            clock=clock,
            memory=memory or Memory(),
            elapsed=simulation.clock.monotonic,
        )
        self._alarms = alarms

    def cycle(self) -> CycleReport:
        """One cycle; nothing but its death breaks it."""
        report = self._runner.run()
        assert report is not None, "the cycle broke"
        assert not self._alarms.standing()
        return report

    def bury(self) -> None:
        """Let the file go as a process that ends does: what was not committed is lost."""
        assert self._journal is not None
        self._journal.close()


class MortalHistory(History):
    """A history of which the daemon's death is a part."""

    def __init__(self, scene: Scene, directory: Path, steps: Steps, *, keeps: bool = True) -> None:
        """``keeps``: the journal outlives the daemon; else ``state_dir`` is lost with it."""
        super().__init__(scene)
        self._directory = directory
        self._keeps = keeps
        self._steps = steps
        steps.clock = self.simulation.clock
        self._daemon: MortalDaemon | None = None
        self.death_count = 0
        #: What the daemon takes the time to be; None: what it is.
        self.clock: Clock | None = None

    def cycle(self, count: int = 1, interval_seconds: float = 10.0) -> None:
        """So many cycles of the daemon, which may die in one, and the invariants after each."""
        for _ in range(count):
            self.simulation.clock.advance(interval_seconds)
            try:
                report = self._living().cycle()
            except Killed as killed:
                self._die(killed)
            else:
                self.judge(report)

    def close(self) -> None:
        """Let the journal go."""
        if self._daemon is not None:
            self._daemon.bury()
        self._daemon = None

    def _living(self) -> MortalDaemon:
        if self._daemon is None:
            self._daemon = MortalDaemon(self.simulation, self._directory, self._steps, self.clock)
        return self._daemon

    def _die(self, killed: Killed) -> None:
        self.death_count += 1
        self.told.append(f"{self.simulation.clock.seconds:9.1f} s  killed at {killed}")
        self.close()
        if not self._keeps:
            for file in self._directory.iterdir():
                file.unlink()
        self.simulation.clock.advance(_RESTART_SECONDS)
