"""
Build a task's environment, and put variables into its configuration.

Pure: the host's environment is handed in.  May import ``devstack.standin.model`` only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from devstack.standin.model import Allocation, Json, Node

#: What Nomad keeps from tasks, of the environment that its agent runs in.
DENIED = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "CONSUL_HTTP_TOKEN",
        "CONSUL_TOKEN",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "VAULT_TOKEN",
    }
)
_PREFIXES_TO_CLEAN = (
    "NOMAD_ADDR_",
    "NOMAD_IP_",
    "NOMAD_PORT_",
    "NOMAD_HOST_PORT_",
    "NOMAD_META_",
)
_VARIABLE = re.compile(r"\$\{([^}$]+)\}")
_IN_BRACKETS = re.compile(r"""env\[["']?([^"'\]]+)["']?\]""")


@dataclass(frozen=True, slots=True)
class Places:
    """The directories of one task: the allocation's shared one, its own, and its secrets."""

    alloc: Path
    local: Path
    secrets: Path


def task_environment(
    allocation: Allocation, task: Json, node: Node, places: Places, host: Mapping[str, str]
) -> dict[str, str]:
    """Everything that a task finds in its environment, the job's ``env`` last."""
    attributes = node_variables(node)
    own = _nomad_variables(allocation, task, node, places)
    for key, value in _meta_variables(allocation, task).items():
        own[key] = interpolated(value, attributes, own)
    shared = {key: value for key, value in host.items() if key not in DENIED}
    environment = {**shared, **node.environment, **own}
    for key, value in (task["Env"] or {}).items():
        environment[key] = interpolated(str(value), attributes, environment)
    return {_cleaned(key): value for key, value in environment.items()}


def node_variables(node: Node) -> dict[str, str]:
    """What ``${node.…}``, ``${attr.…}`` and ``${meta.…}`` stand for on a node."""
    return {
        "node.class": node.node_class,
        "node.datacenter": node.datacenter,
        "node.region": "global",
        "node.unique.id": node.id,
        "node.unique.name": node.name,
        **{f"attr.{key}": value for key, value in node.attributes.items()},
        **{f"meta.{key}": value for key, value in node.meta.items()},
    }


def _nomad_variables(
    allocation: Allocation, task: Json, node: Node, places: Places
) -> dict[str, str]:
    job = allocation.job
    number = allocation.name.rpartition("[")[2].rstrip("]")
    variables = {
        "NOMAD_ALLOC_DIR": str(places.alloc),
        "NOMAD_ALLOC_ID": allocation.id,
        "NOMAD_ALLOC_INDEX": number,
        "NOMAD_ALLOC_NAME": allocation.name,
        "NOMAD_CPU_LIMIT": str(task["Resources"]["CPU"]),
        "NOMAD_DC": node.datacenter,
        "NOMAD_GROUP_NAME": allocation.group.name,
        "NOMAD_JOB_ID": job.id,
        "NOMAD_JOB_NAME": job.spec["Name"],
        "NOMAD_MEMORY_LIMIT": str(task["Resources"]["MemoryMB"]),
        "NOMAD_NAMESPACE": job.spec["Namespace"],
        "NOMAD_REGION": "global",
        "NOMAD_SECRETS_DIR": str(places.secrets),
        "NOMAD_TASK_DIR": str(places.local),
        "NOMAD_TASK_NAME": task["Name"],
    }
    if job.parent_id:
        variables["NOMAD_JOB_PARENT_ID"] = job.parent_id
    return variables


def _meta_variables(allocation: Allocation, task: Json) -> dict[str, str]:
    """Each key of meta as it is written and in capitals; optional ones not given are empty."""
    spec = allocation.job.spec
    rules = spec["ParameterizedJob"] if spec["Dispatched"] else None
    optional = dict.fromkeys((rules or {}).get("MetaOptional") or (), "")
    meta = {
        **optional,
        **(spec["Meta"] or {}),
        **(allocation.group.spec["Meta"] or {}),
        **(task["Meta"] or {}),
    }
    variables = {f"NOMAD_META_{key.upper()}": str(value) for key, value in meta.items()}
    variables.update({f"NOMAD_META_{key}": str(value) for key, value in meta.items()})
    return variables


def _cleaned(key: str) -> str:
    """A variable's name with what shells cannot have in one turned to underscores."""
    if key.startswith(_PREFIXES_TO_CLEAN):
        return re.sub(r"[^A-Za-z0-9_]", "_", key)
    return key


def interpolated(text: str, *known: Mapping[str, str]) -> str:
    """Replace each ``${name}`` that is known; what nobody knows stays as it is written."""

    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        bracketed = _IN_BRACKETS.fullmatch(name)
        name = bracketed[1] if bracketed else name.removeprefix("env.")
        return next((names[name] for names in known if name in names), match[0])

    return _VARIABLE.sub(value, text)


def interpolated_config(config: Any, *known: Mapping[str, str]) -> Any:
    """The same for every string within a task's ``config``."""
    if isinstance(config, str):
        return interpolated(config, *known)
    if isinstance(config, list):
        return [interpolated_config(item, *known) for item in config]
    if isinstance(config, dict):
        return {key: interpolated_config(item, *known) for key, item in config.items()}
    return config
