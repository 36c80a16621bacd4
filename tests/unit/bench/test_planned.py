"""The clairvoyant plan as a run of the contest."""

import pytest

from autoscaler.bounds import Work
from autoscaler.bounds.clairvoyant import Placed
from autoscaler.simulator.workload import Arrival
from bench.ground import Ground, Place
from bench.planned import planned, steps_of, stretches_up


def some_placed(node: int, start: float, seconds: float) -> Placed:
    """A child that starts then, wherever it came from."""
    return Placed(node, start, Work(0.0, seconds))


def test_a_node_is_up_across_gaps_up_to_a_boot() -> None:
    placed = [
        some_placed(1, 300.0, 10.0),
        some_placed(0, 0.0, 100.0),
        some_placed(0, 50.0, 20.0),
        some_placed(0, 220.0, 10.0),
        some_placed(0, 351.0, 9.0),
    ]

    assert stretches_up(placed, 120.0) == [(0.0, 230.0), (351.0, 360.0), (300.0, 310.0)]


def test_how_many_are_up_changes_where_they_come_and_go() -> None:
    assert steps_of([(0.0, 10.0), (5.0, 20.0), (10.0, 30.0)]) == [
        (0.0, 1),
        (5.0, 2),
        (10.0, 2),
        (20.0, 1),
        (30.0, 0),
    ]
    assert steps_of([]) == []


def test_a_lone_child_costs_its_service_and_a_boot() -> None:
    report, supply = planned(Ground(Place("some"), [Arrival(10.0, 50.0)]))
    (wait,) = report.waits

    assert report.node_seconds == pytest.approx(120.0 + 50.0)
    assert (report.finished_count, report.launched_count, report.peak_count) == (1, 1, 1)
    assert 0 <= wait <= 300
    assert supply == [(10.0 + wait, 1), (60.0 + wait, 0)]
