"""
The pools of a devstack: a job each, the class of its nodes, and its Auto Scaling groups.

What each is to the daemon, as its configuration has it.  May import ``devstack.kept``.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devstack.kept import kept_file

JOB = "transcode"
GROUP = "nomad-clients"
#: The very file that is registered on a real cluster.
JOB_FILE = kept_file("nomad/transcode.nomad.hcl")
_JOB_LINE = re.compile(r'^job "[^"]+" \{$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pool:
    """One job, and the groups whose instances run its children: the preferred one first."""

    #: Its job's id, and its nodes' class.
    name: str = JOB
    groups: tuple[str, ...] = (GROUP,)
    #: What the daemon is told of it, beyond or instead of what the stack says.
    settings: Mapping[str, Any] = field(default_factory=dict)

    def job_file(self, directory: Path) -> Path:
        """The file of its job: the real one, or a copy in ``directory`` under the job's name."""
        if self.name == JOB:
            return JOB_FILE
        text, count = _JOB_LINE.subn(f'job "{self.name}" {{', JOB_FILE.read_text())
        if count != 1:
            raise ValueError(f"{JOB_FILE} has {count} lines such as 'job \"{JOB}\" {{', not one")
        copy = directory / f"{self.name}.nomad.hcl"
        copy.write_text(text)
        return copy

    def daemon_settings(self, common: Mapping[str, Any]) -> dict[str, Any]:
        """Its section of the daemon's configuration; ``common`` is what all pools share."""
        own = {
            "name": self.name,
            "jobs": [self.name],
            "group": self.groups[0] if len(self.groups) == 1 else list(self.groups),
            "nodes": {"class": self.name},
        }
        return changed({**own, **common}, self.settings)


def changed(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with each of the changes, however deep; a list is replaced as a whole."""
    result = deepcopy(dict(settings))
    for key, value in changes.items():
        before = result.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            result[key] = changed(before, value)
        else:
            result[key] = deepcopy(value)
    return result
