"""
The picture of how it went: queue, nodes and waits over time, a column for each subject.

All columns have equal axes, so that they compare at a glance.
Imports matplotlib (of the ``simulate`` extra), replay.drawing, replay.outcome and replay.table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from autoscaler.replay.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    time_ticks,
    unit_of,
)
from autoscaler.replay.outcome import Outcome, Timeline
from autoscaler.replay.table import told_hours

#: Columns that one picture has room for.
COLUMNS_MAX = 4
_STATES = (
    ("busy", "at work", GREEN),
    ("idle", "idle", SKY),
    ("booting", "booting", ORANGE),
    ("cordoned", "on the way out (cordoned)", PURPLE),
)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the axes go, for all pictures of one comparison alike; times in seconds."""

    seconds: float
    queue: float
    nodes: float
    wait_seconds: float

    @staticmethod
    def of(outcomes: Sequence[Outcome], late_seconds: float) -> "Extent":
        """So far that everything is seen, and the limit for lateness too."""
        lines = [_timeline(outcome) for outcome in outcomes]
        spans = [span for line in lines for span in line.spans]
        return Extent(
            max(line.step_seconds * len(line.spans) for line in lines),
            max((span.pending_peak for span in spans), default=0) or 1,
            max((span.nodes_peak for span in spans), default=0) or 1,
            max([late_seconds, *(span.wait_longest for span in spans)]) * 1.05,
        )


def course(outcomes: Sequence[Outcome], title: str, late_seconds: float, extent: Extent) -> Figure:
    """Up to ``COLUMNS_MAX`` outcomes, which have timelines."""
    figure = Figure(figsize=(max(7.5, 4.3 * len(outcomes)), 8.2), layout="constrained")
    figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
    grid = figure.subplots(3, len(outcomes), sharex=True, sharey="row", squeeze=False)
    for column, outcome in enumerate(outcomes):
        line = _timeline(outcome)
        queue, nodes, waits = (grid[row][column] for row in range(3))
        _entitle(queue, outcome)
        _draw_queue(queue, line, extent)
        _draw_nodes(nodes, line, extent)
        _draw_waits(waits, line, late_seconds, extent)
        waits.set_xlabel(f"{unit_of(extent.seconds)[0]} since the trace began")
    wait_unit = unit_of(extent.wait_seconds)[0]
    grid[0][0].set_ylabel("children that wait")
    grid[1][0].set_ylabel("nodes that cost")
    grid[2][0].set_ylabel(f"{wait_unit} that children waited")
    figure.legend(
        handles=_legend(late_seconds), loc="outside lower left", ncols=4, handlelength=1.4
    )
    return figure


def _entitle(axes: Axes, outcome: Outcome) -> None:
    over = outcome.over_bound
    times = "" if over is None else f", {over:.2f} times the lower bound"
    figures = (
        f"{told_hours(outcome.node_hours)} node-hours{times}\n"
        f"95 % waited at most {outcome.waits.p95:.0f} s, {100 * outcome.late_share:.2f} % late"
    )
    axes.set_title(outcome.name, loc="left", fontweight="bold", pad=28)
    axes.annotate(
        figures, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", va="bottom"
    )


def _times(line: Timeline, extent: Extent) -> list[float]:
    """The edges of the spans, in the unit of the axis."""
    unit = unit_of(extent.seconds)[1]
    return [at * line.step_seconds / unit for at in range(len(line.spans) + 1)]


def _draw_queue(axes: Axes, line: Timeline, extent: Extent) -> None:
    axes.stairs(
        [span.pending_peak for span in line.spans],
        _times(line, extent),
        fill=True,
        color=BLUE,
    )
    axes.set_ylim(0, extent.queue * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_xlim(0, extent.seconds / unit_of(extent.seconds)[1])
    time_ticks(axes, extent.seconds)


def _draw_nodes(axes: Axes, line: Timeline, extent: Extent) -> None:
    edges = _times(line, extent)
    base = [0.0] * len(line.spans)
    for field, _, colour in _STATES:
        top = [low + getattr(span, field) for low, span in zip(base, line.spans, strict=True)]
        axes.stairs(top, edges, baseline=base, fill=True, color=colour)
        base = top
    peaks = [span.nodes_peak for span in line.spans]
    axes.stairs(peaks, edges, color=BLACK, linewidth=0.7)
    axes.set_ylim(0, extent.nodes * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))


def _draw_waits(axes: Axes, line: Timeline, late_seconds: float, extent: Extent) -> None:
    unit, wait_unit = unit_of(extent.seconds)[1], unit_of(extent.wait_seconds)[1]
    begun = [
        ((at + 0.5) * line.step_seconds / unit, span)
        for at, span in enumerate(line.spans)
        if span.started_count
    ]
    times = [at for at, _ in begun]
    longest = [span.wait_longest / wait_unit for _, span in begun]
    medians = [span.wait_p50 / wait_unit for _, span in begun]
    axes.vlines(times, medians, longest, color=GREY, linewidth=0.5, alpha=0.5, rasterized=True)
    axes.plot(times, longest, ".", color=GREY, markersize=2.5, rasterized=True)
    axes.plot(times, medians, ".", color=BLUE, markersize=3, rasterized=True)
    axes.axhline(late_seconds / wait_unit, color=VERMILION, linestyle="--", linewidth=1.2)
    axes.set_ylim(0, extent.wait_seconds / wait_unit)


def _legend(late_seconds: float) -> list[Patch | Line2D]:
    def dots(colour: str, label: str) -> Line2D:
        return Line2D([], [], color=colour, marker=".", linestyle="", label=label)

    return [
        Patch(color=BLUE, label="longest queue"),
        dots(BLUE, "median wait"),
        dots(GREY, "longest wait"),
        Line2D([], [], color=VERMILION, linestyle="--", label=f"late from {late_seconds:.0f} s on"),
        Line2D([], [], color=BLACK, linewidth=0.7, label="most nodes at once"),
        *(Patch(color=colour, label=f"nodes {label}") for _, label, colour in _STATES),
    ]


def _timeline(outcome: Outcome) -> Timeline:
    if outcome.timeline is None:
        raise ValueError(f"{outcome.name} was replayed without a timeline")
    return outcome.timeline
