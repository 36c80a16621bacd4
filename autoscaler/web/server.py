"""
The web in a thread of its own: the cycles never wait for it, and go on without it.

What keeps it from being served (a port that is taken, a token's file, a certificate) is an alarm
and a line of the log, and is tried again until it can be had.
Imports application, serving, trouble, config and structlog.
"""

import threading

import structlog

from autoscaler.config import HttpSettings
from autoscaler.web.application import Sources
from autoscaler.web.serving import Serving, had
from autoscaler.web.trouble import HttpUnavailable

_log = structlog.get_logger()

_ALARM = "http.unavailable"

_AGAIN_SECONDS = 30.0
#: ``open`` waits so long to tell how it went, ``close`` so long for the thread's end.
_OPEN_SECONDS = 2.0
_CLOSE_SECONDS = 0.9


class WebServer:
    """Serves from ``open`` to ``close``.  To be called from one thread; ``address`` from any."""

    def __init__(
        self, settings: HttpSettings, sources: Sources, *, again_seconds: float = _AGAIN_SECONDS
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._again_seconds = again_seconds
        self._attempts: _Attempts | None = None

    @property
    def address(self) -> str | None:
        """``HOST:PORT``, the port as it is where 0 was asked for; None while it is not served."""
        return self._attempts.address if self._attempts is not None else None

    @property
    def url(self) -> str | None:
        """Of the page; None while it is not served."""
        address = self.address
        if address is None:
            return None
        return f"{'http' if self._settings.cert is None else 'https'}://{address}/"

    def open(self) -> bool:
        """Begin; False where it cannot be served now, which is told, and tried again."""
        if self._settings.listen is None:
            return False
        self._attempts = _Attempts(self._settings, self._sources, self._again_seconds)
        return self._attempts.begin()

    def reload(self, settings: HttpSettings, sources: Sources) -> bool:
        """
        Go on with these; whether it is served.

        Where they are what they were, streams go on, and only a new certificate is taken; a new
        token is seen without being told.
        """
        if (settings, sources) != (self._settings, self._sources):
            self.close()
            self._settings, self._sources = settings, sources
            return self.open()
        if self._attempts is not None:
            self._attempts.renew()
        return self.address is not None

    def close(self) -> None:
        """End every stream and connection, within a second; safe to repeat."""
        attempts, self._attempts = self._attempts, None
        if attempts is not None:
            attempts.end()


class _Attempts:
    """The thread that serves, and tries again where it cannot."""

    def __init__(self, settings: HttpSettings, sources: Sources, again_seconds: float) -> None:
        self._settings = settings
        self._sources = sources
        self._again_seconds = again_seconds
        self._closing = threading.Event()
        #: Set once it is known whether it can be served.
        self._tried = threading.Event()
        self._serving: Serving | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self.address: str | None = None

    def begin(self) -> bool:
        """Whether it is served."""
        self._thread.start()
        # A name of another machine can take long to be found out; nobody waits for that.
        self._tried.wait(_OPEN_SECONDS)
        return self.address is not None

    def renew(self) -> None:
        """Take a new certificate; one that is bad is told, and the old one stays."""
        serving = self._serving
        if serving is None or self.address is None:
            return
        try:
            serving.renew()
        except HttpUnavailable as error:
            self._tell(error)
        else:
            self._sources.alarms.clear(_ALARM)

    def end(self) -> None:
        """Within a second."""
        self._closing.set()
        serving = self._serving
        if serving is not None:
            serving.end()
        self._thread.join(_CLOSE_SECONDS)
        self._sources.alarms.clear(_ALARM)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._try()
            except HttpUnavailable as error:
                self._tell(error)
            except Exception:  # noqa: BLE001 - the daemon goes on without its page, which is tried again
                _log.exception("http.broken")
                mend = "the log has the traceback (http.broken); report it, and upgrade"
                self._tell(HttpUnavailable("the status page broke off at a defect", mend))
            self.address = None
            self._tried.set()
            self._closing.wait(self._again_seconds)

    def _try(self) -> None:
        serving = self._serving = Serving(self._settings, self._sources, had(self._settings))
        if self._closing.is_set():
            # ``end`` may have come too early to see it.
            serving.end()
        serving.run(self._opened)

    def _opened(self) -> None:
        if self._serving is not None:
            self.address = self._serving.address
        self._sources.alarms.clear(_ALARM)
        _log.info("http.listening", address=self.address, tls=self._settings.cert is not None)
        self._tried.set()

    def _tell(self, error: HttpUnavailable) -> None:
        """An alarm, and a line where it is news."""
        alarms = self._sources.alarms
        known = [one.what for one in alarms.standing() if one.code == _ALARM]
        alarms.sound(_ALARM, what=error.what, mend=error.mend, severity="error")
        if known != [error.what]:
            _log.error(_ALARM, error=error.what, mend=error.mend, then="the cycles go on")
