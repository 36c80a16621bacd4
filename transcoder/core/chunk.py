"""
Which piece of a long video a task makes, and into how many a video is worth cutting.

Imports the standard library only.
"""

import re
from dataclasses import dataclass

#: More would each spend their time on fetching the whole.
CHUNKS_MOST = 64
# Some minutes of work for a node.
_CHUNK_BYTES = 100 << 20
_WORDS = re.compile(r"(?:(?P<number>[1-9]\d{0,3})|join)/(?P<of>[1-9]\d{0,3})")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of so many, counted from 1; or, with ``number`` None, the joining of them all."""

    number: int | None
    of: int

    def __str__(self) -> str:
        return f"{'join' if self.number is None else self.number}/{self.of}"


def parse_chunk(text: str) -> Chunk:
    """The chunk that ``3/8`` or ``join/8`` names; raises ValueError with what is wrong."""
    found = _WORDS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} names no chunk; 3/8 is the third of eight, join/8 joins them")
    number, of = found["number"], int(found["of"])
    if of > CHUNKS_MOST:
        raise ValueError(f"{text!r}: a video is cut into {CHUNKS_MOST} chunks at most")
    if number is not None and int(number) > of:
        raise ValueError(f"{text!r}: there are only {of} chunks")
    return Chunk(None if number is None else int(number), of)


def chunk_count(size_bytes: int) -> int:
    """Into how many chunks an input of that size is cut."""
    return max(1, min(CHUNKS_MOST, -(-size_bytes // _CHUNK_BYTES)))


def all_chunks(of: int) -> tuple[Chunk, ...]:
    """Every chunk of a video, and last what joins them."""
    return (*(Chunk(number, of) for number in range(1, of + 1)), Chunk(None, of))
