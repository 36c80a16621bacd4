"""
From a decision to the actions that carry it out, in order, and what those that worked leave behind.

Each action is a frozen value and safe to repeat.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from autoscaler.core.decision import Decision, InstanceRef, NodeRef
from autoscaler.core.memory import Memory, Request


@dataclass(frozen=True, slots=True)
class SetDesiredCapacity:
    """Ask AWS for so many instances.  Only ever raised: lowered, AWS would choose the victim."""

    group: str
    current: int
    desired: int


@dataclass(frozen=True, slots=True)
class LowerDesiredCapacity:
    """
    Take back a request that AWS does not fulfil: to no fewer than the instances there are.

    Only where every instance is protected from scale-in, new ones too: should one launch just
    then, AWS finds no victim.
    """

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
    """
    Look again; if the node is still cordoned and idle, end its instance and lower desired.

    With ``replace`` desired stays, and AWS launches another in its place.
    """

    node: NodeRef
    group: str
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Purge:
    """Remove the record of a node that is down for good."""

    node: NodeRef


@dataclass(frozen=True, slots=True)
class TerminateUnjoined:
    """Look again; if the instance still is no node, end it: replaced by AWS, or one fewer."""

    instance: InstanceRef
    replace: bool


@dataclass(frozen=True, slots=True)
class CompleteHook:
    """
    Tell AWS to go on with the termination that the group's lifecycle hooks hold.

    Where there is a node, look again first: only if it is still cordoned and idle.
    """

    instance: InstanceRef
    node: NodeRef | None = None


@dataclass(frozen=True, slots=True)
class ExtendHook:
    """A heartbeat: work still runs on an instance that a lifecycle hook holds."""

    instance: InstanceRef


Action = (
    SetDesiredCapacity
    | LowerDesiredCapacity
    | Cordon
    | Uncordon
    | Terminate
    | TerminateUnjoined
    | CompleteHook
    | ExtendHook
    | Purge
)


def plan(decision: Decision, now: datetime) -> tuple[Action, ...]:
    """
    Room for work first, then what lets go of it: a failed action ends the plan.

    A pause stops everything but the heartbeats: without them AWS would end work while nobody acts.
    """
    if not decision.acts:
        return ()
    hold_on = tuple(ExtendHook(instance) for instance in decision.hold_on)
    if decision.paused:
        return hold_on
    return (
        *hold_on,
        *(Uncordon(node) for node in decision.uncordon),
        *(SetDesiredCapacity(one.group, one.current, one.desired) for one in decision.orders),
        *(LowerDesiredCapacity(one.group, one.current, one.desired) for one in decision.retract),
        *(Cordon(node, now) for node in decision.cordon),
        *(TerminateUnjoined(instance, replace=True) for instance in decision.replace),
        *(TerminateUnjoined(instance, replace=False) for instance in decision.give_up),
        *(CompleteHook(held.instance, held.node) for held in decision.let_go),
        *(Terminate(node, node.group) for node in decision.release),
        *(Terminate(node, node.group, replace=True) for node in decision.swap),
        *(Purge(node) for node in decision.purge),
    )


def remember(memory: Memory, applied: Iterable[Action], now: datetime) -> Memory:
    """What was really done starts cooldowns and waits; what failed or proved needless does not."""
    for action in applied:
        match action:
            case SetDesiredCapacity():
                request = Request(action.group, now, action.desired - action.current)
                memory = replace(
                    memory, last_scale_out_at=now, requests=(*memory.requests, request)
                )
            case Terminate():
                memory = replace(memory, last_scale_in_at=now)
            case TerminateUnjoined():
                memory = replace(
                    memory,
                    never_joined_count=memory.never_joined_count + 1,
                    last_never_joined_at=now,
                )
            case ExtendHook():
                heartbeats = {**memory.heartbeats, action.instance.instance_id: now}
                memory = replace(memory, heartbeats=MappingProxyType(heartbeats))
            case _:
                pass
    return memory
