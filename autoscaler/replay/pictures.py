"""
All pictures of a comparison, written into a directory.

``course.png`` and ``.svg`` show how it went; where there are more subjects than one picture holds,
``course-1``, ``course-2``, …, each with the first subject beside others.  ``comparison`` shows cost
and waits of two and more.  Imports matplotlib (of the ``simulate`` extra) and the rest of replay.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from autoscaler.replay.course import COLUMNS_MAX, Extent, course
from autoscaler.replay.drawing import BLUE, GREY, ORANGE, VERMILION, draw, unit_of
from autoscaler.replay.outcome import Outcome
from autoscaler.replay.table import told_hours


def draw_all(
    directory: Path, outcomes: Sequence[Outcome], title: str, late_seconds: float
) -> tuple[Path, ...]:
    """The files, of outcomes that have timelines.  Raises ``OSError``."""
    extent = Extent.of(outcomes, late_seconds)
    pages = list(_pages(outcomes))
    files: list[Path] = []
    for number, page in enumerate(pages, 1):
        name = "course" if len(pages) == 1 else f"course-{number}"
        which = title if len(pages) == 1 else f"{title} ({number} of {len(pages)})"
        files += draw(directory, name, partial(course, page, which, late_seconds, extent))
    if len(outcomes) > 1:
        files += draw(directory, "comparison", partial(_comparison, outcomes, title, late_seconds))
    return tuple(files)


def _pages(outcomes: Sequence[Outcome]) -> list[Sequence[Outcome]]:
    if len(outcomes) <= COLUMNS_MAX:
        return [outcomes]
    first, others, step = outcomes[0], outcomes[1:], COLUMNS_MAX - 1
    return [[first, *others[at : at + step]] for at in range(0, len(others), step)]


def _comparison(outcomes: Sequence[Outcome], title: str, late_seconds: float) -> Figure:
    """A bar for each subject: what it cost, and how long 95 % waited at most."""
    figure = Figure(figsize=(10, 1.6 + 0.36 * len(outcomes)), layout="constrained")
    figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
    cost, wait = figure.subplots(1, 2, sharey=True)
    names = [one.name for one in outcomes]
    colours = [BLUE if one.baseline is None else GREY for one in outcomes]
    unit, seconds = unit_of(max([late_seconds, *(one.waits.p95 for one in outcomes)]))
    hours = cost.barh(names, [one.node_hours for one in outcomes], color=colours)
    cost.bar_label(hours, [told_hours(one.node_hours) for one in outcomes], padding=3)
    bounds = sorted({one.lower_bound_node_hours for one in outcomes if one.lower_bound_node_hours})
    for bound in bounds:
        label = f"with nobody late, at least {told_hours(bound)}"
        cost.axvline(bound, color=ORANGE, linestyle="--", label=label)
    waits = wait.barh(names, [one.waits.p95 / seconds for one in outcomes], color=colours)
    late = [f"{100 * one.late_share:.2f} % late" for one in outcomes]
    labels = wait.bar_label(waits, late, padding=3, zorder=4)
    for label in labels:  # Legible where it lies on the limit.
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})
    limit = late_seconds / seconds
    wait.axvline(limit, color=VERMILION, linestyle="--", label=f"late from {late_seconds:.0f} s on")
    cost.set_xlabel("node-hours")
    wait.set_xlabel(f"{unit} that 95 % of the children waited at most")
    cost.invert_yaxis()
    for axes in (cost, wait):
        axes.margins(x=0.22)
        axes.grid(visible=False, axis="y")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1))
    return figure
