"""
How instances leave a group: terminated, held by lifecycle hooks, gone.

``Terminating`` for a while, and then out of the group; or, where the group has termination hooks,
``Terminating:Wait`` until all are completed or timed out, and ``Terminating:Proceed`` for that
while.  Knows no clock: every instant is handed in.  May import other ``devstack.aws*`` modules
that serve a part of it, and the standard library.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from devstack.awsactivities import Activity
from devstack.awsevents import Event, lifecycle_action
from devstack.awshooks import Hooks

WAIT, PROCEED, TERMINATING = "Terminating:Wait", "Terminating:Proceed", "Terminating"


@dataclass(slots=True)
class Pace:
    """How long things take; a test may set it at any time."""

    #: From one failed launch of a group to AWS's next attempt.
    retry_seconds: float = 60.0
    #: How long a terminated instance is seen in its group.
    terminating_seconds: float = 0.5


class Power(Protocol):
    """What ends machines."""

    def end(self, instance_id: str) -> None: ...


@dataclass(slots=True)
class _Leaver:
    activity: Activity
    gone_at: datetime | None = None


class Departures:
    """All instances that are on their way out of a group."""

    def __init__(
        self, power: Power, hooks: Hooks, pace: Pace, account: str, emit: Callable[[Event], None]
    ) -> None:
        """``emit`` is handed the event of each lifecycle action that begins."""
        self._power = power
        self._hooks = hooks
        self._pace = pace
        self._account = account
        self._emit = emit
        self._leavers: dict[str, _Leaver] = {}

    def activity(self, instance_id: str) -> Activity | None:
        """The activity of an instance's departure, or None if it is not on its way out."""
        leaver = self._leavers.get(instance_id)
        return None if leaver is None else leaver.activity

    def begin(self, group: Any, member: Any, activity: Activity, now: datetime) -> None:
        """Let a member of the group begin to leave; ``activity`` tells of it until the end."""
        self._leavers[member.instance_id] = _Leaver(activity)
        waits = self._hooks.begin(group.name, member.instance_id, now)
        if not waits:
            self._switch_off(member, TERMINATING, now)
            return
        member.lifecycle_state = WAIT
        activity.move("MidLifecycleAction", 60)
        for wait in waits:
            self._emit(lifecycle_action(wait, group.arn, self._account, now))

    def advance(self, group: Any, now: datetime) -> None:
        """Bring the group's leavers to where they are at ``now``."""
        for member in list(group.instance_states):
            leaver = self._leavers.get(member.instance_id)
            if leaver is not None:
                self._move_on(group, member, leaver, now)

    def _move_on(self, group: Any, member: Any, leaver: _Leaver, now: datetime) -> None:
        if member.lifecycle_state == WAIT and not self._hooks.waiting(member.instance_id, now):
            leaver.activity.move("InProgress", 70)
            self._switch_off(member, PROCEED, now)
        if leaver.gone_at is not None and leaver.gone_at <= now:
            leaver.activity.end("Successful", now)
            group.instance_states.remove(member)
            del self._leavers[member.instance_id]

    def _switch_off(self, member: Any, state: str, now: datetime) -> None:
        member.lifecycle_state = state
        self._power.end(member.instance_id)
        stays = timedelta(seconds=self._pace.terminating_seconds)
        self._leavers[member.instance_id].gone_at = now + stays
