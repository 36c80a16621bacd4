"""
Read what tasks wrote, by the API with which Nomad's clients show their files.

The server passes the question on to the node.  python-nomad's own call for it decodes the bytes by
a guess and reads them without bound, so this goes through its request layer.  Imports ``core``,
``errors``, ``ports`` and python-nomad.
"""

import time

import requests
from nomad import Nomad

from transcoder.adapters.nomad_connection import CALL_ERRORS, said
from transcoder.core.allocations import Allocation, started_at, task_of
from transcoder.errors import LogUnreadable
from transcoder.ports import Stream

_TIMEOUT_SECONDS = 5.0
#: Of a log that comes in drips.
_WHOLE_SECONDS = 10.0
_CHUNK_BYTES = 16 << 10

#: What servers and nodes say, and what that means to whoever looks.
_MEANINGS = (
    # By 500 rather than 403 where it is the node, or the server for it, that refuses.
    ("Permission denied", "the token may not read logs: it needs the right read-logs"),
    ("No path to node", "its node is gone, or cannot be reached"),
    ("Unknown allocation", "Nomad has collected its allocation as garbage"),
    ("failed to list entries", "its node has collected the log as garbage"),
    ("not started yet", "its task has not started yet"),
)


def tail(client: Nomad, allocation: Allocation, stream: Stream, most_bytes: int) -> bytes:
    """The end of what an allocation's task wrote to ``stream``; raises LogUnreadable."""
    task = task_of(allocation)
    if task is None or started_at(allocation) is None:
        raise LogUnreadable("its task has not started")
    params = {
        "task": task,
        "type": stream,
        "origin": "end",
        "offset": str(most_bytes),
        "plain": "true",
    }
    try:
        with client.client.stream_logs.request(
            str(allocation["ID"]),
            method="get",
            params=params,
            timeout=_TIMEOUT_SECONDS,
            stream=True,
        ) as reply:
            return _read(reply, most_bytes)
    except CALL_ERRORS as error:
        raise LogUnreadable(_meaning(said(error))) from error
    except KeyError as error:
        raise LogUnreadable("its allocation has no id") from error


def _read(reply: requests.Response, most_bytes: int) -> bytes:
    """The whole reply, within bounds: what was written meanwhile comes with it."""
    parts: list[bytes] = []
    size, until = 0, time.monotonic() + _WHOLE_SECONDS
    for part in reply.iter_content(_CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size >= 2 * most_bytes or time.monotonic() > until:
            break
    return b"".join(parts)


def _meaning(words: str) -> str:
    known = (meaning for sign, meaning in _MEANINGS if sign in words)
    return next(known, words)
