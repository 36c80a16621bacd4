"""
What the journal keeps of a simulated pool is enough: to decide again, and to live it again.

Whatever befalls the pool, each record gives its decision again; the children that came and finished
are the workload that was.
"""

import random
from contextlib import closing
from pathlib import Path

import pytest

from autoscaler.adapters.journal import Journal, open_journal
from autoscaler.adapters.journal_export import write_trace
from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.adapters.journal_trace import Stretch, read_trace
from autoscaler.core.policy import decide
from autoscaler.ports import CycleReport
from autoscaler.simulator.chance import generator
from autoscaler.simulator.history import History
from autoscaler.simulator.play import STRATEGIES, Kind, scene_of, trouble
from autoscaler.simulator.report import SimulationReport
from autoscaler.simulator.run import Runner, Scene, Simulation
from autoscaler.simulator.workload import Arrival, by_time, poisson
from autoscaler.simulator.workload import read_trace as read_csv
from tests.builders import at

SERVICE_SECONDS = (5.0, 40.0, 200.0, 900.0)


class Keeper:
    """A daemon's journal in a simulation; it is opened anew after each crash."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._journal: Journal | None = None
        self._reporter: JournalReporter | None = None
        self.reports: list[CycleReport] = []

    def watch(self, report: CycleReport | None) -> None:
        """Hear of a cycle; None: the daemon crashed in it, and starts anew."""
        if report is None:
            self.close()
            return
        if self._reporter is None:
            self._journal = open_journal(self._directory, at(0))
            assert self._journal is not None
            self._reporter = JournalReporter(self._journal)
        self._reporter.report(report)
        self.reports.append(report)

    def close(self) -> None:
        """Let the file go."""
        if self._journal is not None:
            self._journal.close()
        self._journal = self._reporter = None


def troubled(seed: int, keeper: Keeper) -> None:
    """A history in which anything goes wrong, told to the keeper."""
    rng = generator(seed, "journal")
    kind = Kind(
        strategy=rng.choice(STRATEGIES),
        target_wait_seconds=rng.choice((0.0, 60.0, 300.0)),
        two_groups=rng.random() < 0.5,
        hooks=rng.random() < 0.5,
        seed=seed,
    )
    history = History(scene_of(kind))
    history.simulation.watchers.append(keeper.watch)
    for _ in range(25):
        history.dispatch(rng.randrange(4), rng.choice((1, 2, 5, 12)), rng.choice(SERVICE_SECONDS))
        trouble(history, rng)
        history.cycle(rng.randrange(1, 8), rng.choice((0.6, 3.0, 10.0)))
    history.come_to_rest()


@pytest.mark.parametrize("seed", range(12))
def test_each_record_gives_its_decision_again_whatever_befell_the_pool(
    tmp_path: Path, seed: int
) -> None:
    keeper = Keeper(tmp_path)
    with closing(keeper):
        troubled(seed, keeper)
    reader = open_journal(tmp_path, at(0), read_only=True)
    assert reader is not None
    with closing(reader):
        records = reader.cycles("pool", last=100_000)

    for one in records:
        assert one.settings is not None
        assert one.memory is not None
        assert one.now is not None
        assert decide(one.observation, one.settings, one.memory, one.now) == one.decision
    decided = {report.cycle_id: report.decision for report in keeper.reports}
    assert all(decided[one.cycle_id] == one.decision for one in records)
    assert {report.cycle_id for report in keeper.reports if report.actions} <= {
        one.cycle_id for one in records
    }


def lived(
    scene: Scene, arrivals: tuple[Arrival, ...], keeper: Keeper | None = None
) -> SimulationReport:
    """What came of it."""
    simulation = Simulation(scene)
    if keeper is not None:
        simulation.watchers.append(keeper.watch)
    return Runner(simulation, arrivals).run()


@pytest.mark.parametrize("seed", range(4))
def test_a_trace_from_the_journal_makes_the_same_replay(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    came = poisson(
        rng, count=200, per_second=0.1, mean_service_seconds=120, jobs=("small", "large")
    )
    begin = round(came[0].at_seconds, 3)
    workload = by_time(
        Arrival(round(one.at_seconds - begin, 3), round(one.service_seconds, 3), one.job, profile)
        for one, profile in zip(came, ["a", None] * 100, strict=True)
    )
    scene = scene_of(Kind(latency=False, seed=seed))
    keeper = Keeper(tmp_path)
    with closing(keeper):
        report = lived(scene, workload, keeper)

    trace = read_trace(tmp_path, "pool", Stretch())
    write_trace(trace, tmp_path / "trace.csv.gz")
    again = read_csv(tmp_path / "trace.csv.gz")

    assert again == workload
    assert trace.drawn_count == 0
    assert lived(scene, again) == report


def test_of_a_troubled_pool_no_child_is_lost_or_counted_twice(tmp_path: Path) -> None:
    """The daemon is killed again and again, and what it has not written down is forgotten."""
    rng = generator(3, "crashes")
    history = History(scene_of(Kind(latency=False, seed=3)))
    keeper = Keeper(tmp_path)
    history.simulation.watchers.append(keeper.watch)
    dispatched = 0
    with closing(keeper):
        history.cycle()
        for _ in range(30):
            count = rng.randrange(6)
            dispatched += count
            history.dispatch(rng.randrange(2), count, rng.choice((5.0, 40.0)))
            history.cycle(rng.randrange(1, 5), rng.choice((0.6, 10.0)))
            if rng.random() < 0.4:
                keeper.close()
                history.restart(memory_lost=rng.random() < 0.5)
                history.wait(rng.choice((1.0, 30.0)))
        history.come_to_rest()

    trace = read_trace(tmp_path, "pool", Stretch())

    assert len(trace.arrivals) == dispatched
    assert trace.drawn_count == 0
