"""Launch failures: each counted once, a rest that grows, and a way back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.memory import Memory
from autoscaler.core.model import FailureKind, LaunchFailure, Lifecycle
from autoscaler.core.troubles import failing, launches_allowed, tried_again_at, watch_launches
from tests.builders import a_group, an_instance, at


def a_failure(number, seconds, kind=FailureKind.CAPACITY):
    """A failed launch."""
    return LaunchFailure(f"activity-{number}", at(seconds), kind, "no capacity")


def watched(memory, now, *failures, instances=(), desired=None):
    """The memory after a cycle in which the group listed these failures."""
    group = replace(a_group(*instances, desired=desired), failures=failures)
    return watch_launches(memory, (group,), at(now))


def test_a_failure_is_counted_once_however_often_it_is_listed():
    memory = watched(Memory(), 5, a_failure(1, 0))
    memory = watched(memory, 15, a_failure(1, 0), a_failure(2, 10))

    assert memory.troubles["nomad-clients"].count == 2
    assert watched(memory, 25, a_failure(1, 0), a_failure(2, 10)) == memory
    assert watched(memory, 25) == memory
    assert failing(memory) == {"nomad-clients"}


@pytest.mark.parametrize(
    ("kind", "count", "rest"),
    [
        (FailureKind.CAPACITY, 1, 30),
        (FailureKind.SPOT, 3, 120),
        (FailureKind.CAPACITY, 99, 600),
        (FailureKind.QUOTA, 1, 120),
        (FailureKind.TEMPLATE, 2, 240),
        (FailureKind.PERMISSION, 99, 1800),
    ],
)
def test_the_rest_doubles_up_to_a_bound_and_is_longer_where_people_must_mend(kind, count, rest):
    trouble = watched(Memory(), 5, a_failure(1, 0, kind)).troubles["nomad-clients"]

    assert tried_again_at(replace(trouble, count=count)) == at(rest)


def test_a_group_that_rests_is_asked_for_nothing_and_then_for_one():
    memory = watched(Memory(), 5, a_failure(1, 0))

    assert launches_allowed(memory, a_group(), at(29)) == 0
    assert launches_allowed(memory, a_group(), at(30)) == 1
    assert launches_allowed(memory, a_group(desired=3), at(30)) == 0
    assert launches_allowed(Memory(), a_group(), at(30)) is None


def test_an_instance_launched_since_clears_the_group_but_not_the_memory_of_its_failures():
    failure = a_failure(1, 0)
    memory = watched(Memory(), 5, failure)
    came = an_instance(1, lifecycle=Lifecycle.PENDING, launched_at=at(40))

    memory = watched(memory, 50, failure, instances=(came,))

    assert failing(memory) == frozenset()
    assert watched(memory, 60, failure, instances=(came,)) == memory


def test_an_instance_from_before_the_failure_clears_nothing():
    old = an_instance(1, launched_at=at(-5))

    assert failing(watched(Memory(), 5, a_failure(1, 0), instances=(old,)))


def test_a_group_that_recovered_is_forgotten_after_an_hour():
    came = an_instance(1, launched_at=at(40))
    memory = watched(Memory(), 50, a_failure(1, 0), instances=(came,))

    later = timedelta(hours=1).total_seconds()
    assert watched(memory, later - 1, instances=(came,)).troubles
    assert not watched(memory, later, instances=(came,)).troubles
