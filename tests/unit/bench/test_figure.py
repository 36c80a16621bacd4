"""Figures are held against their goals."""

from bench.figure import Figure, distribution


def test_a_figure_meets_its_goal_only_below_it() -> None:
    assert Figure("x", 99.9, "ms", 100).met
    assert not Figure("x", 100.0, "ms", 100).met
    assert Figure("x", 1e9, "ms").met


def test_a_missed_goal_is_shown() -> None:
    assert "MISSED" in str(Figure("x", 120.0, "ms", 100))
    assert "MISSED" not in str(Figure("x", 120.0, "ms", 200))


def test_a_distribution_tells_median_p95_and_maximum() -> None:
    median, p95, most = distribution("x", list(range(1, 101)), "ms", median_goal=100, p95_goal=90)

    assert (median.value, median.met) == (50.5, True)
    assert (round(p95.value, 2), p95.met) == (95.05, False)
    assert (most.value, most.goal) == (100, None)
