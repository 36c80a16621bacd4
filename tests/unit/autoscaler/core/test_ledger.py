"""The boots of instances, step by step, and what they teach."""

from datetime import timedelta

from autoscaler.core.ledger import BOOT_PRIOR, boot_time, keep_ledger, ready_in
from autoscaler.core.memory import Boot, Memory, Request
from autoscaler.core.model import Lifecycle, NodeStatus
from tests.builders import a_group, a_node, an_instance, at

TIMEOUT = timedelta(minutes=10)


def kept(memory, *nodes, group, now):
    """The memory after a cycle."""
    return keep_ledger(memory, nodes, (group,), TIMEOUT, at(now))


def test_a_boot_is_followed_from_the_request_to_the_first_work():
    memory = Memory(requests=(Request("nomad-clients", at(0), 1),))

    pending = a_group(an_instance(1, lifecycle=Lifecycle.PENDING, launched_at=at(4)))
    memory = kept(memory, group=pending, now=10)
    assert memory.boots["i-1"] == Boot("nomad-clients", at(0), at(4))
    assert memory.requests == ()

    group = a_group(an_instance(1, launched_at=at(4)))
    memory = kept(memory, group=group, now=20)
    memory = kept(memory, a_node(1, status=NodeStatus.INITIALIZING), group=group, now=60)
    memory = kept(memory, a_node(1), group=group, now=70)
    memory = kept(memory, a_node(1, live=1), group=group, now=80)

    assert memory.boots["i-1"] == Boot(
        "nomad-clients", at(0), at(4), at(20), at(60), at(70), at(80)
    )
    assert memory.boot_seconds == (70.0,)


def test_nodes_that_were_there_before_us_teach_nothing():
    memory = kept(Memory(), a_node(1), group=a_group(an_instance(1)), now=0)

    assert (memory.boots, memory.boot_seconds) == ({}, ())


def test_an_instance_that_nobody_asked_us_for_counts_from_its_launch():
    group = a_group(an_instance(1, launched_at=at(-30)))

    memory = kept(Memory(), group=group, now=0)

    assert memory.boots["i-1"].requested_at == at(-30)


def test_a_request_that_nothing_came_of_is_forgotten_in_time():
    memory = Memory(requests=(Request("nomad-clients", at(0), 2),))

    assert kept(memory, group=a_group(), now=600).requests
    assert kept(memory, group=a_group(), now=601).requests == ()


def test_an_instance_that_left_is_left_out():
    memory = kept(Memory(), group=a_group(an_instance(1)), now=0)

    assert kept(memory, group=a_group(), now=10).boots == {}


def test_boot_time_is_a_share_of_the_boots_seen_or_the_prior():
    memory = Memory(boot_seconds=(50.0, 90.0, 60.0, 200.0))

    assert boot_time(Memory(), 0.5) == BOOT_PRIOR
    assert boot_time(memory, 0.5) == timedelta(seconds=90)
    assert boot_time(memory, 0.9) == timedelta(seconds=200)


def test_what_is_in_flight_is_ready_a_boot_after_its_request_and_never_in_the_past():
    boots = {"i-1": Boot("nomad-clients", at(0))}
    memory = Memory(boots=boots, boot_seconds=(60.0,), requests=(Request("g", at(10), 1),))

    assert ready_in(memory, "i-1", "nomad-clients", at(20)) == 40
    assert ready_in(memory, None, "g", at(20)) == 50
    assert ready_in(memory, None, "unasked", at(20)) == 60
    assert ready_in(memory, "i-1", "nomad-clients", at(500)) == 1


def test_a_node_that_joins_ends_a_series_of_those_that_never_did():
    memory = Memory(never_joined_count=2, requests=(Request("nomad-clients", at(0), 1),))

    memory = kept(memory, a_node(1), group=a_group(an_instance(1)), now=30)

    assert memory.never_joined_count == 0
