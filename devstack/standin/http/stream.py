"""
Serve ``/v1/event/stream``: what happens, as newline-delimited JSON.

May import ``devstack.standin`` below ``http`` and the other modules of ``http``.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from devstack.standin.admission import Refused
from devstack.standin.forms.jobs import job_form
from devstack.standin.forms.nodes import node_form
from devstack.standin.forms.work import alloc_form, eval_form
from devstack.standin.http.messages import Reply, Request, encoded
from devstack.standin.model import Evaluation, Job, Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devstack.standin.server import Server
    from devstack.standin.state.store import Store
    from devstack.standin.state.write import Change, Write

#: How many entries are kept for those who come late, as in Nomad.
KEPT = 100
HEARTBEAT_SECONDS = 10.0
_YEAR_ONE = "0001-01-01T00:00:00Z"

Entry = tuple[int, str, list[tuple[str, "Change"]]]


class Events:
    """The last entries, and those who follow them."""

    def __init__(self, store: Store) -> None:
        self._kept: deque[Entry] = deque(maxlen=KEPT)
        self._more = threading.Condition(store.lock)
        store.listen(self._see)

    def _see(self, write: Write) -> None:
        if write.changes:
            changes = [(topic, item) for (topic, _), item in write.changes.items()]
            self._kept.append((write.index, write.kind, changes))
            self._more.notify_all()

    def newest(self) -> int:
        """The index of the last entry that told something."""
        with self._more:
            return self._kept[-1][0] if self._kept else 0

    def after(self, index: int, seconds: float) -> list[Entry]:
        """The kept entries above ``index``; waits up to ``seconds`` for one."""
        deadline = time.monotonic() + seconds
        with self._more:
            while not self._kept or self._kept[-1][0] <= index:
                left = deadline - time.monotonic()
                if left <= 0:
                    return []
                self._more.wait(left)
            return [entry for entry in self._kept if entry[0] > index]


def event_stream(server: Server, request: Request) -> Reply:
    """Follow the events of ``topic=Topic:key`` (``*`` for any), from ``index`` on."""
    text = request.query.get("index") or "0"
    if not text.isdecimal():
        raise Refused(f'Unable to parse index: strconv.Atoi: parsing "{text}": invalid syntax', 400)
    topics = [_topic(topic) for topic in request.queries.get("topic", ["*:*"])]
    start = int(text) - 1 if int(text) else server.events.newest()
    return Reply(
        content_type="application/json",
        headers={"Cache-Control": "no-cache"},
        stream=_lines(server, topics, start),
    )


def _topic(text: str) -> tuple[str, str]:
    parts = text.split(":")
    if len(parts) > 2:
        raise Refused(
            "Invalid topic query: error parsing topics: "
            f"Invalid key value pair for topic, topic: {text}",
            400,
        )
    return parts[0], parts[1] if len(parts) == 2 else "*"


def _lines(server: Server, topics: Sequence[tuple[str, str]], start: int) -> Iterator[bytes]:
    seen = start
    heard = time.monotonic()
    yield b"{}\n"  # Nomad's first word, too, is a heartbeat.
    while not server.closing:
        entries = server.events.after(seen, 1.0)
        for index, kind, changes in entries:
            seen = index
            events = [
                event
                for topic, item in changes
                if _wanted(event := _event(topic, kind, index, item), topics)
            ]
            if events:
                heard = time.monotonic()
                yield encoded({"Index": index, "Events": events}) + b"\n"
        if time.monotonic() - heard > HEARTBEAT_SECONDS:
            heard = time.monotonic()
            yield b"{}\n"
        elif not entries:
            yield b""


def _wanted(event: dict[str, Any], topics: Sequence[tuple[str, str]]) -> bool:
    keys = {"*", event["Key"], *(event["FilterKeys"] or ())}
    return any(topic in {"*", event["Topic"]} and key in keys for topic, key in topics)


def _event(topic: str, kind: str, index: int, item: Change) -> dict[str, Any]:
    key, namespace, filter_keys, form = _told(item)
    return {
        "Topic": topic,
        "Type": kind,
        "Key": key,
        "Namespace": namespace,
        "FilterKeys": filter_keys,
        "Index": index,
        "Payload": {topic: form},
    }


def _told(item: Change) -> tuple[str, str, list[str] | None, dict[str, Any]]:
    if isinstance(item, Job):
        return item.id, "default", None, job_form(item, as_stored=True)
    if isinstance(item, Node):
        return item.id, "", None, node_form(item)
    if isinstance(item, Evaluation):
        form = eval_form(item)
        form["WaitUntil"] = form["WaitUntil"] or _YEAR_ONE
        return item.id, "default", [item.job_id, ""], form
    return item.id, "default", [item.job.id, ""], alloc_form(item, zero_instant=_YEAR_ONE)
