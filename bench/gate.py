"""
The short form of the contest, held against the figures that are recorded beside this module.

On generated shapes, cut to a fraction of their window: seconds each.  A change of the code that
makes a figure worse by more than its margin is told; one that makes them better for good is
recorded by ``python -m bench.policies --record``.  Imports ``bench``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contest import OURS, Contestant, Result, run
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
class Standing:
    """How a policy stands in the short form."""

    #: The geometric mean of cost over the lower bound.
    ratio: float
    #: Late children in percent, by scenario.
    late_percent: Mapping[str, float]


def short_form(ours: Mapping[str, Knobs] = OURS) -> dict[str, Sequence[Result]]:
    """Our settings, each through the short form's scenarios."""
    source = Source(scale=SCALE)
    grounds = [Ground(Place(name), source.arrivals(name, 1)) for name in QUICK]
    return {
        name: [run(Contestant(name, knobs), ground) for ground in grounds]
        for name, knobs in ours.items()
    }


def standing(results: Sequence[Result]) -> Standing:
    """The figures that are held against each other."""
    late = {one.place.scenario: one.late_percent for one in results}
    return Standing(geometric_mean(results), late)


def shortfalls(
    results: Mapping[str, Sequence[Result]], recorded: Mapping[str, Standing]
) -> tuple[str, ...]:
    """What is worse than recorded by more than the margins, in words; nothing where all is well."""
    found: list[str] = []
    for name, runs in results.items():
        found += [
            f"{name}, {one.place.scenario}: {one.report.killed_count} killed, "
            f"{one.report.unserved_count} unserved, cost {one.ratio:.3f} of the bound, "
            f"{len(one.report.violations)} violations"
            for one in runs
            if not one.sound
        ]
        found += _worse(name, standing(runs), recorded[name])
    return tuple(found)


def _worse(name: str, now: Standing, before: Standing) -> list[str]:
    found = [
        f"{name}, {scenario}: {percent:.2f} % late, recorded {before.late_percent[scenario]:.2f}"
        for scenario, percent in now.late_percent.items()
        if percent > before.late_percent[scenario] + _LATE_MARGIN_PERCENT
    ]
    if now.ratio > before.ratio * (1 + _RATIO_MARGIN):
        rise = 100 * (now.ratio / before.ratio - 1)
        found.append(
            f"{name}: cost {now.ratio:.3f} of the bound, {rise:.1f} % above the recorded "
            f"{before.ratio:.3f}"
        )
    return found


def recorded_standings() -> dict[str, Standing]:
    """What was recorded last."""
    told = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {name: Standing(one["ratio"], one["late_percent"]) for name, one in told.items()}


def record(results: Mapping[str, Sequence[Result]]) -> None:
    """From now on these are what the code is held to."""
    told = {
        name: {
            "ratio": round(standing(runs).ratio, 4),
            "late_percent": {
                scenario: round(percent, 3)
                for scenario, percent in standing(runs).late_percent.items()
            },
        }
        for name, runs in results.items()
    }
    RECORDED.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
