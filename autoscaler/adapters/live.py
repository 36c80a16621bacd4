"""
The real world of one pool: Nomad and AWS read at the same time, changed one action at a time.

Imports ports, core, errors and the adapters of both.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from autoscaler.adapters.asg import AutoScalingGroup
from autoscaler.adapters.nomad import NomadNodes, NomadQueue
from autoscaler.core.model import Group, JobQueue, Missing, Node, NodeStatus, Observation
from autoscaler.core.plan import Action, Cordon, Purge, SetDesiredCapacity, Terminate, Uncordon
from autoscaler.errors import ObservationError

_T = TypeVar("_T")


class LiveWorld:
    """Observes and acts through the pool's adapters; used by one thread at a time."""

    def __init__(
        self,
        pool: str,
        nodes: NomadNodes,
        queues: tuple[NomadQueue, ...],
        group: AutoScalingGroup,
    ) -> None:
        self._pool = pool
        self._nodes = nodes
        self._queues = queues
        self._group = group
        self._joined: frozenset[str] = frozenset()
        self._aws = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"aws-{pool}")

    def observe(self, now: datetime) -> Observation:  # noqa: ARG002 - the port's; we read the world
        """Both systems at once, so that a cycle takes as long as the slower, not as both."""
        missing: list[Missing] = []
        joined = sorted(self._joined)
        reading = self._aws.submit(self._group.observe, joined)
        nodes: tuple[Node, ...] | None = _part("nodes", self._nodes.observe, missing)
        queues: list[JobQueue] = []
        for queue in self._queues:
            one = _part("queue", queue.observe, missing)
            if one is not None:
                queues.append(one)
        group: Group | None = _part("group", reading.result, missing)
        if nodes is not None:
            self._joined = frozenset(
                node.instance_id
                for node in nodes
                if node.instance_id and node.status is NodeStatus.READY
            )
        return Observation(self._pool, tuple(queues), nodes, group, tuple(missing))

    def still_idle(self, node_id: str) -> bool:
        """Look at the node again, not stale."""
        return self._nodes.still_idle(node_id)

    def apply(self, action: Action) -> None:
        """Carry one action out; each of its steps is safe to repeat, in this order."""
        match action:
            case SetDesiredCapacity():
                self._group.set_desired_capacity(action.desired)
            case Cordon():
                # The mark first: a node that is ineligible without it would count as someone's.
                self._group.mark(action.node.instance_id, action.at)
                self._nodes.set_eligibility(action.node.node_id, eligible=False)
            case Uncordon():
                self._nodes.set_eligibility(action.node.node_id, eligible=True)
                self._group.unmark(action.node.instance_id)
            case Terminate():
                self._group.terminate(action.node.instance_id)
            case Purge():
                self._nodes.purge(action.node.node_id)

    def recount(self, now: datetime) -> None:
        """Recount the queues that are due; a failed recount shows in the next observation."""
        for queue in self._queues:
            try:
                queue.recount(now)
            except ObservationError:
                return

    def close(self) -> None:
        """Let the reader of AWS go."""
        self._aws.shutdown(wait=False, cancel_futures=True)


def _part(part: str, read: Callable[[], _T], missing: list[Missing]) -> _T | None:
    """One part of the picture, or its name and why it is missing."""
    try:
        return read()
    except ObservationError as error:
        missing.append(Missing(error.stage, part, str(error)))
        return None
