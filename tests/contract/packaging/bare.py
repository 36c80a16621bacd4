"""An environment that has the wheel and what it asks for, and nothing else of ours."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

NAME = "nomad-queue-autoscaler"


@dataclass(frozen=True, slots=True)
class Bare:
    """Its prefix; commands run in its directory, with no other command on PATH."""

    prefix: Path

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of its commands, to the end."""
        home = self.prefix.parent
        return subprocess.run(
            [self.prefix / "bin" / command, *arguments],
            check=False,
            cwd=home,
            env={"PATH": str(self.prefix / "bin"), "HOME": str(home), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
        )


def bare_environment(prefix: Path, wheel: Path) -> Bare:
    """Install without an index; what the wheel asks for is lent by the environment of the tests."""
    _python("-m", "venv", "--without-pip", str(prefix))
    pip = ["-m", "pip", "--disable-pip-version-check", "--python", str(prefix), "install"]
    _python(*pip, "--no-deps", "--no-index", "--no-compile", str(wheel))
    (packages,) = prefix.glob("lib/python3.*/site-packages")
    asked_for: set[str] = set()
    _collect(NAME, asked_for)
    for name in asked_for - {NAME}:
        _lend(name, packages)
    return Bare(prefix)


def _python(*arguments: str) -> None:
    # An environment variable that tells pip or Python of other places would spoil it.
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    run = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        env=kept,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert run.returncode == 0, run.stderr


def _collect(name: str, found: set[str]) -> None:
    """All that it asks for without extras, and all that those ask for."""
    if name in found:
        return
    found.add(name)
    for line in distribution(name).requires or ():
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            _collect(needed.name, found)


def _lend(name: str, packages: Path) -> None:
    lender = distribution(name)
    for top in _tops(name):
        place = packages / top
        if not place.exists():
            place.symlink_to(Path(str(lender.locate_file(top))))


def _tops(name: str) -> Iterator[str]:
    for file in distribution(name).files or ():
        if file.parts[0] not in ("..", "__pycache__"):
            yield file.parts[0]
