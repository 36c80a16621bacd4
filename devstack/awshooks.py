"""
Lifecycle hooks of the groups, and the actions that wait because of them.

Knows no clock: every instant is handed in.  May import the standard library only.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
_GLOBAL_MOST_SECONDS = 172_800


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of a group, as PutLifecycleHook made it."""

    name: str
    group: str
    transition: str
    heartbeat_seconds: int = 3600
    default_result: str = "ABANDON"
    #: NotificationMetadata, NotificationTargetARN and RoleARN, those that were given.
    notification: Mapping[str, str] = field(default_factory=dict)

    @property
    def global_seconds(self) -> int:
        """The longest that an instance can wait, however many heartbeats there are."""
        return min(_GLOBAL_MOST_SECONDS, 100 * self.heartbeat_seconds)

    def changed(self, parameters: Mapping[str, str]) -> "Hook":
        """This hook with what a further PutLifecycleHook says."""
        names = ("NotificationMetadata", "NotificationTargetARN", "RoleARN")
        told = {name: parameters[name] for name in names if name in parameters}
        return replace(
            self,
            transition=parameters.get("LifecycleTransition", self.transition),
            heartbeat_seconds=int(parameters.get("HeartbeatTimeout", self.heartbeat_seconds)),
            default_result=parameters.get("DefaultResult", self.default_result),
            notification={**self.notification, **told},
        )

    def answer(self) -> dict[str, Any]:
        """The members of AWS's LifecycleHook."""
        return {
            "LifecycleHookName": self.name,
            "AutoScalingGroupName": self.group,
            "LifecycleTransition": self.transition,
            "HeartbeatTimeout": self.heartbeat_seconds,
            "GlobalTimeout": self.global_seconds,
            "DefaultResult": self.default_result,
            **self.notification,
        }


@dataclass(slots=True)
class Wait:
    """One instance that waits because of one hook."""

    hook: Hook
    instance_id: str
    began_at: datetime
    deadline: datetime
    token: str

    @classmethod
    def begin(cls, hook: Hook, instance_id: str, now: datetime) -> "Wait":
        wait = cls(hook, instance_id, now, now, str(uuid.uuid4()))
        wait.beat(now)
        return wait

    def beat(self, now: datetime) -> None:
        """A heartbeat: the timeout begins anew, within the global timeout."""
        last = self.began_at + timedelta(seconds=self.hook.global_seconds)
        self.deadline = min(last, now + timedelta(seconds=self.hook.heartbeat_seconds))


class Hooks:
    """The hooks of all groups, and every wait that is on."""

    def __init__(self) -> None:
        self._hooks: dict[tuple[str, str], Hook] = {}
        self._waits: list[Wait] = []

    def put(self, group: str, name: str, parameters: Mapping[str, str]) -> None:
        """Make or change a hook by the parameters of PutLifecycleHook."""
        hook = self._hooks.get((group, name), Hook(name, group, ""))
        self._hooks[group, name] = hook.changed(parameters)

    def delete(self, group: str, name: str) -> bool:
        """Take a hook away, and end its waits; whether there was one."""
        self._waits = [
            wait for wait in self._waits if (wait.hook.group, wait.hook.name) != (group, name)
        ]
        return self._hooks.pop((group, name), None) is not None

    def of(self, group: str, transition: str | None = None) -> tuple[Hook, ...]:
        return tuple(
            hook
            for hook in self._hooks.values()
            if hook.group == group and transition in {None, hook.transition}
        )

    def begin(self, group: str, instance_id: str, now: datetime) -> tuple[Wait, ...]:
        """Let an instance that is to be terminated wait for each hook of its group."""
        waits = tuple(Wait.begin(hook, instance_id, now) for hook in self.of(group, TERMINATING))
        self._waits.extend(waits)
        return waits

    def waiting(self, instance_id: str, now: datetime) -> bool:
        """Whether any hook still holds the instance; those past their deadline no longer do."""
        for wait in [wait for wait in self._waits if wait.deadline <= now]:
            self._complete(wait, wait.hook.default_result)
        return any(wait.instance_id == instance_id for wait in self._waits)

    def waits(self, instance_id: str) -> tuple[Wait, ...]:
        """Everything for which an instance waits."""
        return tuple(wait for wait in self._waits if wait.instance_id == instance_id)

    def find(self, group: str, name: str, who: str) -> Wait | None:
        """The wait of a group's hook by its token or its instance."""
        for wait in self._waits:
            same_hook = (wait.hook.group, wait.hook.name) == (group, name)
            if same_hook and who in {wait.token, wait.instance_id}:
                return wait
        return None

    def complete(self, wait: Wait, result: str) -> None:
        """End a wait: CONTINUE leaves the instance to the other hooks, ABANDON ends them too."""
        self._complete(wait, result)

    def _complete(self, wait: Wait, result: str) -> None:
        ends_all = result == "ABANDON"
        self._waits = [
            other
            for other in self._waits
            if other is not wait and not (ends_all and other.instance_id == wait.instance_id)
        ]
