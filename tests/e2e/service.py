"""The daemon as a service: what systemd would hear of it, and the unit's confinement around it."""

import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from devstack.daemon import Daemon
from devstack.deadline import wait_until

UNIT = Path("systemd/autoscaler.service").resolve()


class Manager:
    """The end of the socket that systemd holds, for the length of a ``with`` block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[dict[str, str]] = []

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.setblocking(False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def listen(self) -> list[dict[str, str]]:
        """All that was heard so far: each datagram, by name."""
        while True:
            try:
                datagram = self._socket.recv(8192).decode()
            except BlockingIOError:
                return self.heard
            self.heard.append(dict(line.split("=", 1) for line in datagram.split("\n")))

    def wait_for(self, name: str, daemon: Daemon, *, since: int = 0, seconds: float = 20) -> int:
        """How much had been heard by the first datagram with that name, that one included."""

        def place() -> int | None:
            found = (at for at, one in enumerate(self.listen()) if at >= since and name in one)
            return next(found, None)

        def came() -> bool:
            daemon.require_alive()
            return place() is not None

        wait_until(came, seconds=seconds, what=name, hint=lambda: f"{self.heard[-8:]}")
        return (place() or 0) + 1

    def count(self, name: str) -> int:
        """How many datagrams had that name so far."""
        return sum(name in one for one in self.listen())


def as_service(daemon: Daemon, **environment: str) -> Daemon:
    """The same daemon, started with what systemd adds to its environment."""
    daemon._environment = {**daemon._environment, **environment}
    return daemon


def confined(daemon: Daemon, state_dir: Path) -> Daemon:
    """The same daemon, started inside the unit's confinement."""
    wrapper = Path(__file__).with_name("confinement.py")
    daemon._argv = [sys.executable, str(wrapper), str(UNIT), str(state_dir), *daemon._argv]
    return daemon
