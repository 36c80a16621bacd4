"""
The end of a run: the table of every video and profile, the figures, and what went wrong.

May import ``devstack.demo.check``, ``devstack.demo.scene``, ``devstack.fleet``, rich and the
standard library.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from rich.table import Table

from devstack.demo.check import Published
from devstack.demo.scene import Child
from devstack.fleet import Figures


@dataclass(frozen=True, slots=True)
class Row:
    """One child and the object that it published; None where it published nothing."""

    child: Child
    published: Published | None

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with it, for people; empty where all is well."""
        if self.published is None:
            return (f"{self.child.label}: {self.child.state}, nothing to check",)
        return tuple(f"{self.child.label}: {problem}" for problem in self.published.problems)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    rows: tuple[Row, ...]
    figures: Figures
    #: Samples that the DogStatsD sink received.
    metrics_received: int
    #: Seconds from the first dispatch until the group was empty again.
    seconds: float
    #: Everything that is not as it should be, for people; empty is success.
    problems: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        return not self.problems


def table(rows: Iterable[Row]) -> Table:
    """One line for each child."""
    made = Table(title="transcoded", title_justify="left")
    for column in ("input", "profile", "picture"):
        made.add_column(column)
    for column in ("size", "length", "waited", "took"):
        made.add_column(column, justify="right")
    made.add_column("S3 key", overflow="fold")
    made.add_column("probe")
    for row in rows:
        made.add_row(*_cells(row))
    return made


def _cells(row: Row) -> tuple[str, ...]:
    child, published = row.child, row.published
    name = PurePosixPath(child.input).name
    times = _seconds(child.waited_seconds), _seconds(child.took_seconds)
    if published is None or published.media is None:
        key = "-" if published is None else published.key
        return name, child.profile, "-", "-", "-", *times, key, "[bold red]FAILED"
    media = published.media
    return (
        name,
        child.profile,
        f"{media.width}x{media.height}",
        f"{published.size_bytes / 1e6:.2f} MB",
        _seconds(media.seconds),
        *times,
        published.key,
        "[bold red]WRONG" if published.problems else "[green]ok",
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def figures_lines(outcome: Outcome) -> tuple[str, ...]:
    """The figures of the run, for people."""
    figures = outcome.figures
    return (
        f"children      {len(outcome.rows)}",
        f"duration      {outcome.seconds:.1f} s, from dispatch until the last instance was gone",
        f"peak nodes    {figures.peak_nodes}",
        f"node-seconds  {figures.node_seconds:.0f}",
        f"launches      {figures.launches}",
        f"killed        {len(figures.killed)}",
        f"metrics       {outcome.metrics_received} received by the DogStatsD sink",
    )
