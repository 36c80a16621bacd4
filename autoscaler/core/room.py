"""
How many instances may go before a minimum is reached: ours, or a group's own.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from autoscaler.core.model import Group


class _OfGroup(Protocol):
    """Anything that an Auto Scaling group has."""

    @property
    def group(self) -> str:
        """The group's name."""


_T = TypeVar("_T", bound=_OfGroup)


@dataclass(frozen=True, slots=True)
class Room:
    """Of all groups together, and of each; AWS refuses to go below a group's own minimum."""

    total: int
    by_group: Mapping[str, int]

    def within(self, members: Iterable[_T]) -> list[_T]:
        """Those that may go, the first that come."""
        left = dict(self.by_group)
        chosen: list[_T] = []
        for member in members:
            if len(chosen) < self.total and left.get(member.group, 0) > 0:
                left[member.group] -= 1
                chosen.append(member)
        return chosen

    def less(self, members: Sequence[_OfGroup]) -> "Room":
        """What is left when these have gone."""
        left = dict(self.by_group)
        for member in members:
            left[member.group] = left.get(member.group, 0) - 1
        return Room(max(0, self.total - len(members)), left)


def room_above_min(groups: Sequence[Group], standing: Mapping[str, int], least: int) -> Room:
    """
    The room above our minimum in force, and above each group's own, by what stands of each.

    A group can have more instances than are desired: one that came after its request was taken
    back.
    """
    there = {group.name: max(standing[group.name], group.present_count) for group in groups}
    return Room(
        max(0, sum(there.values()) - least),
        {group.name: max(0, there[group.name] - group.size_min) for group in groups},
    )


def beyond_desired(
    members: Sequence[_T], groups: Sequence[Group]
) -> tuple[tuple[_T, ...], tuple[_T, ...]]:
    """
    Those that their group has beyond its desired capacity, and the others.

    The end of the first must not lower it: AWS launches nothing in their place.
    """
    surplus = {group.name: max(0, group.present_count - group.desired) for group in groups}
    over: list[_T] = []
    within: list[_T] = []
    for member in members:
        if surplus.get(member.group, 0) > 0:
            surplus[member.group] -= 1
            over.append(member)
        else:
            within.append(member)
    return tuple(over), tuple(within)
