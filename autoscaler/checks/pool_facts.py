"""
What Nomad tells of one pool: its nodes and its jobs, by the daemon's own reads.

Imports core, the Nomad adapters and the checks beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from autoscaler.adapters.nomad import NomadPool
from autoscaler.adapters.nomad_asks import job_ask
from autoscaler.adapters.nomad_client import NomadClient, decoded, decoded_list
from autoscaler.adapters.nomad_replies import children_prefix, read
from autoscaler.checks.finding import Finding, of_pool
from autoscaler.checks.job import JobFacts
from autoscaler.checks.reading import Unread, tried
from autoscaler.core.model import Node
from autoscaler.core.settings import PoolSettings


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """One pool in Nomad."""

    nodes: tuple[Node, ...] | Unread
    jobs: tuple[JobFacts, ...]
    #: Of children, and of the allocations of a node, each of which is a right of its own.
    lists: tuple[tuple[str, int | Unread], ...] = ()


def read_pool(client: NomadClient, settings: PoolSettings, now: datetime) -> PoolFacts:
    """One after the other, as the daemon does it; where Nomad does not answer, no more."""
    pool = NomadPool(client, settings.nodes, settings.jobs)
    nodes = tried(lambda: pool.nodes(now))
    if isinstance(nodes, Unread) and nodes.kind == "failed":
        return PoolFacts(nodes, ())
    jobs = tuple(_job(client, pool, job, now) for job in settings.jobs)
    return PoolFacts(nodes, jobs, tuple(_lists(client, settings, nodes)))


def _job(client: NomadClient, pool: NomadPool, job: str, now: datetime) -> JobFacts:
    form = tried(lambda: decoded(client.get(client.nomad.job, job), "job"))
    if isinstance(form, Unread):
        return JobFacts(job, form, form, form)
    groups = tried(lambda: read("job", lambda: job_ask(form)).groups)
    return JobFacts(job, form, groups, tried(lambda: pool.queue(job, now)))


def _lists(
    client: NomadClient, settings: PoolSettings, nodes: tuple[Node, ...] | Unread
) -> Iterator[tuple[str, int | Unread]]:
    params = {"prefix": children_prefix(settings.jobs[0]), "per_page": 1}
    yield (
        "children",
        tried(lambda: len(decoded_list(client.get(client.nomad.jobs, params=params), "job list"))),
    )
    if not isinstance(nodes, Unread) and nodes:
        node_id = nodes[0].node_id
        yield (
            f"allocations of {nodes[0].name}",
            tried(
                lambda: len(
                    decoded_list(
                        client.get(client.nomad.node, node_id, "allocations"), "allocations"
                    )
                )
            ),
        )


def judge_reads(facts: PoolFacts, settings: PoolSettings, *, reached: bool) -> Iterator[Finding]:
    """``reached``: whether Nomad answers at all; where it does not, that is said elsewhere."""
    about = of_pool(settings.name)
    if isinstance(facts.nodes, Unread):
        if not reached:
            yield about.unknown(
                "nodes.unread", "its jobs and nodes, for Nomad is not reached (see nomad)"
            )
        else:
            yield about.wrong("nodes.unread", f"its nodes: {facts.nodes.why}", _mend(facts.nodes))
    for what, found in facts.lists:
        if isinstance(found, Unread) and reached:
            yield about.wrong("nomad.list", f"the {what}: {found.why}", _mend(found))


def _mend(unread: Unread) -> str:
    if unread.kind == "denied":
        return "see to the token's policy, as under nomad"
    return "see how Nomad's servers are, and their logs"
