"""How sure a finding is."""

import random

import pytest

from autoscaler.tuning.robustness import Block, Blocks, robustness
from autoscaler.tuning.target import Target

#: Three quiet stretches, and one in which half of the children wait for long.
QUIET = Block((10.0, 20.0, 30.0, 40.0), 100.0)
BUSY = Block((10.0, 20.0, 400.0, 500.0), 300.0)
TRACE: Blocks = (QUIET, QUIET, QUIET, BUSY)


def test_stretches_that_are_all_alike_leave_no_doubt() -> None:
    found = robustness([(QUIET,) * 4], [(QUIET,) * 4], Target("p95", 40.0), random.Random(1), 50)
    assert (found.p95.low, found.p95.high) == (40.0, 40.0)
    assert (found.cost_change.low, found.cost_change.high) == (0.0, 0.0)
    assert found.met_share == 1.0
    assert found.cheaper_share == 0.0


def test_a_target_that_one_busy_stretch_breaks_is_met_where_that_is_not_drawn() -> None:
    found = robustness([TRACE], [TRACE], Target("p95", 100.0), random.Random(1), 4000)
    # It is not drawn in four draws of four with (3/4)^4.
    assert found.met_share == pytest.approx(0.75**4, abs=0.03)
    assert (found.p95.low, found.p95.high) == (40.0, 500.0)


def test_late_children_are_counted_among_those_of_the_stretches_drawn() -> None:
    found = robustness([TRACE], [TRACE], Target("late", 0.5, 300.0), random.Random(1), 4000)
    assert found.late_share.low == 0.0
    # Three busy ones in four are 6 of 16.
    assert found.late_share.high in (4 / 16, 6 / 16)
    assert found.met_share == 1.0


def test_the_cost_is_held_against_the_present_in_the_same_draws() -> None:
    cheaper = tuple(Block(block.waits, block.node_seconds * 0.8) for block in TRACE)
    found = robustness([cheaper], [TRACE], Target("p95", 100.0), random.Random(1), 200)
    assert found.cost_change.low == pytest.approx(-0.2)
    assert found.cost_change.high == pytest.approx(-0.2)
    assert found.cheaper_share == 1.0


def test_of_several_traces_the_worst_counts() -> None:
    other: Blocks = (Block((90.0,), 10.0),) * 2
    found = robustness(
        [(QUIET,) * 4, other], [TRACE, other], Target("p95", 80.0), random.Random(1), 50
    )
    assert (found.p95.low, found.p95.high) == (90.0, 90.0)
    assert found.met_share == 0.0


def test_children_that_never_start_wait_without_end() -> None:
    lost: Blocks = (Block((float("inf"), 1.0), 10.0),) * 3
    found = robustness([lost], [lost], Target("late", 0.4, 300.0), random.Random(1), 20)
    assert found.p95.low == float("inf")
    assert found.late_share.low == 0.5


def test_stretches_without_children_are_no_reason_to_fail() -> None:
    empty: Blocks = (Block((), 50.0), Block((5.0,), 0.0))
    found = robustness([empty], [empty], Target("p95", 10.0), random.Random(1), 100)
    assert found.p95.high == 5.0
    assert found.met_share == 1.0


def test_equal_seeds_give_equal_findings() -> None:
    once, again = (
        robustness([TRACE], [TRACE], Target("p95", 100.0), random.Random(5), 100) for _ in range(2)
    )
    assert once == again
