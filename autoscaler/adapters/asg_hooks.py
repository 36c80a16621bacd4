"""
The lifecycle hooks that hold instances of a group back from their termination.

Imports core.model and the parts of AWS beside it.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from autoscaler.adapters.asg_replies import hooks_of
from autoscaler.adapters.aws import Refusal, for_an_action, read, understanding, write
from autoscaler.core.model import Hook

#: Hooks are changed by people, seldom.
_KNOWN_FOR = timedelta(minutes=5)

_CALL = "DescribeLifecycleHooks"


class Hooks:
    """The termination hooks of several groups: read now and then, completed, held on to."""

    def __init__(self, autoscaling: Any) -> None:
        self._autoscaling = autoscaling
        self._known: dict[str, tuple[datetime, tuple[Hook, ...]]] = {}

    def of(self, group: str, now: datetime) -> tuple[Hook, ...]:
        """The group's hooks, as they were within five minutes.  Raises ``ObservationError``."""
        known_at, hooks = self._known.get(group, (None, ()))
        if known_at is None or not timedelta(0) <= now - known_at < _KNOWN_FOR:
            hooks = self._read(group)
            self._known[group] = (now, hooks)
        return hooks

    def complete(self, group: str, instance_id: str) -> None:
        """Let AWS go on with the instance's termination.  Raises ``ActionError``."""
        for hook in self._hooks(group):
            write(
                "CompleteLifecycleAction",
                partial(
                    self._autoscaling.complete_lifecycle_action,
                    AutoScalingGroupName=group,
                    LifecycleHookName=hook.name,
                    InstanceId=instance_id,
                    LifecycleActionResult="CONTINUE",
                ),
                already=_holds_no_more,
            )

    def extend(self, group: str, instance_id: str) -> None:
        """Begin the hooks' timeouts anew.  Raises ``ActionError``."""
        for hook in self._hooks(group):
            write(
                "RecordLifecycleActionHeartbeat",
                partial(
                    self._autoscaling.record_lifecycle_action_heartbeat,
                    AutoScalingGroupName=group,
                    LifecycleHookName=hook.name,
                    InstanceId=instance_id,
                ),
                already=_holds_no_more,
            )

    def _hooks(self, group: str) -> tuple[Hook, ...]:
        """What was observed; an instance that is held was observed together with its hooks."""
        known = self._known.get(group)
        if known is not None:
            return known[1]
        with for_an_action():
            return self._read(group)

    def _read(self, group: str) -> tuple[Hook, ...]:
        described = read(
            _CALL,
            lambda: self._autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=group),
        )
        with understanding(_CALL):
            return hooks_of(described["LifecycleHooks"])


def _holds_no_more(refusal: Refusal) -> bool:
    """It was completed already, has timed out, or never held this instance."""
    return refusal.code == "ValidationError" and "No active Lifecycle Action" in refusal.text
