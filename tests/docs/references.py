"""The generated references, by file name below docs/reference/."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.docs import commands, configuration, metrics

ROOT = Path(__file__).parents[2]

REFERENCES: Mapping[str, Callable[[], str]] = {
    "configuration.md": lambda: configuration.page((ROOT / "config.example.yaml").read_text()),
    "metrics.md": metrics.page,
    "commands.md": commands.page,
}
