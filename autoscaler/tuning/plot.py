"""
The frontier of cost against wait, as a picture.

Imports matplotlib (of the ``simulate`` extra), replay.drawing and the rest of tuning.
"""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoscaler.replay.drawing import BLUE, GREEN, ORANGE, PURPLE, VERMILION, draw, unit_of
from autoscaler.tuning.robustness import COVERED
from autoscaler.tuning.session import Findings
from autoscaler.tuning.table import marks
from autoscaler.tuning.target import Target
from autoscaler.tuning.trial import Trial

_STRATEGIES = (("backlog", BLUE, "o"), ("per_node", ORANGE, "s"), ("steps", PURPLE, "^"))
#: A trial that waits for more times the target than this is not worth the room.
_FAR = 4.0


def draw_frontier(directory: Path, findings: Findings, title: str) -> tuple[Path, ...]:
    """``frontier.png`` and ``frontier.svg``.  Raises ``OSError``."""
    return draw(directory, "frontier", partial(_frontier, findings, title))


def _frontier(findings: Findings, title: str) -> Figure:
    figure = Figure(figsize=(9, 5.5), layout="constrained")
    figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
    axes = figure.subplots()
    scale = _Scale(findings)
    _points(axes, findings, scale)
    _line(axes, findings, scale)
    _target(axes, findings.target, scale)
    _labels(axes, findings, scale)
    _costs(axes, findings.present)
    axes.set_xlabel(scale.label)
    axes.set_ylabel("node-hours")
    axes.legend(loc="upper right", frameon=True, framealpha=0.8, edgecolor="none")
    return figure


class _Scale:
    """The measure of the target along the axis: in the unit that suits it."""

    def __init__(self, findings: Findings) -> None:
        self._target = target = findings.target
        named = (findings.present, findings.recommendation.nearest)
        values = [
            target.of(one)
            for one in findings.trials
            if one.sound and (target.of(one) <= _FAR * target.limit or one in named)
        ]
        self._highest = max([target.limit, *values]) or 1.0
        if target.metric == "late":
            self._unit = 0.01
            self.label = f"% of the children that waited for more than {target.late_seconds:.0f} s"
        else:
            name, self._unit = unit_of(self._highest)
            share = {"p95": "95 %", "p99": "99 %"}[target.metric]
            self.label = f"{name} that {share} of the children waited at most"

    def shows(self, trial: Trial) -> bool:
        """Whether it is in the picture."""
        return trial.sound and self._target.of(trial) <= self._highest

    def of(self, trial: Trial) -> float:
        """Where it lies."""
        return self._target.of(trial) / self._unit

    def at(self, value: float) -> float:
        """Where a value of the measure lies."""
        return value / self._unit

    @property
    def end(self) -> float:
        """Where the axis ends."""
        return 1.05 * self._highest / self._unit


def _points(axes: Axes, findings: Findings, scale: _Scale) -> None:
    best = {id(one) for one in findings.frontier}
    for strategy, colour, marker in _STRATEGIES:
        shown = [
            one
            for one in findings.trials
            if one.candidate.settings.scaling.strategy == strategy and scale.shows(one)
        ]
        if not shown:
            continue
        style: dict[str, Any] = {"color": colour, "marker": marker, "linewidths": 0}
        beaten = [one for one in shown if id(one) not in best]
        axes.scatter(*_places(beaten, scale), s=22, alpha=0.35, **style)
        unbeaten = [one for one in shown if id(one) in best]
        axes.scatter(*_places(unbeaten, scale), s=42, **style)
        # For the legend, whichever of both there are.
        axes.scatter([], [], s=42, label=f"strategy {strategy}", **style)


def _line(axes: Axes, findings: Findings, scale: _Scale) -> None:
    """Steps: what lies between two points nobody has tried."""
    trials = sorted((one for one in findings.frontier if scale.shows(one)), key=scale.of)
    waits, hours = _places(trials, scale)
    axes.plot(
        [*waits, *([scale.end] if waits else [])],
        [*hours, *hours[-1:]],
        drawstyle="steps-post",
        color=BLUE,
        linewidth=1.2,
        alpha=0.6,
        label="frontier: none is cheaper and quicker",
    )
    # Nobody waiting is a place too, not the frame; below there is room for a label.
    axes.set_xlim(-0.02 * scale.end, scale.end)
    axes.margins(y=0.15)
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.08 * (high - low), high)


def _target(axes: Axes, target: Target, scale: _Scale) -> None:
    limit = scale.at(target.limit)
    axes.axvline(limit, color=VERMILION, linestyle="--", label=f"target: {target.sentence}")
    axes.axvspan(limit, scale.end, color=VERMILION, alpha=0.04, linewidth=0)


def _labels(axes: Axes, findings: Findings, scale: _Scale) -> None:
    """What is recommended below the frontier, where there is nothing; the others above it."""
    choice, known = findings.recommendation, marks(findings)
    best = choice.nearest
    if scale.shows(best):
        _interval(axes, findings, scale)
        _label(axes, best, known[id(best)], scale, below=True)
    others = [choice.present]
    if choice.surer is not None and choice.surer is not choice.present:
        others.append(choice.surer)
    for one in others:
        if one is not best and scale.shows(one):
            _label(axes, one, known[id(one)], scale, below=False)


def _label(axes: Axes, trial: Trial, text: str, scale: _Scale, *, below: bool) -> None:
    place, colour = (scale.of(trial), trial.node_hours), GREEN if below else "black"
    name = f"\n{trial.candidate.name}" if trial.candidate.changes else ""
    left = place[0] > scale.end / 3
    axes.scatter(*place, s=130, facecolors="none", edgecolors=colour, linewidths=1.8, zorder=4)
    axes.annotate(
        text + name,
        place,
        xytext=((-24 if left else 12, -34) if below else (24, 30)),
        textcoords="offset points",
        ha="right" if below and left else "left",
        va="top" if below else "bottom",
        color=colour,
        fontweight="bold" if below else "normal",
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkB": 6},
        bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1.5},
        zorder=5,
    )


def _interval(axes: Axes, findings: Findings, scale: _Scale) -> None:
    """How far the measure of what is recommended goes in the resamples."""
    best = findings.recommendation.nearest
    found = findings.sureness.get(best.candidate)
    if found is None:
        return
    interval = {"p95": found.p95, "p99": found.p99, "late": found.late_share}[
        findings.target.metric
    ]
    if not math.isfinite(interval.high):
        return
    ends = [scale.at(interval.low), min(scale.end, scale.at(interval.high))]
    label = f"recommended: in {100 * COVERED:.0f} % of the resamples"
    axes.plot(ends, [best.node_hours] * 2, color=GREEN, linewidth=4, alpha=0.35, label=label)


def _costs(axes: Axes, present: Trial) -> None:
    """The price beside the hours, where it is known."""
    if present.cost and present.node_hours:
        price = present.cost / present.node_hours

        def cost_of(hours: Any) -> Any:
            return hours * price

        def hours_of(cost: Any) -> Any:
            return cost / price

        axes.secondary_yaxis("right", functions=(cost_of, hours_of)).set_ylabel("cost")


def _places(trials: Sequence[Trial], scale: _Scale) -> tuple[list[float], list[float]]:
    return [scale.of(one) for one in trials], [one.node_hours for one in trials]
