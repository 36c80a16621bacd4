"""
Server-sent events: whoever listens is told the status on each change, once a second at most.

One thread watches the board, and only while somebody listens.  Imports board, serialised,
structlog and the standard library only.
"""

import asyncio
import threading
from collections.abc import AsyncIterator

import structlog

from autoscaler.web.board import Board
from autoscaler.web.serialised import Ready, Serialised

_log = structlog.get_logger()

LISTENERS_MAX = 50

_RETRY_MILLISECONDS = 2000
#: So often something is said, lest what lies between takes the silence for an end.
_SILENCE_SECONDS = 15.0
#: Then a listener has to ask again, and to show again that it may.
_LENGTH_SECONDS = 3600.0
_APART_SECONDS = 1.0
#: How soon the thread sees that it is to end, or that nobody listens any more.
_POLL_SECONDS = 0.5
_REST_SECONDS = 10.0


class Listener:
    """One who listens, and the newest that has not been sent.  For the loop's thread."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._ready: Ready | None = None
        self._told = -1
        self._over = False

    def tell(self, ready: Ready) -> None:
        """Have it sent; what was not sent yet is passed over."""
        if ready.revision > self._told:
            self._ready = ready
            self._news.set()

    def end(self) -> None:
        """Nothing more will come."""
        self._over = True
        self._news.set()

    async def frames(self) -> AsyncIterator[bytes]:
        """The stream, until its end."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + _LENGTH_SECONDS
        yield f"retry: {_RETRY_MILLISECONDS}\n\n".encode()
        while not self._over and loop.time() < ends_at:
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            self._news.clear()
            ready, self._ready = self._ready, None
            if ready is not None:
                self._told = ready.revision
                yield b"event: status\nid: %d\ndata: %b\n\n" % (ready.revision, ready.body)


class EventHub:
    """Those who listen, and the thread that tells them."""

    def __init__(self, board: Board, serialised: Serialised) -> None:
        self._board = board
        self._serialised = serialised
        self._listeners: set[Listener] = set()
        self._closing = threading.Event()
        #: Set while somebody listens, and at the end.
        self._stirred = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Set the thread to work."""
        self._loop = loop
        threading.Thread(target=self._watch, name="web-events", daemon=True).start()

    def close(self) -> None:
        """End every stream, and the thread; to be called in the loop's thread."""
        self._closing.set()
        self._stirred.set()
        for listener in self._listeners:
            listener.end()

    def join(self) -> Listener | None:
        """One more who listens; None where there are too many."""
        if len(self._listeners) >= LISTENERS_MAX or self._closing.is_set():
            return None
        listener = Listener()
        self._listeners.add(listener)
        self._stirred.set()
        return listener

    def leave(self, listener: Listener) -> None:
        """It has gone."""
        self._listeners.discard(listener)
        if not self._listeners and not self._closing.is_set():
            self._stirred.clear()

    def _watch(self) -> None:
        seen = -1
        while self._stirred.wait() and not self._closing.is_set():
            try:
                seen = self._look(seen)
            except Exception:  # noqa: BLE001 - else a defect of the board ended all streams for ever
                _log.exception("http.events_failed")
                self._closing.wait(_REST_SECONDS)

    def _look(self, seen: int) -> int:
        if self._board.wait_beyond(seen, _POLL_SECONDS) <= seen:
            return seen
        ready = self._serialised.status()
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._tell, ready)
        except RuntimeError:
            return ready.revision  # The loop has ended: the server is closing.
        self._closing.wait(_APART_SECONDS)
        return ready.revision

    def _tell(self, ready: Ready) -> None:
        for listener in self._listeners:
            listener.tell(ready)
