"""
Nomad as one pool sees it: its nodes, its queues, what its children wait for and how long they work.

Translates; decides nothing.  Allocations are read before the queues: a child that is placed in
between then shows as neither pending nor as load, which buys nothing, rather than as both.
Imports core, errors, cycle_news and the Nomad modules beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from autoscaler.adapters.cycle_news import TroubleFilter
from autoscaler.adapters.nomad_batch_queue import BatchQueue
from autoscaler.adapters.nomad_client import NomadClient
from autoscaler.adapters.nomad_nodes import NomadNodes
from autoscaler.adapters.nomad_queue import NomadQueue
from autoscaler.adapters.nomad_service import ServiceTimes
from autoscaler.adapters.nomad_verdicts import NomadVerdicts
from autoscaler.core.model import JobQueue, Node
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import NomadUnavailable, ObservationError

_log = structlog.get_logger()

_SLOW_READS = ("slow reads",)


class NomadPool:
    """
    One pool's part of Nomad; used by one thread at a time.

    In a cycle ask for ``nodes`` first and then for the ``queue`` of each job; after it, ``recount``
    does the slow reads.  Where ``nodes`` fails, the queues can still be read.
    """

    def __init__(self, client: NomadClient, selector: NodeSelector, jobs: Sequence[str]) -> None:
        self.jobs = tuple(jobs)
        self._nodes = NomadNodes(client, selector)
        self._queues = {job: NomadQueue(client, job) for job in jobs}
        self._service = ServiceTimes(client, jobs)
        batch_queue = BatchQueue(client)
        self._troubles = TroubleFilter()
        self._verdicts = {job: NomadVerdicts(client, job, batch_queue) for job in jobs}

    def nodes(self, now: datetime) -> tuple[Node, ...]:
        """Every node of the pool, with what lives on it.  Raises ``ObservationError``."""
        nodes = self._nodes.observe(now, self._service.profiles)
        self._service.saw(self._nodes.live, self._nodes.ended)
        return nodes

    def queue(self, job: str, now: datetime) -> JobQueue:
        """The queue of one of the pool's jobs.  Raises ``ObservationError``."""
        reader = self._queues[job]
        queue = reader.observe(now)
        if reader.ask is not None:
            self._service.know_ask(job, reader.ask)
        if not queue.pending_count:
            self._verdicts[job].forget()
        return replace(queue, verdict=self._verdicts[job].verdict, finished=self._service.take(job))

    def recount(self, now: datetime) -> None:
        """
        Do the slow reads that are due; the next ``nodes`` and ``queue`` use what they found.

        One that fails does not keep the others from being tried, unless Nomad does not answer at
        all; raises the first ``ObservationError``.
        """
        steps: list[Callable[[], None]] = [
            *(partial(self._recount, job, now) for job in self.jobs),
            *(partial(self._judge, job, now) for job in self.jobs),
            self._service.read_due,
        ]
        failed: list[ObservationError] = []
        for step in steps:
            try:
                step()
            except NomadUnavailable:
                raise  # The rest would only wait for the same server.
            except ObservationError as error:
                failed.append(error)
        self._tell(failed)
        if failed:
            raise failed[0]

    def still_idle(self, node_id: str) -> bool:
        """Look again, not stale: ineligible, and no live task of any job but system jobs."""
        return self._nodes.still_idle(node_id)

    def still_unjoined(self, instance_id: str) -> bool:
        """Look again, not stale: no node of the whole cluster is on that instance."""
        return self._nodes.still_unjoined(instance_id)

    def check_eligible(self, node_id: str) -> None:
        """Look again, not stale.  Raises ``ActionError`` if somebody else has cordoned the node."""
        self._nodes.check_eligible(node_id)

    def set_eligibility(self, node_id: str, *, eligible: bool) -> None:
        """Let Nomad place work on a node, or not.  Raises ``ActionError``."""
        self._nodes.set_eligibility(node_id, eligible=eligible)

    def purge(self, node_id: str) -> None:
        """Remove the record of a node.  Raises ``ActionError``."""
        self._nodes.purge(node_id)

    def _tell(self, failed: Sequence[ObservationError]) -> None:
        """Each once for as long as it lasts: some of these show nowhere else."""
        for error in failed:
            if self._troubles.is_news(_SLOW_READS, str(error)):
                _log.warning("nomad.slow_read_failed", error=str(error))
        if self._troubles.over([_SLOW_READS] if failed else []):
            _log.info("nomad.slow_reads_recovered")

    def _recount(self, job: str, now: datetime) -> None:
        found = self._queues[job].recount(now)
        if found is not None:
            self._service.know_profiles(job, found.profiles)

    def _judge(self, job: str, now: datetime) -> None:
        queue = self._queues[job]
        if queue.ask is not None and queue.waits:
            self._verdicts[job].read_if_due(queue.oldest, queue.ask, self._nodes.ready, now)
