"""The HPA and KEDA by hand."""

from autoscaler.baselines.kubernetes import Hpa, Keda
from autoscaler.baselines.view import View


def test_the_hpa_wants_a_replica_for_each_average_value_rounded_up() -> None:
    assert Hpa(2).wanted(View(now_seconds=0, pending_count=9, nodes=4)) == 5


def test_within_a_tenth_of_the_target_nothing_changes() -> None:
    kept = Hpa(2).wanted(View(now_seconds=0, pending_count=21, nodes=10))
    changed = Hpa(2).wanted(View(now_seconds=0, pending_count=23, nodes=10))

    assert (kept, changed) == (10, 12)


def test_out_by_four_or_by_double_whichever_is_more() -> None:
    formula, nodes, counts = Hpa(2), 1, []
    for sync in range(5):
        nodes = formula.wanted(View(now_seconds=15.0 * sync, pending_count=78, nodes=nodes))
        counts.append(nodes)

    assert counts == [5, 10, 20, 39, 39]


def test_in_to_the_highest_recommendation_of_the_last_five_minutes() -> None:
    formula = Hpa(2)
    seen = [(0.0, 16), (100.0, 4), (300.0, 4), (315.0, 4), (400.0, 2), (415.0, 2)]
    counts = [
        formula.wanted(View(now_seconds=at, running_count=running, nodes=8)) for at, running in seen
    ]

    # The 8 of second 0 counts up to 300, the 2 of 315 beyond 415.
    assert counts == [8, 8, 8, 2, 2, 2]


def test_the_hpa_keeps_one_replica_of_nothing_to_do() -> None:
    formula = Hpa(2)
    counts = [formula.wanted(View(now_seconds=at, nodes=1)) for at in (0.0, 1000.0)]

    assert counts == [1, 1]


def test_the_walkthrough_counts_only_what_waits() -> None:
    formula = Hpa(30, running_too=False)

    assert formula.wanted(View(now_seconds=0, pending_count=75, running_count=900, nodes=2)) == 3


def test_keda_goes_to_one_at_a_poll_and_leaves_the_rest_to_the_hpa() -> None:
    formula = Keda()
    views = [
        View(now_seconds=0),
        View(now_seconds=15, pending_count=12),
        View(now_seconds=30, pending_count=12),
        View(now_seconds=45, pending_count=12, nodes=1),
    ]

    assert [formula.wanted(view) for view in views] == [0, 0, 1, 3]


def test_keda_goes_to_nothing_at_the_first_poll_after_five_minutes_of_quiet() -> None:
    formula = Keda()
    formula.wanted(View(now_seconds=0, running_count=1, nodes=1))
    counts = [formula.wanted(View(now_seconds=at, nodes=1)) for at in (30.0, 285.0, 300.0, 315.0)]

    assert counts == [1, 1, 1, 0]
