"""
Turn a Nomad job file (HCL2) into the JSON that Nomad's API takes.

``load`` reads a file, ``parse`` a text; both take the values of the file's variables as the command
line gives them.  What the file says and this does not know is an error, never silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devstack.hcl.errors import HclError
from devstack.hcl.jobspec import job_from
from devstack.hcl.source import read
from devstack.hcl.variables import resolve, variables_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["HclError", "load", "parse", "variables_file"]


def load(path: Path, variables: Mapping[str, Any]) -> dict[str, Any]:
    """
    The job of a file, with its variables set.

    A variable's value is text as the command line has it (``4000``, ``["dc1"]``), or of its type.
    Raises HclError, which names the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HclError(f"{path}: cannot be read: {error}") from error
    try:
        return parse(text, variables)
    except HclError as error:
        raise HclError(f"{path}: {error}") from error


def parse(text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The job of a job file's text; see ``load``."""
    body = read(text)
    declared = body.pop("variable", [])
    jobs = body.pop("job", [])
    if body:
        raise HclError(f"{', '.join(sorted(body))}: a job file has `variable` and `job` blocks")
    if len(jobs) != 1:
        raise HclError(f"there are {len(jobs)} job blocks; a job file has one")
    return job_from(jobs[0], resolve(declared, variables))
