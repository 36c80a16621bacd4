"""
Put the state's values into the forms that Nomad's HTTP API gives.

Pure.  Nomad leaves out what is empty of evaluations and allocations, and of nothing else.  May
import ``devstack.standin.model`` and ``devstack.standin.nodes`` (for instants).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from devstack.standin.nodes import instant_text

if TYPE_CHECKING:
    from devstack.standin.model import (
        Allocation,
        Ask,
        Evaluation,
        Group,
        Job,
        Json,
        Node,
        Summary,
        TaskState,
    )


_ZONE = "platform.aws.placement.availability-zone"


def job_form(job: Job) -> Json:
    payload = job.spec["Payload"]
    return {
        **job.spec,
        "CreateIndex": job.create_index,
        "JobModifyIndex": job.job_modify_index,
        "ModifyIndex": job.modify_index,
        "ParentID": job.parent_id,
        "Payload": base64.b64encode(payload).decode() if payload else None,
        "Status": job.status,
        "Stop": job.stop,
        "SubmitTime": job.submit_time,
        "Version": job.version,
    }


def job_stub(job: Job, summary: Summary | None) -> Json:
    return {
        "CreateIndex": job.create_index,
        "Datacenters": list(job.datacenters),
        "ID": job.id,
        "JobModifyIndex": job.job_modify_index,
        "JobSummary": summary_form(summary) if summary else None,
        "ModifyIndex": job.modify_index,
        "Multiregion": None,
        "Name": job.spec["Name"],
        "ParameterizedJob": job.parameterized,
        "ParentID": job.parent_id,
        "Periodic": False,
        "Priority": job.priority,
        "Status": job.status,
        "StatusDescription": "",
        "Stop": job.stop,
        "SubmitTime": job.submit_time,
        "Type": job.type,
    }


def summary_form(summary: Summary) -> Json:
    return {
        "Children": {
            "Dead": summary.dead,
            "Pending": summary.pending,
            "Running": summary.running,
        },
        "CreateIndex": summary.create_index,
        "JobID": summary.job_id,
        "ModifyIndex": summary.modify_index,
        "Namespace": "default",
        "Summary": {
            name: {
                "Complete": counts.complete,
                "Failed": counts.failed,
                "Lost": counts.lost,
                "Queued": counts.queued,
                "Running": counts.running,
                "Starting": counts.starting,
            }
            for name, counts in summary.groups.items()
        },
    }


def eval_form(item: Evaluation) -> Json:
    """An evaluation with every field, as the event stream has it."""
    return {
        "AnnotatePlan": False,
        "BlockedEval": item.blocked_eval,
        "ClassEligibility": None,
        "CreateIndex": item.create_index,
        "CreateTime": item.create_time,
        "DeploymentID": "",
        "EscapedComputedClass": False,
        "FailedTGAllocs": dict(item.failed_groups) if item.failed_groups else None,
        "ID": item.id,
        "JobID": item.job_id,
        "JobModifyIndex": item.job_modify_index,
        "LeaderACL": "",
        "ModifyIndex": item.modify_index,
        "ModifyTime": item.modify_time,
        "Namespace": "default",
        "NextEval": item.next_eval,
        "NodeID": item.node_id,
        "NodeModifyIndex": item.node_modify_index,
        "PreviousEval": item.previous_eval,
        "Priority": item.priority,
        "QueuedAllocations": dict(item.queued) if item.queued else None,
        "QuotaLimitReached": "",
        "SnapshotIndex": item.snapshot_index,
        "Status": item.status,
        "StatusDescription": item.status_description,
        "TriggeredBy": item.triggered_by,
        "Type": item.type,
        "Wait": 0,
        "WaitUntil": instant_text(item.wait_until) if item.wait_until else None,
    }


def without_empty(form: Json) -> Json:
    """A form less the fields that say nothing, as Go's ``omitempty`` has it."""
    return {key: value for key, value in form.items() if value not in (None, "", 0, False)}


def _resources(ask: Ask, disk: int) -> Json:
    return {
        "CPU": ask.cpu,
        "Devices": None,
        "DiskMB": disk,
        "IOPS": 0,
        "MemoryMB": ask.memory,
        "Networks": None,
    }


def allocated_form(group: Group) -> Json:
    """What an allocation holds, in the form that counts since Nomad 0.9."""
    return {
        "Shared": {"DiskMB": group.ask.disk, "Networks": None, "Ports": None},
        "TaskLifecycles": dict.fromkeys(group.tasks),
        "Tasks": {
            name: {
                "Cpu": {"CpuShares": task["Resources"]["CPU"]},
                "Devices": None,
                "Memory": {"MemoryMB": task["Resources"]["MemoryMB"]},
                "Networks": None,
            }
            for name, task in group.tasks.items()
        },
    }


def _transition(item: Allocation) -> Json:
    return {"ForceReschedule": None, "Migrate": item.migrate, "Reschedule": None}


def _tracker(item: Allocation) -> Json | None:
    if not item.rescheduled_at:
        return None
    events = [
        {"Delay": 0, "PrevAllocID": item.previous, "PrevNodeID": "", "RescheduleTime": instant}
        for instant in item.rescheduled_at
    ]
    return {"Events": events}


def alloc_form(item: Allocation, *, zero_instant: str | None = None) -> Json:
    """
    An allocation with every field but its job.

    ``zero_instant`` stands for instants that have not come: null in replies, year 1 in events.
    """
    tasks = item.group.tasks.items()
    task_resources = {
        name: {**_resources(item.group.ask, 0), **_cpu_and_memory(task)} for name, task in tasks
    }
    network = {"Address": "", "DNS": None, "InterfaceName": ""}
    return {
        "AllocModifyIndex": item.alloc_modify_index,
        "AllocStates": None,
        "AllocatedResources": allocated_form(item.group),
        "ClientDescription": item.client_description,
        "ClientStatus": item.client_status,
        "CreateIndex": item.create_index,
        "CreateTime": item.create_time,
        "DeploymentID": "",
        "DeploymentStatus": None,
        "DesiredDescription": item.desired_description,
        "DesiredStatus": item.desired_status,
        "DesiredTransition": _transition(item),
        "EvalID": item.eval_id,
        "FollowupEvalID": item.followup_eval,
        "ID": item.id,
        "Job": None,
        "JobID": item.job.id,
        "Metrics": item.metrics,
        "ModifyIndex": item.modify_index,
        "ModifyTime": item.modify_time,
        "Name": item.name,
        "Namespace": "default",
        "NetworkStatus": network if item.states is not None else None,
        "NextAllocation": item.next,
        "NodeID": item.node_id,
        "NodeName": item.node_name,
        "PreemptedAllocations": None,
        "PreemptedByAllocation": "",
        "PreviousAllocation": item.previous,
        "RescheduleTracker": _tracker(item),
        "Resources": _resources(item.group.ask, item.group.ask.disk),
        "SharedResources": {
            **_resources(item.group.ask, item.group.ask.disk),
            "CPU": 0,
            "MemoryMB": 0,
        },
        "TaskGroup": item.group.name,
        "TaskResources": task_resources,
        "TaskStates": _states(item, zero_instant),
    }


def _cpu_and_memory(task: Json) -> Json:
    return {"CPU": task["Resources"]["CPU"], "MemoryMB": task["Resources"]["MemoryMB"]}


def alloc_reply(item: Allocation) -> Json:
    """An allocation as ``/v1/allocation/:id`` gives it, with its job."""
    form = alloc_form(item)
    form["Job"] = job_form(item.job)
    if item.migrate is None:
        del form["DesiredTransition"]
    return without_empty(form)


def alloc_stub(item: Allocation, *, resources: bool, task_states: bool) -> Json:
    stub = {
        "ClientDescription": item.client_description,
        "ClientStatus": item.client_status,
        "CreateIndex": item.create_index,
        "CreateTime": item.create_time,
        "DeploymentStatus": None,
        "DesiredDescription": item.desired_description,
        "DesiredStatus": item.desired_status,
        "DesiredTransition": _transition(item),
        "EvalID": item.eval_id,
        "FollowupEvalID": item.followup_eval,
        "ID": item.id,
        "JobID": item.job.id,
        "JobType": item.job.type,
        "JobVersion": item.job.version,
        "ModifyIndex": item.modify_index,
        "ModifyTime": item.modify_time,
        "Name": item.name,
        "Namespace": "default",
        "NodeID": item.node_id,
        "NodeName": item.node_name,
        "PreemptedAllocations": None,
        "PreemptedByAllocation": "",
        "RescheduleTracker": _tracker(item),
        "TaskGroup": item.group.name,
        "TaskStates": _states(item, None) if task_states else None,
    }
    if resources:
        stub["AllocatedResources"] = allocated_form(item.group)
    return stub


def _states(item: Allocation, zero_instant: str | None) -> Json | None:
    if item.states is None:
        return None
    return {name: _state_form(state, zero_instant) for name, state in item.states.items()}


def _state_form(state: TaskState, zero_instant: str | None) -> Json:
    def instant(value: int) -> Any:
        return instant_text(value) if value else zero_instant

    return {
        "Events": list(state.events),
        "Failed": state.failed,
        "FinishedAt": instant(state.finished_at),
        "LastRestart": instant(state.last_restart),
        "Restarts": state.restarts,
        "StartedAt": instant(state.started_at),
        "State": state.state,
    }


def node_resources(node: Node) -> Json:
    """The two fields that a list of nodes has when it is asked for resources."""
    return {
        "NodeResources": {
            "Cpu": {"CpuShares": node.offers.cpu},
            "Devices": None,
            "Disk": {"DiskMB": node.offers.disk},
            "Memory": {"MemoryMB": node.offers.memory},
            "Networks": [_network()],
            "NodeNetworks": [_node_network()],
        },
        "ReservedResources": {
            "Cpu": {"CpuShares": 0},
            "Disk": {"DiskMB": 0},
            "Memory": {"MemoryMB": 0},
            "Networks": {"ReservedHostPorts": ""},
        },
    }


def _network() -> Json:
    return {
        "CIDR": "127.0.0.1/32",
        "DNS": None,
        "Device": "lo",
        "DynamicPorts": None,
        "IP": "127.0.0.1",
        "MBits": 1000,
        "Mode": "host",
        "ReservedPorts": None,
    }


def _node_network() -> Json:
    address = {
        "Address": "127.0.0.1",
        "Alias": "default",
        "Family": "ipv4",
        "Gateway": "",
        "ReservedPorts": "",
    }
    return {
        "Addresses": [address],
        "Device": "lo",
        "MacAddress": "",
        "Mode": "host",
        "Speed": 1000,
    }


def node_stub(node: Node, *, resources: bool) -> Json:
    stub = {
        "Address": "127.0.0.1",
        "CreateIndex": node.create_index,
        "Datacenter": node.datacenter,
        "Drain": node.drain is not None,
        "Drivers": node.drivers,
        "HostVolumes": None,
        "ID": node.id,
        "ModifyIndex": node.modify_index,
        "Name": node.name,
        "NodeClass": node.node_class,
        "SchedulingEligibility": node.eligibility,
        "Status": node.status,
        "StatusDescription": "",
        "Version": node.attributes.get("nomad.version", ""),
    }
    return {**stub, **node_resources(node)} if resources else stub


def node_form(node: Node) -> Json:
    """A node with every field, as ``/v1/node/:id`` and the event stream have it."""
    empty = {
        "CPU": 0,
        "Devices": None,
        "DiskMB": 0,
        "IOPS": 0,
        "MemoryMB": 0,
        "Networks": None,
    }
    return {
        **node_resources(node),
        "Attributes": node.attributes,
        "CSIControllerPlugins": None,
        "CSINodePlugins": None,
        "ComputedClass": node.computed_class,
        "CreateIndex": node.create_index,
        "Datacenter": node.datacenter,
        "Drain": node.drain is not None,
        "DrainStrategy": node.drain,
        "Drivers": node.drivers,
        "Events": list(node.events),
        "HTTPAddr": node.http_address,
        "HostVolumes": None,
        "ID": node.id,
        "Links": {
            "aws.ec2": f"{node.attributes[_ZONE]}.{node.instance_id}",
        },
        "Meta": node.meta,
        "ModifyIndex": node.modify_index,
        "Name": node.name,
        "NodeClass": node.node_class,
        "Reserved": empty,
        "Resources": {
            **empty,
            "CPU": node.offers.cpu,
            "DiskMB": node.offers.disk,
            "MemoryMB": node.offers.memory,
            "Networks": [_network()],
        },
        "SchedulingEligibility": node.eligibility,
        "SecretID": "",
        "Status": node.status,
        "StatusDescription": "",
        "StatusUpdatedAt": node.status_updated_at,
        "TLSEnabled": False,
    }
