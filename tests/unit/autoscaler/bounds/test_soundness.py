"""No bound exceeds what a plan costs that serves every child in time, and most are close to it."""

import random
from collections.abc import Callable, Sequence

import pytest

from autoscaler.bounds import Terms, Work, lower_bound
from autoscaler.bounds.bound import work_bound
from autoscaler.bounds.chain import chain_bound
from autoscaler.bounds.fluid import fluid_bound
from autoscaler.bounds.levels import level_bound
from autoscaler.bounds.programme import integer_bound, relaxed_bound
from autoscaler.bounds.terms import Load
from autoscaler.bounds.weighing import weighings
from tests.unit.autoscaler.bounds.plans import cheapest_plan, small_case

BOUNDS: dict[str, Callable[[Sequence[Load], Terms], float]] = {
    "work": work_bound,
    "chain": chain_bound,
    "levels": level_bound,
    "fluid": fluid_bound,
    "relaxed": relaxed_bound,
    "integer": integer_bound,
}


@pytest.mark.parametrize("dimensions", [0, 1, 2])
@pytest.mark.parametrize("name", BOUNDS)
def test_no_bound_exceeds_a_plan(name: str, dimensions: int) -> None:
    for seed in range(15):
        work, terms = small_case(random.Random(f"{seed} {dimensions}"), dimensions=dimensions)
        plan = cheapest_plan(work, terms)
        for loads in weighings(work, terms):
            assert BOUNDS[name](sorted(loads), terms) <= plan + 0.1, (seed, work, terms)


@pytest.mark.parametrize("dimensions", [0, 2])
def test_the_best_of_the_bounds_is_sound_and_close(dimensions: int) -> None:
    ratios = []
    for seed in range(30):
        work, terms = small_case(random.Random(f"best {seed}"), dimensions=dimensions)
        plan = cheapest_plan(work, terms)
        bound = lower_bound(work, terms, search=True)
        assert bound <= plan + 0.1, (seed, work, terms)
        ratios.append(bound / plan)

    assert sum(ratios) / len(ratios) > 0.9


def test_without_waits_a_lone_profile_is_met_exactly() -> None:
    """Nothing may wait and nothing shares a node: what the levels say is what a plan costs."""
    terms = Terms(slots=1, boot_seconds=100.0, wait_seconds=0.0)
    work = [Work(0, 50), Work(20, 50), Work(90, 50), Work(400, 10)]

    assert lower_bound(work, terms) == pytest.approx(cheapest_plan(work, terms), abs=0.1)
