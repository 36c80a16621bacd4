"""
Read dispatch lists: one input a line.

Blank lines, ``#`` comments (a whole line, or after white space), spaces around, CRLF and a byte
order mark are all fine.  Imports ``core.naming``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from transcoder.core.naming import is_host_named, parse_s3_object, scheme_of

_COMMENT = re.compile(r"(?:^|\s)#.*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One input as a task will be given it, and where it was written."""

    input: str
    list_name: str
    line_number: int


@dataclass(frozen=True, slots=True)
class InputList:
    """What one list says: its inputs, and everything that is wrong with it."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]


def read_list(
    raw: bytes, name: str, directory: PurePosixPath, is_file: Callable[[str], bool]
) -> InputList:
    """
    The inputs of one list.

    ``directory`` is the list's own, to which its relative paths belong; ``is_file`` tells whether a
    local file is there.  Never raises: every problem is returned, with list and line.
    """
    entries: list[Entry] = []
    problems: list[str] = []
    lines = raw.removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            text = _COMMENT.sub("", line.decode()).strip()
        except UnicodeDecodeError:
            # One line is enough: a video given for a list has thousands.
            problems.append(f"{name}:{number}: is no UTF-8 text; a list names one input a line")
            break
        if not text:
            continue
        given = text if scheme_of(text) else str(directory / text)
        problem = _problem(given, is_file)
        if problem:
            problems.append(f"{name}:{number}: {problem}")
        else:
            entries.append(Entry(given, name, number))
    return InputList(tuple(entries), tuple(problems))


def _problem(given: str, is_file: Callable[[str], bool]) -> str | None:
    """What is wrong with an input, or None."""
    if any(not character.isprintable() for character in given):
        return f"{given!r} holds control characters"
    scheme = scheme_of(given)
    if scheme == "":
        return None if is_file(given) else f"there is no file {given}"
    if scheme in ("http", "https"):
        return None if is_host_named(given) else f"{given} names no host"
    return _problem_beyond_http(given, scheme)


def _problem_beyond_http(given: str, scheme: str) -> str | None:
    if scheme == "file":
        return None
    if scheme != "s3":
        return f"{given}: {scheme}:// is not known; http, https, s3 and files are"
    try:
        parse_s3_object(given)
    except ValueError as error:
        return str(error)
    return None
