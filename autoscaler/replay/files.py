"""
Files that are there whole or not at all.

Imports errors and the standard library.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from autoscaler.errors import InputError

#: The names of a comparison's pictures: those of an earlier one are no part of this one.
COURSES = re.compile(r"(course(-\d+)?|comparison)\.(png|svg)")


def check_directory(directory: Path, argument: str) -> None:
    """Make it where there is none, and see that it can be written to.  Raises ``InputError``."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise _unwritable(directory, argument, error) from error


def check_file(path: Path, argument: str) -> None:
    """See that it can be written.  Raises ``InputError``."""
    if path.is_dir():
        raise InputError(f"{argument} {path}: is a directory; name a file in it")
    if not path.parent.is_dir():
        raise InputError(f"{argument} {path}: there is no directory {path.parent}; make it first")
    check_directory(path.parent, argument)


def write_whole(path: Path, text: str, argument: str) -> None:
    """Put a text in a file's place.  Raises ``InputError``."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(path, argument, error) from error


def replace_pictures(
    directory: Path,
    draw: Callable[[Path], Iterable[Path]],
    argument: str,
    old: re.Pattern[str],
) -> tuple[Path, ...]:
    """
    Draw aside, then put all in the place of the ``old`` that were there.  Raises ``InputError``.

    ``draw`` is given a directory and tells the files that it made in it.
    """
    try:
        with tempfile.TemporaryDirectory(dir=directory, prefix=".drawing-") as aside:
            drawn = tuple(draw(Path(aside)))
            for path in directory.iterdir():
                if old.fullmatch(path.name):
                    path.unlink()
            return tuple(path.replace(directory / path.name) for path in drawn)
    except OSError as error:
        raise _unwritable(directory, argument, error) from error


def _unwritable(path: Path, argument: str, error: OSError) -> InputError:
    return InputError(
        f"{argument} {path}: cannot be written: {error.strerror or error}; "
        "name a place that you may write to"
    )
