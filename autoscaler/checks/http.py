"""
Whether the address of the status page is free, or held by the daemon that runs.

Imports config and the finding beside it.
"""

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autoscaler.checks.finding import CONFIG, About, Finding
from autoscaler.config import host_and_port

_ABOUT = About(CONFIG)
#: As ``/proc/net/tcp`` writes the state of a socket that listens.
_LISTENING = "0A"

Holder = Literal["daemon", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class ListenFacts:
    """An address that was tried."""

    listen: str
    #: Why it cannot be listened on; None where it can.
    error: OSError | None
    #: Who listens there, where somebody does.
    holder: Holder = "unknown"


def read_listen(listen: str, daemon_pid: int | None) -> ListenFacts:
    """Take the address for an instant; nobody is answered there meanwhile."""
    host, port = host_and_port(listen)
    error = _bind_error(host, port)
    if error is None or error.errno != errno.EADDRINUSE or daemon_pid is None:
        return ListenFacts(listen, error, "other")
    return ListenFacts(listen, error, _holder(port, daemon_pid))


def _bind_error(host: str, port: int) -> OSError | None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                # Connections that ended a moment ago do not hold an address.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        return error
    return None


def _holder(port: int, daemon_pid: int) -> Holder:
    """By the kernel's lists of sockets; those of another user's process cannot be seen."""
    try:
        links = list(Path(f"/proc/{daemon_pid}/fd").iterdir())
    except OSError:
        return "unknown"
    held = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    return "daemon" if any(_target(link) in held for link in links) else "other"


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # Closed meanwhile.


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                    yield rest[5]


def judge_listen(facts: ListenFacts | None) -> Iterator[Finding]:
    """None: nothing is to be served."""
    if facts is None:
        yield _ABOUT.ok("http.listen", "no status page (http.listen is null)")
        return
    if facts.error is None:
        yield _ABOUT.ok("http.listen", f"{facts.listen} is free for the status page")
    elif facts.error.errno == errno.EADDRINUSE:
        yield _taken(facts)
    else:
        says = f"http.listen: {facts.listen} cannot be listened on: {facts.error.strerror}"
        mend = "set http.listen to an address of this machine and a port from 1024 up"
        yield _ABOUT.wrong("http.listen", says, mend)


def _taken(facts: ListenFacts) -> Finding:
    if facts.holder == "daemon":
        return _ABOUT.ok("http.listen", f"the running daemon listens on {facts.listen}")
    if facts.holder == "unknown":
        says = f"http.listen: {facts.listen} is taken, whether by the daemon cannot be seen"
        return _ABOUT.unknown("http.listen", says, "check as the daemon's user, or as root")
    says = f"http.listen: {facts.listen} is taken by another process"
    mend = "set http.listen to a free port; `ss -ltnp` shows who has it"
    return _ABOUT.wrong("http.listen", says, mend)
