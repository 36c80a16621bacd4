"""
The comparison as a table for people: a row for each subject, and the lower bound.

Imports replay.outcome.
"""

import math
from collections.abc import Sequence

from autoscaler.replay.outcome import Outcome

_Row = tuple[str, ...]
#: What stands where there is no figure.
_NONE = "-"
_HEAD: _Row = (
    "",
    "node-hours",
    "cost",
    "x bound",
    "wait mean",
    "p50",
    "p95",
    "p99",
    "late %",
    "launches",
    "peak nodes",
    "killed",
    "unserved",
)


def table(outcomes: Sequence[Outcome]) -> str:
    """Lines of equal columns, the first aligned to the left; waits in seconds."""
    priced = any(outcome.cost is not None for outcome in outcomes)
    head = _row(_HEAD, priced=priced)
    bounds = {one.lower_bound_node_hours or math.inf for one in outcomes}
    places = _places(min([*bounds, *(one.node_hours for one in outcomes)], default=0.0))
    rows = [_row(_cells(outcome, places), priced=priced) for outcome in outcomes]
    rows += [_row(cells, priced=priced) for cells in _bounds(outcomes, places)]
    return aligned([head, *rows])


def aligned(rows: Sequence[_Row], left: int = 1) -> str:
    """Lines of equal columns, the first so many aligned to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths, left) for row in rows)


def told_hours(hours: float) -> str:
    """With as many places as mean something."""
    return f"{hours:.{_places(hours)}f}"


def _places(hours: float) -> int:
    return 2 if hours < 10 else 1


def _cells(outcome: Outcome, places: int) -> _Row:
    waits, over = outcome.waits, outcome.over_bound
    return (
        outcome.name,
        f"{outcome.node_hours:.{places}f}",
        _NONE if outcome.cost is None else f"{outcome.cost:.2f}",
        _NONE if over is None else f"{over:.2f}",
        *(
            f"{one:.0f} s" if outcome.started else _NONE
            for one in (waits.mean, waits.p50, waits.p95, waits.p99)
        ),
        f"{100 * outcome.late_share:.2f}",
        str(outcome.launches),
        str(outcome.peak_nodes),
        str(outcome.killed),
        str(outcome.unserved),
    )


def _bounds(outcomes: Sequence[Outcome], places: int) -> list[_Row]:
    """One row; more where the subjects' nodes hold different numbers of children."""
    found: dict[float, float | None] = {}
    for outcome in outcomes:
        hours = outcome.lower_bound_node_hours
        if hours and hours not in found:
            price = None if outcome.cost is None else outcome.cost / outcome.node_hours
            found[hours] = None if price is None else price * hours
    return [
        (
            "lower bound",
            f"{hours:.{places}f}",
            _NONE if cost is None else f"{cost:.2f}",
            "1.00",
            *[_NONE] * (len(_HEAD) - 4),
        )
        for hours, cost in found.items()
    ]


def _row(cells: _Row, *, priced: bool) -> _Row:
    return cells if priced else (*cells[:2], *cells[3:])


def _line(row: _Row, widths: Sequence[int], left: int) -> str:
    cells = [
        cell.ljust(width) if at < left else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
