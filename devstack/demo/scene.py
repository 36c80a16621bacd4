"""
What is going on at one moment: the children of the job, the nodes, the group's desired capacity.

Plain values, and how they are read from Nomad's replies.  Pure.  May import ``devstack.fleet`` and
the standard library.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from devstack.fleet import Life

Reply = Mapping[str, Any]


class ChildState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class NodeState(StrEnum):
    #: The instance is launched; its node has not started.
    BOOTING = "booting"
    #: Its node has started and is not yet ready in Nomad.
    JOINING = "joining"
    READY = "ready"
    #: Nomad places nothing more on it.
    CORDONED = "cordoned"


@dataclass(frozen=True, slots=True)
class Child:
    """One dispatched child; instants are seconds since the epoch."""

    id: str
    input: str
    profile: str
    state: ChildState
    submitted_at: float
    started_at: float | None = None
    finished_at: float | None = None
    #: The Nomad node that it was placed on.
    node_id: str | None = None
    allocation: str | None = None

    @property
    def label(self) -> str:
        """For people: ``landscape.mp4 (small)``."""
        return f"{PurePosixPath(self.input).name} ({self.profile})"

    @property
    def ended(self) -> bool:
        return self.state in {ChildState.DONE, ChildState.FAILED}

    @property
    def waited_seconds(self) -> float | None:
        """From dispatch until its task started."""
        return None if self.started_at is None else self.started_at - self.submitted_at

    @property
    def took_seconds(self) -> float | None:
        """From the start of its task until its end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at


@dataclass(frozen=True, slots=True)
class Node:
    """One instance of the group and what its node runs."""

    instance: str
    state: NodeState
    running: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    children: tuple[Child, ...]
    nodes: tuple[Node, ...]
    desired: int

    def count(self, state: ChildState) -> int:
        return sum(child.state is state for child in self.children)

    @property
    def all_ended(self) -> bool:
        return all(child.ended for child in self.children)


def read_child(stub: Reply, meta: Mapping[str, str], allocations: Iterable[Reply]) -> Child:
    """
    A child from its job's stub, its job's metadata, and its allocations, read after the stub.

    Once it has been placed, its newest allocation alone says how it fares: a job may be dead while
    its task is still being ended.
    """
    newest = max(allocations, key=lambda found: int(found["CreateIndex"]), default=None)
    dead = stub["Status"] == "dead"
    child = Child(
        id=stub["ID"],
        input=meta.get("input", ""),
        profile=meta.get("profile", ""),
        state=ChildState.FAILED if dead else ChildState.PENDING,
        submitted_at=int(stub["SubmitTime"]) / 1e9,
    )
    return child if newest is None else _placed(child, newest)


def _placed(child: Child, allocation: Reply) -> Child:
    tasks = list((allocation.get("TaskStates") or {}).values())
    started = [_instant(task.get("StartedAt")) for task in tasks]
    finished = [_instant(task.get("FinishedAt")) for task in tasks]
    return Child(
        id=child.id,
        input=child.input,
        profile=child.profile,
        state=_state(allocation["ClientStatus"]),
        submitted_at=child.submitted_at,
        started_at=min(filter(None, started), default=None),
        finished_at=max(filter(None, finished), default=None),
        node_id=allocation["NodeID"],
        allocation=allocation["ID"],
    )


def _state(client_status: str) -> ChildState:
    if client_status == "complete":
        return ChildState.DONE
    if client_status in {"failed", "lost"}:
        return ChildState.FAILED
    return ChildState.RUNNING if client_status == "running" else ChildState.PENDING


def _instant(text: str | None) -> float | None:
    # Go's zero time stands for "not yet".
    if not text or text.startswith("0001-"):
        return None
    return datetime.fromisoformat(text).timestamp()


def read_nodes(
    lives: Iterable[Life],
    stubs: Mapping[str, Reply],
    children: Iterable[Child],
) -> tuple[Node, ...]:
    """The nodes of the instances that live; ``stubs`` are Nomad's, by instance."""
    busy = [child for child in children if child.state is ChildState.RUNNING]
    nodes = []
    for life in lives:
        if life.terminated_at is not None:
            continue
        stub = stubs.get(life.instance)
        node_id = None if stub is None else stub["ID"]
        running = tuple(child.label for child in busy if child.node_id == node_id)
        nodes.append(Node(life.instance, _node_state(life, stub), running))
    return tuple(nodes)


def _node_state(life: Life, stub: Reply | None) -> NodeState:
    if life.node_started_at is None:
        return NodeState.BOOTING
    if stub is None or stub["Status"] != "ready":
        return NodeState.JOINING
    cordoned = stub["SchedulingEligibility"] != "eligible"
    return NodeState.CORDONED if cordoned else NodeState.READY
