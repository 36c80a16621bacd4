"""
Each decision for people, on standard output: what the dry run shows.

Imports wording, ports and core.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from autoscaler.core.decision import Decision
from autoscaler.core.model import Group, Lifecycle, NodeStatus, Observation
from autoscaler.ports import CycleReport
from autoscaler.wording import sentence


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What is known of a pool that is only looked at."""

    #: The real pool, where what is shown is another by now; else None.
    really: Callable[[], Observation | None]
    #: Of a node-hour.
    price: float | None = None


class DecisionPrinter:
    """Prints the picture, the decision and its reasons whenever they say something new."""

    def __init__(self, out: TextIO, pools: Mapping[str, Rehearsed] | None = None) -> None:
        self._out = out
        self._pools = pools or {}
        self._last: dict[str, tuple[Any, ...]] = {}

    def report(self, report: CycleReport) -> None:
        """Print it, unless it says what was printed last; the seconds in its reasons run on."""
        pool = self._pools.get(report.pool, Rehearsed(lambda: None))
        really = pool.really()
        said = (report.gist, really and _counts(really), report.observation.missing)
        if said == self._last.get(report.pool) and not report.actions:
            return
        self._last[report.pool] = said
        text = _text(report, really, pool.price)
        print(f"{report.ended_at:%Y-%m-%d %H:%M:%S}Z  {text}\n", file=self._out, flush=True)


def _text(report: CycleReport, really: Observation | None, price: float | None) -> str:
    observed, decision = report.observation, report.decision
    counts = decision.counts
    lines = [f"pool {report.pool}"]
    if not any(missing.part == "queue" for missing in observed.missing):
        lines.append(
            f"  queue     {observed.pending_count} pending, {observed.running_count} running"
        )
    if observed.nodes is not None and observed.groups is not None:
        lines.append(
            f"  nodes     {counts.ready} ready ({counts.busy} busy, {counts.idle} idle), "
            f"{counts.in_flight} in flight, {counts.cordoned} cordoned, {counts.unjoined} unjoined"
        )
    if observed.groups is not None and len(observed.groups) > 1:
        lines.extend(f"  group     {_group(group)}" for group in observed.groups)
    if really is not None and _counts(really) != _counts(observed):
        lines.append(f"  really    {_counts(really)}")
    lines.extend(f"  unknown   {one.part}: {one.detail}" for one in observed.missing)
    desired = "unknown" if decision.current is None else f"{decision.current}"
    if decision.desired != decision.current:
        desired += f" → {decision.desired}"
    lines.append(f"  desired   {desired}")
    if price is not None and decision.desired is not None:
        lines.append(f"  cost      {_cost(decision, price)}")
    lines.extend(f"  because   {reason.rule.value}: {reason.detail}" for reason in decision.reasons)
    lines.extend(f"  would     {sentence(one.action)}" for one in report.actions)
    return "\n".join(lines)


def _counts(observed: Observation) -> str:
    """What tells the real pool from what a live run would have made of it, in short."""
    there = None
    if observed.nodes is not None:
        there = sum(1 for node in observed.nodes if node.status is not NodeStatus.DOWN)
    nodes = "nodes unknown" if there is None else f"{there} nodes"
    return f"{observed.pending_count} pending, {observed.running_count} running, {nodes}"


def _cost(decision: Decision, price: float) -> str:
    now = (decision.desired or 0) * price
    change = now - (decision.current or 0) * price
    if not change:
        return f"{now:.2f} an hour"
    return f"{now:.2f} an hour, {abs(change):.2f} {'more' if change > 0 else 'less'}"


def _group(group: Group) -> str:
    in_service = sum(1 for one in group.instances if one.lifecycle is Lifecycle.IN_SERVICE)
    return f"{group.name}: {in_service} in service, {group.desired} desired"
