"""
What a replay takes for given, equal for all that are compared: machines, asks, luck and limits.

Imports ``autoscaler.core``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from autoscaler.core.model import GroupAsk

#: A Monday, midnight: so that schedules mean something where nothing is known of the calendar.
START = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Everything but the workload and the settings; seconds throughout."""

    #: Children that fit one node; None: as many as their asks let.
    slots: int | None = None
    #: What each child of a job asks for, where ``slots`` does not say.  Of a job that is not in
    #: there, ``children_per_node`` of the pool's settings fit a node.
    asks: Mapping[str, tuple[GroupAsk, ...]] = field(default_factory=dict)
    #: From an instance's launch until its node takes work, give or take this share of it.
    boot_seconds: float = 120.0
    boot_jitter: float = 0.1
    #: A child that waits for longer is late.
    late_seconds: float = 300.0
    #: Equal seeds, equal luck.
    seed: int = 1
    #: Of each launch that AWS tries: the chance that it fails for want of capacity.
    launch_failures: float = 0.0
    #: Of a node-hour; None: as the pool's settings say, if they do.
    price: float | None = None
    #: Between two cycles.
    interval_seconds: float = 10.0
    #: Whether a dispatch, a start or an end brings a cycle at once, as it does the daemon's.
    on_change: bool = False
    #: The instant of second 0 of the workload, for schedules.
    start: datetime = START
    #: So long, and the longest service time, after the last arrival it ends, whatever is left.
    patience_seconds: float = 48 * 3600.0
