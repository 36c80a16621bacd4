"""Which way to Datadog is taken, and what is said where it cannot be."""

import random

import pytest

from autoscaler.adapters.datadog import DatadogReporter, api_connection, datadog_sink
from autoscaler.adapters.datadog_api import ApiSink
from autoscaler.adapters.datadog_statsd import AgentSink
from autoscaler.alarms import Alarms
from autoscaler.config import DatadogSettings
from autoscaler.core.memory import Memory
from autoscaler.errors import ConfigError
from autoscaler.loop import run_cycle
from tests.builders import a_node, a_queue, an_observation, some_settings
from tests.fakes import FakeClock, FakeWorld

_KEY = "0123456789abcdef"


def a_sink(settings, **environment):
    """Made, and closed again."""
    clock = FakeClock()
    sink = datadog_sink(settings, environment, Alarms(clock.now), clock, random.Random(1))
    if sink is not None:
        sink.close()
    return sink


class Scripted:
    """A sink that drops and works as it is told."""

    def __init__(self):
        self.dropped = 0
        self.works = True
        self.sent = []

    def send(self, measured):
        """Keep it."""
        self.sent.append(measured)

    def close(self):
        """Nothing to let go."""


def a_report():
    """Of a cycle that buys."""
    observed = an_observation(a_node(1), queue=a_queue(5))
    return run_cycle(
        FakeWorld(observed), [], some_settings(), Memory(), FakeClock(), cycle_id="c-1"
    )


def drops(measured):
    """What a cycle tells of it."""
    return [one.value for one in measured.samples if one.name == "datadog.dropped"]


def test_an_agent_is_the_way_unless_the_api_is_asked_for():
    assert isinstance(a_sink(DatadogSettings()), AgentSink)
    assert isinstance(a_sink(DatadogSettings(api=True), DD_API_KEY=_KEY), ApiSink)
    assert a_sink(DatadogSettings(statsd=None)) is None
    assert isinstance(a_sink(DatadogSettings(statsd=None, api=True), DD_API_KEY=_KEY), ApiSink)


def test_the_api_is_that_of_the_site():
    def url(site, **environment):
        settings = DatadogSettings(api=True, site=site)
        return api_connection(settings, {"DD_API_KEY": _KEY, **environment}).url

    assert url(None) == "https://api.datadoghq.com"
    assert url(None, DD_SITE="datadoghq.eu") == "https://api.datadoghq.eu"
    assert url("us5.datadoghq.com", DD_SITE="datadoghq.eu") == "https://api.us5.datadoghq.com"


def test_a_missing_key_is_told_with_the_mend():
    with pytest.raises(ConfigError) as caught:
        api_connection(DatadogSettings(api=True), {"DD_API_KEY": "  "})

    (problem,) = caught.value.problems
    assert problem.startswith("datadog.api: true needs the environment variable DD_API_KEY")


def test_nobody_asks_for_a_key_that_is_not_needed():
    assert api_connection(DatadogSettings(), {}) is None


def test_what_was_dropped_is_told_at_once_beside_and_to_datadog_once_that_works_again():
    sink, counted = Scripted(), []
    reporter = DatadogReporter(sink, counted=counted.append)

    reporter.report(a_report())
    sink.dropped, sink.works = 3, False
    reporter.report(a_report())
    sink.dropped = 5
    reporter.report(a_report())
    sink.works = True
    reporter.report(a_report())
    reporter.report(a_report())

    assert [one.value for one in counted] == [3, 2]
    assert [drops(one) for one in sink.sent] == [[], [], [], [5], []]


def test_events_are_left_out_where_none_are_wanted():
    wanted, unwanted = Scripted(), Scripted()
    DatadogReporter(wanted).report(a_report())
    DatadogReporter(unwanted, events=False).report(a_report())

    assert [one.title for one in wanted.sent[0].events] == ["transcode: 2 nodes more"]
    assert unwanted.sent[0].events == ()
