"""
Look at a Nomad cluster through its HTTP API, as its own user interface does: reads only.

May import ``devstack.demo.scene``, ``devstack.fleet``, ``devstack.errors`` and the standard
library.
"""

import json
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from devstack.demo.scene import Child, Reply, Scene, read_child, read_nodes
from devstack.errors import DevstackError
from devstack.fleet import Life

_TIMEOUT_SECONDS = 10
_INSTANCE_ID = "unique.platform.aws.instance-id"


class NomadView:
    """Scenes of one job's children and their nodes."""

    def __init__(self, address: str, job: str) -> None:
        self._address = address
        self._job = job
        # What never changes is asked for once.
        self._meta: dict[str, dict[str, str]] = {}
        self._instance_of_node: dict[str, str] = {}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def look(self, lives: Iterable[Life], desired: int) -> Scene:
        """The scene as it is now; raises DevstackError if Nomad does not answer."""
        children = self._children()
        nodes = read_nodes(lives, self._nodes_by_instance(), children)
        return Scene(children, nodes, desired)

    def last_events(self, allocation: str) -> tuple[str, ...]:
        """What Nomad tells of an allocation's tasks, newest last, for people."""
        reply = self._get(f"allocation/{allocation}")
        states = (reply.get("TaskStates") or {}).values()
        return tuple(
            event["DisplayMessage"] for state in states for event in state.get("Events") or ()
        )

    def output(self, allocation: str, task: str, stream: str) -> str:
        """The end of what a task wrote to ``stdout`` or ``stderr``; empty once its node is gone."""
        query = urllib.parse.urlencode(
            {"task": task, "type": stream, "origin": "end", "offset": 4000, "plain": "true"}
        )
        try:
            return self._read(f"client/fs/logs/{allocation}?{query}").decode(errors="replace")
        except DevstackError:
            return ""

    def _children(self) -> tuple[Child, ...]:
        prefix = urllib.parse.quote(f"{self._job}/dispatch-", safe="")
        # Jobs before allocations: a child that ends between the two reads must not look as if it
        # had ended without its task.
        stubs = [stub for stub in self._get(f"jobs?prefix={prefix}") if stub["ParentID"]]
        placed: dict[str, list[Reply]] = defaultdict(list)
        for allocation in self._get("allocations"):
            placed[allocation["JobID"]].append(allocation)
        children = (
            read_child(stub, self._meta_of(stub["ID"]), placed[stub["ID"]]) for stub in stubs
        )
        return tuple(sorted(children, key=lambda child: (child.submitted_at, child.id)))

    def _meta_of(self, job: str) -> dict[str, str]:
        if job not in self._meta:
            reply = self._get(f"job/{urllib.parse.quote(job, safe='')}")
            self._meta[job] = reply.get("Meta") or {}
        return self._meta[job]

    def _nodes_by_instance(self) -> dict[str, Reply]:
        stubs = self._get("nodes")
        return {self._instance_of(stub["ID"]): stub for stub in stubs}

    def _instance_of(self, node: str) -> str:
        if node not in self._instance_of_node:
            attributes = self._get(f"node/{node}").get("Attributes") or {}
            instance = attributes.get(_INSTANCE_ID)
            if instance is None:
                return node  # Not fingerprinted yet; asked again next time.
            self._instance_of_node[node] = instance
        return self._instance_of_node[node]

    def _get(self, path: str) -> Any:
        return json.loads(self._read(path))

    def _read(self, path: str) -> bytes:
        url = f"{self._address}/v1/{path}"
        try:
            with self._opener.open(url, timeout=_TIMEOUT_SECONDS) as answer:
                body: bytes = answer.read()
                return body
        except OSError as error:
            raise DevstackError(f"Nomad does not answer {url}: {error}") from error
