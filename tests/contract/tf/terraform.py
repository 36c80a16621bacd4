"""
A copy of the Terraform files in which Terraform can be run, away from the repository.

Providers come from where the machine's configuration of Terraform says, or from the directory that
TERRAFORM_PLUGINS names (laid out as ``terraform providers mirror`` does).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TERRAFORM = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="no terraform on PATH")

_DATADOGS_LINES = re.compile(
    r"    # Asked of its registry.*?\n    datadog = \{.*?\n    \}\n", re.DOTALL
)
_NOT_TO_BE_HAD = (
    "Failed to query available provider packages",
    "Failed to install provider",
    "no available releases match",
    "there is no package for",
)


@dataclass(frozen=True, slots=True)
class Copy:
    """``tf/`` and all that it refers to."""

    directory: Path

    def run(
        self,
        *command: str,
        given: str = "",
        also: Mapping[str, str] | None = None,
        seconds: float = 240,
    ) -> tuple[int, str]:
        """The exit code, and what was printed; ``also``: what else is in the environment."""
        assert TERRAFORM is not None
        done = subprocess.run(
            [TERRAFORM, *command],
            cwd=self.directory,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
            env={**_environment(), **(also or {})},
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def init(self) -> None:
        """Make it ready, or skip the test where a provider cannot be had here."""
        plugins = os.environ.get("TERRAFORM_PLUGINS")
        where = [f"-plugin-dir={plugins}"] if plugins else []
        code, said = self.run("init", "-backend=false", "-input=false", "-no-color", *where)
        if code and any(sign in said for sign in _NOT_TO_BE_HAD):
            pytest.skip(f"a provider cannot be had here: {' '.join(said.split())[-200:]}")
        assert code == 0, said


def _environment() -> dict[str, str]:
    ours = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    # One that is named and not there is a warning, in the middle of what else is said.
    if not Path(ours.get("TF_CLI_CONFIG_FILE", "")).exists():
        ours.pop("TF_CLI_CONFIG_FILE", None)
    return ours


def copy(to: Path, *, datadog: bool) -> Copy:
    """``datadog``: with its side, which wants its provider."""
    for name in ("nomad", "packer", "tf"):
        ignored = shutil.ignore_patterns(".terraform", "*.tfstate*", "*.tfvars", "__pycache__")
        shutil.copytree(ROOT / name, to / name, ignore=ignored)
    tf = to / "tf"
    if datadog:
        # It knows the sums of one build; a mirror may have another.
        (tf / ".terraform.lock.hcl").unlink()
    else:
        (tf / "datadog.tf").unlink()
        (tf / "tests" / "datadog.tftest.hcl").unlink()
        versions = tf / "versions.tf"
        text, count = _DATADOGS_LINES.subn("", versions.read_text(encoding="utf-8"))
        assert count == 1
        versions.write_text(text, encoding="utf-8")
    return Copy(tf)
