"""The demand of a workload by itself, and what is known of it."""

import pytest

from autoscaler.baselines.known import Known
from autoscaler.baselines.open_loop import open_loop, peak, quantile_of_time
from autoscaler.bounds import Terms, Work

#: Of 100 s three children are at work for 10, one for 60, none for 20, one for the last 10.
WORK = [Work(0, 70), Work(5, 10), Work(5, 10), Work(90, 10)]
TERMS = Terms(slots=2, boot_seconds=120.0, wait_seconds=300.0)


def test_the_demand_is_what_is_at_work_over_the_slots_rounded_up() -> None:
    assert open_loop(WORK, 2) == ((0, 1), (5, 2), (15, 1), (70, 0), (90, 1), (100, 0))


def test_what_ends_as_another_begins_needs_one_node() -> None:
    assert peak(open_loop([Work(0, 10), Work(10, 10)], 1)) == 1


@pytest.mark.parametrize(("share", "nodes"), [(0.2, 0), (0.21, 1), (0.9, 1), (0.91, 2), (1, 2)])
def test_a_quantile_is_of_the_time(share: float, nodes: int) -> None:
    assert quantile_of_time(open_loop(WORK, 2), share) == nodes


def test_the_truth_about_the_work_is_known() -> None:
    known = Known.of(WORK, TERMS)

    assert known == Known(
        slots=2,
        boot_seconds=120.0,
        wait_seconds=300.0,
        mean_service_seconds=25.0,
        nodes_p95=2,
        nodes_peak=2,
    )


def test_of_no_work_nothing_is_asked() -> None:
    known = Known.of([], TERMS)

    assert (known.nodes_p95, known.nodes_peak, known.mean_service_seconds) == (0, 0, 1.0)
