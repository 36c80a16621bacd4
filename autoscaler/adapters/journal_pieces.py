"""
Texts that mostly repeat what stood in earlier ones, written as what is new and where the rest is.

Two observations of hundreds of nodes differ in a few of them.  JSON is cut behind each ``}``; a
piece that an earlier text of the same *volume* has is referred to, the others are the text's own,
*fresh* part.  A volume is begun anew now and then, so that it can be let go of as a whole.
Imports the standard library only.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

#: A volume holds so many entries at most, and so much fresh text.  With more entries, what each
#: consists of is scattered over more of them, and takes more to tell than a new beginning does.
_ENTRIES_MAX = 32
_BYTES_MAX = 8 * 1024 * 1024
_PIECE = re.compile(rb"[^}]*}|[^}]+$")
#: A longer piece is cut again, behind each number that ends with a 7: in a long list that loses its
#: first and gains a last the cuts stay where they are, one in ten numbers.
_LONG = 512
_NUMBERS = re.compile(rb".*?7,|.+$", re.DOTALL)
#: The quickest: a repetitive text becomes ten times smaller, the best level would add a fifth.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """Some texts, as they are kept."""

    #: What no earlier entry of the volume has, compressed.
    fresh: bytes
    #: Of which each text consists, compressed: how far back the entry is that holds the part (0: it
    #: is this one), from which byte on, and how many.
    parts: bytes


class Volume:
    """Writes entries; knows those since its beginning by their numbers, counted from 0."""

    def __init__(self) -> None:
        self._fresh: list[bytearray] = []
        #: Where each piece stood first: in which entry, from which byte on.
        self._places: dict[bytes, tuple[int, int]] = {}

    @property
    def is_full(self) -> bool:
        """Whether the next entry belongs into a new one."""
        return self.entry_count >= _ENTRIES_MAX or sum(map(len, self._fresh)) >= _BYTES_MAX

    @property
    def entry_count(self) -> int:
        """Entries so far."""
        return len(self._fresh)

    def add(self, texts: Iterable[bytes]) -> Entry:
        """Write the texts as the next entry; one may repeat another before it as well."""
        self._fresh.append(bytearray())
        last = len(self._fresh) - 1
        listed = [
            [(last - run.entry, run.begin, run.size) for run in self._runs(text)] for text in texts
        ]
        parts = json.dumps(listed, separators=(",", ":")).encode()
        return Entry(zlib.compress(self._fresh[-1], _LEVEL), zlib.compress(parts, _LEVEL))

    def _runs(self, text: bytes) -> list["_Run"]:
        last, own = len(self._fresh) - 1, self._fresh[-1]
        runs = [_Run(last, len(own), 0)]
        new: list[tuple[bytes, int]] = []
        for piece in _pieces(text):
            run, size = runs[-1], len(piece)
            end = run.begin + run.size
            if self._fresh[run.entry][end : end + size] == piece:
                run.size += size
                continue
            place = self._places.get(piece)
            if place is not None:
                runs.append(_Run(*place, size))
                continue
            if (run.entry, end) != (last, len(own)):
                run = _Run(last, len(own), 0)
                runs.append(run)
            run.size += size
            new.append((piece, len(own)))
            own += piece
        # Only now: within one text a piece is not worth a reference.
        for piece, begin in new:
            self._places.setdefault(piece, (last, begin))
        return [run for run in runs if run.size]


def _pieces(text: bytes) -> Iterator[bytes]:
    for piece in _PIECE.findall(text):
        if len(piece) < _LONG:
            yield piece
        else:
            yield from _NUMBERS.findall(piece)


@dataclass(slots=True)
class _Run:
    """Bytes of one entry's fresh part."""

    entry: int
    begin: int
    size: int


def texts_of(parts: bytes, number: int, fresh_of: Callable[[int], bytes]) -> tuple[bytes, ...]:
    """
    Put the texts of entry ``number`` together again.

    ``fresh_of`` gives the fresh part of an entry, not compressed.  Raises ``ValueError`` where they
    are no longer whole, and whatever ``fresh_of`` raises.
    """
    try:
        listed = json.loads(zlib.decompress(parts))
        return tuple(
            b"".join(fresh_of(number - back)[begin : begin + size] for back, begin, size in text)
            for text in listed
        )
    except (zlib.error, TypeError) as error:
        raise ValueError(str(error)) from error


def fresh_text(fresh: bytes) -> bytes:
    """Decompress it.  Raises ``ValueError``."""
    try:
        return zlib.decompress(fresh)
    except zlib.error as error:
        raise ValueError(str(error)) from error
