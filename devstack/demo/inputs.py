"""
What the demo transcodes: clips of its own making, or the user's files.

May import ``devstack.demo.videos``, ``devstack.errors`` and the standard library.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.demo.videos import CLIPS, Clip, draw
from devstack.errors import DevstackError


@dataclass(frozen=True, slots=True)
class Input:
    """One video to transcode."""

    file: Path
    #: What is dispatched: the file's path, or the URL that it is served at.
    address: str
    #: Names the published objects.
    md5: str


def check_files(files: Sequence[Path]) -> tuple[Path, ...]:
    """The user's files as absolute paths; raises DevstackError naming all that will not do."""
    problems = [problem for file in files if (problem := _problem(file)) is not None]
    if problems:
        raise DevstackError("\n".join(problems))
    return tuple(file.resolve() for file in files)


def _problem(file: Path) -> str | None:
    if not file.exists():
        return f"{file}: no such file"
    if not file.is_file():
        return f"{file}: not a file"
    path = str(file.resolve())
    if path.splitlines() != [path.strip()]:
        return f"{path!r}: a dispatch list cannot hold such a path (line break, space at its end)"
    try:
        with file.open("rb"):
            return None
    except OSError as error:
        return f"{file}: cannot be read: {error.strerror}"


def own_clips(
    directory: Path, environment: Mapping[str, str], clips: Sequence[Clip] = CLIPS
) -> tuple[Path, ...]:
    """Draw the demo's own videos into ``directory``."""
    return draw(clips, directory, environment)


def describe_input(file: Path, address: str | None = None) -> Input:
    """An input, with its content's digest; dispatched by its path unless ``address`` is given."""
    with file.open("rb") as content:
        md5 = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return Input(file, address or str(file), md5)
