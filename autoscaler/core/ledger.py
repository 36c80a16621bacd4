"""
The ledger of boots: each instance from its request to its first work, and what that teaches.

By instance, not by timer: an instance is in flight until its node is seen, however long that takes.
Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from autoscaler.core.memory import Boot, Memory, Request
from autoscaler.core.model import Group, Instance, Lifecycle, Node

#: Boots remembered for their length.
_SAMPLE_MAX = 50
#: How long a boot takes before any has been seen: an image with Nomad baked in, on EC2.
BOOT_PRIOR = timedelta(minutes=2)


def keep_ledger(
    memory: Memory,
    nodes: tuple[Node, ...],
    groups: tuple[Group, ...],
    boot_timeout: timedelta,
    now: datetime,
) -> Memory:
    """Write down each step that an instance has taken since the cycle before."""
    requests = [one for one in memory.requests if now - one.at <= boot_timeout]
    boots: dict[str, Boot] = {}
    finished: list[float] = []
    for instance_id, before, after in _steps(memory, nodes, groups, requests, now):
        boots[instance_id] = after
        if before.eligible_at is None and after.eligible_at is not None:
            finished.append((after.eligible_at - after.requested_at).total_seconds())
    left = tuple(one for one in requests if one.count > 0)
    if not finished and boots == memory.boots and left == memory.requests:
        return memory
    return replace(
        memory,
        requests=left,
        boots=MappingProxyType(boots),
        boot_seconds=(*memory.boot_seconds, *finished)[-_SAMPLE_MAX:],
        never_joined_count=0 if finished else memory.never_joined_count,
    )


def _steps(
    memory: Memory,
    nodes: tuple[Node, ...],
    groups: tuple[Group, ...],
    requests: list[Request],
    now: datetime,
) -> Iterator[tuple[str, Boot, Boot]]:
    """Each instance on its way, or that was: its entry before and after."""
    by_instance = {node.instance_id: node for node in nodes if node.instance_id}
    for group in groups:
        for instance in group.instances:
            if instance.lifecycle not in (Lifecycle.PENDING, Lifecycle.IN_SERVICE):
                continue
            node = by_instance.get(instance.instance_id)
            before = memory.boots.get(instance.instance_id)
            if before is None:
                before = _first_seen(instance, group.name, node, requests, now)
            if before is None:
                continue
            done = before.working_at is not None
            after = before if done else _stepped(before, instance, node, now)
            yield instance.instance_id, before, after


def boot_time(memory: Memory, share: float) -> timedelta:
    """Within which time that share of boots was over: 0.5 gives the median."""
    sample = _in_order(memory.boot_seconds)
    if not sample:
        return BOOT_PRIOR
    return timedelta(seconds=sample[min(len(sample) - 1, int(share * len(sample)))])


@lru_cache(maxsize=64)
def _in_order(sample: tuple[float, ...]) -> Sequence[float]:
    return sorted(sample)


def ready_in(memory: Memory, instance_id: str | None, group: str, now: datetime) -> float:
    """Seconds until an instance in flight is likely to be ready, by the boots seen; never none."""
    boot = memory.boots.get(instance_id or "")
    if boot is not None:
        began = boot.requested_at
    else:
        began = min((one.at for one in memory.requests if one.group == group), default=now)
    left = (began + boot_time(memory, 0.5) - now).total_seconds()
    return max(1.0, left)


def _first_seen(
    instance: Instance, group: str, node: Node | None, requests: list[Request], now: datetime
) -> Boot | None:
    """A new entry; None for an instance that was a node before we came."""
    for index, request in enumerate(requests):
        if request.group == group and request.count > 0:
            requests[index] = replace(request, count=request.count - 1)
            return Boot(group, request.at, instance.launched_at)
    if node is not None and node.places_work:
        return None
    return Boot(group, instance.launched_at or now, instance.launched_at)


def _stepped(boot: Boot, instance: Instance, node: Node | None, now: datetime) -> Boot:
    placing = node is not None and node.places_work
    working = node is not None and bool(node.running)
    in_service = instance.lifecycle is Lifecycle.IN_SERVICE
    return replace(
        boot,
        launched_at=boot.launched_at or instance.launched_at,
        in_service_at=boot.in_service_at or (now if in_service else None),
        joined_at=boot.joined_at or (now if node is not None else None),
        eligible_at=boot.eligible_at or (now if placing else None),
        working_at=now if working else None,
    )
