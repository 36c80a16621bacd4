"""
Nomad's answers on jobs and their children, translated; and what every translation needs.

The forms are those of Nomad's HTTP API (https://developer.hashicorp.com/nomad/api-docs), as
recorded in ``tests/recordings/nomad``.  Pure; imports errors and the standard library.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from autoscaler.errors import MalformedReply

_T = TypeVar("_T")

#: What stands between a parameterized job's id and the rest of its child's.
_DISPATCHED = "/dispatch-"
#: What a child's id ends with: when it was dispatched, in seconds since the epoch, and eight random
#: digits.  A prefix of the dispatcher's own may stand before it.
_DISPATCHED_AT = re.compile(r"/dispatch-(?:.*-)?(\d{9,11})-[0-9a-f]{8}$")
#: The key of a job's meta that tells children of different length apart.
PROFILE = "profile"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChildCounts:
    """The dispatched children of a job, by state."""

    pending_count: int
    running_count: int
    dead_count: int = 0

    @property
    def dispatched_count(self) -> int:
        """
        All of them together: moving from state to state, they leave it as it is.

        It can shrink where Nomad forgets children that ended long ago.
        """
        return self.pending_count + self.running_count + self.dead_count


@dataclass(frozen=True, slots=True)
class PendingChild:
    """One child that waits, and since when."""

    job: str
    dispatched_at: datetime


@dataclass(frozen=True, slots=True)
class Children:
    """A job's children that have not ended, from the list of them."""

    #: Oldest first.
    pending: tuple[PendingChild, ...]
    running_count: int
    #: By child, where the server tells (``meta=true``, which old ones do not know).
    profiles: Mapping[str, str | None]


def read(what: str, translate: Callable[[], _T]) -> _T:
    """Run a translation; an answer that lacks what it must have is a ``MalformedReply``."""
    try:
        return translate()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        message = f"Nomad's {what} has not the form that its API documents: {error!r}"
        raise MalformedReply(message, stage="nomad") from error


def child_counts(summary: Mapping[str, Any]) -> ChildCounts:
    """From ``/v1/job/:id/summary``."""
    children = summary["Children"]
    return ChildCounts(int(children["Pending"]), int(children["Running"]), int(children["Dead"]))


def children_of(stubs: Iterable[Mapping[str, Any]], job: str) -> Children:
    """Tell a job's children in ``/v1/jobs?prefix=…`` apart."""
    pending: list[PendingChild] = []
    running = 0
    profiles: dict[str, str | None] = {}
    for stub in stubs:
        if stub["ParentID"] != job:
            continue
        if stub.get("Meta") is not None:
            profiles[stub["ID"]] = profile_in(stub["Meta"])
        if stub["Status"] == "pending":
            pending.append(PendingChild(stub["ID"], instant(stub["SubmitTime"])))
        elif stub["Status"] == "running":
            running += 1
    pending.sort(key=lambda child: (child.dispatched_at, child.job))
    return Children(tuple(pending), running, profiles)


def parent_of(job: str) -> str:
    """The parameterized job that a child was dispatched from; of another job, itself."""
    return job.partition(_DISPATCHED)[0]


def is_child(job: str) -> bool:
    """Whether this is the id of a dispatched child."""
    return _DISPATCHED in job


def own_name(child: str) -> str:
    """What a child's id has behind its job's and the mark of a dispatch; empty if it has none."""
    return child.partition(_DISPATCHED)[2]


def dispatched_at(child: str) -> datetime | None:
    """When it was dispatched, to the second, as its id tells; None where that tells nothing."""
    found = _DISPATCHED_AT.search(child)
    return None if found is None else _EPOCH + timedelta(seconds=int(found[1]))


def children_prefix(job: str) -> str:
    """What the ids of all children of a job begin with."""
    return job + _DISPATCHED


def profile_in(meta: Mapping[str, str] | None) -> str | None:
    """The profile that a child was dispatched with, if any."""
    return (meta or {}).get(PROFILE) or None


def instant(nanoseconds: int) -> datetime:
    """From nanoseconds since the epoch, as most of Nomad's instants are."""
    return _EPOCH + timedelta(microseconds=int(nanoseconds) // 1000)


def instant_of(text: str | None) -> datetime | None:
    """From RFC 3339, as a task's instants are; None for null and for Go's zero, the year 1."""
    if not text or text.startswith("0001-"):
        return None
    return datetime.fromisoformat(text).astimezone(UTC)
