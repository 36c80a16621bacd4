"""Metrics, events and checks as an agent receives them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from autoscaler.adapters.datadog import DatadogReporter
from autoscaler.adapters.datadog_statsd import AgentConnection, AgentSink
from autoscaler.alarms import Alarms
from autoscaler.core.decision import NodeRef
from autoscaler.core.memory import Memory
from autoscaler.core.model import (
    Cohort,
    FailureKind,
    LaunchFailure,
    Missing,
    Verdict,
    WaitsFor,
)
from autoscaler.core.plan import LowerDesiredCapacity, SetDesiredCapacity, Terminate
from autoscaler.loop import run_cycle
from autoscaler.ports import ActionReport, CycleReport
from devstack.deadline import wait_until
from devstack.dogstatsd import Status
from devstack.statsd import StatsdSink
from tests.builders import (
    LONG_WATCHED,
    a_group,
    a_node,
    a_queue,
    an_instance,
    an_observation,
    at,
    some_settings,
)
from tests.fakes import FakeClock, FakeWorld


@pytest.fixture
def sink() -> Iterator[StatsdSink]:
    with StatsdSink() as running:
        yield running


def a_reporter(address: str, alarms: Alarms | None = None, **changes: Any) -> DatadogReporter:
    connection = AgentConnection(address, "autoscaler", ("env:test",))
    return DatadogReporter(AgentSink(connection, alarms or Alarms(FakeClock().now)), **changes)


@pytest.fixture
def reporter(sink: StatsdSink) -> Iterator[DatadogReporter]:
    reporter = a_reporter(sink.address)
    yield reporter
    reporter.close()


def a_report(memory: Memory | None = None, **changes: Any) -> CycleReport:
    """Of a cycle in which three more children wait than fit on one node."""
    queue = a_queue(5, 0, waiting=(Cohort(at(-30), 5),))
    observed = replace(an_observation(a_node(1), queue=queue), **changes)
    settings = some_settings(groups=tuple(one.name for one in observed.groups or ()))
    return run_cycle(
        FakeWorld(observed), [], settings, memory or Memory(), FakeClock(), cycle_id="c-1"
    )


def sent(sink: StatsdSink, reporter: DatadogReporter, report: CycleReport) -> None:
    """Report it, and wait until the last line of it has arrived."""
    before = len(sink.checks("autoscaler.aws"))
    reporter.report(report)
    wait_until(
        lambda: len(sink.checks("autoscaler.aws")) > before, seconds=5, what="the cycle's lines"
    )


def test_a_cycle_sends_its_queue_its_nodes_and_its_group(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    sent(sink, reporter, a_report())

    job = ("pool:transcode", "job:transcode", "env:test")
    assert sink.gauge("autoscaler.queue.pending", *job) == 5
    assert sink.gauge("autoscaler.queue.running", *job) == 0
    assert sink.gauge("autoscaler.queue.oldest_seconds", *job) == 30
    assert sink.gauge("autoscaler.queue.unplaceable", *job) == 0
    pool = "pool:transcode"
    assert sink.gauge("autoscaler.nodes.ready", pool) == 1
    group = "group:nomad-clients"
    assert sink.gauge("autoscaler.group.desired", pool, group) == 1
    assert sink.gauge("autoscaler.group.in_service", pool, group) == 1
    assert sink.gauge("autoscaler.group.min", pool, group) == 0
    assert sink.gauge("autoscaler.group.max", pool, group) == 20
    assert sink.gauge("autoscaler.decision.desired", pool) == 3
    assert sink.gauge("autoscaler.seconds_since_success", pool) == 0
    assert sink.malformed == ()


def test_a_change_of_capacity_is_counted_and_told_with_its_reasons(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    sent(sink, reporter, a_report())

    assert sink.count("autoscaler.scale_out") == 2
    (event,) = sink.events()
    assert event.title == "transcode: 2 nodes more"
    assert "5 pending, 2 fit on ready nodes, 3 would need 2 new nodes" in event.text


def test_each_group_of_a_pool_has_figures_of_its_own(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    groups = (
        a_group(an_instance(1), desired=3, name="spot"),
        a_group(name="on-demand", size_max=7),
    )

    sent(sink, reporter, a_report(groups=groups))

    assert sink.gauge("autoscaler.group.desired", "group:spot") == 3
    assert sink.gauge("autoscaler.group.in_service", "group:spot") == 1
    assert sink.gauge("autoscaler.group.max", "group:on-demand") == 7


def test_children_that_no_node_would_serve_are_held_for_a_reason(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    held = a_queue(5, verdict=Verdict(WaitsFor.QUOTA, "cpu"))

    sent(sink, reporter, a_report(queues=(held,)))

    assert sink.gauge("autoscaler.queue.held", "reason:quota") == 5
    assert sink.gauge("autoscaler.queue.held", "reason:constraint") == 0
    assert sink.gauge("autoscaler.queue.held", "reason:queue") == 0
    assert sink.gauge("autoscaler.queue.unplaceable") == 5


def test_boot_times_are_sent_once_they_are_known(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    sent(sink, reporter, a_report())
    assert not [name for name in sink.names() if "boot" in name]

    sent(sink, reporter, a_report(memory=Memory(boot_seconds=(60.0, 70.0, 200.0))))

    assert sink.gauge("autoscaler.boot.seconds.p50") == 70
    assert sink.gauge("autoscaler.boot.seconds.p95") == 200


def test_a_failed_launch_is_counted_once_and_told_with_the_mend(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    failure = LaunchFailure("activity-1", at(-5), FailureKind.QUOTA, "The limit of 8 is reached.")
    group = replace(a_group(an_instance(1), desired=3, name="spot"), failures=(failure,))
    report = a_report(groups=(group,))

    sent(sink, reporter, report)
    sent(sink, reporter, report)

    assert sink.count("autoscaler.launch_failures", "kind:quota", "group:spot") == 1
    (event,) = [one for one in sink.events() if "cannot launch" in one.title]
    assert event.title == "transcode: spot cannot launch instances (quota)"
    assert event.text == (
        "AWS says: The limit of 8 is reached. Mend: ask AWS to raise the account's limit."
    )


def test_an_instance_that_never_joined_is_counted_and_told(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    group = a_group(an_instance(1), an_instance(7, launched_at=at(-3600)), name="spot")

    sent(sink, reporter, a_report(LONG_WATCHED, groups=(group,)))

    assert sink.count("autoscaler.never_joined") == 1
    (event,) = [one for one in sink.events() if "never joined" in one.title]
    assert event.text.startswith("Ended: i-7 of spot. ")


def test_every_other_change_of_capacity_is_told_too(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    """A request taken back buys nothing and lets nothing go; a node swapped is neither."""
    node = NodeRef("node-1", "n1", "i-1", "spot")
    actions = (
        ActionReport(LowerDesiredCapacity("spot", 5, 2), "applied"),
        ActionReport(Terminate(node, "spot"), "applied"),
        ActionReport(Terminate(node, "spot", replace=True), "applied"),
        ActionReport(Terminate(node, "spot"), "given_up"),
    )

    sent(sink, reporter, replace(a_report(), actions=actions))

    assert sink.count("autoscaler.scale_in") == 1
    assert sink.count("autoscaler.scale_out") == 0
    assert [event.title for event in sink.events()] == [
        "transcode: 3 nodes no longer asked for",
        "transcode: 1 node fewer",
    ]


def test_a_refused_action_is_an_error_of_the_system_that_refused(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    refused = ActionReport(SetDesiredCapacity("spot", 0, 1), "failed", "throttled", "aws")

    sent(sink, reporter, replace(a_report(), actions=(refused,)))

    assert sink.count("autoscaler.cycle.errors", "stage:aws") == 1
    assert sink.events() == ()


def test_no_event_is_sent_where_none_are_wanted(sink: StatsdSink) -> None:
    reporter = a_reporter(sink.address, events=False)

    sent(sink, reporter, a_report())
    reporter.close()

    assert sink.count("autoscaler.scale_out") == 2
    assert sink.events() == ()


def test_what_was_not_read_is_not_sent_and_is_a_critical_check(
    sink: StatsdSink, reporter: DatadogReporter
) -> None:
    """A zero on the graph would be a lie, and would quieten an alarm."""
    missing = (Missing("nomad", "queue", "no leader"), Missing("nomad", "nodes", "no leader"))

    sent(sink, reporter, a_report(queues=(), nodes=None, missing=missing))

    assert not {name for name in sink.names() if ".queue." in name or ".nodes." in name}
    assert sink.gauge("autoscaler.group.desired") == 1
    assert sink.count("autoscaler.cycle.errors") == 2
    assert sink.checks("autoscaler.nomad")[-1].status is Status.CRITICAL
    assert sink.checks("autoscaler.aws")[-1].status is Status.OK
