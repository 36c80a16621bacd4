"""
Serve allocations, evaluations and the output of tasks.

May import ``devstack.standin`` below ``http`` and the other modules of ``http``.
"""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from devstack.standin.admission import Refused
from devstack.standin.forms.work import alloc_reply, alloc_stub, eval_form, without_empty
from devstack.standin.http.lists import listing
from devstack.standin.http.messages import Reply, Request, encoded, in_json, in_words
from devstack.standin.http.reads import Read, answer
from devstack.standin.ids import new_id
from devstack.standin.model import DEAD, Allocation, Evaluation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from devstack.standin.server import Server

#: How often a log that is followed is looked at, in seconds.
FOLLOW_EVERY = 0.1
CHUNK = 64 * 1024


def list_evaluations(server: Server, request: Request) -> Reply:
    store = server.store

    def select() -> Callable[[], Reply]:
        return listing(request, store.evals, lambda item: without_empty(eval_form(item)))

    return answer(store, request, Read(lambda: store.table_index["evals"], select))


def read_evaluation(server: Server, request: Request, eval_id: str) -> Reply:
    store = server.store

    def index() -> int:
        item = store.evals.get(eval_id)
        return item.modify_index if item else store.table_index["evals"]

    def select() -> Callable[[], Reply]:
        item = store.evals.get(eval_id)
        if item is None:
            return lambda: in_words(404, "eval not found")
        return lambda: in_json(without_empty(eval_form(item)))

    return answer(store, request, Read(index, select))


def evaluation_allocations(server: Server, request: Request, eval_id: str) -> Reply:
    store = server.store

    def select() -> Callable[[], Reply]:
        known = {key: item for key, item in store.allocs.items() if item.eval_id == eval_id}
        return listing(
            request, known, lambda item: alloc_stub(item, resources=False, task_states=True)
        )

    return answer(store, request, Read(lambda: store.table_index["allocs"], select))


def list_allocations(server: Server, request: Request) -> Reply:
    store = server.store
    resources = request.flag("resources")
    task_states = request.flag("task_states", default=True)

    def select() -> Callable[[], Reply]:
        return listing(
            request,
            store.allocs,
            lambda item: alloc_stub(item, resources=resources, task_states=task_states),
        )

    return answer(store, request, Read(lambda: store.table_index["allocs"], select))


def read_allocation(server: Server, request: Request, alloc_id: str) -> Reply:
    store = server.store

    def index() -> int:
        item = store.allocs.get(alloc_id)
        return item.modify_index if item else store.table_index["allocs"]

    def select() -> Callable[[], Reply]:
        item = store.allocs.get(alloc_id)
        return lambda: in_json(alloc_reply(item)) if item else in_words(404, "alloc not found")

    return answer(store, request, Read(index, select))


def stop_allocation(server: Server, _: Request, alloc_id: str) -> Reply:
    """Stop an allocation and have it placed anew."""
    store = server.store
    with store.lock:
        item = store.allocs.get(alloc_id)
        if item is None:
            raise Refused("allocation not found", 404)
        job = item.job
        evaluation = Evaluation(
            id=new_id(),
            job_id=job.id,
            type=job.type,
            priority=job.priority,
            triggered_by="alloc-stop",
            job_modify_index=job.job_modify_index,
        )
        with store.write("AllocationUpdateDesiredStatus") as write:
            write.put_alloc(replace(item, migrate=True), by_server=False)
            write.put_eval(evaluation)
    return in_json({"EvalID": evaluation.id, "Index": write.index}, write.index)


def logs(server: Server, request: Request, alloc_id: str) -> Reply:
    """The output of a task: as it is with ``plain=true``, else in frames."""
    store = server.store
    task, kind = request.query.get("task", ""), request.query.get("type", "")
    if not task:
        raise Refused("must provide task name", 400)
    if kind not in {"stdout", "stderr"}:
        raise Refused("must provide log type (stdout/stderr)", 400)
    with store.lock:
        item = store.allocs.get(alloc_id)
    if item is None:
        raise Refused(f'Unknown allocation "{alloc_id}"', 404)
    if not server.machines.has(item.node_id):
        raise Refused("No path to node", 404)
    if task not in item.group.tasks:
        raise Refused(f'unknown task name "{task}"', 404)
    if item.states is None:
        raise Refused(f'task "{task}" not started yet. No logs available', 404)
    path = server.machines.log_path(alloc_id, task, kind)
    chunks = _chunks(
        server, path, _start(path, request), alloc_id if request.flag("follow") else ""
    )
    if request.flag("plain"):
        return Reply(content_type="text/plain", stream=(data for data, _ in chunks))
    name = f"alloc/logs/{path.name}"
    return Reply(content_type="application/json", stream=_frames(chunks, name))


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


def _start(path: Path, request: Request) -> int:
    text = request.query.get("offset") or "0"
    if not text.isdecimal():
        raise Refused(
            f'error parsing offset: strconv.ParseInt: parsing "{text}": invalid syntax', 400
        )
    origin = request.query.get("origin") or "start"
    if origin not in {"start", "end"}:
        raise Refused("origin must be start or end", 400)
    if origin == "start":
        return int(text)
    size = path.stat().st_size if path.exists() else 0
    return max(0, size - int(text))


def _read(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(CHUNK)
    except FileNotFoundError:
        return b""


def _is_over(item: Allocation | None) -> bool:
    return item is None or all(state.state == DEAD for state in (item.states or {}).values())
