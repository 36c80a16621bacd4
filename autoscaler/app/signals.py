"""
SIGTERM, SIGINT and SIGHUP as flags that the main thread waits for.

Imports the standard library only.
"""

import signal
import threading
from typing import Literal


class Signals:
    """SIGTERM, SIGINT and SIGHUP as flags: a handler that did more would do it mid-action."""

    def __init__(self) -> None:
        self._stop = False
        self._reload = False
        self._any = threading.Event()
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)

    def wait(self) -> Literal["stop", "reload"]:
        """Sleep until there is one: ``stop`` or ``reload``."""
        while not (self._stop or self._reload):
            self._any.wait()
            self._any.clear()
        if self._stop:
            return "stop"
        self._reload = False
        return "reload"

    def _on_stop(self, *_: object) -> None:
        self._stop = True
        self._any.set()

    def _on_reload(self, *_: object) -> None:
        self._reload = True
        self._any.set()
