"""
Actions in words: a code for machines, a clause for people.

Imports core only.
"""

from collections.abc import Mapping
from dataclasses import fields

from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.plan import (
    Action,
    CompleteHook,
    Cordon,
    ExtendHook,
    LowerDesiredCapacity,
    Purge,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
    Uncordon,
)

#: With the action's fields by name, as they follow "would".
_CLAUSES: Mapping[type[Action], str] = {
    SetDesiredCapacity: "set the desired capacity of {group} from {current} to {desired}",
    LowerDesiredCapacity: (
        "take back what AWS cannot launch: "
        "lower the desired capacity of {group} from {current} to {desired}"
    ),
    Cordon: "cordon {node}",
    Uncordon: "uncordon {node}",
    Terminate: "terminate {node} of {group}, which is idle; {replace}",
    TerminateUnjoined: "terminate {instance}, whose node never joined Nomad; {replace}",
    CompleteHook: "let AWS end {instance}: no work runs there any more",
    ExtendHook: "have AWS wait before it ends {instance}: work may still run there",
    Purge: "remove the record of {node} from Nomad: it is down for good",
}


def verb(action: Action) -> str:
    """An action's code: ``set_desired_capacity``, ``cordon``, …"""
    name = type(action).__name__
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


def sentence(action: Action) -> str:
    """What is done to what, and what follows: ``cordon n1 (i-1)``."""
    words = {one.name: _word(getattr(action, one.name)) for one in fields(action)}
    return _CLAUSES[type(action)].format_map(words)


def _word(value: object) -> str:
    match value:
        case NodeRef():
            # On EC2 a node is often named after its instance.
            same = value.name == value.instance_id
            return value.name if same else f"{value.name} ({value.instance_id})"
        case InstanceRef():
            return f"{value.instance_id} of {value.group}"
        case bool():
            return "AWS launches another" if value else "the desired capacity goes down by one"
        case _:
            return str(value)
