"""What setup.cfg says, and the packages that it asks for."""

from configparser import ConfigParser
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]


@cache
def metadata() -> ConfigParser:
    """All of it, by section."""
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def requirements(extra: str | None = None) -> list[Requirement]:
    """Those of an extra, or those that are always installed."""
    section, key = ("options.extras_require", extra) if extra else ("options", "install_requires")
    lines = (line.strip() for line in metadata()[section][key].splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]
