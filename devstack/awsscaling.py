"""
What AWS Auto Scaling does by itself: keep each group at its desired capacity.

Launches what is missing, tries again after a while where launches fail, ends what is too much and
not protected, and replaces what has died; every step is an activity.  Knows no clock: every
instant is handed in, and nothing happens between two calls of ``advance``.  May import other
``devstack.aws*`` modules that serve a part of it, and the standard library.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from devstack import awscauses as causes
from devstack.awsactivities import Activity, ActivityLog
from devstack.awsfailures import (
    FAILED,
    LaunchFailures,
    LaunchRefused,
    Wanted,
    status_message,
)
from devstack.awsleaving import Departures, Pace

_COUNTED = ("Pending", "InService")


class Machines(Protocol):
    """What there is to scale; groups and members are moto's."""

    def groups(self) -> Sequence[Any]: ...
    def wanted(self, group: Any) -> Wanted: ...
    def place(self, group: Any) -> Mapping[str, str]: ...
    def launch(self, group: Any) -> Any: ...
    def is_on(self, instance_id: str) -> bool: ...
    def end(self, instance_id: str) -> None: ...


@dataclass(slots=True)
class _Course:
    """What is under way in one group."""

    group: Any
    desired: int = 0
    #: Why the desired capacity is what it is, until an activity has told it.
    why: str = ""
    retry_at: datetime | None = None
    told_protected: bool = False
    launching: dict[str, Activity] = field(default_factory=dict)


class Scaling:
    """All groups; not safe for threads, and nothing in it needs to be."""

    def __init__(
        self,
        machines: Machines,
        log: ActivityLog,
        failures: LaunchFailures,
        departures: Departures,
        pace: Pace,
        launched: Callable[[Any, Any, datetime], None],
    ) -> None:
        """``launched`` is told group, member and instant of each launch."""
        self._machines = machines
        self._log = log
        self._failures = failures
        self._departures = departures
        self._pace = pace
        self._launched = launched
        self._courses: dict[str, _Course] = {}

    def advance(self, now: datetime, because_of: str = "") -> None:
        """Do what AWS has done by ``now``; ``because_of`` is the call that was just obeyed."""
        groups = {group.name: group for group in self._machines.groups()}
        for name in self._courses.keys() - groups.keys():
            self._disband(self._courses.pop(name))
        for group in groups.values():
            course = self._courses.setdefault(group.name, _Course(group))
            self._note_desired(course, now, because_of)
            self._end_the_unhealthy(course, now)
            self._departures.advance(group, now)
            self._match_desired(course, now)
            # Those that leave at once, without a moment between, are gone in the same answer.
            self._departures.advance(group, now)

    def in_service(self, instance_id: str, now: datetime) -> None:
        """An instance is up; nothing if it is not Pending."""
        for course in self._courses.values():
            for member in course.group.instance_states:
                if member.instance_id == instance_id and member.lifecycle_state == "Pending":
                    member.lifecycle_state = "InService"
                    course.launching.pop(instance_id).end("Successful", now)

    def terminate(self, instance_id: str, *, shrinks: bool, now: datetime) -> Activity:
        """Carry out TerminateInstanceInAutoScalingGroup; KeyError if it is in no group."""
        course, member = self._find(instance_id)
        under_way = self._departures.activity(instance_id)
        if under_way is not None:
            # AWS answers so to a call that is made again; it does not shrink the group twice.
            return under_way
        group = course.group
        why = causes.user_terminated(instance_id, group.desired_capacity, shrinks=shrinks)
        if shrinks:
            group.desired_capacity -= 1
            course.desired = group.desired_capacity
        return self._let_go(course, member, causes.at(now, why), now)

    def take_out(self, instance_id: str, now: datetime) -> Activity:
        """End an instance that AWS itself finds unhealthy; KeyError if it is in no group."""
        course, member = self._find(instance_id)
        under_way = self._departures.activity(instance_id)
        if under_way is not None:
            return under_way
        return self._let_go(course, member, causes.at(now, causes.UNHEALTHY_STATUS), now)

    def _find(self, instance_id: str) -> tuple[_Course, Any]:
        for course in self._courses.values():
            for member in course.group.instance_states:
                if member.instance_id == instance_id:
                    return course, member
        raise KeyError(instance_id)

    def _disband(self, course: _Course) -> None:
        for member in course.group.instance_states:
            self._machines.end(member.instance_id)

    def _note_desired(self, course: _Course, now: datetime, because_of: str) -> None:
        group, before = course.group, course.desired
        if group.desired_capacity == before:
            return
        course.desired = group.desired_capacity
        why = causes.asked(
            because_of,
            before,
            course.desired,
            min_size=group.min_size,
            max_size=group.max_size,
        )
        course.why = causes.at(now, why)
        # AWS looks at a group whose size has changed at once, however its last launch ended.
        course.retry_at = None
        course.told_protected = False

    def _end_the_unhealthy(self, course: _Course, now: datetime) -> None:
        if "ReplaceUnhealthy" in _suspended(course.group):
            return
        for member in self._present(course):
            if not self._machines.is_on(member.instance_id):
                self._let_go(course, member, causes.at(now, causes.UNHEALTHY_MACHINE), now)
            elif member.health_status == "Unhealthy":
                self._let_go(course, member, causes.at(now, causes.UNHEALTHY_BY_USER), now)

    def _match_desired(self, course: _Course, now: datetime) -> None:
        missing = course.desired - len(self._present(course))
        suspended = _suspended(course.group)
        if missing > 0 and "Launch" not in suspended:
            if course.retry_at is None or course.retry_at <= now:
                self._launch(course, missing, now)
        elif missing < 0 and "Terminate" not in suspended:
            self._shrink(course, -missing, now)

    def _launch(self, course: _Course, missing: int, now: datetime) -> None:
        difference = causes.started(course.desired - missing, course.desired)
        why = causes.joined(course.why, causes.at(now, difference))
        course.why = ""
        course.retry_at = None
        kind = self._failures.attempt(course.group.name)
        if kind is not None:
            wanted = self._machines.wanted(course.group)
            self._launch_failed(course, status_message(kind, wanted), why, now)
            return
        for _ in range(missing):
            place = self._machines.place(course.group)
            try:
                member = self._machines.launch(course.group)
            except LaunchRefused as refusal:
                self._launch_failed(course, f"{refusal} {FAILED}", why, now)
                return
            what = f"Launching a new EC2 instance: {member.instance_id}"
            activity = self._begin(course, what, why, now, place)
            activity.move("PreInService", 30)
            course.launching[member.instance_id] = activity
            self._launched(course.group, member, now)

    def _launch_failed(self, course: _Course, message: str, why: str, now: datetime) -> None:
        what = f"Launching a new EC2 instance.  Status Reason: {message}"
        activity = self._begin(course, what, why, now, self._machines.place(course.group))
        activity.end("Failed", now, message)
        course.retry_at = now + timedelta(seconds=self._pace.retry_seconds)

    def _shrink(self, course: _Course, surplus: int, now: datetime) -> None:
        for _ in range(surplus):
            present = self._present(course)
            victim = _victim(present)
            if victim is None:
                self._tell_protected(course, now)
                return
            why = causes.joined(
                course.why,
                causes.at(now, causes.surplus(len(present))),
                causes.at(now, causes.selected(victim.instance_id)),
            )
            self._let_go(course, victim, why, now)
        course.why = ""

    def _tell_protected(self, course: _Course, now: datetime) -> None:
        if not course.told_protected:
            activity = self._begin(course, causes.PROTECTED, course.why, now, {})
            activity.end("Cancelled", now)
            course.told_protected = True

    def _let_go(self, course: _Course, member: Any, why: str, now: datetime) -> Activity:
        instance_id = member.instance_id
        launch = course.launching.pop(instance_id, None)
        if launch is not None:
            launch.end("Cancelled", now, f"Instance {instance_id} was terminated while Pending.")
        place = {"Availability Zone": member.availability_zone}
        what = f"Terminating EC2 instance: {instance_id}"
        activity = self._begin(course, what, why, now, place)
        self._departures.begin(course.group, member, activity, now)
        return activity

    def _begin(
        self, course: _Course, what: str, why: str, now: datetime, place: Mapping[str, str]
    ) -> Activity:
        group = course.group
        return self._log.add(Activity(group.name, group.arn, what, why, now, place))

    def _present(self, course: _Course) -> list[Any]:
        return [
            member for member in course.group.instance_states if member.lifecycle_state in _COUNTED
        ]


def _suspended(group: Any) -> set[str]:
    return {process["ProcessName"] for process in group.suspended_processes}


def _victim(present: Sequence[Any]) -> Any:
    """AWS's choice: in the most crowded zone, the oldest that is not protected."""
    crowd = Counter(member.availability_zone for member in present)
    free = [member for member in present if not member.protected_from_scale_in]
    return max(free, key=lambda member: crowd[member.availability_zone], default=None)
