"""The clairvoyant plan can be carried out, costs what it says, and stands between the bounds."""

import random
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import pytest

from autoscaler.bounds import Plan, Terms, Work, clairvoyant_plan, lower_bound
from tests.unit.autoscaler.bounds.plans import cheapest_plan, small_case

TERMS = Terms(slots=2, boot_seconds=120.0, wait_seconds=300.0)


def _spans(plan: Plan) -> list[list[tuple[float, float]]]:
    """When the children of each node start and end."""
    found: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for node, start, work in plan.placed:
        found[node].append((start, start + work.service_seconds))
    return [sorted(spans) for spans in found.values()]


def _highest(changes: Sequence[tuple[float, int]]) -> int:
    """The most at a time; what ends at an instant makes room for what begins then."""
    level = highest = 0
    for _, change in sorted(changes):
        level += change
        highest = max(highest, level)
    return highest


def _uptimes(spans: Sequence[tuple[float, float]], boot: float) -> list[tuple[float, float]]:
    """From launch to end, as often as the node is booted."""
    found = [(spans[0][0] - boot, spans[0][1])]
    for start, end in spans[1:]:
        begin, until = found[-1]
        if start - until > boot:
            found.append((start - boot, end))
        else:
            found[-1] = (begin, max(until, end))
    return found


def _work(seed: int, count: int = 150) -> list[Work]:
    rng = random.Random(seed)
    at_seconds, found = 0.0, []
    for _ in range(count):
        at_seconds += rng.choice((0.0, rng.expovariate(1 / 40), rng.expovariate(1 / 400)))
        found.append(Work(at_seconds, rng.lognormvariate(4, 1.3)))
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("nodes_max", [50, 5])
def test_a_plan_can_be_carried_out_and_costs_what_it_says(seed: int, nodes_max: int) -> None:
    work = _work(seed)
    plan = clairvoyant_plan(work, TERMS, nodes_max)
    nodes = _spans(plan)
    uptimes = [one for spans in nodes for one in _uptimes(spans, TERMS.boot_seconds)]

    assert sorted(one.work for one in plan.placed) == sorted(work)
    assert all(one.start_seconds >= one.work.at_seconds for one in plan.placed)
    for spans in nodes:
        changes = [(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans]
        assert _highest(changes) <= TERMS.slots
    assert plan.node_seconds == pytest.approx(sum(end - begin for begin, end in uptimes))
    steps = [(begin, 1) for begin, _ in uptimes] + [(end, -1) for _, end in uptimes]
    assert _highest(steps) <= nodes_max
    waits = [one.start_seconds - one.work.at_seconds for one in plan.placed]
    assert plan.late_count == sum(wait > TERMS.wait_seconds + 1e-6 for wait in waits)


@pytest.mark.parametrize("seed", range(5))
def test_with_nodes_enough_nobody_is_late_and_the_bound_is_near(seed: int) -> None:
    work = _work(seed)
    plan = clairvoyant_plan(work, TERMS, 200)

    assert plan.late_count == 0
    assert 1 <= plan.node_seconds / lower_bound(work, TERMS) < 1.25


def test_small_cases_are_planned_nearly_as_well_as_can_be() -> None:
    ratios = []
    for seed in range(40):
        work, terms = small_case(random.Random(f"plan {seed}"))
        plan = clairvoyant_plan(work, terms, 10)
        assert plan.late_count == 0
        assert plan.node_seconds >= lower_bound(work, terms) - 0.1
        ratios.append(plan.node_seconds / cheapest_plan(work, terms))

    assert sum(ratios) / len(ratios) < 1.05


def test_a_lone_child_costs_a_boot_and_its_work() -> None:
    plan = clairvoyant_plan([Work(50, 80)], TERMS, 1)

    assert (plan.node_seconds, plan.late_count) == (200, 0)


def test_a_burst_takes_the_fewest_nodes_that_start_all_in_time() -> None:
    """Each slot can start seven children of 50 s from the arrival to 300 s after it."""
    plan = clairvoyant_plan([Work(0, 50)] * 42, TERMS, 50)

    assert len(_spans(plan)) == 3
    assert plan.late_count == 0


def test_with_too_few_nodes_as_few_as_may_be_are_late() -> None:
    """One node starts fourteen in time, and the rest one after the other."""
    plan = clairvoyant_plan([Work(0, 50)] * 20, TERMS, 1)
    ends = sorted(one.start_seconds for one in plan.placed)

    assert plan.late_count == 6
    assert max(after - before for before, after in pairwise(ends)) == 50


def test_without_work_there_is_no_plan_to_make() -> None:
    assert clairvoyant_plan([], TERMS, 5) == Plan(0.0, 0, ())


def test_mixed_asks_are_not_planned_for() -> None:
    with pytest.raises(ValueError, match="equal slots"):
        clairvoyant_plan([Work(0, 1, (0.5,))], TERMS, 5)


def test_without_nodes_there_is_no_plan() -> None:
    with pytest.raises(ValueError, match="allow one at least"):
        clairvoyant_plan([Work(0, 1)], TERMS, 0)
