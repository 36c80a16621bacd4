"""What an intake of Datadog's API receives, and what happens while it does not take it."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.datadog import DatadogReporter
from autoscaler.adapters.datadog_api import ApiSink
from autoscaler.adapters.datadog_intake import ApiConnection
from autoscaler.alarms import Alarms
from autoscaler.clock import SystemClock
from autoscaler.core.memory import Memory
from autoscaler.core.model import Finished
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from devstack.deadline import wait_until
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.contract.autoscaler.datadog_intake import KEY, FakeIntake, self_signed
from tests.fakes import FakeWorld

_CHECKS = "/api/v1/check_run"
_DISTRIBUTIONS = "/api/v1/distribution_points"
_SLOW = 60.0
_QUICK = 0.02


@pytest.fixture
def intake() -> Iterator[FakeIntake]:
    with FakeIntake() as running:
        yield running
    assert running.problems == []


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(SystemClock().now)


def a_sink(intake: FakeIntake, alarms: Alarms, **changes: Any) -> ApiSink:
    connection = ApiConnection(intake.url, KEY, "server-1", "autoscaler", ("env:test",))
    rng = random.Random(7)
    return ApiSink(connection, alarms, SystemClock(), rng, **{"flush_seconds": _QUICK, **changes})


def a_report(pending: int = 5, **changes: Any) -> CycleReport:
    """Of a cycle that ends now, and in which there is much to buy."""
    observed = an_observation(a_node(1), queue=a_queue(pending, **changes))
    report = run_cycle(
        FakeWorld(observed), [], some_settings(), Memory(), SystemClock(), cycle_id="c-1"
    )
    return replace(report, duration_seconds=0.25)


def delivered(intake: FakeIntake, count: int = 2) -> None:
    """Wait for so many service checks: they are what is sent last."""
    wait_until(lambda: len(intake.taken(_CHECKS)) >= count, seconds=10, what="the service checks")


def test_a_cycle_arrives_as_series_distributions_an_event_and_checks(
    intake: FakeIntake, alarms: Alarms
) -> None:
    ended = Finished("small", 42.0, "c1", dispatched_at=at(0), placed_at=at(30))
    reporter = DatadogReporter(a_sink(intake, alarms))

    reporter.report(a_report(finished=(ended,)))
    delivered(intake)
    reporter.close()

    (pending,) = intake.series("autoscaler.queue.pending")
    assert pending["type"] == "gauge"
    assert pending["host"] == "server-1"
    assert pending["tags"] == ["pool:transcode", "job:transcode", "env:test"]
    assert [value for _, value in pending["points"]] == [5.0]
    (bought,) = intake.series("autoscaler.scale_out")
    assert (bought["type"], bought["interval"]) == ("count", 1)
    assert [value for _, value in bought["points"]] == [2.0]
    (waited,) = intake.series("autoscaler.queue.wait_seconds", _DISTRIBUTIONS)
    assert [values for _, values in waited["points"]] == [[30.0]]
    (event,) = intake.taken("/api/v1/events")
    assert event.body["title"] == "transcode: 2 nodes more"
    assert [one.body["check"] for one in intake.taken(_CHECKS)] == [
        "autoscaler.nomad",
        "autoscaler.aws",
    ]


def test_what_comes_within_an_interval_is_sent_at_once(intake: FakeIntake, alarms: Alarms) -> None:
    """Gauges as they were last, counts added up, every value of a distribution."""
    reporter = DatadogReporter(a_sink(intake, alarms, flush_seconds=_SLOW))

    for pending in (5, 9, 3):
        reporter.report(a_report(pending))
    reporter.close()

    (pending_series,) = intake.series("autoscaler.queue.pending")
    (bought,) = intake.series("autoscaler.scale_out")
    (cycles,) = intake.series("autoscaler.cycle.seconds", _DISTRIBUTIONS)
    assert [value for _, value in pending_series["points"]] == [3.0]
    assert [value for _, value in bought["points"]] == [7.0]
    assert bought["interval"] == _SLOW
    assert [values for _, values in cycles["points"]] == [[0.25] * 3]
    assert len(intake.taken(_CHECKS)) == 2


@pytest.mark.parametrize("trouble", [429, 500, 503, 408, "reset"])
def test_what_is_not_taken_now_is_sent_again_and_arrives_once(
    intake: FakeIntake, alarms: Alarms, trouble: Any
) -> None:
    intake.answers.extend([trouble] * 4)
    with capture_logs() as logs:
        reporter = DatadogReporter(a_sink(intake, alarms))
        reporter.report(a_report())
        delivered(intake)
        wait_until(lambda: not alarms.standing(), seconds=5, what="the end of the alarm")
        reporter.close()

    assert len(intake.requests) == 4 + 2 + 1 + 2
    assert [one["event"] for one in logs] == ["metrics.failing", "metrics.recovered"]
    assert logs[-1]["dropped"] == 0


def test_a_wrong_key_is_told_with_the_mend_and_costs_nothing_once_it_is_right(
    intake: FakeIntake, alarms: Alarms
) -> None:
    intake.usually = 403
    with capture_logs() as logs:
        reporter = DatadogReporter(a_sink(intake, alarms))
        reporter.report(a_report())
        wait_until(alarms.standing, seconds=5, what="the alarm")
        (alarm,) = alarms.standing()
        intake.usually = 202
        delivered(intake)
        reporter.close()

    assert alarm.what == "Datadog refuses the API key (403)"
    assert alarm.mend.startswith("give DD_API_KEY a key of the site")
    assert KEY not in f"{logs}{alarm}"
    assert len(intake.series("autoscaler.queue.pending")) == 1


def test_what_is_too_large_is_sent_in_parts(intake: FakeIntake, alarms: Alarms) -> None:
    intake.bytes_max = 1000
    sink = a_sink(intake, alarms)
    reporter = DatadogReporter(sink)

    reporter.report(a_report())
    delivered(intake)
    reporter.close()

    refused = [one for one in intake.requests if one.answer == 413]
    assert refused
    assert len(intake.taken("/api/v1/series")) > 2
    assert len(intake.series("autoscaler.queue.pending")) == 1
    assert len(intake.series("autoscaler.paused")) == 1
    assert sink.dropped == 0


def test_what_can_never_be_taken_is_given_up_and_counted(
    intake: FakeIntake, alarms: Alarms
) -> None:
    intake.answers.append(400)
    sink = a_sink(intake, alarms)
    reporter = DatadogReporter(sink)

    with capture_logs() as logs:
        reporter.report(a_report())
        delivered(intake)
        reporter.report(a_report())
        delivered(intake, 4)
        reporter.report(a_report())
        delivered(intake, 6)
        reporter.close()

    assert [one["event"] for one in logs] == ["metrics.refused"]
    told = intake.series("autoscaler.datadog.dropped")
    assert [value for one in told for _, value in one["points"]] == [float(sink.dropped)]
    assert sink.dropped == logs[0]["values"] > 10


def test_during_an_outage_the_oldest_gives_way_to_the_newest(
    intake: FakeIntake, alarms: Alarms
) -> None:
    intake.usually = 503
    sink = a_sink(intake, alarms, flush_seconds=_SLOW, values_max=60)
    reporter = DatadogReporter(sink)
    for pending in (1, 2, 3, 4, 5):
        reporter.report(a_report(pending))
        sink._backlog.seal(int(time.time()))
    intake.usually = 202
    reporter.close()

    points = [
        value for one in intake.series("autoscaler.queue.pending") for _, value in one["points"]
    ]
    assert points[-1] == 5.0
    assert points[0] > 1.0
    assert sink.dropped > 0


def test_an_intake_that_hangs_holds_neither_a_cycle_nor_the_end_up(
    intake: FakeIntake, alarms: Alarms
) -> None:
    intake.usually = "hang"
    sink = a_sink(intake, alarms)
    reporter = DatadogReporter(sink)
    reporter.report(a_report())
    wait_until(lambda: bool(intake.requests), seconds=5, what="a request")

    began = time.monotonic()
    reporter.report(a_report())
    reported = time.monotonic()
    with capture_logs() as logs:
        reporter.close()
        closed = time.monotonic()
        intake.released.set()
        sink._thread.join(5)

    assert reported - began < 0.1
    assert closed - reported < 2.5
    assert [one["event"] for one in logs] == ["metrics.abandoned"]
    assert len(intake.requests) == 1
    assert alarms.standing() == ()


def test_it_waits_as_long_as_it_is_asked_to(intake: FakeIntake, alarms: Alarms) -> None:
    intake.retry_after = "1"
    intake.answers.append(429)
    reporter = DatadogReporter(a_sink(intake, alarms))

    reporter.report(a_report())
    delivered(intake)
    reporter.close()

    first, second = intake.requests[:2]
    assert second.at - first.at >= 1.0


def test_a_redirect_is_not_followed(intake: FakeIntake, alarms: Alarms) -> None:
    """The key would be shown to whoever is there."""
    intake.answers.append("redirect")
    reporter = DatadogReporter(a_sink(intake, alarms))

    reporter.report(a_report())
    delivered(intake)
    reporter.close()

    assert not [one for one in intake.requests if one.path == "/elsewhere"]


def test_nobody_at_the_address_is_told_in_plain_words(alarms: Alarms) -> None:
    with FakeIntake() as gone:
        pass
    reporter = DatadogReporter(a_sink(gone, alarms))

    reporter.report(a_report())
    wait_until(alarms.standing, seconds=5, what="the alarm")
    (alarm,) = alarms.standing()
    reporter.close()

    assert alarm.code == "datadog.failing"
    assert "ConnectionRefusedError" in alarm.what
    assert gone.url in alarm.what
    assert alarms.standing() == ()


def test_a_certificate_that_nobody_vouches_for_is_shown_no_key(
    tmp_path: Path, alarms: Alarms
) -> None:
    with FakeIntake(self_signed(tmp_path / "intake.pem")) as intake:
        reporter = DatadogReporter(a_sink(intake, alarms))
        reporter.report(a_report())
        wait_until(alarms.standing, seconds=5, what="the alarm")
        (alarm,) = alarms.standing()
        reporter.close()

    assert "certificate verify failed" in alarm.what
    assert intake.requests == []


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(ApiConnection("https://api.datadoghq.com", KEY, "h", "a", ()))
