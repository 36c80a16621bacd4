"""
The web in a thread of its own: the cycles never wait for it, and go on without it.

What keeps it from being served (a port that is taken, a token's file, a certificate) is an alarm
and a line of the log, and is tried again until it can be had.
Imports application, connection, events, listening, trouble, config, structlog and uvicorn.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass
from functools import partial

import structlog
import uvicorn

from autoscaler.config import HttpSettings
from autoscaler.web import listening
from autoscaler.web.application import Sources, application
from autoscaler.web.connection import PatientConnection
from autoscaler.web.events import EventHub
from autoscaler.web.serialised import Serialised
from autoscaler.web.token import TokenFile
from autoscaler.web.trouble import HttpUnavailable

_log = structlog.get_logger()

_ALARM = "http.unavailable"

_AGAIN_SECONDS = 30.0
#: ``open`` waits so long to tell how it went, ``close`` so long for the thread's end.
_OPEN_SECONDS = 2.0
_CLOSE_SECONDS = 0.9
#: At the end an answer that is under way gets so long.
_GRACE_SECONDS = 0.3
_HANDSHAKE_SECONDS = 5.0
_KEEP_ALIVE_SECONDS = 15
#: A request's line and headers together.
_HEAD_BYTES_MAX = 16_384


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it is served: both can be had."""

    listener: socket.socket
    tls: ssl.SSLContext | None


class WebServer:
    """Serves from ``open`` to ``close``.  Opened once."""

    def __init__(
        self, settings: HttpSettings, sources: Sources, *, again_seconds: float = _AGAIN_SECONDS
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._again_seconds = again_seconds
        self._closing = threading.Event()
        #: Set once it is known whether it can be served.
        self._tried = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._place: _Place | None = None
        self._address: str | None = None
        self._server: _Server | None = None

    @property
    def address(self) -> str | None:
        """``HOST:PORT``, the port as it is where 0 was asked for; None while it is not served."""
        return self._address

    @property
    def url(self) -> str | None:
        """Of the page; None while it is not served."""
        if self._address is None:
            return None
        return f"{'http' if self._settings.cert is None else 'https'}://{self._address}/"

    def open(self) -> bool:
        """Begin; False where it cannot be served now, which is told, and tried again."""
        if self._settings.listen is None:
            return False
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._thread.start()
        # A name of another machine can take long to be found out; nobody waits for that.
        self._tried.wait(_OPEN_SECONDS)
        return self._address is not None

    def reload_files(self) -> None:
        """Serve new connections with the certificate as it is now; a bad one is told."""
        with self._lock:
            place = self._place
        if place is None or place.tls is None:
            return
        try:
            listening.load_certificate(place.tls, self._settings)
        except HttpUnavailable as error:
            self._tell(error)
        else:
            self._sources.alarms.clear(_ALARM)

    def close(self) -> None:
        """End every stream and connection, within a second; safe to repeat."""
        self._closing.set()
        with self._lock:
            server = self._server
        if server is not None:
            server.end()
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)
        self._sources.alarms.clear(_ALARM)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                place = self._had()
            except HttpUnavailable as error:
                self._tell(error)
            else:
                self._serve(place)
            self._tried.set()
            self._closing.wait(self._again_seconds)

    def _had(self) -> _Place:
        """All that serving needs.  Raises ``HttpUnavailable``."""
        settings = self._settings
        if settings.token_file is not None:
            TokenFile(settings.token_file).digest()
        context = listening.tls(settings)
        return _Place(listening.bound(settings.listen or ""), context)

    def _serve(self, place: _Place) -> None:
        """Until it is closed."""
        try:
            asyncio.run(self._served(place))
        except Exception:  # noqa: BLE001 - the daemon goes on without its page, which is tried again
            _log.exception("http.broken")
            error = HttpUnavailable("the status page broke off", "see http.broken in the log")
            self._tell(error)
        finally:
            self._address = None
            place.listener.close()

    async def _served(self, place: _Place) -> None:
        serialised = Serialised(self._sources.board)
        events = EventHub(self._sources.board, serialised)
        app = application(self._sources, self._settings, serialised, events)
        server = _Server(_config(app), place.tls, events, asyncio.get_running_loop())
        with self._lock:
            self._server, self._place = server, place
        if self._closing.is_set():
            return
        self._address = listening.shown(place.listener)
        self._sources.alarms.clear(_ALARM)
        _log.info("http.listening", url=self.url)
        events.start(asyncio.get_running_loop())
        self._tried.set()
        await server.serve(sockets=[place.listener])

    def _tell(self, error: HttpUnavailable) -> None:
        """An alarm, and a line where it is news."""
        alarms = self._sources.alarms
        known = [one.what for one in alarms.standing() if one.code == _ALARM]
        alarms.sound(_ALARM, what=error.what, mend=error.mend, severity="error")
        if known != [error.what]:
            _log.error(_ALARM, error=error.what, mend=error.mend, then="the cycles go on")


class _Server(uvicorn.Server):
    """uvicorn's, on a socket that we have bound; it looks up only when it is told to."""

    def __init__(
        self,
        config: uvicorn.Config,
        tls: ssl.SSLContext | None,
        events: EventHub,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(config)
        self._tls = tls
        self._events = events
        self._loop = loop
        self._ended = asyncio.Event()

    def end(self) -> None:
        """For any thread."""
        with contextlib.suppress(RuntimeError):  # The loop has ended already.
            self._loop.call_soon_threadsafe(self._ended.set)

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

    async def main_loop(self) -> None:
        """Sleep until the end: uvicorn's wakes ten times a second."""
        await self._ended.wait()
        self._events.close()
        self._loop.call_later(_GRACE_SECONDS, self._cut_off)

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn has its own names for the types of ASGI.
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
        h11_max_incomplete_event_size=_HEAD_BYTES_MAX,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
