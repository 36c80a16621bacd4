"""
Serve the output of tasks, as it is with ``plain=true``, else in frames.

The checks come in Nomad's order and words.  May import ``devstack.standin`` below ``http`` and
``http.messages``.
"""

from __future__ import annotations

import base64
import re
import time
from typing import TYPE_CHECKING

from devstack.standin.admission import Refused
from devstack.standin.http.messages import FALSE, TRUE, Reply, Request, encoded
from devstack.standin.model import DEAD, Allocation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devstack.standin.server import Server

#: How often a log that is followed is looked at, in seconds.
FOLLOW_EVERY = 0.1
CHUNK = 64 * 1024
_ID_LENGTH = 36
_INTEGER = re.compile(r"[+-]?[0-9]+")


def logs(server: Server, request: Request, alloc_id: str) -> Reply:
    """The output of one task of an allocation, from where the request says on."""
    if not alloc_id:
        raise Refused("must provide a valid alloc id", 400)
    task = request.query.get("task", "")
    if not task:
        raise Refused("must provide task name", 400)
    follow, plain = _flag(request, "follow"), _flag(request, "plain")
    kind = request.query.get("type", "")
    if kind not in {"stdout", "stderr"}:
        raise Refused("must provide log type (stdout/stderr)", 400)
    offset, origin = _offset(request), request.query.get("origin") or "start"
    if origin not in {"start", "end"}:
        raise Refused("origin must be start or end", 400)
    form = "text/plain" if plain else "application/json"
    try:
        path = _path(server, alloc_id, task, kind)
    except Refused as refused:
        # From here on Nomad's agent has said what kind of answer it will be.
        return Reply(refused.status, refused.message.encode(), form)
    followed = alloc_id if follow else ""
    chunks = _chunks(server, path, _start(path, origin, offset), followed)
    if plain:
        return Reply(content_type=form, stream=(data for data, _ in chunks))
    return Reply(content_type=form, stream=_frames(chunks, f"alloc/logs/{path.name}"))


def _flag(request: Request, name: str) -> bool:
    text = request.query.get(name, "")
    if text and text not in TRUE | FALSE:
        raise Refused(
            f"failed to parse {name} field to boolean: "
            f'strconv.ParseBool: parsing "{text}": invalid syntax',
            400,
        )
    return text in TRUE


def _offset(request: Request) -> int:
    text = request.query.get("offset") or "0"
    if not _INTEGER.fullmatch(text):
        raise Refused(
            f'error parsing offset: strconv.ParseInt: parsing "{text}": invalid syntax', 400
        )
    return int(text)


def _path(server: Server, alloc_id: str, task: str, kind: str) -> Path:
    """The file of a task's output; raises Refused where there is none to be had."""
    if len(alloc_id) != _ID_LENGTH:
        raise Refused("alloc lookup failed: index error: UUID must be 36 characters")
    with server.store.lock:
        item = server.store.allocs.get(alloc_id)
    if item is None:
        raise Refused(f'Unknown allocation "{alloc_id}"', 404)
    if not server.machines.has(item.node_id):
        raise Refused("No path to node", 404)
    if task not in item.group.tasks:
        raise Refused(f'unknown task name "{task}"', 400)
    if not _has_started(item, task):
        raise Refused(f'task "{task}" not started yet. No logs available', 404)
    path = server.machines.log_path(alloc_id, task, kind)
    if not path.parent.is_dir():
        raise Refused(f"failed to list entries: open {path.parent}: no such file or directory")
    return path


def _has_started(item: Allocation, task: str) -> bool:
    state = (item.states or {}).get(task)
    return state is not None and state.started_at != 0


def _start(path: Path, origin: str, offset: int) -> int:
    """Where in the file to begin; no offset at all from the end is the whole, as in Nomad."""
    size = path.stat().st_size if path.exists() else 0
    back = -offset if origin == "end" else offset
    return max(0, size + back) if back < 0 else min(back, size)


def _frames(chunks: Iterator[tuple[bytes, int]], name: str) -> Iterator[bytes]:
    for data, offset in chunks:
        if data:
            text = base64.b64encode(data).decode()
            yield encoded({"Data": text, "File": name, "Offset": offset})
        else:
            yield b""


def _chunks(server: Server, path: Path, offset: int, followed: str) -> Iterator[tuple[bytes, int]]:
    """
    The file's contents from ``offset`` on, with the offset after each part.

    With the id of an allocation in ``followed``, goes on until its tasks have ended.
    """
    while True:
        ended = not followed or _is_over(server.store.allocs.get(followed)) or server.closing
        data = _read(path, offset)
        while data:
            offset += len(data)
            yield data, offset
            data = _read(path, offset)
        if ended:
            return
        # Nothing new: an empty part lets the server see whether the reader is still there.
        yield b"", offset
        time.sleep(FOLLOW_EVERY)


def _read(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(CHUNK)
    except FileNotFoundError:
        return b""


def _is_over(item: Allocation | None) -> bool:
    return item is None or all(state.state == DEAD for state in (item.states or {}).values())
