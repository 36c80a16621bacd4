"""
The results of the policies' contest in tables: each scenario, and over all of them.

A cost is never told without its share of late children.  Imports ``bench``.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from bench.contest import Result
from bench.ground import Place

_HEAD = (
    f"{'policy':<22}{'hours':>9}{'cost':>7}{'late %':>8}{'p50':>6}{'p95':>6}{'p99':>6}{'max':>7}"
    f"{'launches':>10}{'killed':>8}{'unserved':>10}{'accU %':>8}{'accO %':>8}{'timeU %':>9}"
    f"{'timeO %':>9}{'unst %':>8}{'took s':>8}"
)
_TOTALS_HEAD = (
    f"{'policy':<22}{'gm':>7}{'late %':>8}{'worst late %':>20}{'gm by seed':>16}{'> 0.5 %':>9}"
    f"{'worst p95':>11}{'hours':>9}{'launches':>10}{'killed':>8}{'unserved':>10}{'took s':>8}"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """A policy over the scenarios that can be served, each the mean of its seeds."""

    contestant: str
    #: The geometric mean of cost over bound, and the lowest and highest of any one seed.
    ratio: float
    ratio_min: float
    ratio_max: float
    late_percent: float
    worst_late_percent: float
    worst_late_scenario: str
    #: Scenarios with more than 0.5 % late.
    late_count: int
    worst_p95_seconds: float
    node_hours: float
    launches: float
    #: Of all scenarios, those that cannot be served included.
    killed: int
    unserved: int
    took_seconds: float


def scenario_table(results: Sequence[Result]) -> Iterator[str]:
    """The lines of one scenario: all policies, each the mean of its seeds."""
    place, seeds = results[0].place, sorted({one.place.seed for one in results})
    bound = fmean(one.bound_seconds for one in results) / 3600
    can = "" if results[0].servable else "; it cannot be served in time: costs are no measure"
    yield ""
    yield (
        f"{place.scenario}: {place.slots} slots, boot {place.boot_seconds:g} s, "
        f"seed {' '.join(map(str, seeds))}; lower bound {bound:.1f} node-hours{can}"
    )
    yield _HEAD
    for name in _names(results):
        yield _row([one for one in results if one.contestant == name])


def _row(results: Sequence[Result]) -> str:
    def mean(of: Any) -> float:
        return fmean(of(one) for one in results)

    return (
        f"{results[0].contestant:<22}{mean(lambda one: one.report.node_hours):>9.1f}"
        f"{mean(lambda one: one.ratio):>7.3f}{mean(lambda one: one.late_percent):>8.2f}"
        f"{mean(lambda one: one.report.wait(0.5)):>6.0f}"
        f"{mean(lambda one: one.report.wait(0.95)):>6.0f}"
        f"{mean(lambda one: one.report.wait(0.99)):>6.0f}"
        f"{mean(lambda one: one.report.wait(1)):>7.0f}"
        f"{mean(lambda one: one.report.launched_count):>10.0f}"
        f"{sum(one.report.killed_count for one in results):>8}"
        f"{sum(one.report.unserved_count for one in results):>10}"
        f"{100 * mean(lambda one: one.elasticity.accuracy_under):>8.1f}"
        f"{100 * mean(lambda one: one.elasticity.accuracy_over):>8.1f}"
        f"{100 * mean(lambda one: one.elasticity.timeshare_under):>9.1f}"
        f"{100 * mean(lambda one: one.elasticity.timeshare_over):>9.1f}"
        f"{100 * mean(lambda one: one.elasticity.instability):>8.1f}"
        f"{sum(one.took_seconds for one in results):>8.1f}"
    )


def totals(results: Sequence[Result]) -> list[Totals]:
    """Of one cell, slots and boot, every policy; none where no scenario can be served."""
    return [
        _totals_of([one for one in results if one.contestant == name])
        for name in _names(results)
        if any(one.servable for one in results if one.contestant == name)
    ]


def _totals_of(results: Sequence[Result]) -> Totals:
    served = [one for one in results if one.servable]
    scenarios = sorted({one.place.scenario for one in served})
    by_scenario = {
        scenario: [one for one in served if one.place.scenario == scenario]
        for scenario in scenarios
    }
    late = {name: fmean(one.late_percent for one in some) for name, some in by_scenario.items()}
    worst = max(late, key=lambda name: late[name])
    seeds = {one.place.seed for one in served}
    of_seeds = [geometric_mean(one for one in served if one.place.seed == seed) for seed in seeds]
    return Totals(
        results[0].contestant,
        geometric_mean(served),
        min(of_seeds),
        max(of_seeds),
        fmean(late.values()),
        late[worst],
        worst,
        sum(1 for percent in late.values() if percent > 0.5),
        max(fmean(one.report.wait(0.95) for one in some) for some in by_scenario.values()),
        sum(fmean(one.report.node_hours for one in some) for some in by_scenario.values()),
        sum(fmean(one.report.launched_count for one in some) for some in by_scenario.values()),
        sum(one.report.killed_count for one in results),
        sum(one.report.unserved_count for one in results),
        sum(one.took_seconds for one in results),
    )


def totals_table(results: Sequence[Result]) -> Iterator[str]:
    """The lines of one cell over its scenarios."""
    place = results[0].place
    served = sorted({one.place.scenario for one in results if one.servable})
    others = sorted({one.place.scenario for one in results} - set(served))
    yield ""
    yield (
        f"over {len(served)} scenarios, {place.slots} slots, boot {place.boot_seconds:g} s: "
        f"{', '.join(served)}{'; not servable: ' + ', '.join(others) if others else ''}"
    )
    if not served:
        return
    yield _TOTALS_HEAD
    for one in totals(results):
        named = f"{one.worst_late_scenario} " if one.worst_late_percent else ""
        worst = f"{named}{one.worst_late_percent:.2f}"
        yield (
            f"{one.contestant:<22}{one.ratio:>7.3f}{one.late_percent:>8.2f}{worst:>20}"
            f"{one.ratio_min:>9.3f}-{one.ratio_max:.3f} {one.late_count:>8}"
            f"{one.worst_p95_seconds:>11.0f}{one.node_hours:>9.0f}{one.launches:>10.0f}"
            f"{one.killed:>8}{one.unserved:>10}{one.took_seconds:>8.1f}"
        )


def geometric_mean(results: Iterable[Result]) -> float:
    """Of the costs over their bounds; of one result at least."""
    return math.exp(fmean(math.log(one.ratio) for one in results))


def cell_of(place: Place) -> tuple[int, float]:
    """Slots and boot: what scenarios are averaged over."""
    return (place.slots, place.boot_seconds)


def _names(results: Iterable[Result]) -> tuple[str, ...]:
    """In the order in which they came."""
    return tuple(dict.fromkeys(one.contestant for one in results))
