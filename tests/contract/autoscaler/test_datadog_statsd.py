"""The way to an agent: its unix socket, and what happens while it is gone, hangs or comes back."""

import socket
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.datadog import DatadogReporter
from autoscaler.adapters.datadog_statsd import AgentConnection, AgentSink
from autoscaler.alarms import Alarms
from autoscaler.core.memory import Memory
from autoscaler.loop import run_cycle
from autoscaler.metrics.measured import Event, Measured, Sample
from autoscaler.ports import CycleReport
from devstack.deadline import wait_until
from devstack.dogstatsd import Kind, Metric, parse
from devstack.statsd import StatsdSink
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld


def a_report() -> CycleReport:
    observed = an_observation(a_node(1), queue=a_queue(5))
    return run_cycle(
        FakeWorld(observed), [], some_settings(), Memory(), FakeClock(), cycle_id="c-1"
    )


class AgentSocket:
    """An agent at a unix socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.datagram_count = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(5)

    def lines_until(self, beginning: str) -> list[str]:
        """All that come, up to the datagram with one that begins so."""
        found: list[str] = []
        while not any(line.startswith(beginning) for line in found):
            found.extend(self._socket.recv(65_536).decode().splitlines())
            self.datagram_count += 1
        return found

    def close(self) -> None:
        self._socket.close()
        self.path.unlink()


def the_alarm_is(alarms: Alarms, reporter: DatadogReporter, *, standing: bool) -> None:
    """Report cycles until it is."""

    def reached() -> bool:
        reporter.report(a_report())
        return bool(alarms.standing()) is standing

    wait_until(reached, seconds=5, what=f"standing alarm: {standing}")


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(FakeClock().now)


def a_sink(address: str, alarms: Alarms, *tags: str) -> AgentSink:
    return AgentSink(AgentConnection(address, "autoscaler", tags), alarms)


def test_a_cycle_reaches_a_unix_socket_in_one_datagram(tmp_path: Path, alarms: Alarms) -> None:
    agent = AgentSocket(tmp_path / "dsd.socket")
    reporter = DatadogReporter(a_sink(f"unix://{agent.path}", alarms))

    # Until it is connected, the library makes datagrams of the size for UDP.
    reporter.report(a_report())
    agent.lines_until("_sc|autoscaler.aws")
    agent.datagram_count = 0
    reporter.report(a_report())
    samples = [parse(line) for line in agent.lines_until("_sc|autoscaler.aws")]
    reporter.close()
    agent.close()

    (pending,) = [
        one for one in samples if isinstance(one, Metric) and one.name == "autoscaler.queue.pending"
    ]
    assert pending.values == (5.0,)
    assert pending.tags == {"pool:transcode", "job:transcode"}
    assert agent.datagram_count == 1


def test_an_agent_that_is_gone_is_said_once_and_stops_nothing(alarms: Alarms) -> None:
    sink = a_sink("unix:///nonexistent/dsd.socket", alarms)
    counted: list[Sample] = []
    reporter = DatadogReporter(sink, counted=counted.append)

    with capture_logs() as logs:
        the_alarm_is(alarms, reporter, standing=True)
        (alarm,) = alarms.standing()
        reporter.report(a_report())
        reporter.close()

    assert [one["event"] for one in logs] == ["metrics.dropped"]
    assert alarm.code == "datadog.dropped"
    assert alarm.what == (
        "metrics for Datadog cannot be sent to unix:///nonexistent/dsd.socket and are lost"
    )
    assert {one.name for one in counted} == {"datadog.dropped"}
    assert sum(one.value for one in counted) == sink.dropped >= 2
    assert alarms.standing() == ()


def test_an_agent_that_comes_back_is_told_what_was_lost(tmp_path: Path, alarms: Alarms) -> None:
    path = tmp_path / "dsd.socket"
    reporter = DatadogReporter(a_sink(f"unix://{path}", alarms))
    with capture_logs() as logs:
        the_alarm_is(alarms, reporter, standing=True)
        agent = AgentSocket(path)
        the_alarm_is(alarms, reporter, standing=False)
        reporter.report(a_report())
        lines = agent.lines_until("autoscaler.datadog.dropped")
        reporter.close()
    agent.close()

    (told,) = [parse(one) for one in lines if one.startswith("autoscaler.datadog.dropped")]
    assert isinstance(told, Metric)
    assert told.kind is Kind.COUNT
    assert told.values == (logs[-1]["dropped"],)
    assert [one["event"] for one in logs] == ["metrics.dropped", "metrics.recovered"]


def test_an_agent_that_reads_nothing_holds_no_cycle_up(tmp_path: Path, alarms: Alarms) -> None:
    """Its socket's buffer fills up; what does not fit waits in a queue, and then is lost."""
    agent = AgentSocket(tmp_path / "dsd.socket")
    reporter = DatadogReporter(a_sink(f"unix://{agent.path}", alarms))
    report, slowest = a_report(), 0.0

    for _ in range(300):
        began = time.monotonic()
        reporter.report(report)
        slowest = max(slowest, time.monotonic() - began)

    # One send alone waits for 0.2 s before it gives up.
    assert slowest < 0.15
    reporter.close()
    agent.close()


def test_an_event_with_too_many_tags_is_counted_and_stops_nothing(alarms: Alarms) -> None:
    with StatsdSink() as running:
        sink = a_sink(running.address, alarms, *("t" * 1000 for _ in range(9)))

        sink.send(Measured("transcode", at(0), (), (Event("a", "b", (), "c", "info"),)))
        sink.close()

    assert sink.dropped == 1
