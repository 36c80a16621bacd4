"""
The short form of the contest, held against the figures that are recorded beside this module.

On generated shapes, cut to a fraction of their window: seconds each.  A change of the code that
makes a figure worse by more than its margin is told; one that makes them better for good is
recorded by ``python -m bench.policies --record``.  The bounds are recorded, too: to work them out
takes longer than the runs, and scipy.  Imports ``bench`` and ``autoscaler``.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from autoscaler.simulator.workload import Arrival
from bench.contest import Contestant, Result, run
from bench.ground import Ground, Place, Source
from bench.policy_table import geometric_mean
from bench.scenes import Knobs

#: The telling ones: a burst, a few children an hour, many short ones, and some very long.
QUICK = ("flash", "idle", "genai", "heavytail")
SCALE = 0.2
RECORDED = Path(__file__).with_name("recorded_policies.json")
#: By so much of it the mean cost may rise, and by so many percent of the children be later.
_RATIO_MARGIN = 0.02
_LATE_MARGIN_PERCENT = 0.5


@dataclass(frozen=True, slots=True)
class Workload:
    """A scenario of the short form, by what no policy changes."""

    children: int
    service_hours: float
    lower_bound_node_hours: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How our settings of one name did in one scenario."""

    node_hours: float
    late_percent: float


@dataclass(frozen=True, slots=True)
class Record:
    """What the code is held to."""

    workloads: Mapping[str, Workload]
    #: By the settings' name, then by scenario.
    standings: Mapping[str, Mapping[str, Standing]]


def short_form(
    name: str, knobs: Knobs, record: Record | None = None, scenarios: Sequence[str] = QUICK
) -> list[Result]:
    """Our settings of that name, scenario by scenario."""
    return [run(Contestant(name, knobs), ground) for ground in grounds(record, scenarios)]


def grounds(record: Record | None, scenarios: Sequence[str] = QUICK) -> Iterator[Ground]:
    """
    The short form's scenarios; without a record their bounds are worked out.

    Raises ``ValueError`` where the generators make other workloads than those recorded.
    """
    for name in scenarios:
        arrivals = Source(scale=SCALE).arrivals(name, 1)
        workload = record.workloads[name] if record else None
        if workload is not None and not _alike(arrivals, workload):
            raise ValueError(f"{name} is another workload than recorded: record the figures anew")
        bound = workload.lower_bound_node_hours * 3600 if workload else None
        yield Ground(Place(name), arrivals, bound)


def _alike(arrivals: Sequence[Arrival], workload: Workload) -> bool:
    hours = sum(one.service_seconds for one in arrivals) / 3600
    return len(arrivals) == workload.children and abs(hours - workload.service_hours) < 0.01


def shortfalls(name: str, results: Sequence[Result], record: Record) -> tuple[str, ...]:
    """What is worse than recorded by more than the margins, in words; nothing where all is well."""
    before = record.standings[name]
    found = [
        f"{name}, {one.place.scenario}: {one.report.killed_count} killed, "
        f"{one.report.unserved_count} unserved, {len(one.report.violations)} violations, "
        f"cost {one.ratio:.3f} of the bound"
        for one in results
        if not one.sound
    ]
    found += [
        f"{name}, {one.place.scenario}: {one.late_percent:.2f} % late, "
        f"recorded {before[one.place.scenario].late_percent:.2f} %"
        for one in results
        if one.late_percent > before[one.place.scenario].late_percent + _LATE_MARGIN_PERCENT
    ]
    rise = _rise(results, before)
    if rise > _RATIO_MARGIN:
        ratio = geometric_mean(results)
        found.append(
            f"{name}: cost {ratio:.3f} of the bound, {100 * rise:.1f} % above the recorded "
            f"{ratio / (1 + rise):.3f}"
        )
    return tuple(found)


def _rise(results: Sequence[Result], before: Mapping[str, Standing]) -> float:
    """Of the geometric mean of costs: by what share of it."""
    logarithms = [
        math.log(one.report.node_hours / before[one.place.scenario].node_hours) for one in results
    ]
    return math.exp(fmean(logarithms)) - 1


def recorded() -> Record:
    """What was recorded last."""
    told = json.loads(RECORDED.read_text(encoding="utf-8"))
    return Record(
        {name: Workload(**one) for name, one in told["workloads"].items()},
        {
            name: {scenario: Standing(**one) for scenario, one in scenarios.items()}
            for name, scenarios in told["standings"].items()
        },
    )


def record_of(results: Mapping[str, Sequence[Result]]) -> Record:
    """What these runs, by the settings' name, are worth recording of."""
    standings = {
        name: {
            one.place.scenario: Standing(
                round(one.report.node_hours, 3), round(one.late_percent, 3)
            )
            for one in runs
        }
        for name, runs in results.items()
    }
    bounds = {one.place.scenario: one.bound_seconds for runs in results.values() for one in runs}
    workloads = {}
    for name, seconds in bounds.items():
        arrivals = Source(scale=SCALE).arrivals(name, 1)
        hours = sum(one.service_seconds for one in arrivals) / 3600
        workloads[name] = Workload(len(arrivals), round(hours, 3), round(seconds / 3600, 3))
    return Record(workloads, standings)


def write(record: Record) -> None:
    """From now on this is what the code is held to."""
    RECORDED.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
