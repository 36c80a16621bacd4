"""
Tell whether a node may run a task group at all, whatever room it has.

Pure.  The reasons are Nomad's own words, for they stand in ``ConstraintFiltered``.  May import
``devstack.standin.model`` only.
"""

from __future__ import annotations

import operator
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from devstack.standin.model import Constraint, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from devstack.standin.model import Group, Job

_ORDERED: dict[str, Callable[[str, str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_VERSION_CLAUSE = re.compile(r"(>=|<=|!=|~>|=|>|<)?\s*v?(\d+(?:\.\d+)*)\S*")


def reason_against(node: Node, job: Job, group: Group) -> str:
    """Why the node may not run the group, in Nomad's words; empty if it may."""
    broken = _first_broken(node, job.constraints)
    if broken:
        return broken
    if not all(_has_driver(node, driver) for driver in group.drivers):
        return "missing drivers"
    broken = _first_broken(node, group.constraints)
    if broken:
        return broken
    return "missing devices" if group.wants_devices else ""


def _first_broken(node: Node, constraints: Iterable[Constraint]) -> str:
    return next((str(item) for item in constraints if not is_met(item, node)), "")


def _has_driver(node: Node, driver: str) -> bool:
    info = node.drivers.get(driver)
    return info is not None and bool(info["Detected"]) and bool(info["Healthy"])


def is_met(constraint: Constraint, node: Node) -> bool:
    """Whether a node meets a constraint; an operand that nobody knows is never met."""
    left, right = resolved(constraint.left, node), resolved(constraint.right, node)
    operand = constraint.operand
    if operand in {"distinct_hosts", "distinct_property"}:
        return True  # About other allocations, not about the node.
    if operand == "is_set":
        return left is not None
    if operand == "is_not_set":
        return left is None
    if operand in {"!=", "not"}:
        return left != right
    if left is None or right is None:
        return False
    return _compare(operand, left, right)


def resolved(target: str, node: Node) -> str | None:
    """What one side of a constraint stands for on a node; None if the node has no such thing."""
    if not target.startswith("${"):
        return target
    name = target.removeprefix("${").removesuffix("}")
    known = {
        "node.unique.id": node.id,
        "node.unique.name": node.name,
        "node.datacenter": node.datacenter,
        "node.class": node.node_class,
    }
    if name in known:
        return known[name]
    if name.startswith("attr."):
        return node.attributes.get(name.removeprefix("attr."))
    if name.startswith("meta."):
        return node.meta.get(name.removeprefix("meta."))
    return None


def _compare(operand: str, left: str, right: str) -> bool:
    if operand in {"=", "==", "is"}:
        return left == right
    if operand in _ORDERED:
        return _ORDERED[operand](left, right)
    named = _NAMED.get(operand)
    return named is not None and named(left, right)


def _matches(left: str, right: str) -> bool:
    pattern = _compiled(right)
    return pattern is not None and pattern.search(left) is not None


def _contains_all(left: str, right: str) -> bool:
    return _members(right) <= _members(left)


def _contains_any(left: str, right: str) -> bool:
    return bool(_members(right) & _members(left))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None  # As in Nomad, a pattern that is none matches nothing.


def _members(text: str) -> set[str]:
    return {part.strip() for part in text.split(",")}


def _version_matches(version: str, clauses: str) -> bool:
    """Whether a version meets every clause of a list such as ``>= 1.2, < 2``."""
    have = _VERSION_CLAUSE.fullmatch(version.strip())
    if have is None:
        return False
    for clause in clauses.split(","):
        want = _VERSION_CLAUSE.fullmatch(clause.strip())
        if want is None or not _clause_met(want[1] or "=", _numbers(have[2]), _numbers(want[2])):
            return False
    return True


def _clause_met(operand: str, have: tuple[int, ...], want: tuple[int, ...]) -> bool:
    width = max(len(have), len(want))
    left, right = _padded(have, width), _padded(want, width)
    if operand == "~>":
        return left >= right and have[: len(want) - 1] == want[:-1]
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operand]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _padded(version: tuple[int, ...], width: int) -> tuple[int, ...]:
    return version + (0,) * (width - len(version))


_NAMED: dict[str, Callable[[str, str], bool]] = {
    "regexp": _matches,
    "semver": _version_matches,
    "set_contains": _contains_all,
    "set_contains_all": _contains_all,
    "set_contains_any": _contains_any,
    "version": _version_matches,
}
