"""The tables of the contest."""

from dataclasses import replace

import pytest

from bench.ground import Place
from bench.policy_table import scenario_table, totals, totals_table
from tests.unit.bench.test_gate import a_result


def test_the_mean_is_geometric_and_of_what_can_be_served() -> None:
    """9 node-hours are the bound: 2 and 8 times it, and one that cannot be served."""
    results = [
        a_result("flash", 18.0),
        a_result("idle", 72.0, 7),
        replace(a_result("hpc", 900.0, 500), servable=False),
    ]
    (one,) = totals(results)

    assert one.ratio == pytest.approx(4.0)
    assert one.worst_late_scenario == "idle"
    assert one.worst_late_percent == pytest.approx(0.7)
    assert one.late_percent == pytest.approx(0.35)
    assert one.late_count == 1
    assert one.node_hours == 90.0
    assert one.launches == 20


def test_each_scenario_is_the_mean_of_its_seeds_and_the_seeds_spread_is_told() -> None:
    results = [
        replace(a_result("idle", hours, late), place=Place("idle", seed=seed))
        for seed, hours, late in ((1, 9.0, 0), (2, 36.0, 10))
    ]
    (one,) = totals(results)

    assert (one.ratio_min, one.ratio, one.ratio_max) == pytest.approx((1.0, 2.0, 4.0))
    assert one.worst_late_percent == pytest.approx(0.5)
    assert one.node_hours == pytest.approx(22.5)


def test_a_line_for_each_policy_beside_its_share_of_late_children() -> None:
    results = [a_result("idle", 18.0, 7), replace(a_result("idle", 36.0), contestant="keda")]
    title, head, ours, keda = list(scenario_table(results))[1:]

    assert title.startswith("idle: 2 slots, boot 120 s, seed 1; lower bound 9.0 node-hours")
    assert head.split()[:4] == ["policy", "hours", "cost", "late"]
    assert ours.split()[:4] == ["ours", "18.0", "2.000", "0.70"]
    assert keda.split()[:4] == ["keda", "36.0", "4.000", "0.00"]


def test_a_scenario_that_cannot_be_served_says_so_and_has_no_totals() -> None:
    results = [replace(a_result("hpc", 18.0, 7), servable=False)]

    assert "cannot be served in time" in list(scenario_table(results))[1]
    assert list(totals_table(results))[-1].endswith("not servable: hpc")
    assert totals(results) == []


def test_the_totals_tell_the_worst_scenario_by_name() -> None:
    lines = list(totals_table([a_result("idle", 18.0, 7), a_result("flash", 9.0)]))

    assert lines[1] == "over 2 scenarios, 2 slots, boot 120 s: flash, idle"
    assert lines[-1].split()[:5] == ["ours", "1.414", "0.35", "idle", "0.70"]
