"""The DogStatsD protocol is read as an Agent reads it."""

import pytest

from devstack.dogstatsd import (
    Event,
    Kind,
    MalformedSampleError,
    Metric,
    ServiceCheck,
    Status,
    parse,
)


@pytest.mark.parametrize(
    ("line", "kind", "values"),
    [
        ("queue.pending:4|g", Kind.GAUGE, (4.0,)),
        ("scale_out:1|c", Kind.COUNT, (1.0,)),
        ("cycle.seconds:0.05|h", Kind.HISTOGRAM, (0.05,)),
        ("speed:1.5:2.5:3|d", Kind.DISTRIBUTION, (1.5, 2.5, 3.0)),
        ("fetch:12|ms", Kind.TIMING, (12.0,)),
        ("offset:-3|g", Kind.GAUGE, (-3.0,)),
    ],
)
def test_a_metric_has_its_kind_and_values(line: str, kind: Kind, values: tuple[float, ...]) -> None:
    sample = parse(line)

    assert isinstance(sample, Metric)
    assert (sample.kind, sample.values) == (kind, values)


def test_a_metric_has_tags_and_sample_rate_in_any_order_among_other_fields() -> None:
    sample = parse("hits:1|c|#pool:transcode,job:a|@0.5|T1700000000|c:ci-1")

    expected = Metric("hits", Kind.COUNT, (1.0,), frozenset({"pool:transcode", "job:a"}), 0.5)
    assert sample == expected


def test_a_set_needs_no_number() -> None:
    assert parse("users:alice|s") == Metric("users", Kind.SET, (), frozenset())


def test_an_event_is_cut_by_its_lengths_in_bytes() -> None:
    """A bar inside the text ends nothing, and an umlaut is two bytes."""
    sample = parse("_e{7,11}:Größe|2 → 4|now|t:warning|#pool:x")

    assert sample == Event("Größe", "2 → 4|now", frozenset({"pool:x"}), "warning")


def test_an_event_keeps_bars_and_line_breaks_of_its_text() -> None:
    sample = parse(r"_e{5,8}:title|a|b\nend")

    assert sample == Event("title", "a|b\nend", frozenset())


def test_a_service_check_has_status_and_message() -> None:
    sample = parse("_sc|nomad|2|d:1700000000|#pool:x|m:no leader: 500")

    expected = ServiceCheck("nomad", Status.CRITICAL, frozenset({"pool:x"}), "no leader: 500")
    assert sample == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "queue.pending",
        "queue.pending:4",
        ":4|g",
        "queue.pending:|g",
        "queue.pending:four|g",
        "queue.pending:4|x",
        "_e{5}:title|text",
        "_e{5,99}:title|text",
        "_sc|nomad",
        "_sc|nomad|9",
    ],
)
def test_what_is_no_sample_is_refused_with_the_line(line: str) -> None:
    with pytest.raises(MalformedSampleError, match="no DogStatsD") as raised:
        parse(line)

    assert repr(line) in str(raised.value)
