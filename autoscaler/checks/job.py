"""
Whether a pool's jobs are such as can be dispatched, and fit on the pool's nodes.

What fits is told by the functions that decide what is bought.  Pure; imports core and the
checks beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autoscaler.checks.finding import About, Finding, of_pool
from autoscaler.checks.reading import Unread
from autoscaler.core.demand import Misfit, misfit, template_of
from autoscaler.core.explaining import listing
from autoscaler.core.memory import Memory, NodeTemplate
from autoscaler.core.model import GroupAsk, JobQueue, Node, NodeStatus
from autoscaler.core.packing import Bin, Load
from autoscaler.core.settings import PoolSettings

_BATCH = "batch"


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as Nomad has it."""

    job: str
    #: Of ``/v1/job/:id``.
    form: Mapping[str, Any] | Unread
    #: What each child wants placed; read only where the job is there, as is the queue.
    groups: tuple[GroupAsk, ...] | Unread
    queue: JobQueue | Unread


def judge_job(
    facts: JobFacts, settings: PoolSettings, nodes: Sequence[Node], namespace: str
) -> Iterator[Finding]:
    """``nodes`` are those of the pool, as far as they are known."""
    about = of_pool(settings.name)
    if isinstance(facts.form, Unread):
        yield _unread(about, facts.job, facts.form, namespace)
        return
    trouble = _undispatchable(about, facts.job, facts.form)
    if trouble is not None:
        yield trouble
        return
    if isinstance(facts.groups, Unread):
        yield about.unknown("job.unread", f"what a child of {facts.job} asks: {facts.groups.why}")
        return
    queue = JobQueue(facts.job, 0, 0, facts.groups)
    misfits = [
        found
        for group in facts.groups
        for found in _misfits(about, Load(queue, group, group.count), settings, nodes)
    ]
    yield from misfits
    if isinstance(facts.queue, Unread):
        says = f"the queue of {facts.job}: {facts.queue.why}"
        yield about.wrong("job.queue", says, "give the token's policy the right to read jobs")
    elif all(found.verdict != "wrong" for found in misfits):
        needs = facts.form["ParameterizedJob"].get("MetaRequired") or ()
        says = _well(facts.queue, settings, nodes)
        note = f"; a dispatch needs meta {listing(needs)}" if needs else ""
        yield about.ok("job.dispatchable", says + note)


def _unread(about: About, job: str, form: Unread, namespace: str) -> Finding:
    if form.kind == "missing":
        says = f"Nomad has no job {job!r} in namespace {namespace!r}"
        mend = "register it (nomad job run FILE), or mend the pool's `jobs` or nomad.namespace"
        return about.wrong("job.missing", says, mend)
    if form.kind == "denied":
        return about.wrong(
            "job.denied", f"the token may not read job {job!r}", "see to its policy, as under nomad"
        )
    return about.unknown("job.unread", f"job {job}: {form.why}")


def _undispatchable(about: About, job: str, form: Mapping[str, Any]) -> Finding | None:
    if not form.get("ParameterizedJob"):
        says = f"job {job!r} is not parameterized, so nothing can be dispatched to it"
        mend = "add a parameterized block to it, or name another job in the pool's `jobs`"
        return about.wrong("job.not_parameterized", says, mend)
    if form.get("Type") != _BATCH:
        says = f"job {job!r} is of type {form.get('Type')}: its children do not wait for room"
        return about.wrong("job.type", says, 'make it type = "batch"')
    if form.get("Stop"):
        says = f"job {job!r} is stopped: dispatches are refused"
        return about.wrong("job.stopped", says, "register it again: nomad job run FILE")
    return None


def _misfits(
    about: About, load: Load, settings: PoolSettings, nodes: Sequence[Node]
) -> Iterator[Finding]:
    job = load.queue.job
    by_settings = misfit(load, template_of(settings, Memory()))
    by_node = [misfit(load, one) for one in _seen(nodes)]
    nowhere = [one for one in by_node if one is not None]
    if nowhere and len(nowhere) == len(by_node):
        says = f"a child of {job} fits no node that is there: it {nowhere[0].detail}"
        yield about.wrong("job.fits_no_node", says, _mend(nowhere[0]))
    elif by_settings is not None and not by_node:
        says = (
            f"a child of {job} fits no node, by the pool's `node`, so none would be bought for "
            f"it: it {by_settings.detail}"
        )
        yield about.wrong("job.fits_no_node", says, _mend(by_settings))
    elif by_settings is not None:
        says = (
            f"a child of {job} fits the nodes that are there, and not the pool's `node`: it "
            f"{by_settings.detail}; with no node and nothing learned, none would be bought"
        )
        yield about.warning("job.fits_not_as_configured", says, _as_seen(nodes))


def _mend(found: Misfit) -> str:
    if found.over:
        return "ask less in the job, give the group larger instances, or mend the pool's `node`"
    return "mend the job's constraint, datacenters or node pool, or the pool's `nodes`"


def _as_seen(nodes: Sequence[Node]) -> str:
    offers = _seen(nodes)[0].shape
    return f"set the pool's node: {{cpu: {offers.cpu_mhz}, memory: {offers.memory_mib}}}"


def _seen(nodes: Sequence[Node]) -> list[NodeTemplate]:
    return [
        NodeTemplate(node.offers, node.facts) for node in nodes if node.status is NodeStatus.READY
    ]


def _well(queue: JobQueue, settings: PoolSettings, nodes: Sequence[Node]) -> str:
    counts = f"{queue.pending_count} wait, {queue.running_count} run"
    kinds = _seen(nodes) or [template_of(settings, Memory())]
    fit = [_children_of(queue, group, kinds[0]) for group in queue.groups]
    each = f", {min(fit)} to a node" if fit else ""
    return f"job {queue.job}: parameterized, priority {queue.priority}{each}; {counts}"


def _children_of(queue: JobQueue, group: GroupAsk, kind: NodeTemplate) -> int:
    """Of that group alone, on an empty node."""
    room = Bin(kind.shape, kind.shape.mhz_per_core, None, kind.facts)
    return room.holds(Load(queue, group, group.count)) // group.count
