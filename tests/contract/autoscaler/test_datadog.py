"""Metrics, events and checks as an agent receives them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.datadog import DatadogConnection, DatadogReporter
from autoscaler.core.decision import Memory
from autoscaler.core.model import Missing
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from devstack.deadline import wait_until
from devstack.dogstatsd import Status
from devstack.statsd import StatsdSink
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld


@pytest.fixture
def sink() -> Iterator[StatsdSink]:
    with StatsdSink() as running:
        yield running


@pytest.fixture
def reporter(sink: StatsdSink) -> Iterator[DatadogReporter]:
    connection = DatadogConnection(sink.address, "autoscaler", ("env:test",), events=True)
    reporter = DatadogReporter(connection)
    yield reporter
    reporter.close()


def a_report(**changes: object) -> CycleReport:
    """Of a cycle in which three more children wait than fit on one node."""
    queue = replace(a_queue(5, 0), oldest_pending_at=at(-30))
    observed = replace(an_observation(a_node(1), queue=queue), **changes)
    return run_cycle(
        FakeWorld(observed), [], some_settings(), Memory(), FakeClock(), cycle_id="c-1"
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
    assert sink.gauge("autoscaler.group.desired", pool) == 1
    assert sink.gauge("autoscaler.group.in_service", pool) == 1
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
    assert "5 pending, 2 fit on ready nodes, 3 need 2 new nodes" in event.text


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


def test_an_agent_that_is_gone_is_said_once_and_stops_nothing(sink: StatsdSink) -> None:
    connection = DatadogConnection("unix:///nonexistent/dsd.socket", "autoscaler", (), events=True)
    reporter = DatadogReporter(connection)

    with capture_logs() as logs:
        for _ in range(3):
            reporter.report(a_report())
    reporter.close()

    assert [one["event"] for one in logs] == ["metrics.dropped"]
