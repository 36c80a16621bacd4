"""
A slow line: a TCP relay on loopback that lets only so many bytes a second through, each way.

All connections of one relay share its line, as the tasks of one node share theirs.  May import the
standard library only.
"""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

_CHUNK_BYTES = 16 << 10


class _Line:
    """One direction: bytes pass in the order in which they ask, at a rate."""

    def __init__(self, bytes_per_second: float) -> None:
        self._rate = bytes_per_second
        self._lock = threading.Lock()
        self._free_at = time.monotonic()

    def pass_on(self, size: int) -> None:
        """Wait until ``size`` bytes have gone over the line."""
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + size / self._rate
            until = self._free_at
        time.sleep(max(0.0, until - time.monotonic()))


class SlowLine:
    """Relays to an address on loopback for the length of a ``with`` block."""

    def __init__(self, target: tuple[str, int], bytes_per_second: float) -> None:
        self._target = target
        self._there, self._back = _Line(bytes_per_second), _Line(bytes_per_second)
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target, timeout=10)
            except OSError:
                return
            far.settimeout(None)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open |= {near, far}
            for pair in ((near, far, self._there), (far, near, self._back)):
                threading.Thread(target=self._relay, args=pair, daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, line: _Line) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK_BYTES):
                line.pass_on(len(chunk))
                sink.sendall(chunk)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
