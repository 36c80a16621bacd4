"""
Make the ids of evaluations, allocations, nodes and dispatched children.

May import the standard library only.
"""

from __future__ import annotations

import uuid


def new_id() -> str:
    """A random UUID, as Nomad's ids are."""
    return str(uuid.uuid4())


def child_id(parent_id: str, now: int) -> str:
    """The id of a child dispatched at ``now`` (ns): parent, second and eight random digits."""
    return f"{parent_id}/dispatch-{now // 1_000_000_000}-{uuid.uuid4().hex[:8]}"
