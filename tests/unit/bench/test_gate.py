"""The short form against what is recorded: what counts as worse."""

from dataclasses import replace
from typing import Any

import pytest

from autoscaler.simulator.report import SimulationReport
from bench.contest import Result
from bench.elasticity import Elasticity
from bench.gate import Record, Standing, Workload, grounds, record_of, recorded, shortfalls
from bench.ground import Place

RECORD = Record(
    {name: Workload(100, 50.0, 50.0) for name in ("flash", "idle")},
    {"ours": {"flash": Standing(100.0, 0.0), "idle": Standing(10.0, 0.4)}},
)


def a_result(scenario: str, node_hours: float, late_count: int = 0, **changes: Any) -> Result:
    """Of a thousand children, so many late."""
    report = SimulationReport(
        node_seconds=node_hours * 3600,
        waits=(0.0,) * (1000 - late_count) + (301.0,) * late_count,
        dispatched_count=1000,
        finished_count=1000,
        launched_count=10,
        peak_count=5,
        killed_count=0,
        lost_count=0,
        cycle_count=1,
        crash_count=0,
        ended_seconds=1.0,
    )
    return Result(
        contestant="ours",
        place=Place(scenario),
        servable=True,
        bound_seconds=9 * 3600,
        report=replace(report, **changes),
        elasticity=Elasticity(0, 0, 0, 0, 0),
        took_seconds=0.0,
    )


@pytest.mark.parametrize(
    ("flash", "idle", "late_count"),
    [(100.0, 10.0, 4), (101.9, 10.19, 0), (104.0, 9.9, 0), (80.0, 9.1, 8)],
)
def test_within_the_margins_all_is_well(flash: float, idle: float, late_count: int) -> None:
    results = [a_result("flash", flash), a_result("idle", idle, late_count)]

    assert shortfalls("ours", results, RECORD) == ()


def test_a_mean_cost_above_the_margin_is_told() -> None:
    results = [a_result("flash", 105.0), a_result("idle", 10.0)]
    (worse,) = shortfalls("ours", results, RECORD)

    assert "2.5 % above the recorded" in worse


def test_late_children_above_the_margin_are_told_by_scenario() -> None:
    results = [a_result("flash", 100.0, 6), a_result("idle", 10.0, 10)]

    assert shortfalls("ours", results, RECORD) == (
        "ours, flash: 0.60 % late, recorded 0.00 %",
        "ours, idle: 1.00 % late, recorded 0.40 %",
    )


@pytest.mark.parametrize(
    "changes",
    [{"killed_count": 1}, {"finished_count": 999}, {"violations": ("2: above the maximum",)}],
)
def test_what_must_never_be_is_told_whatever_it_costs(changes: dict[str, Any]) -> None:
    results = [a_result("flash", 90.0, **changes), a_result("idle", 10.0)]
    (worse,) = shortfalls("ours", results, RECORD)

    assert worse.startswith("ours, flash: ")


def test_to_cost_less_than_any_plan_can_is_a_broken_yardstick() -> None:
    (worse,) = shortfalls("ours", [a_result("idle", 8.0)], RECORD)

    assert "cost 0.889 of the bound" in worse


def test_other_workloads_than_recorded_are_refused() -> None:
    real = recorded()
    fewer = replace(real.workloads["idle"], children=1)
    changed = replace(real, workloads={**real.workloads, "idle": fewer})

    with pytest.raises(ValueError, match="idle is another workload"):
        list(grounds(changed, ["idle"]))
    (ground,) = grounds(real, ["idle"])
    assert ground.bound_seconds == real.workloads["idle"].lower_bound_node_hours * 3600


def test_a_record_is_what_came_out() -> None:
    record = record_of({"ours": [a_result("idle", 10.0, 4)]})

    assert record.standings == {"ours": {"idle": Standing(10.0, 0.4)}}
    assert record.workloads["idle"].lower_bound_node_hours == 9.0
    assert record.workloads["idle"].children == recorded().workloads["idle"].children
