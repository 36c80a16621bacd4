"""The pictures: which there are, and that they say what they show."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autoscaler.replay.comparison import replay_all
from autoscaler.replay.course import Extent
from autoscaler.replay.drawing import unit_of
from autoscaler.replay.outcome import Outcome
from autoscaler.replay.pictures import draw_all
from tests.unit.autoscaler.replay.replays import STILL, a_subject, children


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """A short replay with its course."""
    (found,) = replay_all((a_subject("ours"),), STILL, children(60.0, 90.0), timeline=True)
    return found


def _names(files: tuple[Path, ...]) -> list[str]:
    return [one.name for one in files]


def _words(path: Path) -> str:
    return " ".join(
        " ".join(element.itertext()).strip()
        for element in ET.parse(path).iter("{http://www.w3.org/2000/svg}text")
    )


def test_one_subject_has_one_picture_in_both_forms(tmp_path: Path, outcome: Outcome) -> None:
    files = draw_all(tmp_path, [outcome], "a title", 300.0)

    assert _names(files) == ["course.png", "course.svg"]
    assert files[0].read_bytes().startswith(b"\x89PNG")
    assert all(one.stat().st_size > 5000 for one in files)


def test_it_says_what_it_shows_in_words_and_units(tmp_path: Path, outcome: Outcome) -> None:
    draw_all(tmp_path, [replace(outcome, name="a $b_c$")], "what & where", 300.0)

    words = _words(tmp_path / "course.svg")
    for text in (
        "what & where",
        "a $b_c$",
        "children that wait",
        "nodes that cost",
        "minutes that children waited",
        "minutes since the trace began",
        "late from 300 s on",
        "nodes at work",
        "nodes idle",
        "nodes booting",
        "nodes on the way out (cordoned)",
        f"{outcome.node_hours:.2f} node-hours",
    ):
        assert text in words


def test_several_are_side_by_side_and_compared(tmp_path: Path, outcome: Outcome) -> None:
    pair = [outcome, replace(outcome, name="keda", baseline="keda", late_share=0.125)]

    files = draw_all(tmp_path, pair, "a title", 300.0)

    assert _names(files) == ["course.png", "course.svg", "comparison.png", "comparison.svg"]
    assert "keda" in _words(tmp_path / "course.svg")
    words = _words(tmp_path / "comparison.svg")
    assert "12.50 % late" in words
    assert f"with nobody late, at least {outcome.lower_bound_node_hours:.2f}" in words


def test_more_than_fit_are_on_pages_each_with_the_first(tmp_path: Path, outcome: Outcome) -> None:
    many = [replace(outcome, name=f"subject {at}") for at in range(6)]

    files = draw_all(tmp_path, many, "a title", 300.0)

    assert _names(files)[:4] == ["course-1.png", "course-1.svg", "course-2.png", "course-2.svg"]
    first, second = (_words(tmp_path / f"course-{at}.svg") for at in (1, 2))
    assert all(f"subject {at}" in first for at in (0, 1, 2, 3))
    assert all(f"subject {at}" in second for at in (0, 4, 5))
    assert "a title (2 of 2)" in second


def test_equal_outcomes_are_equal_files(tmp_path: Path, outcome: Outcome) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        draw_all(tmp_path / name, [outcome, replace(outcome, name="other")], "a title", 300.0)

    for one in (tmp_path / "a").iterdir():
        assert one.read_bytes() == (tmp_path / "b" / one.name).read_bytes(), one.name


def test_axes_go_as_far_as_the_largest_of_all(outcome: Outcome) -> None:
    assert outcome.timeline is not None
    spans = tuple(replace(one, pending_peak=7, nodes_peak=9) for one in outcome.timeline.spans)
    larger = replace(outcome, timeline=replace(outcome.timeline, spans=spans))

    extent = Extent.of([outcome, larger], 300.0)

    assert (extent.queue, extent.nodes) == (7, 9)
    assert extent.wait_seconds > 300


def test_a_course_that_was_not_recorded_cannot_be_drawn(tmp_path: Path, outcome: Outcome) -> None:
    with pytest.raises(ValueError, match="ours was replayed without a timeline"):
        draw_all(tmp_path, [replace(outcome, timeline=None)], "a title", 300.0)


@pytest.mark.parametrize(
    ("seconds", "unit"),
    [(0, "seconds"), (239, "seconds"), (240, "minutes"), (5 * 3600, "hours"), (1e6, "days")],
)
def test_times_are_in_a_unit_for_people(seconds: float, unit: str) -> None:
    assert unit_of(seconds)[0] == unit
