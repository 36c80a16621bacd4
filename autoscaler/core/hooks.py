"""
When an instance that a lifecycle hook holds needs its next heartbeat.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from autoscaler.core.decision import InstanceRef
from autoscaler.core.memory import Memory
from autoscaler.core.model import Group

#: Where a hook's timeout could not be read: the shortest that AWS allows.
_TIMEOUT_MIN = timedelta(seconds=30)


def due_for_heartbeat(
    refs: Iterable[InstanceRef], groups: Iterable[Group], memory: Memory, now: datetime
) -> tuple[InstanceRef, ...]:
    """Those whose last heartbeat is a third of the timeout ago: two more can fail."""
    timeouts = {
        group.name: min((hook.timeout for hook in group.hooks), default=_TIMEOUT_MIN)
        for group in groups
    }
    due = []
    for ref in refs:
        last = memory.heartbeats.get(ref.instance_id)
        if last is None or now - last >= timeouts[ref.group] / 3:
            due.append(ref)
    return tuple(due)
