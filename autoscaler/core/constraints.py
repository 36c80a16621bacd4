"""
Whether a node can satisfy what a job demands of it, from the node's facts.

Nomad decides; this only foresees it, so that no node is bought for a child that it cannot run.
What cannot be told here (versions, regular expressions of another dialect, facts that are unique
to a node) counts as satisfied: Nomad's own verdict on the children that wait then settles it.
Operators as in https://developer.hashicorp.com/nomad/docs/job-specification/constraint.
Pure; imports ``autoscaler.core.model`` only.
"""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from autoscaler.core.model import Constraint, NodeFacts

#: The value of a fact in which nodes differ: it can be any.
ANYTHING = "*"


def _datacenters(fact: str, names: str) -> bool:
    return any(fnmatchcase(fact, name) for name in names.split(","))


def _items(text: str) -> set[str]:
    return {item.strip() for item in text.split(",")}


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda fact, value: fact == value,
    "<": lambda fact, value: fact < value,
    "<=": lambda fact, value: fact <= value,
    ">": lambda fact, value: fact > value,
    ">=": lambda fact, value: fact >= value,
    "set_contains": lambda fact, value: _items(value) <= _items(fact),
    "set_contains_any": lambda fact, value: bool(_items(value) & _items(fact)),
    "datacenters": _datacenters,
    "is_set": lambda _fact, _value: True,
}
_SAME = {"==": "=", "is": "=", "not": "!=", "set_contains_all": "set_contains"}


def unmet(
    constraints: Iterable[Constraint], facts: NodeFacts | None, *, whole: bool
) -> Constraint | None:
    """
    The first constraint that a node with these facts surely violates; None if there is none.

    ``whole`` says that the facts are all there are, so that one that is absent is not set.
    """
    if facts is None:
        return None
    for constraint in constraints:
        if _violated(constraint, facts.values, whole=whole):
            return constraint
    return None


def _violated(constraint: Constraint, facts: Mapping[str, str], *, whole: bool) -> bool:
    name = fact_name(constraint.target)
    if name is None or "unique." in name or facts.get(name) == ANYTHING:
        return False
    operator = _SAME.get(constraint.operator, constraint.operator)
    fact = facts.get(name)
    if operator == "is_not_set":
        return fact is not None
    if operator == "!=":
        # An absent fact is unequal to every value.
        return fact == constraint.value
    test = _OPERATORS.get(operator)
    if fact is None:
        return test is not None and whole
    return test is not None and not test(fact, constraint.value)


def fact_name(target: str) -> str | None:
    """``attr.cpu.arch`` of ``${attr.cpu.arch}``; None of a target that is no such reference."""
    if target.startswith("${") and target.endswith("}"):
        return target[2:-1]
    return None
