"""Values of the stand-in's state, with what a test does not care about filled in."""

from dataclasses import replace
from typing import Any

from devstack.standin.canonical import canonical_job, job_of
from devstack.standin.ids import new_id
from devstack.standin.model import (
    READY,
    Allocation,
    Ask,
    Constraint,
    Evaluation,
    Job,
    Node,
    TaskState,
)


def job_form(**changes: Any) -> dict[str, Any]:
    """A small batch job in the API's form."""
    return {
        "ID": "work",
        "Type": "batch",
        "Datacenters": ["dc1"],
        "TaskGroups": [
            {
                "Name": "g",
                "Tasks": [
                    {
                        "Name": "t",
                        "Driver": "raw_exec",
                        "Config": {"command": "/bin/true"},
                        "Resources": {"CPU": 900, "MemoryMB": 200},
                    }
                ],
            }
        ],
        **changes,
    }


def a_job(**changes: Any) -> Job:
    """The job of ``job_form``, registered as far as the pure parts care."""
    return replace(job_of(canonical_job(job_form(**changes)), submit_time=1), create_index=1)


def a_template(**parameters: Any) -> Job:
    return a_job(
        ParameterizedJob={"MetaRequired": ["input"], "MetaOptional": ["profile"], **parameters}
    )


def a_node(name: str = "i-1", **changes: Any) -> Node:
    """A ready node with room for two of the small jobs."""
    healthy = {"Detected": True, "Healthy": True}
    node = Node(
        id=f"node-{name}",
        name=name,
        instance_id=name,
        node_class="transcode",
        datacenter="dc1",
        offers=Ask(2000, 1024, 10_000),
        attributes={"kernel.name": "linux", "os.version": "12.11"},
        meta={"rack": "r1"},
        drivers={"raw_exec": healthy, "docker": {"Detected": False, "Healthy": False}},
        computed_class="v1:1",
        status=READY,
    )
    return replace(node, **changes)


def an_allocation(job: Job, number: int = 0, **changes: Any) -> Allocation:
    group = job.groups[0]
    allocation = Allocation(
        id=new_id(),
        name=f"{job.id}.{group.name}[{number}]",
        eval_id="e",
        job=job,
        group=group,
        node_id="node-i-1",
        node_name="i-1",
        metrics={},
    )
    return replace(allocation, **changes)


def an_evaluation(job: Job, **changes: Any) -> Evaluation:
    evaluation = Evaluation(new_id(), job.id, job.type, job.priority, "job-register")
    return replace(evaluation, **changes)


def state(kind: str, *, failed: bool = False, **changes: Any) -> TaskState:
    return TaskState(state=kind, failed=failed, **changes)


def constraint(left: str, operand: str, right: str) -> Constraint:
    return Constraint(left, operand, right)
