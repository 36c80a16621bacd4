"""
Serve what is about the server itself, and the doors that only the stand-in has.

``/v1/standin/…`` is not Nomad's: it is how the devstack starts and stops machines, and how tests
bring faults about.  May import ``devstack.standin`` below ``http`` and the other modules of
``http``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from devstack.standin import jobs
from devstack.standin.admission import Dispatch, Refused
from devstack.standin.http.messages import Reply, Request, field_of, in_json
from devstack.standin.instants import instant_text
from devstack.standin.model import READY

if TYPE_CHECKING:
    from devstack.standin.server import Server

VERSION = "1.0.18"
LARGEST_BULK = 100_000
_NODE_FIELDS: dict[str, type] = {
    "instance_id": str,
    "node_class": str,
    "datacenter": str,
    "cpu_mhz": int,
    "memory_mib": int,
    "disk_mib": int,
    "instance_type": str,
    "availability_zone": str,
    "environment": dict,
}


def leader(server: Server, _: Request) -> Reply:
    if not server.store.leader:
        raise Refused("No cluster leader")
    return in_json("127.0.0.1:4647")


def peers(server: Server, _: Request) -> Reply:
    if not server.store.leader:
        raise Refused("No cluster leader")
    return in_json(["127.0.0.1:4647"])


def agent_self(server: Server, _: Request) -> Reply:
    return in_json(
        {
            "config": {
                "ACL": {"Enabled": server.acl_token is not None},
                "Datacenter": "dc1",
                "Region": "global",
                "Server": {"Enabled": True},
                "Version": {"Version": VERSION, "VersionMetadata": "standin"},
            },
            "member": {
                "Addr": "127.0.0.1",
                "Name": "standin.global",
                "Status": "alive",
                "Tags": {"build": VERSION, "dc": "dc1", "region": "global", "role": "nomad"},
            },
            "stats": {
                "nomad": {
                    "bootstrap": "true",
                    "known_regions": "1",
                    "leader": str(server.store.leader).lower(),
                    "server": "true",
                },
            },
        }
    )


def health(server: Server, _: Request) -> Reply:
    return in_json({"server": {"message": "ok", "ok": server.store.leader}})


def collect_garbage(server: Server, _: Request) -> Reply:
    jobs.collect(server.store)
    return Reply()


def collect_allocation(server: Server, _: Request, alloc_id: str) -> Reply:
    """Have its node forget what an allocation that is over left there, its logs included."""
    with server.store.lock:
        item = server.store.allocs.get(alloc_id)
        if item is None or not item.client_over:
            raise Refused(f'Unknown allocation "{alloc_id}"', 404)
        server.machines.collect(alloc_id)
    return Reply()


def metrics(server: Server, _: Request) -> Reply:
    """The gauges that tell about queues and heartbeats."""
    store = server.store
    with store.lock:
        statuses = Counter(job.status for job in store.jobs.values())
        blocked = server.scheduler.blocked_count()
        alive = sum(1 for node in store.nodes.values() if node.status == READY)
        summaries = [
            (store.jobs[key].parent_id, summary)
            for key, summary in store.summaries.items()
            if key in store.jobs
        ]
    gauges = [
        _gauge("nomad.nomad.blocked_evals.total_blocked", blocked),
        _gauge("nomad.nomad.blocked_evals.total_escaped", 0),
        _gauge("nomad.nomad.blocked_evals.total_quota_limit", 0),
        _gauge("nomad.nomad.heartbeat.active", alive),
        *(
            _gauge(f"nomad.nomad.job_status.{status}", statuses[status])
            for status in ("dead", "pending", "running")
        ),
    ]
    for parent_id, summary in summaries:
        for name, counts in summary.groups.items():
            labels = {"job": summary.job_id, "namespace": "default", "task_group": name}
            if parent_id:
                labels["parent_id"] = parent_id
                labels["dispatch_id"] = summary.job_id.partition("/dispatch-")[2]
            gauges.extend(
                _gauge(f"nomad.nomad.job_summary.{kind}", getattr(counts, kind), labels)
                for kind in ("complete", "failed", "lost", "queued", "running", "starting")
            )
    return in_json(
        {
            "Counters": [],
            "Gauges": gauges,
            "Points": [],
            "Samples": [],
            "Timestamp": instant_text(store.now()),
        }
    )


def _gauge(name: str, value: float, labels: dict[str, str] | None = None) -> dict[str, Any]:
    return {"Labels": {"host": "standin", **(labels or {})}, "Name": name, "Value": float(value)}


def start_node(server: Server, request: Request) -> Reply:
    form = request.json()
    for name, kind in _NODE_FIELDS.items():
        if not isinstance(form.get(name), kind):
            raise Refused(f"{name} has to be of the type {kind.__name__}", 400)
    if form["cpu_mhz"] <= 0 or form["memory_mib"] <= 0:
        raise Refused("a node has to offer some cpu_mhz and some memory_mib", 400)
    unknown = form.keys() - _NODE_FIELDS.keys()
    if unknown:
        raise Refused(f"unknown: {', '.join(sorted(unknown))}", 400)
    return in_json({"NodeID": server.machines.start(form)})


def stop_node(server: Server, _: Request, instance_id: str) -> Reply:
    return in_json({"Killed": server.machines.stop(instance_id)})


def set_leader(server: Server, request: Request) -> Reply:
    """``{"present": false}`` takes the leader away, ``true`` brings it back."""
    present = request.json().get("present")
    if not isinstance(present, bool):
        raise Refused("present has to be true or false", 400)
    with server.store.lock:
        server.store.leader = present
        server.store.nudge()
    return in_json({"present": present})


def bulk_dispatch(server: Server, request: Request) -> Reply:
    """Dispatch ``{"JobID": …, "Count": n, "Meta": {…}}``: n equal children in one request."""
    body = request.json()
    job_id, count = field_of(body, "JobID", str, ""), field_of(body, "Count", int, 0)
    if not 0 < count <= LARGEST_BULK:
        raise Refused(f"Count has to be from 1 to {LARGEST_BULK}", 400)
    asked = Dispatch(field_of(body, "Meta", dict, {}))
    ids = [jobs.dispatch(server.store, job_id, asked)["DispatchedJobID"] for _ in range(count)]
    return in_json({"DispatchedJobIDs": ids})
