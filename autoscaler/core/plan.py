"""
From a decision to the actions that carry it out, in order, and what those that worked leave behind.

Each action is a frozen value and safe to repeat.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from autoscaler.core.decision import Decision, Memory, NodeRef


@dataclass(frozen=True, slots=True)
class SetDesiredCapacity:
    """Ask AWS for so many instances.  Only ever raised: lowered, AWS would choose the victim."""

    group: str
    current: int
    desired: int


@dataclass(frozen=True, slots=True)
class Cordon:
    """Mark the instance as cordoned by us at ``at``, then make its node ineligible; no drain."""

    node: NodeRef
    at: datetime


@dataclass(frozen=True, slots=True)
class Uncordon:
    """Make the node eligible again, then take our mark off its instance."""

    node: NodeRef


@dataclass(frozen=True, slots=True)
class Terminate:
    """Look again; if the node is still cordoned and idle, end its instance and lower desired."""

    node: NodeRef
    group: str


@dataclass(frozen=True, slots=True)
class Purge:
    """Remove the record of a node that is down for good."""

    node: NodeRef


Action = SetDesiredCapacity | Cordon | Uncordon | Terminate | Purge


def plan(decision: Decision, group: str, now: datetime) -> tuple[Action, ...]:
    """Room for work first, then what lets go of it: a failed action ends the plan."""
    actions: list[Action] = [Uncordon(node) for node in decision.uncordon]
    if decision.buy and decision.current is not None:
        wanted = decision.current + decision.buy
        actions.append(SetDesiredCapacity(group, decision.current, wanted))
    actions.extend(Cordon(node, now) for node in decision.cordon)
    actions.extend(Terminate(node, group) for node in decision.release)
    actions.extend(Purge(node) for node in decision.purge)
    return tuple(actions)


def remember(memory: Memory, applied: Iterable[Action], now: datetime) -> Memory:
    """What was really done starts the cooldowns; what failed or proved needless does not."""
    for action in applied:
        if isinstance(action, SetDesiredCapacity):
            memory = replace(memory, last_scale_out_at=now)
        elif isinstance(action, Terminate):
            memory = replace(memory, last_scale_in_at=now)
    return memory
