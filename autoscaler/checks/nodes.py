"""
The join of nodes to instances: who is in one and not in the other, and why.

Imports core, the Nomad adapters and the checks beside it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from autoscaler.adapters.nomad_client import NomadClient, NotFound, decoded, decoded_list
from autoscaler.adapters.nomad_node import pool_of, record_of
from autoscaler.adapters.nomad_replies import read
from autoscaler.checks.finding import About, Finding, of_pool
from autoscaler.core.explaining import listing
from autoscaler.core.model import Group, Instance, Lifecycle, Node, NodeStatus
from autoscaler.core.settings import NodeSelector, PoolSettings

#: Of nodes that are not the pool's, so many are looked at for an instance that has none.
_LOOKED_AT_MAX = 500
_ATTRIBUTE = "unique.platform.aws.instance-id"


@dataclass(frozen=True, slots=True)
class Place:
    """A node that is not the pool's, and what it was selected by."""

    name: str
    class_: str
    pool: str
    datacenter: str


@dataclass(frozen=True, slots=True)
class JoinFacts:
    """Both sides, read at the same time."""

    nodes: tuple[Node, ...]
    groups: tuple[Group, ...]
    #: By instance: the nodes elsewhere that are on instances without one of the pool's.
    elsewhere: Mapping[str, Place]
    now: datetime


def without_node(nodes: Sequence[Node], groups: Sequence[Group]) -> tuple[Instance, ...]:
    """Instances in service on which no node of the pool lives."""
    joined = {node.instance_id for node in nodes if node.status is not NodeStatus.DOWN}
    return tuple(
        one
        for group in groups
        for one in group.instances
        if one.lifecycle is Lifecycle.IN_SERVICE and one.instance_id not in joined
    )


def read_elsewhere(client: NomadClient, wanted: Collection[str]) -> Mapping[str, Place]:
    """Look for nodes on these instances in the whole cluster.  Raises ``ObservationError``."""
    found: dict[str, Place] = {}
    stubs = decoded_list(client.get(client.nomad.nodes), "node list") if wanted else []
    for stub in stubs[:_LOOKED_AT_MAX]:
        if len(found) == len(wanted):
            break
        try:
            form = decoded(client.get(client.nomad.node, stub["ID"]), "node")
        except NotFound:
            continue  # Purged since the list was read.
        instance_id = read("node", partial(record_of, form)).instance_id
        if instance_id is not None and instance_id in wanted and stub["Status"] != "down":
            found[instance_id] = Place(
                stub["Name"], stub["NodeClass"], pool_of(stub), stub["Datacenter"]
            )
    return found


def judge_join(facts: JoinFacts, settings: PoolSettings) -> Iterator[Finding]:
    """Each trouble with the nodes' or the instances' names."""
    about = of_pool(settings.name)
    live = [node for node in facts.nodes if node.status is not NodeStatus.DOWN]
    members = {one.instance_id for group in facts.groups for one in group.instances}
    yield from _without_instance(about, live)
    yield from _strangers(about, live, members, settings)
    yield from _foreign(about, live, facts.groups)
    alone = without_node(facts.nodes, facts.groups)
    booting = [one for one in alone if _boots(one, facts, settings)]
    yield from _missing(about, [one for one in alone if one not in booting], facts, settings)
    joined = sum(1 for node in live if node.instance_id in members)
    waiting = len(booting)
    boots = f"; {waiting} still {'boots' if waiting == 1 else 'boot'}" if waiting else ""
    groups = listing(settings.groups)
    yield about.ok("nodes.joined", f"{joined} of {len(live)} nodes on instances of {groups}{boots}")


def _without_instance(about: About, live: Sequence[Node]) -> Iterator[Finding]:
    found = [node.name for node in live if node.instance_id is None]
    if found:
        says = f"no instance is known of {listing(found)}: no attribute {_ATTRIBUTE}"
        mend = (
            "let Nomad's clients reach the instance metadata service (IMDSv2 with a hop limit of "
            "2 in containers; no env_aws in fingerprint.denylist), and restart them"
        )
        yield about.wrong("nodes.without_instance", says, mend)


def _strangers(
    about: About, live: Sequence[Node], members: Collection[str], settings: PoolSettings
) -> Iterator[Finding]:
    found = [
        node.name if node.name == node.instance_id else f"{node.name} ({node.instance_id})"
        for node in live
        if node.instance_id is not None and node.instance_id not in members
    ]
    if found:
        groups = listing(settings.groups)
        says = f"these nodes are selected, and on no instance of {groups}: {listing(found)}"
        mend = "give them another class, node pool or datacenter, or put them into the group"
        yield about.warning("nodes.strangers", says, mend)


def _foreign(about: About, live: Sequence[Node], groups: Sequence[Group]) -> Iterator[Finding]:
    ours = {instance_id for group in groups for instance_id in group.marks}
    found = [
        f"{node.name} ({'draining' if node.draining else 'ineligible'})"
        for node in live
        if node.draining or (not node.eligible and node.instance_id not in ours)
    ]
    if found:
        says = (
            f"somebody else lets these nodes take no work, so they are left alone: {listing(found)}"
        )
        mend = "if that is not wanted any more: nomad node eligibility -enable NODE"
        yield about.warning("nodes.foreign", says, mend)


def _boots(instance: Instance, facts: JoinFacts, settings: PoolSettings) -> bool:
    """Whether its node may yet come: none of any kind is there, and it is young."""
    if instance.instance_id in facts.elsewhere or instance.instance_id in _down(facts):
        return False
    # One that EC2 does not show yet was launched just now.
    launched_at = instance.launched_at
    return launched_at is None or facts.now - launched_at <= settings.boot_timeout


def _down(facts: JoinFacts) -> Mapping[str, str]:
    """Names of nodes that Nomad has lost, by instance."""
    return {
        node.instance_id: node.name
        for node in facts.nodes
        if node.instance_id is not None and node.status is NodeStatus.DOWN
    }


def _missing(
    about: About, alone: Sequence[Instance], facts: JoinFacts, settings: PoolSettings
) -> Iterator[Finding]:
    down, unseen = _down(facts), []
    for one in alone:
        place = facts.elsewhere.get(one.instance_id)
        if place is not None:
            says = f"{one.instance_id} is in service, and its node {place.name} is not selected: "
            yield about.wrong(
                "nodes.not_selected",
                says + _difference(place, settings.nodes),
                "mend the client's configuration (in the launch template's user data), or the "
                "pool's `nodes`",
            )
        elif one.instance_id in down:
            unseen.append(f"{one.instance_id} (its node {down[one.instance_id]} is down)")
        elif one.launched_at is not None:
            minutes = (facts.now - one.launched_at).total_seconds() / 60
            unseen.append(f"{one.instance_id} (for {minutes:.0f} min)")
    if unseen:
        says = f"in service, and no node in Nomad: {listing(unseen)}"
        mend = (
            "read the log of Nomad's client on it: is it started, are its servers right, is port "
            "4647 open to them?"
        )
        yield about.wrong("nodes.missing", says, mend)


def _difference(place: Place, selector: NodeSelector) -> str:
    compared = (
        ("class", place.class_, selector.class_),
        ("node pool", place.pool, selector.pool),
        ("datacenter", place.datacenter, selector.datacenter),
    )
    return ", ".join(
        f"its {what} is {has!r}, not {wanted!r}"
        for what, has, wanted in compared
        if wanted is not None and has != wanted
    )


def judge_shared(nodes: Mapping[str, Sequence[Node]]) -> Iterator[Finding]:
    """Nodes that the selectors of two pools both name, by pool."""
    owner: dict[str, str] = {}
    for pool, members in nodes.items():
        shared: dict[str, list[str]] = {}
        for node in members:
            first = owner.setdefault(node.node_id, pool)
            if first != pool:
                shared.setdefault(first, []).append(node.name)
        for other, found in shared.items():
            says = f"selected by pool {other} too, and so counted twice: {listing(found)}"
            mend = "give each pool's nodes a class or a node pool of their own"
            yield of_pool(pool).wrong("nodes.shared", says, mend)
