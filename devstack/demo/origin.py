"""
Serve a directory by HTTP on loopback, for inputs that come from the web.

May import the standard library only.
"""

import functools
import threading
import urllib.parse
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Say nothing: standard error is the demo's view."""


class Origin:
    """A web server over one directory, for the length of a ``with`` block."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> Self:
        handler = functools.partial(_Quiet, directory=str(self._directory))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def url(self, file: Path) -> str:
        """Where ``file``, which lies in the directory, is served."""
        name = urllib.parse.quote(file.relative_to(self._directory).as_posix())
        return f"http://127.0.0.1:{self._server.server_port}/{name}"
