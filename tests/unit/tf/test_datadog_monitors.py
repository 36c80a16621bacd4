"""Each monitor says what it means, what to look at, and where it goes on."""

import re
from typing import Any

import pytest

from tests.docs.pages import anchors
from tests.unit.tf.datadog_module import monitors, queries, uses

_SINGLES = monitors("monitors")
_PARTS = monitors("parts")
_COMPOSITES = monitors("composites")
_TOLD = {**_SINGLES, **_COMPOSITES}
_QUERIED = {**_SINGLES, **_PARTS}
_VARIABLE = re.compile(r"\{\{(\w+)\.name\}\}")
_WINDOW = re.compile(r"last_(?:5m|10m|15m|30m|1h|2h|4h|1d|\$\{var\.thresholds\.paused_window\})\)")
_SINGLE_ATTRIBUTES = {
    "name", "query", "compare", "threshold", "warn", "window_full", "missing", "priority",
    "what", "look", "runbook",
}  # fmt: skip


def _by(monitor: dict[str, Any]) -> set[tuple[str, ...]]:
    return {use.by for query in queries(monitor) for use in uses(query)}


@pytest.mark.parametrize("name", _TOLD)
def test_a_monitor_leads_to_a_section_of_the_runbook(name: str) -> None:
    assert _TOLD[name]["runbook"] in anchors("docs/runbook.md")


@pytest.mark.parametrize("name", _TOLD)
def test_a_section_is_named_as_the_monitor_is(name: str) -> None:
    """So that it is found by its name too, where no address is given."""
    longest = max(re.findall(r"\w+", _TOLD[name]["name"].lower()), key=len)

    assert longest in _TOLD[name]["runbook"].split("-")


@pytest.mark.parametrize("name", _TOLD)
def test_a_monitor_names_a_command_to_look_with(name: str) -> None:
    assert "`" in _TOLD[name]["look"]
    assert 1 <= _TOLD[name]["priority"] <= 5


@pytest.mark.parametrize("name", _SINGLES)
def test_a_message_names_only_tags_that_the_monitor_is_grouped_by(name: str) -> None:
    """Others stay empty in the message, and Datadog does not say so."""
    one = _SINGLES[name]
    (by,) = _by(one)

    assert set(_VARIABLE.findall(one["what"] + one["look"])) <= set(by)
    assert by == () or "{{pool.name}}" in one["what"] or "{{job.name}}" in one["what"]


@pytest.mark.parametrize("name", _QUERIED)
def test_a_query_has_a_window_that_datadog_knows_and_one_grouping(name: str) -> None:
    one = _QUERIED[name]

    assert _WINDOW.search(one["query"])
    assert len(_by(one)) == 1
    assert one["compare"] in {">", ">=", "<"}


@pytest.mark.parametrize("name", _SINGLES)
def test_no_data_is_thought_of(name: str) -> None:
    """Nothing counted is zero; a figure that is missing is unknown, and one monitor tells of it."""
    one = _SINGLES[name]
    assert set(one) <= _SINGLE_ATTRIBUTES
    counts = one["query"].startswith("sum(") and ".as_count()" in one["query"]
    expected = "default" if counts else "show_no_data"
    if name == "daemon_silent":
        expected = "show_and_notify_no_data"

    assert one["missing"] == expected
    # Counts are sparse: a whole window of them hardly ever comes.
    assert not (counts and one["window_full"])


@pytest.mark.parametrize("name", _COMPOSITES)
def test_a_composite_is_of_monitors_that_exist_and_share_their_groups(name: str) -> None:
    one = _COMPOSITES[name]
    conditions = [*one["all"], *one["none"]]

    assert 2 <= len(conditions) <= 10
    assert len({frozenset(_by(_QUERIED[condition])) for condition in conditions}) == 1
    # No data counts as an alert in a composite; what is resolved without data holds it back.
    assert set(one["all"]) & set(_PARTS)


def test_each_part_is_used_and_says_for_what() -> None:
    for name, part in _PARTS.items():
        users = {
            one["name"].partition(",")[0]
            for one in _COMPOSITES.values()
            if name in [*one["all"], *one["none"]]
        }
        assert users == set(part["of"].split("; "))


def test_all_that_an_operator_must_hear_of_is_watched() -> None:
    assert set(_TOLD) == {
        "queue_not_draining", "oldest_wait", "at_maximum", "unplaceable", "held",
        "launch_failures", "never_joined", "daemon_silent", "cycles_fail", "paused_long",
        "queue_drift", "metrics_dropped", "transcoder_failures",
    }  # fmt: skip
