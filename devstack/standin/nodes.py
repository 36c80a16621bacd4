"""
Carry out what befalls nodes: they join, are lost, cordoned, purged.

Each function makes its entries in the store and returns Nomad's reply where there is one.  May
import ``devstack.standin.state``, ``admission``, ``ids`` and ``model``.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devstack.standin.admission import Refused
from devstack.standin.ids import new_id
from devstack.standin.instants import instant_text
from devstack.standin.model import (
    DOWN,
    ELIGIBLE,
    INELIGIBLE,
    READY,
    Ask,
    Evaluation,
    Json,
    Node,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devstack.standin.state.store import Store

#: The drivers that tasks may ask for, and what became of looking for them.
_DRIVERS = {"docker": False, "exec": True, "java": False, "qemu": False, "raw_exec": True}

#: What every agent says of itself unless it is configured otherwise.
_META = {
    "connect.gateway_image": "envoyproxy/envoy:v${NOMAD_envoy_version}",
    "connect.log_level": "info",
    "connect.proxy_concurrency": "1",
    "connect.sidecar_image": "envoyproxy/envoy:v${NOMAD_envoy_version}",
}


def node_of(form: Json, now: int) -> Node:
    """The node of an instance; ``form`` has the fields of ``NodeSpec``."""
    offers = Ask(form["cpu_mhz"], form["memory_mib"], form["disk_mib"])
    attributes = _attributes(form, offers)
    common = {key: value for key, value in attributes.items() if "unique." not in key}
    kind = repr((form["datacenter"], form["node_class"], sorted(common.items())))
    return Node(
        id=new_id(),
        name=form["instance_id"],
        instance_id=form["instance_id"],
        node_class=form["node_class"],
        datacenter=form["datacenter"],
        offers=offers,
        attributes=attributes,
        meta=_META,
        drivers={name: _driver(name, found, now) for name, found in _DRIVERS.items()},
        computed_class=f"v1:{int(hashlib.sha256(kind.encode()).hexdigest()[:15], 16)}",
        http_address="127.0.0.1:4646",
        environment=form["environment"],
        events=(node_event("Node registered", "Cluster", now, 0),),
        status_updated_at=now // 1_000_000_000,
    )


def _attributes(form: Json, offers: Ask) -> dict[str, str]:
    zone, instance_id = form["availability_zone"], form["instance_id"]
    return {
        "cpu.arch": "amd64",
        "cpu.numcores": "2",
        "cpu.totalcompute": str(offers.cpu),
        "driver.exec": "1",
        "driver.raw_exec": "1",
        "kernel.name": "linux",
        "memory.totalbytes": str(offers.memory << 20),
        "os.name": "linux",
        "platform.aws.ami-id": "ami-1",
        "platform.aws.instance-type": form["instance_type"],
        "platform.aws.placement.availability-zone": zone,
        "unique.hostname": instance_id,
        "unique.network.ip-address": "127.0.0.1",
        "unique.platform.aws.hostname": instance_id,
        "unique.platform.aws.instance-id": instance_id,
        "unique.platform.aws.local-hostname": instance_id,
        "unique.platform.aws.local-ipv4": "127.0.0.1",
        "unique.storage.bytesfree": str(offers.disk << 20),
        "unique.storage.bytestotal": str(offers.disk << 20),
        "unique.storage.volume": "/dev/vda",
    }


def _driver(name: str, found: bool, now: int) -> Json:
    return {
        "Attributes": {f"driver.{name}": "true"} if found else None,
        "Detected": found,
        "HealthDescription": "Healthy" if found else "",
        "Healthy": found,
        "UpdateTime": instant_text(now),
    }


def node_event(
    message: str, subsystem: str, now: int, index: int, details: Mapping[str, str] | None = None
) -> Json:
    """One line of a node's history."""
    return {
        "CreateIndex": index,
        "Details": dict(details) if details else None,
        "Message": message,
        "Subsystem": subsystem,
        "Timestamp": instant_text(now),
    }


def join(store: Store, node: Node) -> None:
    """Register a node, and then make it ready, as an agent does at its start."""
    with store.write("NodeRegistration") as write:
        registered = write.put_node(node)
    with store.write("NodeStreamEvent") as write:
        write.put_node(replace(registered, status=READY))


def lose(store: Store, node_id: str) -> None:
    """Mark a node whose heartbeats are missed as down, and have its work looked at."""
    with store.lock:
        node = store.nodes.get(node_id)
        if node is None or node.status == DOWN:
            return
        now = store.now()
        with store.write("NodeDeregistration") as write:
            event = node_event("Node heartbeat missed", "Cluster", now, write.index)
            write.put_node(
                replace(
                    node,
                    status=DOWN,
                    events=(*node.events, event),
                    status_updated_at=now // 1_000_000_000,
                )
            )
        evaluate_node(store, node_id, write.index)


def evaluate_node(store: Store, node_id: str, node_index: int) -> tuple[list[str] | None, int]:
    """Have every job with an allocation on a node looked at; the evaluations' ids and index."""
    jobs = {item.job.id: item.job for item in store.node_allocs(node_id)}
    if not jobs:
        return None, 0
    evaluations = [
        Evaluation(
            id=new_id(),
            job_id=job.id,
            type=job.type,
            priority=job.priority,
            triggered_by="node-update",
            node_id=node_id,
            node_modify_index=node_index,
        )
        for job in jobs.values()
    ]
    with store.write("EvaluationUpdated") as write:
        for evaluation in evaluations:
            write.put_eval(evaluation)
    return [evaluation.id for evaluation in evaluations], write.index


def found(store: Store, node_id: str) -> Node:
    node = store.nodes.get(node_id)
    if node is None:
        raise Refused("node not found")
    return node


def set_eligibility(store: Store, node_id: str, wanted: Any) -> Json:
    """Cordon a node or lift the cordon.  What runs there goes on running either way."""
    node = found(store, node_id)
    if wanted not in {ELIGIBLE, INELIGIBLE}:
        raise Refused(f'invalid scheduling eligibility "{wanted or ""}"')
    if node.drain is not None and wanted == ELIGIBLE:
        raise Refused("can not set node's scheduling eligibility to eligible while it is draining")
    index, eval_index, eval_ids = 0, 0, None
    if wanted != node.eligibility:
        now = store.now()
        with store.write("NodeDrain") as write:
            message = f"Node marked as {wanted} for scheduling"
            event = node_event(message, "Cluster", now, write.index)
            changed = replace(
                node,
                eligibility=wanted,
                events=(*node.events, event),
                status_updated_at=now // 1_000_000_000,
            )
            write.put_node(changed)
        index = write.index
        if wanted == ELIGIBLE:
            eval_ids, eval_index = evaluate_node(store, node_id, index)
    return {
        "EvalCreateIndex": eval_index,
        "EvalIDs": eval_ids,
        "Index": index,
        "NodeModifyIndex": 0,
    }


def purge(store: Store, node_id: str) -> Json:
    """Forget a node.  Its agent, if there is one, would register it anew at its next heartbeat."""
    node = found(store, node_id)
    with store.write("NodeDeregistration") as write:
        write.delete_node(node)
    eval_ids, eval_index = evaluate_node(store, node_id, write.index)
    return {
        "EvalCreateIndex": eval_index,
        "EvalIDs": eval_ids,
        "Features": 0,
        "HeartbeatTTL": 0,
        "Index": write.index,
        "KnownLeader": False,
        "LastContact": 0,
        "LeaderRPCAddr": "",
        "NodeModifyIndex": write.index,
        "NumNodes": 0,
        "Servers": None,
    }
