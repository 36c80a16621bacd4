"""
The schema of Nomad's job files, as far as this project's jobs may use it.

May import ``devstack.hcl.blocks`` and ``devstack.hcl.errors``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devstack.hcl.blocks import (
    Json,
    Schema,
    anything,
    duration,
    number,
    read_block,
    text,
    texts,
    truth,
)
from devstack.hcl.errors import HclError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What may stand in place of ``operator`` and ``value`` in a constraint.
_SHORT_OPERANDS = (
    "distinct_property",
    "regexp",
    "semver",
    "set_contains",
    "set_contains_all",
    "set_contains_any",
    "version",
)


def _finished_constraint(found: Json) -> Json:
    """A constraint in the API's three fields, from any of the ways to write one."""
    constraint = {key: value for key, value in found.items() if not key.startswith("short:")}
    for operand in _SHORT_OPERANDS:
        if f"short:{operand}" in found:
            constraint["Operand"] = operand
            side = "LTarget" if operand == "distinct_property" else "RTarget"
            constraint[side] = found[f"short:{operand}"]
    if found.get("short:distinct_hosts"):
        constraint["Operand"] = "distinct_hosts"
    return {"LTarget": "", "RTarget": "", "Operand": "=", **constraint}


_CONSTRAINT = Schema(
    keys={
        "attribute": ("LTarget", text),
        "operator": ("Operand", text),
        "value": ("RTarget", text),
        "distinct_hosts": ("short:distinct_hosts", truth),
        **{operand: (f"short:{operand}", text) for operand in _SHORT_OPERANDS},
    },
    finish=_finished_constraint,
)
_RESTART = Schema(
    keys={
        "attempts": ("Attempts", number),
        "interval": ("Interval", duration),
        "delay": ("Delay", duration),
        "mode": ("Mode", text),
    }
)
_RESCHEDULE = Schema(
    keys={
        "attempts": ("Attempts", number),
        "interval": ("Interval", duration),
        "delay": ("Delay", duration),
        "delay_function": ("DelayFunction", text),
        "max_delay": ("MaxDelay", duration),
        "unlimited": ("Unlimited", truth),
    }
)
_DISK = Schema(
    keys={
        "size": ("SizeMB", number),
        "sticky": ("Sticky", truth),
        "migrate": ("Migrate", truth),
    }
)
_PARAMETERIZED = Schema(
    keys={
        "payload": ("Payload", text),
        "meta_required": ("MetaRequired", texts),
        "meta_optional": ("MetaOptional", texts),
    }
)
_DEVICE = Schema(
    keys={"count": ("Count", number)},
    many={"constraint": ("Constraints", _CONSTRAINT)},
    labelled=True,
)
_RESOURCES = Schema(
    keys={"cpu": ("CPU", number), "memory": ("MemoryMB", number)},
    many={"device": ("Devices", _DEVICE)},
)
_LOGS = Schema(keys={"max_files": ("MaxFiles", number), "max_file_size": ("MaxFileSizeMB", number)})
_TASK = Schema(
    keys={
        "driver": ("Driver", text),
        "user": ("User", text),
        "leader": ("Leader", truth),
        "kill_timeout": ("KillTimeout", duration),
        "kill_signal": ("KillSignal", text),
        "shutdown_delay": ("ShutdownDelay", duration),
    },
    one={
        "logs": ("LogConfig", _LOGS),
        "resources": ("Resources", _RESOURCES),
        "restart": ("RestartPolicy", _RESTART),
    },
    many={"constraint": ("Constraints", _CONSTRAINT)},
    maps={"config": ("Config", anything), "env": ("Env", text), "meta": ("Meta", text)},
    labelled=True,
)
_GROUP = Schema(
    keys={"count": ("Count", number)},
    one={
        "ephemeral_disk": ("EphemeralDisk", _DISK),
        "reschedule": ("ReschedulePolicy", _RESCHEDULE),
        "restart": ("RestartPolicy", _RESTART),
    },
    many={"constraint": ("Constraints", _CONSTRAINT), "task": ("Tasks", _TASK)},
    maps={"meta": ("Meta", text)},
    labelled=True,
)
_JOB = Schema(
    keys={
        "all_at_once": ("AllAtOnce", truth),
        "datacenters": ("Datacenters", texts),
        "id": ("ID", text),
        "name": ("Name", text),
        "namespace": ("Namespace", text),
        "priority": ("Priority", number),
        "region": ("Region", text),
        "type": ("Type", text),
    },
    one={"parameterized": ("ParameterizedJob", _PARAMETERIZED)},
    many={"constraint": ("Constraints", _CONSTRAINT), "group": ("TaskGroups", _GROUP)},
    maps={"meta": ("Meta", text)},
    labelled=True,
)


def job_from(block: Json, variables: Mapping[str, Any]) -> Json:
    """The job of a ``job`` block, in the API's form: what it does not say is left out."""
    job = read_block(_JOB, block, variables, "job")
    job = {"ID": job["Name"], "Type": "service", **job}
    if not job.get("TaskGroups"):
        raise HclError(f'job "{job["ID"]}": has no group')
    return job
