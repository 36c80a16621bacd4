"""
One child as Nomad knows it: what is asked for when somebody wants to know why it waits.

Pure; imports ``autoscaler.core.model`` only.
"""

from dataclasses import dataclass
from datetime import datetime

from autoscaler.core.model import GroupAsk, Verdict


@dataclass(frozen=True, slots=True)
class Placement:
    """One allocation of a child: where it was placed, and what became of it."""

    node_id: str
    node_name: str
    #: Whether any of its tasks may still run.
    live: bool
    #: Whether it ended well.
    succeeded: bool
    placed_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    #: Nomad's words on how it ended, where it did not end well.
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What is known of one child besides the picture of its pool."""

    #: Its whole id, and the parameterized job that it was dispatched from.
    child: str
    job: str
    #: Nomad's word: pending, running or dead; None where Nomad was not asked.
    status: str | None = None
    dispatched_at: datetime | None = None
    #: What it asks for itself; empty where that was not read: then what its job asks for.
    groups: tuple[GroupAsk, ...] = ()
    #: Nomad's account of it alone.
    verdict: Verdict | None = None
    #: Oldest first.
    placements: tuple[Placement, ...] = ()
    #: Pending children of the same job that were dispatched before it; None: not listed.
    ahead_count: int | None = None
    #: When Nomad tries it again after a failure.
    retried_at: datetime | None = None
    #: When somebody wanted to know, which may be long after the picture; None: just then.
    asked_at: datetime | None = None
    #: Why Nomad was not asked; empty where it was.
    unasked: str = ""
