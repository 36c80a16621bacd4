"""One cycle's figures: what was read, and nothing that was not."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.memory import Boot, Memory
from autoscaler.core.model import (
    Cohort,
    FailureKind,
    Finished,
    LaunchFailure,
    Lifecycle,
    Missing,
    Verdict,
    WaitsFor,
)
from autoscaler.core.pause import Pause
from autoscaler.core.plan import SetDesiredCapacity, Terminate, TerminateUnjoined
from autoscaler.metrics.catalogue import METRICS
from autoscaler.metrics.launches import FreshFailure
from autoscaler.metrics.samples import samples
from autoscaler.ports import ActionReport
from tests.builders import (
    EPOCH,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)
from tests.unit.autoscaler.metrics.reports import a_report

_POOL = (("pool", "transcode"),)
_JOB = (*_POOL, ("job", "transcode"))
_NODE = NodeRef("node-1", "n1", "i-1", "nomad-clients")


def sampled(report, *, succeeded_at=EPOCH, failures=()):
    """By name and tags; of several values with the same the list."""
    found = {}
    for one in samples(report, succeeded_at, failures):
        found.setdefault((one.name, one.tags), []).append(one.value)
    return found


def names(report):
    """What is there at all."""
    return {one.name for one in samples(report, EPOCH, ())}


def test_the_queue_is_told_job_by_job():
    waiting = a_queue(5, 2, waiting=(Cohort(at(-30), 5),))
    other = a_queue(0, 1, job="thumbnail")
    report = a_report(replace(an_observation(a_node(1)), queues=(waiting, other)))

    found = sampled(report)

    thumbnail = (*_POOL, ("job", "thumbnail"))
    assert found["queue.pending", _JOB] == [5]
    assert found["queue.running", _JOB] == [2]
    assert found["queue.oldest_seconds", _JOB] == [30.0]
    assert found["queue.pending", thumbnail] == [0]
    assert found["queue.oldest_seconds", thumbnail] == [0.0]


def test_an_age_that_nobody_knows_is_a_gap():
    report = a_report(an_observation(a_node(1), queue=a_queue(3, waiting=())))

    assert "queue.oldest_seconds" not in names(report)
    assert sampled(report)["queue.pending", _JOB] == [3]


def test_children_that_are_held_are_counted_under_their_reason_and_zero_under_others():
    held = a_queue(4, verdict=Verdict(WaitsFor.CONSTRAINT, "arm64"))

    found = sampled(a_report(an_observation(a_node(1), queue=held)))

    of = {reason: found["queue.held", (*_JOB, ("reason", reason))] for reason in _REASONS}
    assert of == {"constraint": [4], "quota": [0], "queue": [0]}


_REASONS = ("constraint", "quota", "queue")


def test_without_nodes_or_groups_nothing_is_said_of_what_the_decision_would_have_counted():
    missing = (Missing("nomad", "nodes", "no leader"),)
    blind = replace(an_observation(a_node(1)), nodes=None, missing=missing)
    groupless = replace(
        an_observation(a_node(1)), groups=None, missing=(Missing("aws", "group", "throttled"),)
    )
    decided = {"decision.desired", "queue.unplaceable", "nodes.ready", "nodes.in_flight"}

    assert decided <= names(a_report())
    assert not decided & names(a_report(blind))
    assert not decided & names(a_report(groupless))
    assert "group.desired" in names(a_report(blind))
    assert "group.desired" not in names(a_report(groupless))


def test_each_part_that_failed_is_an_error_of_its_system():
    missing = (Missing("nomad", "queue", "no leader"), Missing("nomad", "nodes", "no leader"))
    refused = ActionReport(SetDesiredCapacity("g", 0, 1), "failed", "throttled", "aws")
    report = a_report(
        replace(an_observation(a_node(1)), nodes=None, missing=missing), actions=(refused,)
    )

    found = sampled(report)

    assert found["cycle.errors", (*_POOL, ("stage", "nomad"))] == [1, 1]
    assert found["cycle.errors", (*_POOL, ("stage", "aws"))] == [1]


def test_a_group_counts_only_what_is_in_service():
    group = a_group(
        an_instance(1), an_instance(2, lifecycle=Lifecycle.PENDING), desired=3, size_max=7
    )
    found = sampled(a_report(an_observation(a_node(1), group=group)))

    tags = (*_POOL, ("group", "nomad-clients"))
    assert found["group.desired", tags] == [3]
    assert found["group.in_service", tags] == [1]
    assert found["group.max", tags] == [7]


def test_changes_are_counted_once_they_are_done():
    actions = (
        ActionReport(SetDesiredCapacity("spot", 1, 4), "applied"),
        ActionReport(SetDesiredCapacity("on-demand", 0, 1), "failed", "throttled", "aws"),
        ActionReport(Terminate(_NODE, "spot"), "applied"),
        ActionReport(Terminate(_NODE, "spot", replace=True), "applied"),
        ActionReport(Terminate(_NODE, "spot"), "given_up"),
        ActionReport(TerminateUnjoined(InstanceRef("i-9", "spot"), replace=True), "applied"),
    )

    found = sampled(a_report(actions=actions))

    assert found["scale_out", _POOL] == [3]
    assert found["scale_in", _POOL] == [1]
    assert found["never_joined", _POOL] == [1]
    assert not {"scale_out", "scale_in", "never_joined"} & names(a_report(actions=()))


def test_a_boot_is_one_value_when_it_ends_and_never_again():
    booting = Boot("spot", at(-90), eligible_at=None)
    ended = replace(booting, eligible_at=at(0))
    memory = Memory(boots={"i-1": ended}, boot_seconds=(60.0, 90.0))
    first = a_report(memory=memory, memory_before=Memory(boots={"i-1": booting}))
    second = a_report(memory=memory, memory_before=Memory(boots={"i-1": ended}))

    tags = (*_POOL, ("group", "spot"))
    assert sampled(replace(first, memory=memory))["boot.seconds", tags] == [90.0]
    assert ("boot.seconds", tags) not in sampled(replace(second, memory=memory))
    assert sampled(replace(second, memory=memory))["boot.seconds.p95", _POOL] == [90.0]


def test_no_boot_that_was_seen_leaves_no_figure_of_boots():
    assert not [name for name in names(a_report()) if name.startswith("boot")]


def test_each_child_that_ended_well_tells_how_long_it_waited_and_worked():
    finished = (
        Finished("small", 40.0, "c1", dispatched_at=at(-100), placed_at=at(-60)),
        Finished(None, 50.0),
    )

    found = sampled(a_report(an_observation(a_node(1), queue=a_queue(0, finished=finished))))

    assert found["service.seconds", _JOB] == [40.0, 50.0]
    assert found["queue.wait_seconds", _JOB] == [40.0]


def test_time_since_success_and_a_pause_are_told():
    pause = Pause(EPOCH, None, "maintenance", "ada")
    report = a_report(replace(an_observation(a_node(1)), pause=pause), at_seconds=120)

    found = sampled(report)

    assert found["seconds_since_success", _POOL] == [120.0]
    assert found["paused", _POOL] == [1]
    assert sampled(a_report())["paused", _POOL] == [0]


queues = st.builds(
    a_queue,
    st.integers(0, 20),
    st.integers(0, 20),
    job=st.sampled_from(("transcode", "thumbnail")),
    verdict=st.none() | st.builds(Verdict, st.sampled_from(WaitsFor), st.text()),
    finished=st.lists(
        st.builds(
            Finished,
            st.none() | st.text(),
            st.floats(0, 1e4),
            st.text(),
            st.just(at(-50)),
            st.none() | st.just(at(-9)),
        ),
        max_size=3,
    ).map(tuple),
)
nodes = st.builds(
    a_node, st.integers(1, 5), live=st.integers(0, 2), eligible=st.booleans(), name=st.text()
)
parts = st.sampled_from(("queue", "nodes", "group"))


@st.composite
def reports(draw):
    """Of any cycle: what is there, what is missing, what was done and what was learned."""
    there = draw(st.lists(nodes, max_size=4, unique_by=lambda node: node.node_id))
    observed = replace(
        an_observation(*there),
        queues=tuple(draw(st.lists(queues, max_size=2, unique_by=lambda one: one.job))),
    )
    absent = draw(st.sets(parts))
    missing = tuple(Missing(draw(st.sampled_from(("nomad", "aws"))), part, "x") for part in absent)
    observed = replace(
        observed,
        missing=missing,
        nodes=None if "nodes" in absent else observed.nodes,
        groups=None if "group" in absent else observed.groups,
        pause=draw(st.none() | st.just(Pause(EPOCH, None, "why", "who"))),
    )
    outcome = draw(st.sampled_from(("applied", "given_up", "failed")))
    action = draw(
        st.sampled_from(
            (
                SetDesiredCapacity("spot", 1, 4),
                Terminate(_NODE, "spot"),
                TerminateUnjoined(InstanceRef("i-9", "spot"), replace=True),
            )
        )
    )
    memory = Memory(boots={"i-1": Boot("spot", at(-90), eligible_at=at(0))}, boot_seconds=(90.0,))
    report = a_report(observed, settings=some_settings(jobs=("transcode", "thumbnail")))
    return replace(
        report,
        actions=(ActionReport(action, outcome, "x", "aws" if outcome == "failed" else ""),),
        memory=draw(st.sampled_from((report.memory, memory))),
        ended_at=EPOCH + timedelta(seconds=draw(st.integers(-10, 1000))),
    )


failures = st.lists(
    st.builds(
        FreshFailure,
        st.sampled_from(("spot", "on-demand")),
        st.builds(
            LaunchFailure, st.text(), st.just(EPOCH), st.sampled_from(FailureKind), st.text()
        ),
        st.booleans(),
    ),
    max_size=2,
).map(tuple)


@given(reports(), failures)
def test_a_sample_has_the_tags_of_the_catalogue_and_a_value_that_makes_sense(report, fresh):
    """However the world looks: never a node, an instance, a child or free text in a tag."""
    known = {
        "pool": {"transcode"},
        "job": {"transcode", "thumbnail"},
        "group": {"nomad-clients", "spot", "on-demand"},
        "kind": {one.value for one in FailureKind},
        "reason": {"constraint", "quota", "queue"},
        "stage": {"nomad", "aws"},
    }
    found = list(samples(report, EPOCH, fresh))
    for one in found:
        assert tuple(key for key, _ in one.tags) == METRICS[one.name].tags
        assert all(value in known[key] for key, value in one.tags)
        assert one.value >= 0
    gauges = [(one.name, one.tags) for one in found if METRICS[one.name].kind == "gauge"]
    assert len(set(gauges)) == len(gauges)
