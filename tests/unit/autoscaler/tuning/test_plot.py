"""The frontier as a picture: what must be on it is read from the SVG's own text."""

from dataclasses import replace
from pathlib import Path

from autoscaler.tuning.plot import draw_frontier
from autoscaler.tuning.session import Findings
from autoscaler.tuning.target import Target
from tests.builders import some_settings
from tests.unit.autoscaler.tuning.trials import a_trial, an_outcome, findings, waiting

PER_NODE = some_settings()
BACKLOG = some_settings(strategy="backlog")
PRESENT = a_trial(an_outcome(10.0, 60.0, price=0.5), settings=BACKLOG)
CHEAP = a_trial(an_outcome(8.0, 110.0, price=0.5), changes=waiting("3m"), settings=BACKLOG)
QUICK = a_trial(an_outcome(15.0, 10.0, price=0.5), changes=(("scaling.strategy", "per_node"),))


def svg(directory: Path, found: Findings) -> str:
    """Its text."""
    png, picture = draw_frontier(directory, found, "a trace")
    assert png.read_bytes().startswith(b"\x89PNG")
    return picture.read_text(encoding="utf-8")


def test_the_picture_names_the_strategies_the_target_and_what_is_recommended(
    tmp_path: Path,
) -> None:
    text = svg(tmp_path, findings((PRESENT, CHEAP, QUICK), met={"target_wait 3m": 0.5}))
    for label in (
        "a trace",
        "strategy backlog",
        "strategy per_node",
        "target: p95 wait at most 2m",
        "recommended",
        "target_wait 3m",
        "present",
        "recommended: in 90 % of the resamples",
        "node-hours",
        "cost",
        "seconds that 95 % of the children waited at most",
    ):
        assert f">{label}<" in text, label
    assert "strategy steps" not in text


def test_a_share_of_late_children_is_told_in_percent(tmp_path: Path) -> None:
    late = a_trial(an_outcome(10.0, 60.0, late=0.02))
    found = findings((late,), target=Target("late", 0.005, 300.0))
    text = svg(tmp_path, found)
    assert ">% of the children that waited for more than 300 s<" in text
    assert ">nearest<" in text or ">present, nearest<" in text
    assert ">cost<" not in text


def test_settings_that_serve_nobody_are_not_in_the_picture(tmp_path: Path) -> None:
    lost = a_trial(an_outcome(1.0, 20.0, unserved=9), settings=replace(PER_NODE))
    assert "strategy per_node" not in svg(tmp_path, findings((PRESENT, lost), frontier=(PRESENT,)))


def test_equal_findings_are_equal_files(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    found = findings((PRESENT, CHEAP))
    assert svg(tmp_path, found) == svg(tmp_path / "again", found)
