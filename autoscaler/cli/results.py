"""
Where a command puts what it found: ``--json FILE`` and ``--out DIR``, and standard output.

Imports replay's files when they are called for.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from autoscaler.errors import InputError


def add_places(parser: argparse.ArgumentParser, *, figures: str, pictures: str) -> None:
    """``--json`` for the figures and ``--out`` for the pictures, as the help calls them."""
    parser.add_argument("--json", metavar="FILE", help=f"{figures} as JSON; - is stdout, alone")
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"{pictures}, PNG and SVG")


def check_places(arguments: argparse.Namespace) -> None:
    """Before time is spent: can the results go where they are to?  Raises ``InputError``."""
    from autoscaler.replay import files
    from autoscaler.replay.assumptions import INSTALL

    if arguments.out is not None:
        if find_spec("matplotlib") is None:
            raise InputError(f"--out: pictures need matplotlib, which is not installed; {INSTALL}")
        files.check_directory(arguments.out, "--out")
    # Which may be in that directory.
    if arguments.json not in (None, "-"):
        files.check_file(Path(arguments.json), "--json")


def drawn(
    arguments: argparse.Namespace,
    draw: Callable[[Path], Iterable[Path]],
    old: re.Pattern[str],
) -> tuple[Path, ...]:
    """The pictures, where they are asked for, in place of the ``old``.  Raises ``InputError``."""
    from autoscaler.replay import files

    if arguments.out is None:
        return ()
    return files.replace_pictures(arguments.out, draw, "--out", old)


def tell(
    arguments: argparse.Namespace, written: Sequence[Path], figures: Callable[[], str], text: str
) -> None:
    """The figures where they are asked for, and the text, unless standard output is theirs."""
    from autoscaler.replay import files

    if arguments.json == "-":
        _say(figures())
        return
    if arguments.json is not None:
        files.write_whole(Path(arguments.json), figures(), "--json")
        written = (*written, Path(arguments.json))
    names = f"written: {', '.join(str(path) for path in written)}\n" if written else ""
    _say(f"{text}\n{names}")


def colour_is_wanted() -> bool:
    """Whether what goes to standard output may be coloured: on a terminal, unless NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """Whoever reads standard output may have enough before its end."""
    try:
        yield
    except BrokenPipeError:
        # What is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    with readers_may_leave():
        print(text, end="", flush=True)
