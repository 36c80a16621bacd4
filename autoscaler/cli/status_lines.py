"""
Lines of a label and a text, folded to a width and coloured.

Imports the standard library only.
"""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Labels are set in a column of that width.
_LABEL_WIDTH = 12
_COLOURS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[33m",
    "good": "\x1b[32m",
    "strong": "\x1b[1m",
    "faint": "\x1b[2m",
}
_PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Line:
    """One line before it is folded."""

    #: None: there is none, and the text begins at the edge.
    label: str | None = None
    text: str = ""
    #: ``error``, ``warning``, ``good``, ``strong``, ``faint`` or nothing.
    style: str = ""


def written(lines: Iterable[Line], width: int, *, colour: bool) -> Iterator[str]:
    """Each folded under its own beginning; what has no blank to fold at is not torn."""
    for line in lines:
        for folded in _folded(line, width):
            yield _coloured(folded, line.style) if colour else folded


def _folded(line: Line, width: int) -> list[str]:
    if not line.text:
        return [line.label or ""]
    # Blanks at the text's own beginning indent all of it.
    text = line.text.lstrip()
    label = "" if line.label is None else f"{line.label:<{_LABEL_WIDTH}}"
    indent = label + " " * (len(line.text) - len(text))
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _coloured(text: str, style: str) -> str:
    code = _COLOURS.get(style)
    return f"{code}{text}{_PLAIN}" if code and text else text
