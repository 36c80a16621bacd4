"""What surely runs needs whole nodes, each up or booted again across its gaps."""

import pytest

from autoscaler.bounds.levels import level_bound, surely
from autoscaler.bounds.terms import Load, Terms

TERMS = Terms(slots=2, boot_seconds=120.0, wait_seconds=300.0)


def test_children_shorter_than_their_wait_surely_run_at_no_time() -> None:
    assert list(surely([Load(0, 300, 0.5)], TERMS)) == []
    assert level_bound([Load(0, 300, 0.5)], TERMS) == 0


def test_a_long_child_surely_runs_from_its_latest_start_to_its_earliest_end() -> None:
    assert list(surely([Load(50, 1000, 0.5)], TERMS)) == [(350, 1), (1050, 0)]
    assert level_bound([Load(50, 1000, 0.5)], TERMS) == 120 + 700


def test_a_second_node_is_needed_only_while_there_are_too_many_for_one() -> None:
    loads = [Load(0, 1000, 0.5), Load(0, 1000, 0.5), Load(0, 500, 0.5)]

    # From 300 s to 500 s three run, to 1,000 s two.
    assert level_bound(loads, TERMS) == (120 + 700) + (120 + 200)


@pytest.mark.parametrize(("gap", "bridged"), [(50, 50), (120, 120), (5000, 120)])
def test_a_gap_costs_what_it_lasts_and_no_more_than_a_boot(gap: float, bridged: float) -> None:
    loads = [Load(0, 400, 1.0), Load(100 + gap, 400, 1.0)]

    assert level_bound(loads, TERMS) == 120 + 100 + bridged + 100


def test_thirds_that_fill_a_node_are_one_node() -> None:
    loads = [Load(0, 1000, 1 / 3)] * 3

    assert list(surely(loads, TERMS)) == [(300, 1), (1000, 0)]
