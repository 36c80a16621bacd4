"""Starts on the nodes that are there: against the sums that define them."""

import random
from datetime import timedelta

import pytest

from autoscaler.core.briefing import brief
from autoscaler.core.forecast import grid_to
from autoscaler.core.memory import Memory
from autoscaler.core.model import Running
from autoscaler.core.starts import starts_on, waiting_of
from tests.builders import a_group, a_node, a_queue, an_observation, at, some_settings

GRID = grid_to(315.0)


def forecast(nodes, sample, *, pending=100, desired=0):
    """Two children to a node; so many nodes desired beside those that are there."""
    group = a_group(desired=len(nodes) + desired) if desired else None
    observed = an_observation(*nodes, queue=a_queue(pending, 2 * len(nodes)), group=group)
    memory = Memory(boot_seconds=(60.0,) * 10, service_seconds={"transcode": {"": sample}})
    settings = some_settings(strategy="backlog", size_max=1000)
    briefing = brief(observed, settings, memory, at(0))
    return starts_on(briefing.outlook, waiting_of(briefing.demand), GRID)


def busy(ages):
    """Full nodes, two children to each, begun so many seconds ago."""
    pairs = zip(ages[::2], ages[1::2], strict=True)
    return [
        a_node(
            number,
            live=2,
            running=tuple(
                Running("transcode", started_at=at(-age), placed_at=at(-age)) for age in pair
            ),
        )
        for number, pair in enumerate(pairs)
    ]


def chances(sample, age):
    """Of a child of this age, down to the grid: the chance to end at each point of it."""
    begun = age // GRID.step * GRID.step
    left = [one for one in sample if one > begun]
    found = [0.0] * (GRID.points + 2)
    for one in left:
        point, beyond = divmod((one - begun) / GRID.step, 1.0)
        if point <= GRID.points:
            found[int(point)] += (1 - beyond) / len(left)
            found[int(point) + 1] += beyond / len(left)
    return found[:-1]


@pytest.mark.parametrize("seed", range(4))
def test_starts_and_their_variance_are_the_plain_sums(seed):
    rng = random.Random(seed)
    sample = tuple(rng.uniform(20, 900) for _ in range(50))
    ages = [rng.uniform(0, 600) for _ in range(24)]
    found = forecast(busy(ages), sample)

    each = [chances(sample, age) for age in ages]
    renewal = chances(sample, 0.0)
    again = []
    for point in range(GRID.points + 1):
        before = sum(renewal[back] * again[point - back] for back in range(1, point + 1))
        again.append((sum(renewal[: point + 1]) + before) / (1.0 - renewal[0]))
    mean = sum(sample) / len(sample)
    spread = sum((one - mean) ** 2 for one in sample) / len(sample) / mean**2
    for point in range(0, GRID.points + 1, 7):
        freed = [sum(column) / 2 for column in zip(*each, strict=True)]
        expected = sum(freed[one] * (1 + again[point - one]) for one in range(point + 1))
        assert found.expected[point] == pytest.approx(expected, rel=1e-6)
        by = [sum(one[: point + 1]) for one in each]
        renewed = spread * 0.5 * (expected - sum(freed[: point + 1]))
        variance = sum(one * (1 - one) / 4 for one in by) + renewed
        assert found.variance[point] == pytest.approx(variance, rel=1e-6)


def test_what_is_relied_on_is_never_more_than_what_a_closer_look_finds():
    rng = random.Random(1)
    sample = tuple(rng.expovariate(0.005) for _ in range(100))
    found = forecast(busy([rng.uniform(0, 600) for _ in range(40)]), sample).doubted(0.05, 2.0)

    for seconds in (0.0, 60.0, 120.0, 250.0, 400.0):
        exact = found.sure(seconds, float("inf"))
        for wanted in (0.0, exact / 2, exact - 1e-9):
            assert wanted <= found.sure(seconds, wanted) <= exact + 1e-12
        assert found.sure(seconds, exact + 1.0) == exact


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("margin", "deviations"), [(0.0, 0.0), (0.1, 0.0), (0.4, 0.5), (1.0, 1.0)])
def test_a_glance_never_promises_more_than_a_closer_look_nor_that_than_the_whole(
    seed, margin, deviations
):
    rng = random.Random(seed)
    mean = rng.choice((15.0, 60.0, 300.0))
    sample = tuple(rng.expovariate(1 / mean) for _ in range(60))
    nodes = busy([rng.uniform(0, 2 * mean) for _ in range(20)])
    found = forecast(nodes, sample, desired=rng.choice((0, 2))).doubted(margin, deviations)

    for seconds in [rng.uniform(0, 330) for _ in range(20)]:
        whole = found.sure(seconds, float("inf"))
        glance = found._least(seconds, looked_closer=False)
        closer = found._least(seconds, looked_closer=True)
        assert glance <= whole + 1e-9
        assert closer <= whole + 1e-9
        if not deviations:
            assert glance <= closer + 1e-9


def test_nodes_in_flight_start_children_from_their_boot_on():
    found = forecast([], (1000.0,) * 30, desired=3)

    assert GRID.value(found.expected, 50.0) == 0
    assert GRID.value(found.expected, 70.0) == pytest.approx(3)


def test_a_child_that_has_not_begun_is_of_no_age():
    new = a_node(1, live=1, running=(Running("transcode", placed_at=at(-900)),))

    found = forecast([new], (200.0,) * 30, pending=3)

    # The room beside it takes one of the three, and both are free again at 200 s.
    assert GRID.value(found.expected, 190.0) == pytest.approx(0)
    assert GRID.value(found.expected, 210.0) == pytest.approx(1)


def test_children_of_strangers_free_nothing_for_ours():
    other = a_node(1, live=2, running=(Running("other", started_at=at(-190)),) * 2)

    assert forecast([other], (200.0,) * 30).expected[GRID.points] == 0


def test_a_clock_that_went_back_makes_no_child_younger_than_nothing():
    later = timedelta(seconds=60)
    node = a_node(1, live=2, running=(Running("transcode", started_at=at(0) + later),) * 2)

    found = forecast([node], (200.0,) * 30)

    assert GRID.value(found.expected, 210.0) == pytest.approx(1)
