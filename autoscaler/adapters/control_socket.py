"""
A socket by which the daemon shows the last cycle of each pool, and what else people are shown, to
who asks on the same machine.

One line of JSON asks, one answers.  It serves people, and correctness never hangs on it: one that
cannot be opened is done without.
Imports control_forms, alarms, ports, status.documents, socketserver and structlog.
"""

import os
import socket
import socketserver
import stat
import threading
import time
from pathlib import Path
from typing import Any, Protocol

import structlog

from autoscaler.adapters.control_forms import (
    REQUEST_BYTES_MAX,
    answer,
    document_answer,
    read_request,
    refusal,
)
from autoscaler.alarms import Alarms, Severity
from autoscaler.ports import CycleReport
from autoscaler.status.documents import Nodes, Status

_log = structlog.get_logger()

FILE_NAME = "autoscaler.sock"

_ALARM = "control_socket.unavailable"

#: Who asks gets so long for each part of it: asking, and taking the answer.
_TIMEOUT_SECONDS = 1.0
#: How soon the thread sees that it is to end, and for how long that is waited for: one that is busy
#: with a slow client is left behind.
_POLL_SECONDS = 0.25
_END_SECONDS = 0.5
_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR


class Board(Protocol):
    """What people are shown.  For any thread."""

    def status(self) -> Status:
        """Everything at a glance."""

    def nodes(self) -> Nodes:
        """Every node."""


class ControlSocket:
    """
    A reporter that keeps the last report of each pool, and serves them from ``open`` to ``close``.

    Opened once.
    """

    def __init__(
        self, directory: Path, board: Board | None = None, alarms: Alarms | None = None
    ) -> None:
        """Without a board only the cycles can be asked for."""
        self._alarms = alarms
        self.path = directory / FILE_NAME
        self._board = board
        self._reports: dict[str, CycleReport] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def report(self, report: CycleReport) -> None:
        """Keep it in place of the pool's last."""
        # A new dict each time: the server's thread may be looking at the old one.
        self._reports = {**self._reports, report.pool: report}

    def open(self) -> bool:
        """Begin to serve; False where it cannot be, which is told."""
        mend = "explain answers from the journal meanwhile"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_live(self.path):
                other = "another daemon has it; two must not serve the same pools"
                _log.warning("control_socket.taken", path=str(self.path), error=other, mend=mend)
                self._sound(other, "stop one of the two", "error")
                return False
            self.path.unlink(missing_ok=True)
            self._server = _Server(self.path, self)
        except OSError as error:
            _log.warning(
                "control_socket.unavailable", path=str(self.path), error=str(error), then=mend
            )
            self._sound(str(error), "give the service's user that directory", "warning")
            return False
        if self._alarms is not None:
            self._alarms.clear(_ALARM)
        self._thread = threading.Thread(
            target=self._serve, args=(self._server,), name="control-socket", daemon=True
        )
        self._thread.start()
        return True

    def _sound(self, error: str, mend: str, severity: Severity) -> None:
        if self._alarms is not None:
            what = f"`autoscaler status` and `explain` cannot ask at {self.path}: {error}"
            self._alarms.sound(_ALARM, what=what, mend=mend, severity=severity)

    def close(self) -> None:
        """Stop serving, and remove the file; safe to repeat."""
        server, self._server = self._server, None
        if server is None:
            return
        server.remove_file()
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_END_SECONDS)
        server.server_close()

    def _serve(self, server: "_Server") -> None:
        while not self._stopping.is_set():
            server.handle_request()

    def answer(self, line: bytes) -> bytes:
        """The answer to one request, a line of JSON."""
        try:
            asked = read_request(line)
        except ValueError as error:
            return refusal(str(error))
        if asked.wanted == "pictures":
            return answer(self._reports, asked.pool, os.getpid())
        if self._board is None:
            return refusal("this daemon keeps no status board")
        return document_answer(
            self._board.status() if asked.wanted == "status" else self._board.nodes()
        )


def _is_live(path: Path) -> bool:
    """
    Whether a process serves the socket: the file alone may be a dead one's.

    Raises ``OSError`` where it cannot be told, or something else has that name.
    """
    if path.exists() and not path.is_socket():
        raise FileExistsError(f"{path} is no socket; move it away")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_TIMEOUT_SECONDS)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except (TimeoutError, BlockingIOError):
            return True  # It hangs, and is there.
        return True


class _Handler(socketserver.BaseRequestHandler):
    """One request of one client; a slow one is not waited for."""

    request: socket.socket
    server: "_Server"

    def handle(self) -> None:
        line = self._line(time.monotonic() + _TIMEOUT_SECONDS)
        if not line:
            return  # Another daemon, which wanted to know whether this one lives.
        self.request.settimeout(_TIMEOUT_SECONDS)
        self.request.sendall(self.server.control.answer(line))

    def _line(self, ends: float) -> bytes:
        """What is asked, to the end of its line; less, or one byte too many, is refused."""
        line = b""
        while not line.endswith(b"\n") and len(line) <= REQUEST_BYTES_MAX:
            self.request.settimeout(max(0.001, ends - time.monotonic()))
            part = self.request.recv(REQUEST_BYTES_MAX + 1 - len(line))
            if not part:
                break
            line += part
        return line


class _Server(socketserver.UnixStreamServer):
    """Serves one client at a time: to answer takes milliseconds."""

    timeout = _POLL_SECONDS

    def __init__(self, path: Path, control: ControlSocket) -> None:
        self.control = control
        super().__init__(str(path), _Handler)
        self._path = path
        found = path.stat()
        self._identity = (found.st_dev, found.st_ino)

    def server_bind(self) -> None:
        # Before it has a name, so that nobody else can connect in between.
        os.fchmod(self.socket.fileno(), _OWNER_ONLY)
        super().server_bind()

    def remove_file(self) -> None:
        """Unless another daemon has put its own there."""
        try:
            found = self._path.stat()
            if (found.st_dev, found.st_ino) == self._identity:
                self._path.unlink()
        except OSError:
            return  # It is gone already, or the directory is.

    def handle_error(self, *_: Any) -> None:
        # Whoever asked has gone, or was too slow: their loss alone.
        _log.debug("control_socket.client_lost", exc_info=True)
