"""What the dashboard and the monitors ask for is what the daemon and the tasks send."""

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from autoscaler.metrics.catalogue import CHECKS, METRICS
from tests.unit.tf.datadog_module import Use, files, groups, monitors, queries, the_locals, uses
from transcoder.adapters.meter import DogStatsdMeter
from transcoder.core.outcome import Outcome, Output
from transcoder.errors import Reason

#: Of whichever machine and configuration sends.
_EVERYWHERE = frozenset({"env"})
#: What the agent makes of a histogram, by its defaults.
_HISTOGRAM = re.compile(r"\.(avg|median|max|count|95percentile)$")
_SPACE = {
    "gauge": {"avg", "sum", "min", "max"},
    "count": {"sum"},
    "distribution": {"avg", "sum", "min", "max", "count", "spread"},
    "histogram": {"avg", "max"},
}


class _Recorder:
    """Takes what a task's meter sends: kind and keys of tags, by name."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[str, frozenset[str]]] = {}

    def increment(self, name: str, _value: float, tags: tuple[str, ...] = ()) -> None:
        self._take(name, "count", tags)

    def histogram(self, name: str, _value: float, tags: tuple[str, ...] = ()) -> None:
        self._take(name, "histogram", tags)

    def _take(self, name: str, kind: str, tags: tuple[str, ...]) -> None:
        keys = frozenset(tag.partition(":")[0] for tag in tags)
        self.sent[name] = (kind, keys | self.sent.get(name, (kind, frozenset()))[1])


def _of_the_transcoder() -> dict[str, tuple[str, frozenset[str]]]:
    recorder = _Recorder()
    output = Output("small", "s3://b/k", "k", 854, 480, 60.0, 1000, skipped=False)
    whole = Outcome(
        "in.mp4",
        reason=Reason.STALLED,
        input_bytes=1000,
        input_duration_seconds=60.0,
        outputs=(output,),
        seconds={"transcode": 30.0, "total": 40.0},
    )
    meter = DogStatsdMeter(("small",), SimpleNamespace(event=pytest.fail))
    meter._send(recorder, whole)
    return recorder.sent


def _known() -> Mapping[str, tuple[str, frozenset[str]]]:
    """Kind and keys of tags of all that is ever sent, by name."""
    daemon = {name: (str(one.kind), frozenset(one.tags)) for name, one in METRICS.items()}
    return {**daemon, **_of_the_transcoder()}


_KNOWN = _known()


def _base(use: Use) -> str:
    return _HISTOGRAM.sub("", use.metric) if use.metric.startswith("transcoder.") else use.metric


def _uses_in(of: Any) -> list[Use]:
    return [use for query in queries(of) for use in uses(query)]


_ALL = _uses_in(the_locals())


def test_every_text_that_names_a_metric_is_understood_here() -> None:
    """So that none of what follows looks past a query."""
    text = "\n".join(
        line for path in files() for line in path.read_text().splitlines() if "#" not in line
    )
    asked = len(re.findall(r":(?:\$\{var\.prefix\}|transcoder)\.[\w.]+\{", text))

    assert asked == len(_ALL) > 50


@pytest.mark.parametrize("use", _ALL, ids=lambda use: f"{use.aggregator}:{use.metric}")
def test_a_metric_in_a_query_is_sent_with_that_kind_and_those_tags(use: Use) -> None:
    kind, tags = _KNOWN[_base(use)]

    assert use.aggregator in _SPACE[kind]
    assert use.tags | set(use.by) <= tags | _EVERYWHERE
    counts = kind == "count" or use.aggregator == "count"
    assert (".as_count()" in use.functions) == counts
    if use.metric.startswith("transcoder.") and kind == "histogram":
        assert _HISTOGRAM.search(use.metric)


@pytest.mark.parametrize("use", _ALL, ids=lambda use: f"{use.aggregator}:{use.metric}")
def test_lengths_of_time_are_never_added_up(use: Use) -> None:
    metric = METRICS.get(use.metric)
    if metric is not None and metric.unit == "second":
        assert use.aggregator != "sum"


def test_each_metric_is_on_the_dashboard() -> None:
    shown = {_base(use) for use in _uses_in(groups())}

    assert shown == set(_KNOWN)


def test_each_service_check_is_on_the_dashboard() -> None:
    shown = {one["check"] for group in groups() for one in group["widgets"] if "check" in one}

    assert shown == {f"${{var.prefix}}.{name}" for name in CHECKS}


def test_percentiles_are_configured_for_each_distribution_with_all_its_tags() -> None:
    configured = the_locals()["distributions"]

    assert {name: tuple(tags) for name, tags in configured.items()} == {
        name: one.tags for name, one in METRICS.items() if one.kind == "distribution"
    }


def test_what_is_watched_is_of_the_watched_pools() -> None:
    """A monitor of the daemon's metrics is narrowed to ``pools``; ``datadog.dropped`` has none."""
    watched = [*_uses_in(monitors("monitors")), *_uses_in(monitors("parts"))]
    unscoped = {use.metric for use in watched if "pool" not in use.tags}

    assert unscoped == {"datadog.dropped", "transcoder.jobs"}
