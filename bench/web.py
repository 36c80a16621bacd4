"""
What the web takes: time for each answer at 500 nodes while pages listen, memory and processor.

``python -m bench.web``.  Over real sockets of loopback, from a process of its own; every second the
queue changes, so that documents are made anew.  Linux only.  Imports ``bench``.
"""

import http.client
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.board import served
from bench.figure import Figure, distribution, tell
from bench.process import core_percent, resident_mb

NODES = 500
LISTENERS = 20
ASKED = 300
#: As pages do: a little apart, so that changes fall between them.
_APART_SECONDS = 0.02
_REST_SECONDS = 5.0
_TIMEOUT_SECONDS = 20.0

_GZIP = {"Accept-Encoding": "gzip"}


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Of made-up pools: the same whatever Nomad is measured."""
    if nomad is not None:
        return ()
    with served(NODES) as (pid, url), ExitStack() as streams:
        address = urlsplit(url).netloc
        began_mb = resident_mb(pid)
        for _ in range(LISTENERS):
            streams.enter_context(_listening(address))
        statuses = _timed(address, "/api/v1/status", ASKED)
        nodes = _timed(address, "/api/v1/nodes", ASKED // 3)
        days = _timed(address, "/api/v1/history?hours=24", ASKED // 10)
        percent = core_percent(pid, _REST_SECONDS)
        added_mb = resident_mb(pid) - began_mb
    about = f"{NODES} nodes, {LISTENERS} listen"
    return (
        *distribution(f"/api/v1/status, {about}", statuses, "ms", p95_goal=20),
        *distribution(f"/api/v1/nodes, {about}", nodes, "ms", p95_goal=100),
        *distribution(f"/api/v1/history, 24 h of 3 pools, {LISTENERS} listen", days, "ms"),
        Figure(f"a change a second to {LISTENERS} who listen, of one core", percent, "%"),
        Figure("memory that all of these asked for", added_mb, "MB", 20),
    )


@contextmanager
def _listening(address: str) -> Iterator[None]:
    """A page that is open; what is sent to it stays in the socket, some kilobytes."""
    connection = http.client.HTTPConnection(address, timeout=_TIMEOUT_SECONDS)
    connection.request("GET", "/api/v1/events")
    reply = connection.getresponse()
    assert reply.status == 200
    try:
        yield
    finally:
        reply.close()
        connection.close()


def _timed(address: str, path: str, times: int) -> tuple[float, ...]:
    """How long each answer took, in ms, to its last byte, on one connection."""
    connection = http.client.HTTPConnection(address, timeout=_TIMEOUT_SECONDS)
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        connection.request("GET", path, headers=_GZIP)
        reply = connection.getresponse()
        reply.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert reply.status == 200
        time.sleep(_APART_SECONDS)
    connection.close()
    return tuple(taken)


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(None))


if __name__ == "__main__":
    sys.exit(main())
