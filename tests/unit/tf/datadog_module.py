"""
The Terraform module in tf/datadog as data: what it asks Datadog for, and in which words.

``python -m tests.unit.tf.datadog_module`` prints the dashboard's outline and the monitors.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.tf.blocks import named

MODULE = Path(__file__).parents[3] / "tf" / "datadog"

#: What Terraform would put in, for a daemon's metrics and for a task's.
_SCOPES = {
    "${local.pool_scope}": "pool:P AND env:E",
    "${local.task_scope}": "env:E",
    "${local.failed_task_scope}": "outcome:failed AND env:E",
}
_USE = re.compile(
    r"(?P<aggregator>\w+|\$\{one\[1\]\}):"
    r"(?P<name>(?:\$\{var\.prefix\}|transcoder)\.[\w.]+)"
    r"\{(?P<scope>[^{}]*)\}"
    r"(?: by \{(?P<by>[^{}]*)\})?"
    r"(?P<functions>(?:\.\w+\([^()]*\))*)"
)
_AND = re.compile(r",| AND ")


@dataclass(frozen=True, slots=True)
class Use:
    """One metric in a query."""

    #: Without the prefix; the transcoder's begin with ``transcoder.``
    metric: str
    #: ``spread`` stands for p50 and p95, or mean and maximum.
    aggregator: str
    #: Keys of tags that select, and those that group.
    tags: frozenset[str]
    by: tuple[str, ...]
    functions: str


def files() -> list[Path]:
    """Every file of the module itself."""
    return sorted(MODULE.glob("*.tf"))


@cache
def the_locals() -> dict[str, Any]:
    """Every local value by name; expressions as text."""
    return named("locals", files())


def groups() -> list[dict[str, Any]]:
    """The dashboard's groups, in the order of its files' names in ``local.groups``."""
    known = the_locals()
    return [known[name.removeprefix("${local.").rstrip("}")] for name in known["groups"]]


def monitors(kind: str) -> dict[str, dict[str, Any]]:
    """``monitors``, ``parts`` or ``composites``, of all files, by name."""
    return {
        name: monitor
        for local, found in the_locals().items()
        if local.startswith(f"{kind}_")
        for name, monitor in found.items()
    }


def queries(of: Any) -> Iterator[str]:
    """Every text below a value in which a metric is asked for."""
    if isinstance(of, Mapping):
        for value in of.values():
            yield from queries(value)
    elif isinstance(of, list):
        for value in of:
            yield from queries(value)
    elif isinstance(of, str) and "{" in of and (":${var.prefix}." in of or ":transcoder." in of):
        yield of


def uses(query: str) -> list[Use]:
    """The metrics in a query, or in an expression that makes queries."""
    for name, scope in _SCOPES.items():
        query = query.replace(name, scope)
    return [_use(found) for found in _USE.finditer(query)]


def _use(found: re.Match[str]) -> Use:
    aggregator = found["aggregator"]
    by = tuple(found["by"].split(",")) if found["by"] else ()
    return Use(
        metric=found["name"].removeprefix("${var.prefix}."),
        aggregator="spread" if aggregator.startswith("$") else aggregator,
        tags=frozenset(
            condition.strip("$!").partition(":")[0] for condition in _AND.split(found["scope"])
        ),
        by=by,
        functions=found["functions"],
    )


def outline() -> Iterator[str]:
    """Group, widget and queries, as the dashboard shows them from top to bottom; then monitors."""
    for group in groups():
        yield f"\n{group['title']}"
        for widget in group["widgets"]:
            yield f"  {widget['at']!s:15} {widget['kind']:8} {widget['title']}"
            yield from (f"{'':28}{query}" for query in queries(widget))
    for kind in ("monitors", "parts", "composites"):
        yield f"\n{kind}"
        for name, one in monitors(kind).items():
            asked = one.get("query") or json.dumps({key: one[key] for key in ("all", "none")})
            limit = f"{one.get('compare', '')} {one.get('threshold', '')}"
            yield f"  P{one.get('priority', '-')} {name}: {asked} {limit}"


if __name__ == "__main__":
    print("\n".join(outline()))
