"""
Dispatch the demo's inputs as a user would: by a list file and ``transcoder dispatch``.

May import ``devstack.demo.inputs``, ``devstack.errors`` and the standard library.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.demo.inputs import Input
from devstack.errors import DevstackError

_TIMEOUT_SECONDS = 120


def write_list(path: Path, inputs: Sequence[Input]) -> Path:
    """Write a dispatch list: one input a line; its path."""
    path.write_text("".join(f"{item.address}\n" for item in inputs))
    return path


def dispatch(
    lists: Sequence[Path], profiles: Sequence[str], job: str, environment: Mapping[str, str]
) -> str:
    """Dispatch every line once for each profile; what the dispatcher printed."""
    argv = [sys.executable, "-m", "transcoder", "dispatch", "--job", job]
    for profile in profiles:
        argv += ["--profile", profile]
    try:
        done = subprocess.run(
            [*argv, *map(str, lists)],
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise DevstackError(f"`transcoder dispatch` took over {_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise DevstackError(f"`transcoder dispatch` failed (exit {done.returncode}):\n{words}")
    return done.stdout
