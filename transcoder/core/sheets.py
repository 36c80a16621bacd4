"""
How thumbnails are laid out on sheets, and where each of them is.

Imports ``core.profile``.
"""

from dataclasses import dataclass
from math import ceil

from transcoder.core.profile import Sprite


@dataclass(frozen=True, slots=True)
class Sheets:
    """The layout; the counts are None where the input's length is not known."""

    interval_seconds: int
    columns: int
    rows: int
    thumbnails: int | None
    sheets: int | None


def laid_out(sprite: Sprite, duration_seconds: float | None) -> Sheets:
    """
    A thumbnail for each interval, the last one begun.

    The thumbnails of a short video come closer, down to one a second, until they fill a sheet; and
    a sheet that they do not fill is cut to them.
    """
    interval, columns, rows = sprite.interval_seconds, sprite.columns, sprite.rows
    if duration_seconds is None:
        return Sheets(interval, columns, rows, None, None)
    interval = min(interval, max(1, ceil(duration_seconds / (columns * rows))))
    thumbnails = max(1, ceil(duration_seconds / interval))
    columns = min(columns, thumbnails)
    rows = min(rows, ceil(thumbnails / columns))
    return Sheets(interval, columns, rows, thumbnails, sheet_count(thumbnails, columns, rows))


def sheet_count(thumbnails: int, columns: int, rows: int) -> int:
    """How many sheets so many thumbnails need."""
    return ceil(thumbnails / (columns * rows))


def place(sheets: Sheets, thumbnail: int) -> tuple[int, int, int]:
    """The sheet, the column and the row of a thumbnail, all from 0: row by row."""
    sheet, cell = divmod(thumbnail, sheets.columns * sheets.rows)
    row, column = divmod(cell, sheets.columns)
    return sheet, column, row
