"""
Bring a registered job into the form that Nomad keeps: every field there, defaults filled in.

Pure.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

from typing import Any

from devstack.standin.model import SECOND, Ask, Constraint, Group, Job, Json, in_go

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

_RESTART: dict[str, Json] = {
    "batch": {"Attempts": 3, "Interval": 24 * HOUR, "Delay": 15 * SECOND, "Mode": "fail"},
    "service": {"Attempts": 2, "Interval": 30 * MINUTE, "Delay": 15 * SECOND, "Mode": "fail"},
}
_RESCHEDULE: dict[str, Json] = {
    "batch": {
        "Attempts": 1,
        "Interval": 24 * HOUR,
        "Delay": 5 * SECOND,
        "DelayFunction": "constant",
        "MaxDelay": 0,
        "Unlimited": False,
    },
    "service": {
        "Attempts": 0,
        "Interval": 0,
        "Delay": 30 * SECOND,
        "DelayFunction": "exponential",
        "MaxDelay": HOUR,
        "Unlimited": True,
    },
}
_JOB: Json = {
    "Affinities": None,
    "AllAtOnce": False,
    "Constraints": None,
    "ConsulToken": "",
    "Datacenters": None,
    "Dispatched": False,
    "ID": "",
    "Meta": None,
    "Multiregion": None,
    "Name": "",
    "Namespace": "default",
    "NomadTokenID": "",
    "ParameterizedJob": None,
    "Payload": None,
    "Periodic": None,
    "Priority": 50,
    "Region": "global",
    "Spreads": None,
    "Stable": False,
    "StatusDescription": "",
    "TaskGroups": None,
    "Type": "service",
    "VaultNamespace": "",
    "VaultToken": "",
}
_UPDATE: Json = {
    "AutoPromote": False,
    "AutoRevert": False,
    "Canary": 0,
    "HealthCheck": "",
    "HealthyDeadline": 0,
    "MaxParallel": 0,
    "MinHealthyTime": 0,
    "ProgressDeadline": 0,
    "Stagger": 0,
}
_GROUP: Json = {
    "Affinities": None,
    "Constraints": None,
    "Count": 1,
    "EphemeralDisk": None,
    "Meta": None,
    "Migrate": None,
    "Name": "",
    "Networks": None,
    "ReschedulePolicy": None,
    "RestartPolicy": None,
    "Scaling": None,
    "Services": None,
    "ShutdownDelay": None,
    "Spreads": None,
    "StopAfterClientDisconnect": None,
    "Tasks": None,
    "Update": None,
    "Volumes": None,
}
_TASK: Json = {
    "Affinities": None,
    "Artifacts": None,
    "CSIPluginConfig": None,
    "Config": None,
    "Constraints": None,
    "DispatchPayload": None,
    "Driver": "",
    "Env": None,
    "KillSignal": "",
    "KillTimeout": 5 * SECOND,
    "Kind": "",
    "Leader": False,
    "Lifecycle": None,
    "LogConfig": None,
    "Meta": None,
    "Name": "",
    "Resources": None,
    "RestartPolicy": None,
    "ScalingPolicies": None,
    "Services": None,
    "ShutdownDelay": 0,
    "Templates": None,
    "User": "",
    "Vault": None,
    "VolumeMounts": None,
}
_RESOURCES: Json = {
    "CPU": 100,
    "Devices": None,
    "DiskMB": 0,
    "IOPS": 0,
    "MemoryMB": 300,
    "Networks": None,
}
_DISK: Json = {"Migrate": False, "SizeMB": 300, "Sticky": False}
_LOGS: Json = {"MaxFileSizeMB": 10, "MaxFiles": 10}
_PARAMETERS: Json = {"MetaOptional": None, "MetaRequired": None, "Payload": "optional"}

#: The kinds of the fields whose default is null.
_KINDS: dict[str, type] = {
    "Config": dict,
    "Constraints": list,
    "Datacenters": list,
    "Env": dict,
    "EphemeralDisk": dict,
    "LogConfig": dict,
    "Meta": dict,
    "MetaOptional": list,
    "MetaRequired": list,
    "ParameterizedJob": dict,
    "ReschedulePolicy": dict,
    "Resources": dict,
    "RestartPolicy": dict,
    "TaskGroups": list,
    "Tasks": list,
}
_OF_STRINGS = {"Datacenters", "Env", "Meta", "MetaOptional", "MetaRequired"}


def canonical_job(given: Json) -> Json:
    """
    Fill in what a job leaves out, as Nomad 1.0 does.

    Fields that this Nomad does not know are dropped.  The status, the version and the indexes are
    not here: they are the server's to tell.
    """
    spec = _filled(_JOB, given)
    spec["Name"] = spec["Name"] or spec["ID"]
    spec["Update"] = _filled(_UPDATE, given.get("Update"))
    spec["Constraints"] = _constraints_form(spec["Constraints"])
    if spec["ParameterizedJob"] is not None:
        spec["ParameterizedJob"] = _filled(_PARAMETERS, spec["ParameterizedJob"])
    kind = "batch" if spec["Type"] == "batch" else "service"
    spec["TaskGroups"] = [_canonical_group(group, kind) for group in spec["TaskGroups"] or []]
    return spec


def job_of(spec: Json, *, submit_time: int) -> Job:
    """The job of a canonical form, before it is registered."""
    groups = tuple(_group_of(group) for group in spec["TaskGroups"])
    datacenters = tuple(spec["Datacenters"] or ())
    constraints = _constraints_of(spec["Constraints"])
    asks = [(one.name, one.count, one.ask, one.constraints, one.drivers) for one in groups]
    devices = [one.wants_devices for one in groups]
    return Job(
        id=spec["ID"],
        spec=spec,
        groups=groups,
        datacenters=datacenters,
        constraints=constraints,
        shape=repr((datacenters, constraints, asks, devices)),
        submit_time=submit_time,
    )


def _filled(defaults: Json, given: Any) -> Json:
    """The defaults, each overridden by what is given and not null; raises on a wrong kind."""
    if not isinstance(given or {}, dict):
        raise TypeError(f"{given!r} is where an object belongs")
    filled = dict(defaults)
    for key in defaults.keys() & (given or {}).keys():
        if given[key] is not None:
            filled[key] = _of_kind(key, given[key], defaults[key])
    return filled


def _of_kind(key: str, value: Any, default: Any) -> Any:
    kind = _KINDS.get(key, type(default))
    right = kind is type(None) or type(value) is kind
    if isinstance(value, int):
        right = right and in_go(value)
    if right and kind is list:
        inner = str if key in _OF_STRINGS else dict
        right = all(isinstance(item, inner) for item in value)
    elif right and key in _OF_STRINGS:
        right = all(isinstance(item, str) for item in value.values())
    if not right:
        raise ValueError(f"{key} cannot be {value!r}")
    return value


def _canonical_group(given: Json, kind: str) -> Json:
    group = _filled(_GROUP, given)
    group["Constraints"] = _constraints_form(group["Constraints"])
    group["EphemeralDisk"] = _filled(_DISK, given.get("EphemeralDisk"))
    group["RestartPolicy"] = _filled(_RESTART[kind], given.get("RestartPolicy"))
    group["ReschedulePolicy"] = _filled(_RESCHEDULE[kind], given.get("ReschedulePolicy"))
    group["Tasks"] = [
        _canonical_task(task, group["RestartPolicy"]) for task in group["Tasks"] or []
    ]
    return group


def _canonical_task(given: Json, restart: Json) -> Json:
    task = _filled(_TASK, given)
    task["Constraints"] = _constraints_form(task["Constraints"])
    task["Resources"] = _filled(_RESOURCES, given.get("Resources"))
    task["LogConfig"] = _filled(_LOGS, given.get("LogConfig"))
    task["RestartPolicy"] = _filled(restart, given.get("RestartPolicy"))
    return task


def _constraints_form(given: list[Json] | None) -> list[Json] | None:
    if not given:
        return None
    return [_filled({"LTarget": "", "Operand": "=", "RTarget": ""}, entry) for entry in given]


def _constraints_of(given: list[Json] | None) -> tuple[Constraint, ...]:
    return tuple(
        Constraint(entry["LTarget"], entry["Operand"], entry["RTarget"]) for entry in given or ()
    )


def _group_of(spec: Json) -> Group:
    tasks: list[Json] = spec["Tasks"]
    wanted: list[Any] = [task["Resources"]["Devices"] for task in tasks]
    constraints = _constraints_of(spec["Constraints"])
    for task in tasks:
        constraints += _constraints_of(task["Constraints"])
    return Group(
        name=spec["Name"],
        count=spec["Count"],
        ask=Ask(
            cpu=sum(task["Resources"]["CPU"] for task in tasks),
            memory=sum(task["Resources"]["MemoryMB"] for task in tasks),
            disk=spec["EphemeralDisk"]["SizeMB"],
        ),
        constraints=constraints,
        drivers=tuple(sorted({task["Driver"] for task in tasks})),
        wants_devices=any(wanted),
        spec=spec,
        tasks={task["Name"]: task for task in tasks},
    )
