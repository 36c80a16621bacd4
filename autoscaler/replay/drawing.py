"""
What the pictures share: colours, a time axis for people, and files of a picture.

The colours are those of Okabe and Ito, which people with any colour vision tell apart.
Imports matplotlib (of the ``simulate`` extra).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

BLACK, ORANGE, SKY, GREEN, VERMILION, BLUE, PURPLE, GREY = (
    "#222222",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#D55E00",
    "#0072B2",
    "#CC79A7",
    "#7F7F7F",
)

#: Name, seconds, and the steps between ticks that people like.
_UNITS = (
    ("seconds", 1.0, (1, 2, 5, 10, 15, 30, 60)),
    ("minutes", 60.0, (1, 2, 5, 10, 15, 30, 60)),
    ("hours", 3600.0, (1, 2, 3, 6, 12, 24)),
    ("days", 86400.0, (1, 2, 7, 14, 28, 91, 182, 364)),
)
_UNITS_SHOWN_MAX = 4
_TICKS_MAX = 8
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E5E5E5",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    # A dollar sign in a name is a dollar sign.
    "text.parse_math": False,
    "svg.fonttype": "none",
    # Equal figures are equal files.
    "svg.hashsalt": "autoscaler",
}


def unit_of(longest_seconds: float) -> tuple[str, float]:
    """In which unit to tell so long a time: its name and its seconds."""
    fitting = [one for one in _UNITS if longest_seconds >= _UNITS_SHOWN_MAX * one[1]]
    name, seconds, _ = fitting[-1] if fitting else _UNITS[0]
    return name, seconds


def time_ticks(axes: Axes, longest_seconds: float) -> None:
    """Ticks at round numbers of the unit, on the axis of time."""
    name, seconds = unit_of(longest_seconds)
    (steps,) = (steps for other, _, steps in _UNITS if other == name)
    count = longest_seconds / seconds
    step = next((step for step in steps if count / step <= _TICKS_MAX), steps[-1])
    while count / step > _TICKS_MAX:
        step *= 2
    axes.xaxis.set_major_locator(MultipleLocator(step))


def draw(directory: Path, name: str, compose: Callable[[], Figure]) -> tuple[Path, ...]:
    """A picture as ``NAME.png`` and ``NAME.svg`` in the directory.  Raises ``OSError``."""
    with rc_context(_STYLE):
        figure = compose()
        FigureCanvasAgg(figure)
        paths = (directory / f"{name}.png", directory / f"{name}.svg")
        figure.savefig(paths[0], dpi=150, metadata={"Software": None})
        figure.savefig(paths[1], metadata={"Date": None})
    return paths
