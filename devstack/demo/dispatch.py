"""
Dispatch the demo's inputs as a user would: by a list file and ``transcoder dispatch``.

May import ``devstack.demo.command``, ``devstack.demo.inputs``, ``devstack.errors`` and the standard
library.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.demo.command import run_transcoder
from devstack.demo.inputs import Input
from devstack.errors import DevstackError


def write_list(path: Path, inputs: Sequence[Input]) -> Path:
    """Write a dispatch list: one input a line; its path."""
    path.write_text("".join(f"{item.address}\n" for item in inputs))
    return path


def dispatch(
    lists: Sequence[Path], profiles: Sequence[str], job: str, environment: Mapping[str, str]
) -> str:
    """Dispatch every line once for each profile; what the dispatcher printed."""
    arguments = ["dispatch", "--job", job]
    for profile in profiles:
        arguments += ["--profile", profile]
    arguments += map(str, lists)
    done = run_transcoder(arguments, environment, "`transcoder dispatch`")
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise DevstackError(f"`transcoder dispatch` failed (exit {done.returncode}):\n{words}")
    return done.stdout
