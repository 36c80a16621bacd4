"""
Groups whose launches fail: what kind of failure, and when each may be tried again.

A failed launch is counted once, by its scaling activity.  The group then rests, longer with each
failure in a row, and is tried again with one instance: a circuit that closes when that one comes.
Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import FailureKind, Group, Lifecycle

#: The rest after the first failure, and the longest.  Capacity comes and goes by the minute; a
#: limit, a template or a right is mended by people.
_QUICK = (timedelta(seconds=30), timedelta(minutes=10))
_SLOW = (timedelta(minutes=2), timedelta(minutes=30))
_RESTS = {FailureKind.CAPACITY: _QUICK, FailureKind.SPOT: _QUICK}
#: For so long a group's last failure is remembered after it has recovered: AWS lists it still.
_FORGOTTEN_AFTER = timedelta(hours=1)

#: What people can do about it.
MENDS = {
    FailureKind.CAPACITY: "offer more instance types or zones, or a further group",
    FailureKind.SPOT: "offer more instance types, or an on-demand group after this one",
    FailureKind.QUOTA: "ask AWS to raise the account's limit",
    FailureKind.TEMPLATE: "mend the group's launch template",
    FailureKind.PERMISSION: "give the group's service role the right that it names",
    FailureKind.OTHER: "see the group's activity history",
}


def watch_launches(memory: Memory, groups: tuple[Group, ...], now: datetime) -> Memory:
    """Count the failures that are new, and clear the groups that launched since."""
    troubles = {}
    for group in groups:
        trouble = _of_group(memory.troubles.get(group.name), group)
        if trouble is None:
            continue
        if trouble.count and _launched_since(trouble.last_at, memory, group):
            trouble = replace(trouble, count=0)
        if trouble.count or now - trouble.last_at < _FORGOTTEN_AFTER:
            troubles[group.name] = trouble
    if troubles == memory.troubles:
        return memory
    return replace(memory, troubles=MappingProxyType(troubles))


def _of_group(trouble: Trouble | None, group: Group) -> Trouble | None:
    if not group.failures:
        return trouble
    seen = trouble.activity_ids if trouble else frozenset()
    fresh = [failure for failure in group.failures if failure.activity_id not in seen]
    # What AWS no longer lists cannot be counted again.
    listed = frozenset(failure.activity_id for failure in group.failures)
    if not fresh:
        return replace(trouble, activity_ids=listed) if trouble else None
    last = max(fresh, key=lambda failure: failure.at)
    count = (trouble.count if trouble else 0) + len(fresh)
    return Trouble(last.kind, count, last.at, last.detail, listed)


def _launched_since(at: datetime, memory: Memory, group: Group) -> bool:
    for instance in group.instances:
        if instance.lifecycle not in (Lifecycle.PENDING, Lifecycle.IN_SERVICE):
            continue
        boot = memory.boots.get(instance.instance_id)
        launched_at = instance.launched_at or (boot.launched_at if boot else None)
        if launched_at is not None and launched_at > at:
            return True
    return False


def tried_again_at(trouble: Trouble) -> datetime:
    """When the group has rested enough for one more try."""
    least, most = _RESTS.get(trouble.kind, _SLOW)
    rest: timedelta = min(least * 2 ** min(trouble.count - 1, 16), most)
    return trouble.last_at + rest


def failing(memory: Memory) -> frozenset[str]:
    """The groups whose last launches failed."""
    return frozenset(name for name, trouble in memory.troubles.items() if trouble.count)


def launches_allowed(memory: Memory, group: Group, now: datetime) -> int | None:
    """How many more instances the group may be asked for now; None: as many as wanted."""
    trouble = memory.troubles.get(group.name)
    if trouble is None or not trouble.count:
        return None
    outstanding = max(0, group.desired - group.present_count)
    if now < tried_again_at(trouble):
        return 0
    return max(0, 1 - outstanding)
