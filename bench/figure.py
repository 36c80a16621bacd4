"""
A measured figure and its goal.  Imports the standard library only.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, smaller being better, and the goal that it has to stay below."""

    what: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def met(self) -> bool:
        return self.goal is None or self.value < self.goal

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"   goal < {self.goal:g} {self.unit}"
        verdict = "" if self.goal is None else ("   met" if self.met else "   MISSED")
        # A ratio near 1 is told by its later digits.
        digits = 3 if self.unit in ("x", "s") else 1
        return f"{self.what:<58} {self.value:9.{digits}f} {self.unit}{goal}{verdict}"


def distribution(
    what: str,
    values: Sequence[float],
    unit: str,
    *,
    median_goal: float | None = None,
    p95_goal: float | None = None,
) -> tuple[Figure, ...]:
    """Median, 95th percentile and maximum of the values, of which there are at least two."""
    p95 = statistics.quantiles(values, n=20, method="inclusive")[-1]
    return (
        Figure(f"{what}, median of {len(values)}", statistics.median(values), unit, median_goal),
        Figure(f"{what}, 95th percentile", p95, unit, p95_goal),
        Figure(f"{what}, maximum", max(values), unit),
    )


def tell(measured: Iterable[Figure]) -> int:
    """Print the figures as they come; the exit code: 1 if a goal is missed."""
    met = True
    for figure in measured:
        print(figure, flush=True)
        met = met and figure.met
    return 0 if met else 1
