"""
How closely the nodes that are there follow the nodes in demand: the metrics of elasticity.

They are told, not ranked by: where work may wait, having fewer nodes than the open-loop demand for
a while is what is wanted.  Definitions: NikolasHerbst/BUNGEE @7adf3ab, ``UnderprovisionAccuracy``,
``OverprovisionTimeshare`` and their like; instability by Ilyushkin et al. (ICPE 2017), by the
minute.  Imports ``autoscaler``.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autoscaler.ports import CycleReport
from autoscaler.simulator.run import Simulation

#: ``(from seconds, nodes)`` in order of time; none before the first.
Steps = Sequence[tuple[float, int]]

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Elasticity:
    """Shares from 0 to 1; the accuracies are of the demand, and can be more."""

    #: Nodes that were lacking, and too many, over those in demand; averaged over time.
    accuracy_under: float
    accuracy_over: float
    #: Of the time in which nodes were lacking, and in which there were too many.
    timeshare_under: float
    timeshare_over: float
    #: Of the minutes in which supply moved, and demand did not move the same way.
    instability: float


class Supply:
    """Watches a simulation: the nodes that take work or do it, as steps."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.steps: list[tuple[float, int]] = []
        simulation.watchers.append(self._look)

    def _look(self, _: CycleReport | None) -> None:
        cluster = self._simulation.cluster
        count = sum(
            1
            for group in self._simulation.aws.groups.values()
            for one in group.instances.values()
            if one.ended_at is None and cluster.node_on(one.instance_id) is not None
        )
        if not self.steps or self.steps[-1][1] != count:
            self.steps.append((self._simulation.clock.seconds, count))


def elasticity(supply: Steps, demand: Steps) -> Elasticity:
    """From the first to the last step of the demand; all 0 where there is none."""
    if len(demand) < 2:
        return Elasticity(0.0, 0.0, 0.0, 0.0, 0.0)
    begin, end = demand[0][0], demand[-1][0]
    lacking = over = seconds_under = seconds_over = 0.0
    for seconds, have, need in _together(supply, demand):
        lacking += seconds * max(0, need - have) / max(1, need)
        over += seconds * max(0, have - need) / max(1, need)
        seconds_under += seconds if have < need else 0.0
        seconds_over += seconds if have > need else 0.0
    whole = end - begin
    return Elasticity(
        lacking / whole,
        over / whole,
        seconds_under / whole,
        seconds_over / whole,
        _instability(supply, demand),
    )


def _together(supply: Steps, demand: Steps) -> Iterator[tuple[float, int, int]]:
    """Stretches in which neither changes: their seconds, the supply, the demand."""
    begin, end = demand[0][0], demand[-1][0]
    times = {at for at, _ in (*supply, *demand) if begin <= at <= end}
    ordered = sorted(times)
    have, need = _reader(supply), _reader(demand)
    for at, until in pairwise(ordered):
        yield until - at, have(at), need(at)


def _instability(supply: Steps, demand: Steps) -> float:
    begin, end = demand[0][0], demand[-1][0]
    have, need = _reader(supply), _reader(demand)
    count = max(1, int((end - begin) / _MINUTE))
    unstable = 0
    for minute in range(count):
        at, until = begin + minute * _MINUTE, begin + (minute + 1) * _MINUTE
        moved, wanted = have(until) - have(at), need(until) - need(at)
        unstable += bool(moved) and moved * wanted <= 0
    return unstable / count


def _reader(steps: Steps) -> Callable[[float], int]:
    """The value of steps at a time."""
    times = [at for at, _ in steps]

    def value_at(at: float) -> int:
        index = bisect_right(times, at)
        return steps[index - 1][1] if index else 0

    return value_at
