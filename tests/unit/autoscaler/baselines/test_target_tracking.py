"""AWS target tracking by hand, its documentation's example first."""

from autoscaler.baselines.known import Known
from autoscaler.baselines.target_tracking import TargetTracking, backlog_target
from autoscaler.baselines.view import View


def some_known(slots: int, mean_service_seconds: float) -> Known:
    """What matters here of it."""
    return Known(
        slots=slots,
        boot_seconds=120.0,
        wait_seconds=10.0,
        mean_service_seconds=mean_service_seconds,
        nodes_p95=0,
        nodes_peak=0,
    )


def by_the_minute(formula: TargetTracking, minutes: range, view: View) -> list[int]:
    """The answers to the same picture at each of these minutes."""
    return [
        formula.wanted(
            View(
                now_seconds=60.0 * minute,
                pending_count=view.pending_count,
                nodes=view.nodes,
                in_service_count=view.nodes,
                warming_count=view.warming_count,
            )
        )
        for minute in minutes
    ]


def test_the_documented_example_adds_five_instances() -> None:
    """1500 messages on 10 instances, 10 s acceptable, 0.1 s each: 150 where 100 are to be."""
    target = backlog_target(some_known(slots=1, mean_service_seconds=0.1), 10.0)
    view = View(now_seconds=0, pending_count=1500, nodes=10)

    assert target == 100
    assert by_the_minute(TargetTracking(target), range(3), view) == [10, 10, 15]


def test_a_node_of_two_slots_serves_twice_as_many() -> None:
    assert backlog_target(some_known(slots=2, mean_service_seconds=100.0), 300.0) == 6


def test_it_looks_once_a_minute() -> None:
    formula = TargetTracking(6)
    view = View(now_seconds=0, pending_count=13)

    assert formula.wanted(view) == 3
    assert formula.wanted(View(now_seconds=50, pending_count=60, nodes=3)) == 3


def test_what_warms_up_counts_already() -> None:
    formula = TargetTracking(6)
    counts = [
        formula.wanted(
            View(now_seconds=60.0 * minute, pending_count=24, nodes=6, in_service_count=2)
        )
        for minute in range(3)
    ]

    assert counts == [6, 6, 6]


def test_in_from_the_fifteenth_low_point_on_by_half_a_minute_at_most() -> None:
    formula, nodes, counts = TargetTracking(6), 4, []
    for minute in range(18):
        nodes = formula.wanted(View(now_seconds=60.0 * minute, nodes=nodes, in_service_count=nodes))
        counts.append(nodes)

    assert counts == [4] * 14 + [2, 1, 0, 0]


def test_in_by_what_is_over_rounded_down() -> None:
    """21 children on 7 nodes of 4: by a quarter too many nodes, which is 1.75."""
    view = View(now_seconds=0, pending_count=21, nodes=7)

    assert by_the_minute(TargetTracking(4), range(15), view)[-1] == 6


def test_at_nine_tenths_of_the_target_none_goes() -> None:
    view = View(now_seconds=0, pending_count=9, nodes=2)

    assert by_the_minute(TargetTracking(5), range(20), view) == [2] * 20


def test_none_goes_while_one_warms_up() -> None:
    view = View(now_seconds=0, nodes=4, warming_count=1)

    assert by_the_minute(TargetTracking(6), range(20), view) == [4] * 20
