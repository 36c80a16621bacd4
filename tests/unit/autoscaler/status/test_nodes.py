"""The list of nodes: what each is, since when, and what it runs."""

from dataclasses import replace

from autoscaler.core.memory import Boot, Memory, Request
from autoscaler.core.model import Lifecycle, NodeStatus, Notice, NoticeKind, Running
from autoscaler.status.documents import RunningStatus
from autoscaler.status.nodes import node_documents
from autoscaler.status.states import Sightings, entries_of
from tests.builders import a_group, a_node, an_instance, an_observation, at, idle_since
from tests.unit.autoscaler.status.cycles import a_report


def documents(observed, memory=None, seen=None):
    """The documents of a pool."""
    report = a_report(observed, memory=memory)
    entries = entries_of(report)
    sightings = seen or Sightings.first(entries)
    return list(node_documents(report, entries, sightings))


def the_note(node=None, instance=None, *, known=True, marked=False):
    """Of one node on one instance."""
    marks = {"i-1": at(-60)} if marked else {}
    group = a_group(an_instance(1, **(instance or {})), desired=0, marks=marks)
    observed = an_observation(*([a_node(1, **(node or {}))] if known else []), group=group)
    (document,) = documents(observed)
    return document.note


def test_a_busy_node_tells_what_it_runs_and_how_full_it_is():
    running = Running("transcode", at(-30), at(-31), "small", "transcode/dispatch-1-a")
    node = replace(a_node(1, live=1), running=(running,))

    (document,) = documents(an_observation(node))

    assert (document.pool, document.state, document.node_id) == ("transcode", "busy", "node-1")
    assert (document.name, document.instance_id) == ("n1", "i-1")
    assert document.group == "nomad-clients"
    assert document.running == (
        RunningStatus("transcode", "transcode/dispatch-1-a", "small", at(-30)),
    )
    assert (document.cpu_allocated, document.cpu_total) == (1000, 2000)
    assert (document.memory_allocated, document.memory_total) == (1000, 2000)
    assert document.note == "runs 1 allocation"
    # It worked when the pool was first looked at: since when is not known.
    assert document.since is None


def test_what_was_seen_to_begin_is_told():
    seen = Sightings({"node-1": ("busy", at(-20))})

    (document,) = documents(an_observation(a_node(1, live=2)), seen=seen)

    assert document.since == at(-20)


def test_an_idle_node_idles_since_when_the_memory_says():
    """Also where this daemon has not seen it begin."""
    (document,) = documents(an_observation(a_node(1)), idle_since(-90, 1))

    assert (document.state, document.since) == ("idle", at(-90))


def test_a_cordoned_node_is_so_since_our_mark():
    group = a_group(an_instance(1), marks={"i-1": at(-40)})

    (document,) = documents(an_observation(a_node(1, eligible=False), group=group))

    assert (document.state, document.since) == ("cordoned", at(-40))


def test_an_instance_on_its_way_is_so_since_it_was_asked_for():
    boots = {"i-1": Boot("nomad-clients", at(-50), at(-45))}
    memory = Memory(boots=boots, boot_seconds=(60.0,))
    group = a_group(an_instance(1, lifecycle=Lifecycle.PENDING, launched_at=at(-45)))

    (document,) = documents(an_observation(group=group), memory)

    assert (document.state, document.node_id, document.name) == ("in_flight", None, None)
    assert (document.instance_id, document.since) == ("i-1", at(-50))
    assert document.note == "launching; ready in about 10 s"
    assert (document.cpu_total, document.memory_allocated, document.running) == (None, None, ())


def test_what_aws_has_yet_to_launch_is_listed_without_an_instance():
    memory = Memory(requests=(Request("nomad-clients", at(-20), 1),))

    (document,) = documents(an_observation(group=a_group(desired=1)), memory)

    assert (document.instance_id, document.group) == (None, "nomad-clients")
    assert document.since == at(-20)
    assert document.note == "asked for, and AWS has yet to launch it; ready in about 100 s"


def test_an_instance_without_a_node_is_overdue_since_the_boot_timeout():
    group = a_group(an_instance(1, launched_at=at(-900)))

    (document,) = documents(an_observation(group=group))

    assert (document.state, document.since) == ("unjoined", at(-300))
    assert document.note == "no ready node within 10 min of its launch: see its console output"


def test_each_other_state_says_what_is_the_matter():
    in_service = {"launched_at": at(-60)}
    assert the_note(known=False, instance=in_service).startswith("in service, and its node has not")
    assert the_note({"status": NodeStatus.INITIALIZING}).startswith("its node has joined, and is")
    assert the_note({"draining": True}) == "somebody else drains it: no capacity, and left alone"
    assert the_note({"eligible": False}).startswith("somebody else made it ineligible")
    assert the_note({"eligible": False}, marked=True).endswith("goes once that has settled")
    busy = the_note({"eligible": False, "live": 1}, marked=True)
    assert busy.endswith("goes once what runs there has ended")
    assert the_note(instance={"lifecycle": Lifecycle.HELD}).endswith("hook holds that up")
    assert the_note(instance={"lifecycle": Lifecycle.LEAVING}) == "AWS ends its instance"
    aside = {"lifecycle": Lifecycle.ASIDE}
    assert the_note(known=False, instance=aside).endswith("out of service")
    notice = Notice(NoticeKind.REBALANCE, at(-5))
    assert the_note(instance={"notice": notice}) == "AWS announced: rebalance"


def test_a_node_beside_the_groups_says_so():
    down = a_node(2, status=NodeStatus.DOWN)
    odd = a_node(3, status=NodeStatus.OTHER)
    gone = a_node(4, eligible=False)
    group = a_group(marks={"i-4": at(-60)})

    notes = [one.note for one in documents(an_observation(a_node(1), down, odd, gone, group=group))]

    assert notes == [
        "runs nothing; on no instance of the pool's groups",
        "Nomad hears nothing of it",
        "Nomad calls it other, and places nothing there",
        "its instance has left the group",
    ]
