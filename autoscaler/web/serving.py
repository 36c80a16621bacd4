"""
One run of the HTTP server: from a socket that is had to its end, in one event loop.

Imports application, connection, events, gate, listening, serialised, token, config, starlette and
uvicorn.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from autoscaler.config import HttpSettings
from autoscaler.web import listening
from autoscaler.web.application import Sources, application
from autoscaler.web.connection import PatientConnection
from autoscaler.web.events import EventHub
from autoscaler.web.gate import HEAD_BYTES_MAX
from autoscaler.web.serialised import Serialised
from autoscaler.web.token import TokenFile

#: At the end an answer that is under way gets so long.
_GRACE_SECONDS = 0.3
_HANDSHAKE_SECONDS = 5.0
_THREADS = 2
_KEEP_ALIVE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is served: both can be had."""

    listener: socket.socket
    tls: ssl.SSLContext | None


def had(settings: HttpSettings) -> Place:
    """All that serving needs.  Raises ``HttpUnavailable``."""
    if settings.token_file is not None:
        TokenFile(settings.token_file).digest()
    context = listening.tls(settings)
    return Place(listening.bound(settings.listen or ""), context)


class Serving:
    """Serves until it is ended, once."""

    def __init__(self, settings: HttpSettings, sources: Sources, place: Place) -> None:
        self._settings = settings
        self._sources = sources
        self._place = place
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._ended = False

    @property
    def address(self) -> str:
        """``HOST:PORT``, the port as it is where 0 was asked for."""
        return listening.shown(self._place.listener)

    def run(self, on_open: Callable[[], None]) -> None:
        """In this thread, until it is ended; ``on_open`` is called once it is served."""
        with self._place.listener:
            asyncio.run(self._run(on_open))

    def end(self) -> None:
        """For any thread; safe to repeat, and before ``run`` too."""
        with self._lock:
            self._ended = True
            if self._server is not None:
                self._server.end()

    def renew(self) -> None:
        """
        Serve new connections with the certificate as it is now.

        Raises ``HttpUnavailable`` where it is bad, and the old one stays.
        """
        if self._place.tls is None:
            return
        # Tried apart: a key that does not belong to it would spoil the one in use.
        listening.tls(self._settings)
        with self._lock:
            if self._server is not None:
                renew = partial(listening.load_certificate, self._place.tls, self._settings)
                self._server.call(renew)

    async def _run(self, on_open: Callable[[], None]) -> None:
        serialised = Serialised(self._sources.board)
        events = EventHub(self._sources.board, serialised)
        app = application(self._sources, self._settings, serialised, events)
        server = _Server(app, self._place.tls, events, on_open)
        with self._lock:
            self._server = server
            if self._ended:
                return
        loop = asyncio.get_running_loop()
        # Each thread takes memory of its own, and documents are made one by one anyway.
        loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="web-work"))
        events.start(loop)
        try:
            await server.serve(sockets=[self._place.listener])
        finally:
            events.close()


class _Server(uvicorn.Server):
    """uvicorn's, on a socket that we have bound; it looks up only when it is told to."""

    def __init__(
        self,
        app: ASGIApp,
        tls: ssl.SSLContext | None,
        events: EventHub,
        on_open: Callable[[], None],
    ) -> None:
        super().__init__(_config(app))
        self._tls = tls
        self._events = events
        self._on_open = on_open
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()

    def end(self) -> None:
        """For any thread."""
        self.call(self._ended.set)

    def call(self, what: Callable[[], object]) -> None:
        """In the loop's thread, soon; for any thread."""
        with contextlib.suppress(RuntimeError):  # The loop has ended already.
            self._loop.call_soon_threadsafe(what)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, and with an end to handshakes that nobody goes on with."""
        connection = partial(
            PatientConnection, config=self.config, server_state=self.server_state, app_state={}
        )
        self.servers = [
            await self._loop.create_server(
                connection,
                sock=listener,
                ssl=self._tls,
                ssl_handshake_timeout=None if self._tls is None else _HANDSHAKE_SECONDS,
            )
            for listener in sockets or ()
        ]
        self.started = True
        self._on_open()

    async def main_loop(self) -> None:
        """Sleep until the end: uvicorn's own wakes ten times a second."""
        await self._ended.wait()
        self._events.close()
        self._loop.call_later(_GRACE_SECONDS, self._cut_off)

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        # What clients do wrong is theirs; what is logged as an error is a defect of ours.
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=HEAD_BYTES_MAX,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
