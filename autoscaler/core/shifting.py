"""
A memory as it would be had the clock always shown what it shows now.

When the wall clock is set, all instants that were read from it are off by as much: an idle node
would have been idle for an hour, or a heartbeat not be due for one.  Others' instants (when AWS
launched an instance, when a launch failed) stay.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from autoscaler.core.memory import Boot, Ends, Memory


def shifted(memory: Memory, by: timedelta) -> Memory:
    """Every instant of our own clock that much later."""
    return replace(
        memory,
        idle_since=_all(memory.idle_since, by),
        last_scale_out_at=_one(memory.last_scale_out_at, by),
        last_scale_in_at=_one(memory.last_scale_in_at, by),
        requests=tuple(replace(one, at=one.at + by) for one in memory.requests),
        nodeless_since=_all(memory.nodeless_since, by),
        boots=MappingProxyType({key: _boot(one, by) for key, one in memory.boots.items()}),
        ends=_ends(memory.ends, by),
        arrivals=tuple(replace(one, since=one.since + by) for one in memory.arrivals),
        fitting_since=_one(memory.fitting_since, by),
        heartbeats=_all(memory.heartbeats, by),
        last_never_joined_at=_one(memory.last_never_joined_at, by),
    )


def _one(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by


def _all(instants: Mapping[str, datetime], by: timedelta) -> Mapping[str, datetime]:
    return MappingProxyType({key: at + by for key, at in instants.items()})


def _boot(boot: Boot, by: timedelta) -> Boot:
    # Where nobody knows of a request of ours, AWS's launch stands for it.
    ours = boot.requested_at != boot.launched_at
    return replace(
        boot,
        requested_at=boot.requested_at + by if ours else boot.requested_at,
        in_service_at=_one(boot.in_service_at, by),
        joined_at=_one(boot.joined_at, by),
        eligible_at=_one(boot.eligible_at, by),
        working_at=_one(boot.working_at, by),
    )


def _ends(ends: Ends | None, by: timedelta) -> Ends | None:
    if ends is None:
        return None
    return Ends(ends.since + by, tuple(replace(one, at=one.at + by) for one in ends.children))
