"""
One connection, and the patience there is with it.

Whoever asks slowly, or does not take the answer, is cut off: each holds a descriptor and memory.
Imports uvicorn and the standard library only.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS_MAX = 128
#: From the connection, or the first byte after an answer, to the end of a request's head.
REQUEST_SECONDS = 10.0
#: For so long a client may take nothing of what it asked for.
ANSWER_SECONDS = 20.0


class PatientConnection(H11Protocol):
    """uvicorn's, which waits for ever."""

    _awaited: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's too.
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            transport.abort()
            return
        self._awaited = self.loop.call_later(REQUEST_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget_awaited()
        elif self._awaited is None and not self.transport.is_closing():
            self._awaited = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_stuck()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_awaited()
        self._forget_stuck()
        super().connection_lost(exc)

    def _forget_awaited(self) -> None:
        if self._awaited is not None:
            self._awaited.cancel()
            self._awaited = None

    def _forget_stuck(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
