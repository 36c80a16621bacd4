"""
The outermost boxes of an MP4 on disk, without reading what is in them.

Imports the standard library only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Ours have five or so, a long segment some hundred.
_MOST = 10_000


class NotWholeError(Exception):
    """A file whose boxes do not end where it does: cut short, or no MP4."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its four letters, and where its payload begins and ends in the file."""

    kind: bytes
    start: int
    end: int


def outer_boxes(path: Path) -> Iterator[Box]:
    """The boxes of a file in their order; raises NotWholeError at the first that is not there."""
    size, position = path.stat().st_size, 0
    if size == 0:
        raise NotWholeError(f"{path.name} is empty")
    with path.open("rb") as file:
        for _ in range(_MOST):
            if position == size:
                return
            file.seek(position)
            head = file.read(16)
            length, header = int.from_bytes(head[:4]), 8
            # A length of 1 says that the real one follows the name.
            if length == 1:
                length, header = int.from_bytes(head[8:16]), 16
            if length < header or position + length > size:
                break
            yield Box(head[4:8], position + header, position + length)
            position += length
    raise NotWholeError(f"{path.name} is not whole")


def is_whole(path: Path) -> bool:
    """Whether a file's boxes end where it does."""
    try:
        return all(outer_boxes(path))
    except NotWholeError:
        return False


def index_of(path: Path) -> bytes:
    """The payload of a file's ``moov`` box; empty where there is none."""
    try:
        found = next((box for box in outer_boxes(path) if box.kind == b"moov"), None)
    except NotWholeError:
        return b""
    if found is None:
        return b""
    with path.open("rb") as file:
        file.seek(found.start)
        return file.read(found.end - found.start)


def is_index_first(path: Path) -> bool:
    """Whether what tells a player where everything lies comes before the pictures."""
    try:
        kinds = [box.kind for box in outer_boxes(path)]
    except NotWholeError:
        return False
    return b"moov" in kinds and b"mdat" in kinds and kinds.index(b"moov") < kinds.index(b"mdat")
