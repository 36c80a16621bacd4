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
    """
    Of all groups together, and of each; AWS refuses to go below a group's own minimum.

    A group can have more instances than are desired, one that came after its request was taken
    back, say: these go first, and their end must not lower the desired capacity.
    """

    total: int
    by_group: Mapping[str, int]
    surplus: Mapping[str, int]

    def split(self, members: Iterable[_T]) -> tuple[tuple[_T, ...], tuple[_T, ...]]:
        """Those that may go, the first that come: beyond the desired capacity, and with it."""
        chosen = self._chosen(members)
        return (
            tuple(member for member, beyond in chosen if beyond),
            tuple(member for member, beyond in chosen if not beyond),
        )

    def within(self, members: Iterable[_T]) -> list[_T]:
        """All of those that may go, in their order."""
        return [member for member, _ in self._chosen(members)]

    def _chosen(self, members: Iterable[_T]) -> list[tuple[_T, bool]]:
        total, left, surplus = self.total, dict(self.by_group), dict(self.surplus)
        chosen: list[tuple[_T, bool]] = []
        for member in members:
            if surplus.get(member.group, 0) > 0:
                surplus[member.group] -= 1
                chosen.append((member, True))
            elif total > 0 and left.get(member.group, 0) > 0:
                total -= 1
                left[member.group] -= 1
                chosen.append((member, False))
        return chosen

    def less(self, members: Iterable[_OfGroup]) -> "Room":
        """What is left when these have gone; below zero where they could not all go."""
        total, left, surplus = self.total, dict(self.by_group), dict(self.surplus)
        for member in members:
            if surplus.get(member.group, 0) > 0:
                surplus[member.group] -= 1
            else:
                total -= 1
                left[member.group] = left.get(member.group, 0) - 1
        return Room(total, left, surplus)

    def of(self, group: str) -> int:
        """How many of this group may go."""
        return self.surplus.get(group, 0) + max(0, min(self.total, self.by_group.get(group, 0)))


def room_above_min(groups: Sequence[Group], standing: Mapping[str, int], least: int) -> Room:
    """The room above our minimum in force, and above each group's own, by what stands of each."""
    return Room(
        max(0, sum(standing.values()) - least),
        {group.name: max(0, standing[group.name] - group.size_min) for group in groups},
        {group.name: max(0, group.present_count - group.desired) for group in groups},
    )
