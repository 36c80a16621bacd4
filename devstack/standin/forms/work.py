"""
Put evaluations and allocations into the API's forms.

Pure.  Nomad leaves out what is empty of these two in its replies, and of nothing else.  May import
``devstack.standin.model`` and ``devstack.standin.instants``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devstack.standin.forms.jobs import job_form
from devstack.standin.instants import instant_text

if TYPE_CHECKING:
    from devstack.standin.model import Allocation, Ask, Evaluation, Group, Json, TaskState


def eval_form(item: Evaluation) -> Json:
    """An evaluation with every field, as the event stream has it."""
    return {
        "AnnotatePlan": False,
        "BlockedEval": item.blocked_eval,
        "ClassEligibility": dict(item.class_eligibility) if item.class_eligibility else None,
        "CreateIndex": item.create_index,
        "CreateTime": item.create_time,
        "DeploymentID": "",
        "EscapedComputedClass": item.class_eligibility is None,
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


def alloc_reply(item: Allocation, *, job_as_stored: bool = False) -> Json:
    """An allocation as ``/v1/allocation/:id`` gives it, with its job."""
    form = alloc_form(item)
    form["Job"] = job_form(item.job, as_stored=job_as_stored)
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
