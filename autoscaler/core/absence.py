"""
Since when an instance has had no node: what we have not watched for long is not held against it.

A Nomad that was restored, or made anew, knows no node until each has told it of itself; that an
instance is old and has none just now says nothing, and work may run there.  Pure; imports
``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from autoscaler.core.memory import Memory
from autoscaler.core.model import Group, Lifecycle, Node

_LIVES = (Lifecycle.PENDING, Lifecycle.IN_SERVICE, Lifecycle.HELD)


def watch_absence(
    memory: Memory, nodes: tuple[Node, ...], groups: tuple[Group, ...], now: datetime
) -> Memory:
    """Note the instances that have no node, each since the first cycle in a row that saw none."""
    known = {node.instance_id for node in nodes}
    since = {
        instance.instance_id: memory.nodeless_since.get(instance.instance_id, now)
        for group in groups
        for instance in group.instances
        if instance.instance_id not in known and instance.lifecycle in _LIVES
    }
    if since == memory.nodeless_since:
        return memory
    return replace(memory, nodeless_since=MappingProxyType(since))
