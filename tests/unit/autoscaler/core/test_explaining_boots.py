"""Why an instance that is no node is kept or ended."""

from dataclasses import replace

import pytest

from autoscaler.core.memory import Boot, Memory
from autoscaler.core.model import (
    Lifecycle,
    Notice,
    NoticeKind,
)
from tests.builders import (
    LONG_WATCHED,
    a_group,
    a_queue,
    an_instance,
    an_observation,
    at,
)
from tests.unit.autoscaler.core.explained_node import explained


def test_an_instance_on_its_way_is_told_how_far_it_is():
    instance = an_instance(7, launched_at=at(20))
    observed = an_observation(group=a_group(instance))
    boot = Boot("nomad-clients", at(10), at(20), at(30))
    memory = Memory(boots={"i-7": boot}, boot_seconds=(90.0,))

    found = explained(observed, memory=memory, node="i-7")

    assert found.code == "in_flight"
    assert "asked for at 12:00:10 UTC, 50 s ago" in found.sentence
    assert "its node has not joined Nomad yet; ready in about 40 s (12:01:40 UTC)" in found.sentence


@pytest.mark.parametrize(
    ("pending", "then"),
    [(1, "AWS launches another"), (0, "no other comes for it")],
)
def test_an_instance_that_never_became_a_node_is_told_what_becomes_of_it(pending, then):
    group = a_group(an_instance(7, launched_at=at(-4000)))
    observed = an_observation(queue=a_queue(pending), group=group)

    found = explained(observed, node="i-7")

    assert found.code == "unjoined"
    assert then in found.sentence


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lifecycle": Lifecycle.HELD}, "hook"),
        ({"lifecycle": Lifecycle.LEAVING}, "leaving"),
        ({"lifecycle": Lifecycle.ASIDE}, "aside"),
        ({"notice": Notice(NoticeKind.REBALANCE, at(0))}, "notice"),
    ],
)
def test_an_instance_that_is_no_node_is_told_what_it_is(changes, code):
    observed = an_observation(group=a_group(an_instance(7, **changes)))

    assert explained(observed, node="i-7").code == code


@pytest.mark.parametrize(
    ("boot", "words"),
    [
        (None, "AWS has yet to launch it"),
        (Boot("nomad-clients", at(10), at(20)), "launched, and not in service yet"),
        (Boot("nomad-clients", at(10), at(20), at(30), at(40)), "joined, and is not ready yet"),
    ],
)
def test_the_steps_of_a_boot_are_told(boot, words):
    lifecycle = Lifecycle.IN_SERVICE if boot and boot.in_service_at else Lifecycle.PENDING
    launched_at = boot.launched_at if boot else None
    instance = an_instance(7, lifecycle=lifecycle, launched_at=launched_at)
    observed = an_observation(group=a_group(instance))
    memory = Memory(boots={} if boot is None else {"i-7": boot})

    assert words in explained(observed, memory=memory, node="i-7").sentence


def test_a_boot_that_takes_longer_than_most_is_told_so():
    observed = an_observation(group=a_group(an_instance(7, launched_at=at(-200))))
    memory = Memory(boots={"i-7": Boot("nomad-clients", at(-210))}, boot_seconds=(90.0,))

    found = explained(observed, memory=memory, node="i-7")

    assert "its boot takes longer than most (90 s)" in found.sentence


def test_an_instance_that_never_became_a_node_is_kept_for_a_minimum_after_a_series():
    group = a_group(an_instance(7, launched_at=at(-4000)), size_min=1)
    memory = replace(LONG_WATCHED, never_joined_count=3, last_never_joined_at=at(50))

    found = explained(an_observation(group=group), memory=memory, node="i-7")

    assert found.code == "unjoined"
    assert "it is kept for now" in found.sentence
