"""dask's Adaptive by hand."""

from autoscaler.baselines.dask import Dask
from autoscaler.baselines.view import View
from tests.unit.autoscaler.baselines.test_target_tracking import some_known

KNOWN = some_known(slots=2, mean_service_seconds=100.0)


def test_the_work_is_spread_over_the_target_duration() -> None:
    """40 x 100 s in 200 s are 20 slots, 10 nodes."""
    view = View(now_seconds=0, pending_count=30, running_count=10, finished_count=1)

    assert Dask(KNOWN, 200.0).wanted(view) == 10


def test_never_more_slots_than_children() -> None:
    view = View(now_seconds=0, pending_count=5, finished_count=1)

    assert Dask(KNOWN).wanted(view) == 3


def test_until_one_has_ended_a_child_counts_for_half_a_second() -> None:
    """40 x 0.5 s in 5 s are 4 slots."""
    assert Dask(KNOWN).wanted(View(now_seconds=0, pending_count=40)) == 2


def test_fewer_only_at_the_third_look_in_a_row() -> None:
    formula = Dask(KNOWN)
    quiet, busy = (
        View(now_seconds=0, nodes=3),
        View(now_seconds=0, running_count=9, nodes=3, finished_count=1),
    )
    looks = [formula.wanted(view) for view in (quiet, quiet, busy, quiet, quiet, quiet)]

    assert looks == [3, 3, 5, 3, 3, 0]
