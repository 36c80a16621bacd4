"""
The board's documents as bytes that are ready to be sent, made once for each revision.

For any thread.  Imports board, status.json and the standard library only.
"""

import asyncio
import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autoscaler.status.json import dump
from autoscaler.web.board import Board

#: So many different questions are remembered: the page asks four.
_KEPT_MAX = 8
#: Below it gzip saves no packet.
_GZIP_BYTES_MIN = 4000
_GZIP_LEVEL = 5

_Key = tuple[Any, ...]


@dataclass(slots=True)
class Ready:
    """One document at one revision."""

    revision: int
    body: bytes
    _gzipped: bytes | None = field(default=None, repr=False)

    @property
    def is_big(self) -> bool:
        """Whether it is worth the while to compress it."""
        return len(self.body) >= _GZIP_BYTES_MIN

    def gzipped(self) -> bytes:
        """Compressed, once."""
        if self._gzipped is None:
            self._gzipped = gzip.compress(self.body, _GZIP_LEVEL, mtime=0)
        return self._gzipped


class Serialised:
    """Makes them, and keeps the last of each kind."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, Ready] = OrderedDict()

    def status(self) -> Ready:
        """Everything at a glance."""
        return self._one(("status",), self._board.status)

    def nodes(self) -> Ready:
        """Every node."""
        return self._one(("nodes",), self._board.nodes)

    def decisions(self, pool: str | None, last: int) -> Ready:
        """The last decisions."""
        return self._one(("decisions", pool, last), lambda: self._board.decisions(pool, last))

    def history(self, hours: float) -> Ready:
        """The last hours."""
        return self._one(("history", hours), lambda: self._board.history(hours))

    def _one(self, key: _Key, make: Callable[[], object]) -> Ready:
        # Under the lock, so that of many who ask at once one makes it and the others wait.
        with self._lock:
            # Read first: what changes while it is made is made again, rather than missed.
            revision = self._board.revision
            kept = self._kept.get(key)
            if kept is None or kept.revision != revision:
                kept = self._kept[key] = Ready(revision, dump(make()))
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT_MAX:
                self._kept.popitem(last=False)
            return kept


async def in_thread(make: Callable[[], Ready], *, gzipped: bool) -> tuple[bytes, bool]:
    """
    The bytes, and whether they are compressed, which they are only where that is asked for.

    Made outside the loop's thread, which others' requests need meanwhile.
    """

    def made() -> tuple[bytes, bool]:
        ready = make()
        return (ready.gzipped(), True) if gzipped and ready.is_big else (ready.body, False)

    return await asyncio.to_thread(made)
