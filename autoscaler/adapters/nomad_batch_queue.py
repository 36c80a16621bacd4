"""
The batch job queue that a node pool can have from Nomad 2.1 on: what stands at its head.

Such a queue hands the scheduler one job at a time and waits until that is placed, so a job that
cannot be placed holds up all behind it
(https://developer.hashicorp.com/nomad/docs/concepts/scheduling/batch-job-queue).
Imports errors and the Nomad modules beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded
from autoscaler.adapters.nomad_replies import read

#: A server without the queue is asked again after so long: it may have been upgraded.
_ASK_AGAIN_AFTER = timedelta(hours=1)
#: Of the queue, so many from its head are read.
_HEADS_MAX = 10
#: Node pools that cannot have a queue.
_BUILT_IN = frozenset({"", "all", "default"})
_QUEUED, _PASSTHROUGH = "queued", "passthrough"


@dataclass(frozen=True, slots=True)
class QueueHead:
    """A job that the queue handed to the scheduler, and that is not placed yet."""

    job: str
    namespace: str
    #: ``placing``, or ``blocked`` with Nomad's reason: a constraint, or that there is no node.
    status: str


class BatchQueue:
    """Reads a node pool's queue, where the server and the node pool have one."""

    def __init__(self, client: NomadClient) -> None:
        self._client = client
        self._absent_since: datetime | None = None

    def heads(self, node_pool: str, now: datetime) -> tuple[QueueHead, ...]:
        """
        What the queue waits for; nothing where there is no queue.

        Raises ``ObservationError``.
        """
        if node_pool in _BUILT_IN:
            return ()
        absent_since = self._absent_since
        # A clock that was set back must not put it off.
        if absent_since is not None and timedelta(0) <= now - absent_since < _ASK_AGAIN_AFTER:
            return ()
        params = {"node_pool": node_pool, "sort": "priority", "per_page": _HEADS_MAX}
        try:
            reply = self._client.get(self._client.batch_queue, "jobs", params=params)
        except NotFound:
            self._absent_since = now
            return ()
        self._absent_since = None
        queue = decoded(reply, "batch job queue")
        return read("batch job queue", lambda: heads_of(queue))


def heads_of(queue: Mapping[str, Any]) -> tuple[QueueHead, ...]:
    """From ``/v1/queue/jobs``."""
    if queue["Type"] == _PASSTHROUGH:
        return ()
    return tuple(
        QueueHead(item["JobID"], item.get("Namespace") or "", item["Status"])
        for item in queue["Workloads"] or ()
        if item["Status"].lower() != _QUEUED
    )
