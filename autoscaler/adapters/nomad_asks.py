"""
What each child of a parameterized job wants placed, from ``/v1/job/:id``.

Of what Nomad looks at, four things are read past here, because whole nodes are bought and none of
them makes another node needed: a device's own constraints and affinities, volumes, networks with
their static ports, and ``distinct_property``.  Where one of these holds a child up, Nomad's
evaluation says so.  Pure; imports core, errors and the Nomad
modules beside it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autoscaler.adapters.nomad_amounts import TaskShare, together
from autoscaler.adapters.nomad_replies import PROFILE, profile_in
from autoscaler.core.model import Constraint, GroupAsk
from autoscaler.core.resources import Ask, Resources
from autoscaler.errors import JobMissing

_DISTINCT_HOSTS, _DISTINCT_PROPERTY = "distinct_hosts", "distinct_property"
#: As Go's ``strconv.ParseBool`` has it; anything else switches the constraint on.
_FALSE = frozenset({"0", "f", "F", "false", "False", "FALSE"})
#: The node pool that every node is in.
_ALL_POOLS = "all"


@dataclass(frozen=True, slots=True)
class JobAsk:
    """What is the same for all children of a job."""

    groups: tuple[GroupAsk, ...]
    priority: int
    #: Empty on servers before 1.6, which have no node pools.
    node_pool: str
    #: The profile of a child whose dispatch names none.
    profile: str | None
    #: Whether a dispatch can name one.
    profile_varies: bool


def job_ask(job: Mapping[str, Any]) -> JobAsk:
    """Raises ``JobMissing`` for a job that is not parameterized."""
    if not job.get("ParameterizedJob"):
        raise JobMissing(
            f"job {job.get('ID')!r} is not parameterized, so nothing can be dispatched to it; "
            "name a parameterized job in the pool's `jobs`"
        )
    named = job["ParameterizedJob"]
    keys = (*(named.get("MetaRequired") or ()), *(named.get("MetaOptional") or ()))
    return JobAsk(
        # Of a group whose count is zero, no child has anything placed.
        tuple(_group_ask(job, group) for group in job["TaskGroups"] if int(group["Count"]) > 0),
        int(job["Priority"]),
        job.get("NodePool") or "",
        profile_in(job.get("Meta")),
        PROFILE in keys,
    )


def _group_ask(job: Mapping[str, Any], group: Mapping[str, Any]) -> GroupAsk:
    tasks = group["Tasks"]
    stated = [item for part in (job, group, *tasks) for item in part.get("Constraints") or ()]
    demands = [
        Constraint(item["LTarget"] or "", item["Operand"] or "=", item["RTarget"] or "")
        for item in stated
        if item["Operand"] not in (_DISTINCT_HOSTS, _DISTINCT_PROPERTY)
    ]
    return GroupAsk(
        name=group["Name"],
        ask=_ask(group),
        count=int(group["Count"]),
        distinct_hosts=any(
            item["Operand"] == _DISTINCT_HOSTS and item["RTarget"] not in _FALSE for item in stated
        ),
        constraints=tuple(dict.fromkeys((*_unstated(job, tasks), *demands))),
    )


def _ask(group: Mapping[str, Any]) -> Ask:
    shares = []
    devices: Counter[str] = Counter()
    for task in group["Tasks"]:
        lifecycle = task.get("Lifecycle") or {}
        share = TaskShare(
            _task_resources(task["Resources"]),
            lifecycle.get("Hook") or "",
            bool(lifecycle.get("Sidecar")),
        )
        shares.append(share)
        devices.update(_devices(task["Resources"]))
    disk = int((group.get("EphemeralDisk") or {}).get("SizeMB") or 0)
    total = together(shares, disk)
    return Ask(total.cpu_mhz, total.memory_mib, total.disk_mib, total.cores, tuple(devices.items()))


def _task_resources(resources: Mapping[str, Any]) -> Resources:
    """
    Devices aside, which a job names by patterns.

    ``MemoryMaxMB`` is read past: a task may grow to it where a node has memory to spare, but Nomad
    places by ``MemoryMB`` alone (``ComparableResources.Superset`` compares nothing else).
    """
    cores = int(resources.get("Cores") or 0)
    # Of a task with cores Nomad derives the MHz on each node.
    cpu = 0 if cores else int(resources["CPU"])
    return Resources(cpu, int(resources["MemoryMB"]), cores=cores)


def _devices(resources: Mapping[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for device in resources.get("Devices") or ():
        # A request without a count is for one.
        counts[device["Name"]] += 1 if device.get("Count") is None else int(device["Count"])
    return counts


def _unstated(job: Mapping[str, Any], tasks: list[Mapping[str, Any]]) -> Iterator[Constraint]:
    """What Nomad demands of a node though no constraint says so."""
    yield Constraint("${node.datacenter}", "datacenters", ",".join(job["Datacenters"] or ()))
    pool = job.get("NodePool") or _ALL_POOLS
    if pool != _ALL_POOLS:
        yield Constraint("${node.pool}", "=", pool)
    for task in tasks:
        yield Constraint(f"${{attr.driver.{task['Driver']}}}", "is_set", "")
