"""
A client node in the core's terms, from its stub in the list and its own record.

Pure; imports core and the Nomad modules beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from autoscaler.adapters.nomad_allocations import Load
from autoscaler.adapters.nomad_amounts import node_offers
from autoscaler.core.model import Node, NodeFacts, NodeStatus
from autoscaler.core.settings import NodeSelector

#: Where Nomad's AWS fingerprint puts the instance under a client node.
_INSTANCE = "unique.platform.aws.instance-id"
#: What is unique to a node is no fact about others like it.
_UNIQUE = "unique."
#: Nomad has node pools since 1.6; before, every node is as good as in this one.
_DEFAULT_POOL = "default"
_DIGEST_LENGTH = 12


#: Nor is where its agent listens, though it is not named as unique.
_PLACES = frozenset({"nomad.advertise.address"})
#: A set that Nomad prints in any order.
_SIGNALS = "os.signals"


@dataclass(frozen=True, slots=True)
class Record:
    """What only a node's own record tells."""

    instance_id: str | None = None
    #: Nomad's name for nodes that it takes to be alike.  Since an agent's address counts there,
    #: hardly any two are.
    computed_class: str = ""
    #: ``attr.…`` and ``meta.…``; None of a node that is gone.
    values: Mapping[str, str] | None = None
    #: Equal for equal values.
    digest: str = ""


def record_of(node: Mapping[str, Any]) -> Record:
    """From ``/v1/node/:id``."""
    attributes, meta = node["Attributes"] or {}, node["Meta"] or {}
    values = {
        f"{part}.{name}": ",".join(sorted(value.split(","))) if name == _SIGNALS else value
        for part, found in (("attr", attributes), ("meta", meta))
        for name, value in found.items()
        if not name.startswith(_UNIQUE) and name not in _PLACES
    }
    digest = sha256(repr(sorted(values.items())).encode()).hexdigest()[:_DIGEST_LENGTH]
    return Record(attributes.get(_INSTANCE), node["ComputedClass"], values, digest)


def selected(stub: Mapping[str, Any], selector: NodeSelector) -> bool:
    """Whether a node is the pool's."""
    return (
        selector.class_ in (None, stub["NodeClass"])
        and selector.datacenter in (None, stub["Datacenter"])
        and selector.pool in (None, pool_of(stub))
    )


def pool_of(stub: Mapping[str, Any]) -> str:
    """The node pool that a node is in."""
    return stub.get("NodePool") or _DEFAULT_POOL


def node_of(
    stub: Mapping[str, Any],
    record: Record,
    load: Load,
    profiles: Mapping[str, str | None],
    namespace: str,
    now: datetime,
) -> Node:
    """
    From ``/v1/nodes?resources=true``, the node's record and what lives on it.

    ``profiles`` are those known of children, by child.
    """
    return Node(
        node_id=stub["ID"],
        name=stub["Name"],
        instance_id=record.instance_id,
        status=_status(stub["Status"]),
        eligible=stub["SchedulingEligibility"] == "eligible",
        draining=bool(stub["Drain"]),
        capacity=node_offers(stub),
        allocated=load.allocated,
        system=load.system,
        running=tuple(
            one.running(profiles.get(one.job), namespace, now)
            for one in load.allocations
            if not one.is_system
        ),
        facts=_facts(stub, record),
    )


def _status(word: str) -> NodeStatus:
    try:
        return NodeStatus(word)
    except ValueError:
        return NodeStatus.OTHER


def _facts(stub: Mapping[str, Any], record: Record) -> NodeFacts | None:
    """Named as constraints name them, less the ``${}``."""
    if record.values is None:
        return None
    place = {
        "node.class": stub["NodeClass"],
        "node.datacenter": stub["Datacenter"],
        "node.pool": pool_of(stub),
    }
    values = {**record.values, **place}
    kind = [*place.values(), record.digest]
    for name, state in sorted((stub.get("Drivers") or {}).items()):
        # Nomad asks for a driver's state, and for its attribute only where there is no state.
        if state and state["Detected"] and state["Healthy"]:
            values.setdefault(f"attr.driver.{name}", "1")
        elif values.pop(f"attr.driver.{name}", None) is not None:
            kind.append(f"without {name}")  # Detected, and not healthy.
    return NodeFacts(" ".join(kind), MappingProxyType(values))
