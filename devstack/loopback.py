"""
Find free ports on the loopback.

May import the standard library only.
"""

from __future__ import annotations

import contextlib
import socket


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listened on a moment ago; all differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def free_port(wanted: int) -> int:
    """That port where nobody listens on it now, else another one."""
    with socket.socket() as one:
        # As a server would: what a finished connection left behind does not count.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", wanted))
        except OSError:
            return free_ports(1)[0]
        return wanted
