"""The dashboard's layout and words."""

from itertools import combinations
from typing import Any

import pytest

from tests.unit.tf.datadog_module import MODULE, groups, queries

_KINDS = {"value", "series", "list", "events", "monitors", "check"}
_ATTRIBUTES = {
    "kind", "title", "at", "note", "lines", "formats", "events", "markers", "check",
}  # fmt: skip
_IN_LINES = {
    "alias", "q", "queries", "formula", "display", "palette", "line", "aggregator",
}  # fmt: skip
_WIDGETS = [
    pytest.param(one, id=f"{group['title']}: {one['title']}")
    for group in groups()
    for one in group["widgets"]
]


def test_the_queue_comes_first_and_its_depth_first_of_all() -> None:
    first = groups()[0]

    assert first["title"] == "Queue"
    assert first["widgets"][0]["title"] == "Queue depth now"
    assert first["widgets"][0]["at"][:2] == [0, 0]


@pytest.mark.parametrize("group", [pytest.param(one, id=one["title"]) for one in groups()])
def test_widgets_lie_within_twelve_columns_and_never_on_each_other(group: dict[str, Any]) -> None:
    boxes = [one["at"] for one in group["widgets"]]

    assert all(x >= 0 and y >= 0 and x + width <= 12 for x, y, width, _ in boxes)
    for (x1, y1, width1, height1), (x2, y2, width2, height2) in combinations(boxes, 2):
        beside = x1 + width1 <= x2 or x2 + width2 <= x1
        below = y1 + height1 <= y2 or y2 + height2 <= y1
        assert beside or below


@pytest.mark.parametrize("group", [pytest.param(one, id=one["title"]) for one in groups()])
def test_a_group_has_no_holes(group: dict[str, Any]) -> None:
    boxes = [one["at"] for one in group["widgets"]]
    height = max(y + rows for _, y, _, rows in boxes)

    assert sum(width * rows for _, _, width, rows in boxes) == 12 * height


@pytest.mark.parametrize("widget", _WIDGETS)
def test_a_widget_is_of_a_kind_that_is_drawn_and_has_no_attribute_that_is_not(
    widget: dict[str, Any],
) -> None:
    """``try`` in the resource would pass over a misspelt one in silence."""
    assert widget["kind"] in _KINDS
    assert set(widget) <= _ATTRIBUTES
    lines = widget.get("lines", [])
    if isinstance(lines, list):
        for line in lines:
            assert set(line) <= _IN_LINES
            assert ("q" in line) != ("queries" in line)


@pytest.mark.parametrize("widget", _WIDGETS)
def test_a_widget_with_figures_says_in_one_line_what_they_are(widget: dict[str, Any]) -> None:
    if widget["kind"] in {"monitors", "check"}:
        return
    assert 0 < len(widget["note"]) < 160
    assert widget["kind"] == "events" or list(queries(widget))


def test_each_file_is_short_enough_to_read() -> None:
    for path in MODULE.glob("*.tf"):
        assert len(path.read_text().splitlines()) <= 250, path.name


def test_each_group_that_is_defined_is_on_the_dashboard() -> None:
    defined = {path.stem.removeprefix("dashboard_") for path in MODULE.glob("dashboard_*.tf")}

    assert len(groups()) == len(defined)
