"""What is sent to the sink can be asked for."""

import socket
from collections.abc import Iterator

import pytest

from devstack.deadline import wait_until
from devstack.dogstatsd import Status
from devstack.statsd import StatsdSink


@pytest.fixture
def sink() -> Iterator[StatsdSink]:
    with StatsdSink() as running:
        yield running


def send(sink: StatsdSink, *datagrams: str) -> None:
    """Send, and wait until all of it has been taken in."""
    host, _, port = sink.address.partition(":")
    expected = sink.received + sum(len(datagram.splitlines()) for datagram in datagrams)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram.encode(), (host, int(port)))
    wait_until(lambda: sink.received >= expected, seconds=5, what="the datagrams taken in")


def test_a_gauge_has_its_newest_value_for_its_tags(sink: StatsdSink) -> None:
    send(sink, "queue.pending:4|g|#job:a\nqueue.pending:9|g|#job:b", "queue.pending:2|g|#job:a")

    assert sink.gauge("queue.pending", "job:a") == 2
    assert sink.gauge("queue.pending", "job:b") == 9
    assert sink.gauge("queue.pending", "job:c") is None


def test_a_counter_is_summed_and_scaled_up_where_it_was_sampled(sink: StatsdSink) -> None:
    send(sink, "scale_out:1|c", "scale_out:2|c|@0.5")

    assert sink.count("scale_out") == 5


def test_events_and_service_checks_are_kept_apart_from_metrics(sink: StatsdSink) -> None:
    send(sink, "_e{5,4}:Hello|text|t:success", "_sc|nomad|0", "_sc|nomad|2|m:gone")

    assert [event.title for event in sink.events()] == ["Hello"]
    assert [check.status for check in sink.checks("nomad")] == [Status.OK, Status.CRITICAL]
    assert sink.names() == frozenset()


def test_malformed_lines_are_kept_and_stop_nothing(sink: StatsdSink) -> None:
    send(sink, "what is this\nspeed:1.5|d")

    assert sink.malformed == ("what is this",)
    assert [metric.values for metric in sink.metrics("speed")] == [(1.5,)]
