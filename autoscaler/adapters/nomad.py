"""
Nomad as a pool sees it: queues, nodes, and the two switches on a node.

Translates; decides nothing.  Allocations are read before the queues: a child that is placed in
between then shows as neither pending nor as load, which buys nothing, rather than as both.
Imports core, errors and the Nomad modules beside it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded
from autoscaler.adapters.nomad_replies import (
    INSTANCE_ATTRIBUTE,
    ChildCounts,
    NodeLoad,
    PendingChild,
    ask_of,
    child_counts,
    children,
    is_live,
    loads,
    node_of,
    read,
    selected,
)
from autoscaler.core.model import JobQueue, Node, Resources
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import ActionError, JobMissing, ObservationError

#: How often the children are listed and counted one by one: as a rule, and at most.
RECOUNT_INTERVAL = timedelta(seconds=60)
RECOUNT_INTERVAL_MIN = timedelta(seconds=15)

_PER_PAGE = 1000
_PAGES_MAX = 1000
#: Of the children that waited longest at the last recount, how many are asked for in one cycle.
_OLDEST_TRIES = 3

#: Servers from 1.3 leave the dead out for us; older ones send them, and ``loads`` leaves them out.
_NOT_ENDED = 'ClientStatus != "complete" and ClientStatus != "failed" and ClientStatus != "lost"'


class NomadNodes:
    """The client nodes of a pool."""

    def __init__(self, client: NomadClient, selector: NodeSelector) -> None:
        self._client = client
        self._selector = selector
        # An instance never changes under a node: one look at each node's attributes is enough.
        self._instance_ids: dict[str, str | None] = {}

    def observe(self) -> tuple[Node, ...]:
        """Every node of the pool, with its live allocations counted."""
        nomad = self._client.nomad
        reply = self._client.get(nomad.nodes, params={"resources": "true"})
        stubs = read("node list", lambda: self._of_pool(decoded(reply, "node list")))
        reply = self._client.get(
            nomad.allocations,
            params={"resources": "true", "namespace": "*", "filter": _NOT_ENDED},
        )
        by_node = read("allocation list", lambda: loads(decoded(reply, "allocation list")))
        instance_ids = self._instances_of([stub["ID"] for stub in stubs])
        return read(
            "node list",
            lambda: tuple(
                node_of(stub, instance_ids[stub["ID"]], by_node.get(stub["ID"], NodeLoad()))
                for stub in stubs
            ),
        )

    def still_idle(self, node_id: str) -> bool:
        """Ineligible, and no live task but those of system jobs; read from the leader."""
        nomad = self._client.nomad
        consistent = {"consistent": ""}
        try:
            node = decoded(self._client.get(nomad.node, node_id, params=consistent), "node")
            reply = self._client.get(nomad.node, node_id, "allocations", params=consistent)
        except NotFound as error:
            raise ActionError(f"node {node_id} is gone", stage="nomad", retryable=True) from error
        allocations = decoded(reply, "node's allocations")

        def idle() -> bool:
            fenced = node["SchedulingEligibility"] == "ineligible"
            return fenced and not any(
                is_live(allocation) and allocation["Job"]["Type"] not in ("system", "sysbatch")
                for allocation in allocations
            )

        return read("node's allocations", idle)

    def set_eligibility(self, node_id: str, *, eligible: bool) -> None:
        """Let Nomad place work on a node, or not.  Running work goes on."""
        word = "eligible" if eligible else "ineligible"
        body = {"NodeID": node_id, "Eligibility": word}
        self._write(node_id, "eligibility", body, if_gone=f"node {node_id} is gone")

    def purge(self, node_id: str) -> None:
        """Remove the record of a node; one that is gone already is as good."""
        self._write(node_id, "purge", {}, if_gone=None)
        self._instance_ids.pop(node_id, None)

    def _write(self, node_id: str, verb: str, body: object, *, if_gone: str | None) -> None:
        try:
            self._client.post(self._client.nomad.node, node_id, verb, body=body)
        except NotFound as error:
            if if_gone is not None:
                raise ActionError(if_gone, stage="nomad", retryable=True) from error
        except ObservationError as error:
            raise ActionError(str(error), stage="nomad", retryable=True) from error

    def _of_pool(self, stubs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [stub for stub in stubs if selected(stub, self._selector)]

    def _instances_of(self, node_ids: Sequence[str]) -> dict[str, str | None]:
        for node_id in node_ids:
            if node_id not in self._instance_ids:
                self._instance_ids[node_id] = self._fingerprinted(node_id)
        self._instance_ids = {node_id: self._instance_ids[node_id] for node_id in node_ids}
        return self._instance_ids

    def _fingerprinted(self, node_id: str) -> str | None:
        try:
            reply = self._client.get(self._client.nomad.node, node_id)
        except NotFound:
            return None  # Purged since the list was read.
        node = decoded(reply, "node")
        return read("node", lambda: (node["Attributes"] or {}).get(INSTANCE_ATTRIBUTE))


class NomadQueue:
    """The dispatched children of one parameterized job."""

    def __init__(self, client: NomadClient, job: str) -> None:
        self._client = client
        self._job = job
        self._seen: ChildCounts | None = None
        self._recounted_at: datetime | None = None
        self._drift_count = 0
        self._oldest: list[PendingChild] = []

    def observe(self) -> JobQueue:
        """The counts of the job's summary, set right by the last recount."""
        counts = self._seen = self._summary()
        pending = max(0, counts.pending_count - self._drift_count)
        return JobQueue(
            job=self._job,
            pending_count=pending,
            running_count=max(0, counts.running_count),
            ask=self._ask(),
            oldest_pending_at=self._oldest_pending_at() if pending else None,
            drift_count=self._drift_count,
        )

    def recount(self, now: datetime) -> None:
        """
        List the children, where a recount is due, and count them one by one.

        The summary is a counter that Nomad keeps on the side, and is known to drift
        (hashicorp/nomad#10222).  It is read before and after: only a difference that was there
        the whole time is drift, not a child that moved meanwhile.
        """
        if not self._recount_is_due(now):
            return
        before = self._summary()
        stubs = list(self._list())
        counts, self._oldest = read("job list", lambda: children(stubs, self._job))
        after = self._summary()
        if before == after:
            self._drift_count = after.pending_count - counts.pending_count
        self._recounted_at = now

    def _recount_is_due(self, now: datetime) -> bool:
        """By what the last observation saw: to ask again would cost a call in every cycle."""
        counts = self._seen
        if self._recounted_at is None or counts is None:
            return True
        elapsed = now - self._recounted_at
        if counts.pending_count < 0 or counts.running_count < 0:
            return elapsed >= RECOUNT_INTERVAL_MIN
        if counts.pending_count == self._drift_count == 0:
            return False  # Nothing waits: there is no age to tell, and little to be wrong about.
        return elapsed >= (RECOUNT_INTERVAL if self._oldest else RECOUNT_INTERVAL_MIN)

    def _summary(self) -> ChildCounts:
        return read("job summary", lambda: child_counts(self._get("summary")))

    def _ask(self) -> Resources:
        job = self._get()
        return read("job", lambda: ask_of(job))

    def _get(self, *path: str) -> Any:
        endpoint = self._client.nomad.job
        try:
            return decoded(self._client.get(endpoint, self._job, *path), "job")
        except NotFound as error:
            raise JobMissing(
                f"Nomad at {self._client.address} has no job {self._job!r}; register it "
                "(nomad job run nomad/transcode.nomad.hcl), or mend the pool's `jobs` or the "
                "namespace"
            ) from error

    def _list(self) -> Iterator[dict[str, Any]]:
        """Page by page where the server pages (from 1.3), else all at once."""
        params: dict[str, Any] = {
            "prefix": f"{self._job}/dispatch-",
            "filter": 'Status != "dead"',
            "per_page": _PER_PAGE,
        }
        for _ in range(_PAGES_MAX):
            reply = self._client.get(self._client.nomad.jobs, params=params)
            yield from decoded(reply, "job list")
            token = reply.headers.get("X-Nomad-Nexttoken")
            if not token:
                return
            params["next_token"] = token

    def _oldest_pending_at(self) -> datetime | None:
        """Ask for the oldest child alone: the whole list would be too much for each cycle."""
        for _ in range(_OLDEST_TRIES):
            if not self._oldest:
                break
            if self._waits(self._oldest[0].job):
                return self._oldest[0].dispatched_at
            del self._oldest[0]
        return None

    def _waits(self, child: str) -> bool:
        try:
            job = decoded(self._client.get(self._client.nomad.job, child), "job")
        except NotFound:
            return False
        return read("job", lambda: bool(job["Status"] == "pending"))
