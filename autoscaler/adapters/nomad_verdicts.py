"""
Nomad's word on what a job's children wait for, asked now and then of the oldest of them.

Imports core, errors and the Nomad modules beside it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from autoscaler.adapters.nomad_asks import JobAsk
from autoscaler.adapters.nomad_batch_queue import BatchQueue, QueueHead
from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded_list
from autoscaler.adapters.nomad_evaluations import ReadyNode, agreed, verdict_of
from autoscaler.adapters.nomad_replies import PendingChild, children_prefix, read
from autoscaler.core.model import Verdict, WaitsFor
from autoscaler.errors import MalformedReply, NomadDenied

_INTERVAL = timedelta(seconds=15)
#: So many of the children that have waited longest are asked for.
_CHILDREN_MAX = 3


class NomadVerdicts:
    """The verdict on one job's queue."""

    def __init__(self, client: NomadClient, job: str, batch_queue: BatchQueue) -> None:
        self._client = client
        self._job = job
        self._batch_queue = batch_queue
        self._read_at: datetime | None = None
        #: None until Nomad has evaluated one that waits.
        self.verdict: Verdict | None = None

    def forget(self) -> None:
        """Nothing waits any more: what comes next is another matter."""
        self.verdict = self._read_at = None

    def read_if_due(
        self,
        oldest: Sequence[PendingChild],
        ask: JobAsk,
        ready: Sequence[ReadyNode],
        now: datetime,
    ) -> None:
        """
        Ask for the evaluations of the children that have waited longest.

        Raises ``ObservationError``, and the verdict stays as it was.
        """
        if not oldest or _is_recent(self._read_at, now):
            return
        self._read_at = now
        heads = self._heads(ask.node_pool, now)
        ours = [head.job for head in heads if self._is_ours(head)]
        if heads and not ours:
            held = [self._held(head, ready) for head in heads]
            if all(held):
                self.verdict = Verdict(WaitsFor.QUEUE, "; ".join(filter(None, held)))
                return
        # Children that the queue keeps back have not been evaluated; those at its head have.
        asked = dict.fromkeys((*ours, *(child.job for child in oldest)))
        verdicts = [
            self._of(child, self._client.namespace, ready) for child in list(asked)[:_CHILDREN_MAX]
        ]
        self.verdict = agreed([verdict for verdict in verdicts if verdict is not None])

    def _heads(self, node_pool: str, now: datetime) -> tuple[QueueHead, ...]:
        try:
            return self._batch_queue.heads(node_pool, now)
        except (MalformedReply, NomadDenied):
            # Its form is not settled yet; what the children themselves wait for can still be told.
            return ()

    def _is_ours(self, head: QueueHead) -> bool:
        return head.namespace in ("", self._client.namespace) and head.job.startswith(
            children_prefix(self._job)
        )

    def _held(self, head: QueueHead, ready: Sequence[ReadyNode]) -> str | None:
        """
        Why no capacity would get the head of the queue going; None if some might.

        The queue calls a job blocked, too, when there is no node to place it on.
        """
        if not ready:
            return None
        named = f"{head.job}, at the head of Nomad's batch queue"
        try:
            verdict = self._of(head.job, head.namespace or self._client.namespace, ready)
        except NomadDenied:
            # Another's namespace: what the queue says of it is all there is to know.
            return None if head.status == "placing" else f"{named}: {head.status}"
        if verdict is None or verdict.waits_for is WaitsFor.CAPACITY:
            return None
        return f"{named}: {verdict.detail}"

    def _of(self, job: str, namespace: str, ready: Sequence[ReadyNode]) -> Verdict | None:
        try:
            reply = self._client.get(
                self._client.nomad.job, job, "evaluations", params={"namespace": namespace}
            )
        except NotFound:
            return None
        evaluations = decoded_list(reply, "evaluations")
        return read("evaluations", lambda: verdict_of(evaluations, ready))


def _is_recent(at: datetime | None, now: datetime) -> bool:
    # A clock that was set back must not put the next look off.
    return at is not None and timedelta(0) <= now - at < _INTERVAL
