"""
The nodes of ``autoscaler status --nodes``: what needs a look first, each with what it runs.

Imports cli.status_lines, core's words and status.documents.
"""

from collections.abc import Iterator
from datetime import datetime

from autoscaler.cli.status_lines import Line
from autoscaler.core.explaining import NAMED_MAX, span
from autoscaler.status.documents import Nodes, NodeState, NodeStatusDocument, RunningStatus

_ORDER: tuple[NodeState, ...] = (
    "unjoined",
    "down",
    "foreign",
    "leaving",
    "in_flight",
    "cordoned",
    "busy",
    "idle",
)
_STYLES: dict[NodeState, str] = {"unjoined": "error", "down": "error", "foreign": "warning"}


def node_lines(nodes: Nodes, now: datetime) -> Iterator[Line]:
    """All of them."""
    yield Line(None, "nodes" if nodes.nodes else "no nodes", "strong")
    for pool in nodes.unread:
        yield Line("", f"those of {pool} are unknown: they could not be read", "warning")
    for node in sorted(nodes.nodes, key=_rank):
        yield Line(
            f"  {node.state.replace('_', ' ')}", _node(node, now), _STYLES.get(node.state, "")
        )
        if node.state not in ("busy", "idle"):
            yield Line("", f"  {node.note}")
        for one in node.running[:NAMED_MAX]:
            yield Line("", f"  {_running(one, now)}")
        if len(node.running) > NAMED_MAX:
            yield Line("", f"  and {len(node.running) - NAMED_MAX} more")


def _rank(node: NodeStatusDocument) -> tuple[int, str, str, str]:
    place = _ORDER.index(node.state)
    return place, node.pool, node.name or "", node.instance_id or ""


def _node(node: NodeStatusDocument, now: datetime) -> str:
    names = [name for name in dict.fromkeys((node.name, node.instance_id)) if name is not None]
    parts = [" ".join(names) or f"an instance of {node.group}"]
    if node.since is not None:
        parts.append(f"for {span(now - node.since)}")
    if node.running:
        parts += [
            _share("cpu", node.cpu_allocated, node.cpu_total),
            _share("memory", node.memory_allocated, node.memory_total),
        ]
    return ", ".join(part for part in parts if part)


def _share(what: str, allocated: int | None, total: int | None) -> str:
    if allocated is None or not total:
        return ""
    return f"{what} {100 * allocated / total:.0f} %"


def _running(one: RunningStatus, now: datetime) -> str:
    profile = f" {one.profile}" if one.profile else ""
    began = "being started" if one.started_at is None else f"for {span(now - one.started_at)}"
    return f"{one.child or one.job}{profile}, {began}"
