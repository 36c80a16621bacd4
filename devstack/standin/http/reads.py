"""
Answer reads, waiting for a change where the request asks for it.

May import ``devstack.standin.state``, ``http.messages``, ``admission`` and ``devstack.durations``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.durations import nanoseconds
from devstack.standin.admission import Refused
from devstack.standin.http.messages import Reply
from devstack.standin.model import in_go

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.standin.http.messages import Request
    from devstack.standin.state.store import Store

#: How long a blocking query waits where it does not say, and at most; seconds.
DEFAULT_WAIT = 300.0
LONGEST_WAIT = 600.0
#: A wait is lengthened by up to this part of itself, so that queries do not come in step.
JITTER = 1 / 16


@dataclass(frozen=True, slots=True)
class Read:
    """
    What a read reads.

    ``index`` tells at which index the thing last changed; ``render`` makes the reply of what
    ``select`` picked.  The first two are called under the store's lock, and have to be quick.
    """

    index: Callable[[], int]
    select: Callable[[], Callable[[], Reply]]


def answer(store: Store, request: Request, read: Read) -> Reply:
    """Give what is read, once its index is above ``?index=`` or ``?wait=`` has passed."""
    minimum, seconds = _wanted(request)
    if minimum:
        longest = seconds * (1 + random.random() * JITTER)  # noqa: S311 - no secret
        store.wait_above(read.index, minimum, longest)
    with store.lock:
        if not store.leader:
            raise Refused("No cluster leader")
        index = read.index()
        render = read.select()
    reply = render()
    headers = {
        "X-Nomad-Index": str(index),
        "X-Nomad-Knownleader": "true",
        "X-Nomad-Lastcontact": "0",
        **reply.headers,
    }
    return Reply(reply.status, reply.body, reply.content_type, headers)


def _wanted(request: Request) -> tuple[int, float]:
    seconds = DEFAULT_WAIT
    if request.query.get("wait"):
        try:
            seconds = nanoseconds(request.query["wait"]) / 1e9
        except ValueError as error:
            raise Refused("Invalid wait time", 400) from error
    text = request.query.get("index") or "0"
    if not text.isdecimal() or not in_go(int(text)):
        raise Refused("Invalid index", 400)
    return int(text), min(seconds or DEFAULT_WAIT, LONGEST_WAIT)
