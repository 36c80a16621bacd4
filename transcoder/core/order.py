"""
What the children of one input are asked for: an ordinary child, or the pieces of a split.

Imports ``core.chunk``, ``core.profile`` and ``core.split``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from transcoder.core.chunk import Chunk, all_chunks
from transcoder.core.profile import Profile
from transcoder.core.split import unsplittable


@dataclass(frozen=True, slots=True)
class Order:
    """What one child makes: profiles in a list, and which piece of their results."""

    profiles: str
    chunk: Chunk | None = None

    def __str__(self) -> str:
        return self.profiles if self.chunk is None else f"{self.profiles} {self.chunk}"

    def meta(self, given: str) -> dict[str, str]:
        """A child's metadata, for an input."""
        told = {"input": given, "profile": self.profiles}
        return told if self.chunk is None else {**told, "chunk": str(self.chunk)}


def told_order(meta: Mapping[str, str]) -> str:
    """What a child with that metadata was asked for, in the words of ``Order``."""
    return " ".join(filter(None, (meta.get("profile"), meta.get("chunk"))))


def whole(profile_sets: Iterable[Sequence[Profile]]) -> list[Order]:
    """One child for each set of profiles."""
    return [Order(_listed(profiles)) for profiles in profile_sets]


def split(profile_sets: Iterable[Sequence[Profile]], of: int) -> list[Order]:
    """
    For each set of profiles, the pieces of what can be cut, and a child for all the rest.

    One piece is no split.
    """
    orders: list[Order] = []
    for profiles in profile_sets:
        kept = unsplittable(profiles) if of > 1 else [one.name for one in profiles]
        cut = [one for one in profiles if one.name not in kept]
        if cut:
            orders += [Order(_listed(cut), chunk) for chunk in all_chunks(of)]
        if kept:
            orders.append(Order(",".join(kept)))
    return orders


def _listed(profiles: Sequence[Profile]) -> str:
    return ",".join(profile.name for profile in profiles)
