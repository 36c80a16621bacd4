"""
A simulated Auto Scaling group and its instances: their settings and their state.

Imports the standard library, ``autoscaler.core`` and, of the simulator, clock.
"""

from dataclasses import dataclass, field
from datetime import datetime

from autoscaler.core.model import (
    FailureKind,
    Group,
    Hook,
    Instance,
    LaunchFailure,
    Lifecycle,
    NodeFacts,
    Notice,
)
from autoscaler.core.resources import Resources
from autoscaler.simulator.clock import instant

#: EC2 shows the tags of a terminated instance for about so long.
_TAGS_LAST_SECONDS = 3600.0
#: Failed launches are shown for so long.
_FAILURES_LAST_SECONDS = 3600.0
_FAILURES_MAX = 100
_SUSPENDED = frozenset({"AZRebalance"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec:
    """An Auto Scaling group, and how its instances come up."""

    name: str = "nomad-clients"
    size_min: int = 0
    size_max: int = 50
    #: What the node on a new instance offers, and what system jobs take of it.
    capacity: Resources
    system: Resources = field(default_factory=Resources)
    facts: NodeFacts | None = None
    #: Its instances are called so, with a number.
    instance_prefix: str = "i-"
    #: From the request until there is an instance.
    launch_seconds: float = 0.0
    #: From the launch until AWS says that it is in service.
    in_service_seconds: float = 20.0
    #: From the launch until its node takes work, give or take this share of it.
    boot_seconds: float = 120.0
    boot_jitter: float = 0.1
    #: From a failed launch until AWS tries again by itself.
    retry_seconds: float = 60.0
    #: From its end until it is no member any more.
    leaving_seconds: float = 30.0
    protects_new: bool = True
    hooks: tuple[Hook, ...] = ()


class Machinery:
    """An instance; costs run from its launch to its end."""

    __slots__ = (
        "ended_at",
        "group",
        "held_until",
        "instance_id",
        "launched_at",
        "lifecycle",
        "notice",
        "ours",
        "protected",
        "shown",
    )

    def __init__(
        self, instance_id: str, group: "GroupState", launched_at: float, *, protected: bool
    ) -> None:
        self.instance_id = instance_id
        self.group = group
        self.launched_at = launched_at
        self.lifecycle = Lifecycle.PENDING
        self.protected = protected
        self.notice: Notice | None = None
        self.ended_at: float | None = None
        #: Until when a lifecycle hook holds it, in seconds.
        self.held_until: float | None = None
        #: Whether it was us who asked for its end.
        self.ours = False
        #: As AWS last told of it.
        self.shown: Instance | None = None

    @property
    def present(self) -> bool:
        """Whether it counts towards the desired capacity."""
        return self.lifecycle not in (Lifecycle.HELD, Lifecycle.LEAVING)

    def showing(self, *, joined: bool) -> Instance:
        """What AWS tells of it; when it was launched only while it has no node."""
        shown = self.shown
        if (
            shown is None
            or shown.lifecycle is not self.lifecycle
            or shown.notice is not self.notice
            or (shown.launched_at is None) is not joined
        ):
            launched_at = None if joined else instant(self.launched_at)
            shown = Instance(
                self.instance_id, self.lifecycle, self.protected, launched_at, self.notice
            )
            self.shown = shown
        return shown

    def billed_seconds(self, now_seconds: float) -> float:
        """What is paid for: by the second, a minute at least."""
        end = now_seconds if self.ended_at is None else self.ended_at
        return max(60.0, end - self.launched_at)


class GroupState:
    """A group as it is now."""

    def __init__(self, spec: GroupSpec) -> None:
        self.spec = spec
        self.desired = spec.size_min
        self.size_min = spec.size_min
        self.size_max = spec.size_max
        self.instances: dict[str, Machinery] = {}
        self.marks: dict[str, datetime] = {}
        #: When instances that had a mark ended, for as long as EC2 shows their tags.
        self.marks_end_at: dict[str, float] = {}
        self.failures: list[LaunchFailure] = []
        self.attempt_scheduled = False
        self._told: Group | None = None

    @property
    def missing_count(self) -> int:
        """Instances that AWS has yet to launch."""
        return max(0, self.desired - sum(1 for one in self.instances.values() if one.present))

    def fail(self, kind: FailureKind, number: int, now_seconds: float) -> None:
        """Note a failed launch."""
        detail = f"simulated: {kind.value}"
        failure = LaunchFailure(f"activity-{number}", instant(now_seconds), kind, detail)
        self.failures = [*self.failures[1 - _FAILURES_MAX :], failure]

    def forget(self, instance: Machinery, now_seconds: float) -> None:
        """It is a member no more."""
        del self.instances[instance.instance_id]
        if instance.instance_id in self.marks:
            self.marks_end_at[instance.instance_id] = now_seconds + _TAGS_LAST_SECONDS

    def showing(self, joined: frozenset[str], now_seconds: float) -> Group:
        """What AWS tells: launch times only of those without a node, failures while it waits."""
        for instance_id, end_at in tuple(self.marks_end_at.items()):
            if end_at <= now_seconds:
                del self.marks_end_at[instance_id]
                self.marks.pop(instance_id, None)
        group = Group(
            name=self.spec.name,
            desired=self.desired,
            size_min=self.size_min,
            size_max=self.size_max,
            instances=tuple(
                [one.showing(joined=one.instance_id in joined) for one in self.instances.values()]
            ),
            marks=dict(self.marks),
            suspended=_SUSPENDED,
            protects_new=self.spec.protects_new,
            failures=self._failures_shown(now_seconds),
            hooks=self.spec.hooks,
        )
        # What has not changed stays the same value.
        if group != self._told:
            self._told = group
        return self._told

    def _failures_shown(self, now_seconds: float) -> tuple[LaunchFailure, ...]:
        if not self.failures:
            return ()
        waits = self.missing_count or any(
            one.lifecycle is Lifecycle.PENDING for one in self.instances.values()
        )
        since = instant(now_seconds - _FAILURES_LAST_SECONDS)
        return tuple(one for one in self.failures if waits and one.at > since)
