"""What is worth choosing between."""

import math

from autoscaler.tuning.frontier import frontier, promising


def test_only_what_no_other_beats_in_both_is_on_the_frontier() -> None:
    pairs = [(10.0, 50.0), (8.0, 90.0), (9.0, 95.0), (12.0, 40.0), (12.0, 60.0)]
    assert frontier(pairs) == (1, 0, 3)


def test_of_equal_pairs_the_first_stands_for_all() -> None:
    assert frontier([(2.0, 1.0), (1.0, 5.0), (1.0, 5.0)]) == (1, 0)


def test_a_dearer_one_that_waits_as_long_is_beaten() -> None:
    assert frontier([(1.0, 5.0), (2.0, 5.0)]) == (0,)


def test_a_wait_without_end_is_never_worth_choosing() -> None:
    assert frontier([(1.0, math.inf), (2.0, 3.0)]) == (1,)
    assert frontier([(1.0, math.inf)]) == ()


def test_the_promising_are_the_frontier_and_then_the_frontier_of_the_rest() -> None:
    pairs = [(1.0, 9.0), (2.0, 4.0), (2.0, 10.0), (3.0, 5.0), (9.0, 20.0)]
    assert promising(pairs, 2) == (0, 1)
    assert promising(pairs, 4) == (0, 1, 2, 3)
    assert promising(pairs, 9) == (0, 1, 2, 3, 4)


def test_of_a_frontier_that_is_too_long_both_ends_and_the_middle_are_kept() -> None:
    pairs = [(float(cost), 10.0 - cost) for cost in range(5)]
    assert promising(pairs, 3) == (0, 2, 4)
    assert promising(pairs, 1) == (2,)


def test_what_serves_nobody_does_not_promise_anything() -> None:
    assert promising([(1.0, math.inf), (2.0, math.inf)], 5) == ()
