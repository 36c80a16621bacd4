"""The files that machines are made by."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[3]
PACKER = ROOT / "packer"
PROVISION = PACKER / "provision"


def scripts() -> list[Path]:
    """Every shell script of packer/."""
    return sorted(PACKER.rglob("*.sh"))


def as_module(script: Path) -> ModuleType:
    """A script in Python, imported anew; none of them is in a package."""
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def versions() -> dict[str, str]:
    """versions.env, by name."""
    lines = (PACKER / "versions.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def pinned(file: str) -> dict[str, str]:
    """What a requirements file pins: the version by the package's name."""
    found = re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", (PACKER / file).read_text(), re.MULTILINE)
    return dict(found)
