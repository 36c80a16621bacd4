"""
Refuse what Nomad would refuse: bad jobs, and bad dispatches of a good one.

Pure.  The words are Nomad's own where it has them.  May import ``devstack.standin.model`` and
``devstack.standin.canonical``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from devstack.standin.model import PENDING, Job, Json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LARGEST_COUNT = 10_000
PAYLOAD_LIMIT = 16 * 1024


class Refused(Exception):
    """A request that is answered with an error: the status, and Nomad's words for it."""

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What a dispatch hands over."""

    meta: Mapping[str, str]
    payload: bytes = b""
    idempotency_token: str = ""


def job_problems(spec: Json) -> list[str]:
    """Everything that keeps a canonical job from being registered."""
    problems = []
    if not spec["ID"]:
        problems.append("Missing job ID")
    elif " " in spec["ID"]:
        problems.append("Job ID contains a space")
    if spec["Type"] not in {"batch", "service"}:
        problems.append(f'the stand-in runs batch and service jobs, not "{spec["Type"]}" ones')
    if spec["Periodic"] is not None:
        problems.append("the stand-in does not run periodic jobs")
    if not 1 <= spec["Priority"] <= 100:
        problems.append("Job priority must be between [1, 100]")
    if not spec["Datacenters"]:
        problems.append("Missing job datacenters")
    if not spec["TaskGroups"]:
        problems.append("Missing job task groups")
    problems.extend(_parameter_problems(spec))
    problems.extend(
        f"Task group {group['Name']} validation failed: {problem}"
        for group in spec["TaskGroups"]
        for problem in _group_problems(group)
    )
    return problems


def _parameter_problems(spec: Json) -> Iterable[str]:
    parameters = spec["ParameterizedJob"]
    if parameters is None:
        return
    if spec["Type"] != "batch":
        yield "Parameterized job can only be used with batch or sysbatch jobs"
    if parameters["Payload"] not in {"optional", "required", "forbidden"}:
        yield f'Unknown payload requirement: "{parameters["Payload"]}"'
    both = set(parameters["MetaRequired"] or ()) & set(parameters["MetaOptional"] or ())
    if both:
        yield f"Required and optional meta keys should be disjoint. Following keys exist in both: [{' '.join(sorted(both))}]"  # noqa: E501 - Nomad's words.


def _group_problems(group: Json) -> Iterable[str]:
    if not group["Name"]:
        yield "Missing task group name"
    if group["Count"] < 0:
        yield "Task group count can't be negative"
    if group["Count"] > LARGEST_COUNT:
        yield f"the stand-in runs up to {LARGEST_COUNT} instances of a group"
    if group["Count"] > 1 and _distinct(group):
        yield "the stand-in does not place by distinct_hosts or distinct_property"
    if not group["Tasks"]:
        yield "Missing tasks for task group"
    for task in group["Tasks"]:
        for problem in _task_problems(task):
            yield f"Task {task['Name']} validation failed: {problem}"


def _distinct(group: Json) -> bool:
    asked = [*(group["Constraints"] or ())]
    asked += [item for task in group["Tasks"] for item in task["Constraints"] or ()]
    return any(str(item["Operand"]).startswith("distinct_") for item in asked)


def _task_problems(task: Json) -> Iterable[str]:
    if not task["Name"]:
        yield "Missing task name"
    if not task["Driver"]:
        yield "Missing task driver"
    if task["KillTimeout"] < 0:
        yield "KillTimeout must be a positive value"
    if task["Lifecycle"] is not None:
        yield "the stand-in does not run lifecycle hooks"
    if task["Resources"]["CPU"] < 1:
        yield "minimum CPU value is 1; got " + str(task["Resources"]["CPU"])
    if task["Resources"]["MemoryMB"] < 10:
        yield "minimum MemoryMB value is 10; got " + str(task["Resources"]["MemoryMB"])


def problems_text(problems: list[str]) -> str:
    """The list as Nomad words one."""
    count = "1 error" if len(problems) == 1 else f"{len(problems)} errors"
    return f"{count} occurred:\n" + "".join(f"\t* {problem}\n" for problem in problems) + "\n"


def child_of(job: Job, dispatch: Dispatch, child_id: str, now: int) -> Job:
    """
    Make the child that a dispatch asks for.

    Raises ``Refused`` where the job is no template, is stopped, or its rules for payload and meta
    are not kept.
    """
    if job.spec["ParameterizedJob"] is None or job.spec["Dispatched"]:
        raise Refused(f'Specified job "{job.id}" is not a parameterized job')
    if job.stop:
        raise Refused(f'Specified job "{job.id}" is stopped')
    _check_payload(job.spec["ParameterizedJob"]["Payload"], dispatch.payload)
    _check_meta(job.spec["ParameterizedJob"], dispatch.meta)
    meta = {**(job.spec["Meta"] or {}), **dispatch.meta}
    spec = {
        **job.spec,
        "ID": child_id,
        "Name": child_id,
        "Dispatched": True,
        "Meta": meta or None,
        "Payload": dispatch.payload or None,
    }
    return replace(
        job,
        id=child_id,
        spec=spec,
        parent_id=job.id,
        status=PENDING,
        submit_time=now,
        idempotency_token=dispatch.idempotency_token,
    )


def _check_payload(rule: str, payload: bytes) -> None:
    if rule == "required" and not payload:
        raise Refused("Payload is not provided but required by parameterized job")
    if rule == "forbidden" and payload:
        raise Refused("Payload provided but forbidden by parameterized job")
    if len(payload) > PAYLOAD_LIMIT:
        raise Refused(f"Payload exceeds maximum size; {len(payload)} > {PAYLOAD_LIMIT}")


def _check_meta(rules: Json, meta: Mapping[str, str]) -> None:
    required = rules["MetaRequired"] or []
    unknown = meta.keys() - set(required) - set(rules["MetaOptional"] or ())
    if unknown:
        keys = " ".join(sorted(unknown))
        raise Refused(f"Dispatch request included unpermitted metadata keys: [{keys}]")
    missing = [key for key in required if key not in meta]
    if missing:
        raise Refused(f"Dispatch did not provide required meta keys: [{' '.join(missing)}]")
