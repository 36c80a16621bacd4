"""
What AWS Auto Scaling does by itself: keep each group at its desired capacity.

Launches what is missing, ends what is too much and not protected, and replaces what has died; why,
the activities tell.  Knows no clock: every instant is handed in, and nothing happens between two
calls of ``advance``.  May import other ``devstack.aws*`` modules that serve a part of it, and the
standard library.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from devstack import awscauses as causes
from devstack.awsactivities import Activity, ActivityLog
from devstack.awslaunching import Launches
from devstack.awsleaving import Departures

_COUNTED = ("Pending", "InService")


class Machines(Protocol):
    """The groups that there are, and their machines; groups and members are moto's."""

    def groups(self) -> Sequence[Any]: ...
    def is_on(self, instance_id: str) -> bool: ...
    def end(self, instance_id: str) -> None: ...


@dataclass(slots=True)
class _Course:
    """What is under way in one group."""

    group: Any
    desired: int = 0
    #: Why the desired capacity is what it is, until an activity has told it.
    why: str = ""
    told_protected: bool = False

    @property
    def present(self) -> list[Any]:
        """The members that count: neither on their way out nor aside."""
        return [one for one in self.group.instance_states if one.lifecycle_state in _COUNTED]

    def suspended(self, process: str) -> bool:
        return process in {one["ProcessName"] for one in self.group.suspended_processes}

    def tell_why(self) -> str:
        """Why the desired capacity is what it is, once."""
        why, self.why = self.why, ""
        return why


class Scaling:
    """All groups; not safe for threads."""

    def __init__(
        self, machines: Machines, log: ActivityLog, launches: Launches, departures: Departures
    ) -> None:
        self._machines = machines
        self._log = log
        self._launches = launches
        self._departures = departures
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
            for member in course.present:
                if member.instance_id == instance_id and member.lifecycle_state == "Pending":
                    member.lifecycle_state = "InService"
                    self._launches.succeed(instance_id, now)

    def terminate(self, instance_id: str, *, shrinks: bool, now: datetime) -> Activity:
        """
        Carry out TerminateInstanceInAutoScalingGroup; KeyError if it is in no group.

        Of an instance that is on its way out already, the activity is that under way, and the
        group shrinks no further.
        """
        course, member = self._find(instance_id)
        under_way = self._departures.activity(instance_id)
        if under_way is not None:
            return under_way
        group = course.group
        why = causes.user_terminated(instance_id, group.desired_capacity, shrinks=shrinks)
        if shrinks:
            group.desired_capacity -= 1
            course.desired = group.desired_capacity
        return self._let_go(course, member, causes.at(now, why), now)

    def take_out(self, instance_id: str, now: datetime) -> None:
        """End an instance that AWS itself finds unhealthy; KeyError if it is in no group."""
        course, member = self._find(instance_id)
        if self._departures.activity(instance_id) is None:
            self._let_go(course, member, causes.at(now, causes.UNHEALTHY_STATUS), now)

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
        bounds = (group.min_size, group.max_size)
        why = causes.asked(because_of, before, course.desired, bounds)
        course.why = causes.at(now, why)
        course.told_protected = False
        # AWS looks at a group whose size has changed at once, however its last launch ended.
        self._launches.hurry(group)

    def _end_the_unhealthy(self, course: _Course, now: datetime) -> None:
        if course.suspended("ReplaceUnhealthy"):
            return
        for member in course.present:
            if not self._machines.is_on(member.instance_id):
                self._let_go(course, member, causes.at(now, causes.UNHEALTHY_MACHINE), now)
            elif member.health_status == "Unhealthy":
                self._let_go(course, member, causes.at(now, causes.UNHEALTHY_BY_USER), now)

    def _match_desired(self, course: _Course, now: datetime) -> None:
        present, desired = len(course.present), course.desired
        if present < desired and not course.suspended("Launch"):
            if self._launches.due(course.group, now):
                difference = causes.at(now, causes.started(present, desired))
                why = causes.joined(course.tell_why(), difference)
                self._launches.attempt(course.group, desired - present, why, now)
        elif present > desired and not course.suspended("Terminate"):
            self._shrink(course, now)

    def _shrink(self, course: _Course, now: datetime) -> None:
        asked = course.tell_why()
        while len(course.present) > course.desired:
            victim = _victim(course.present)
            if victim is None:
                self._tell_protected(course, asked, now)
                return
            why = causes.joined(
                asked,
                causes.at(now, causes.surplus(len(course.present))),
                causes.at(now, causes.selected(victim.instance_id)),
            )
            self._let_go(course, victim, why, now)

    def _tell_protected(self, course: _Course, why: str, now: datetime) -> None:
        if not course.told_protected:
            group = course.group
            activity = Activity(group.name, group.arn, causes.PROTECTED, why, now)
            self._log.add(activity).end("Cancelled", now)
            course.told_protected = True

    def _let_go(self, course: _Course, member: Any, why: str, now: datetime) -> Activity:
        self._launches.cut_short(member.instance_id, now)
        group, place = course.group, {"Availability Zone": member.availability_zone}
        what = f"Terminating EC2 instance: {member.instance_id}"
        activity = self._log.add(Activity(group.name, group.arn, what, why, now, place))
        self._departures.begin(group, member, activity, now)
        return activity


def _victim(present: Sequence[Any]) -> Any:
    """AWS's choice: in the most crowded zone, the oldest that is not protected."""
    crowd = Counter(member.availability_zone for member in present)
    free = [member for member in present if not member.protected_from_scale_in]
    return max(free, key=lambda member: crowd[member.availability_zone], default=None)
