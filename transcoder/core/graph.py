"""
Join branches of filters into one graph in which what they have in common is done once.

A branch gets the very same filters in the same order whatever other branches there are, so its
pictures are the same to the bit.  Imports the standard library only.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """Filters in order, and the label of what comes out."""

    label: str
    filters: tuple[str, ...]


def joined(source: str, branches: Sequence[Branch]) -> str:
    """The graph, in ffmpeg's words, that feeds all branches from ``source``, such as ``0:3``."""
    chains: list[str] = []
    _grow(f"[{source}]", list(branches), chains)
    return ";".join(chains)


def _grow(source: str, branches: list[Branch], chains: list[str]) -> None:
    """Add the chains from one label on: the shared beginning, and where branches part, a split."""
    shared = _shared(branches)
    rest = [Branch(branch.label, branch.filters[len(shared) :]) for branch in branches]
    if len(rest) == 1:
        chains.append(source + ",".join(shared or ("null",)) + f"[{rest[0].label}]")
        return
    groups = _by_first(rest)
    names = [f"s{len(chains)}_{number}" for number in range(len(groups))]
    outputs = "".join(f"[{name}]" for name in names)
    chains.append(source + ",".join((*shared, f"split={len(groups)}")) + outputs)
    for name, group in zip(names, groups, strict=True):
        _grow(f"[{name}]", group, chains)


def _shared(branches: list[Branch]) -> tuple[str, ...]:
    """The filters with which all branches begin."""
    first = branches[0].filters
    for length, step in enumerate(first):
        if any(branch.filters[length : length + 1] != (step,) for branch in branches):
            return first[:length]
    return first


def _by_first(branches: list[Branch]) -> list[list[Branch]]:
    """Branches that go on with the same filter, together; those at their end, each alone."""
    groups: dict[tuple[str, ...], list[Branch]] = {}
    for branch in branches:
        groups.setdefault(branch.filters[:1] or ("", branch.label), []).append(branch)
    return list(groups.values())
