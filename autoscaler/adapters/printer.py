"""
Each decision for people, on standard output: what the dry run shows.

Imports wording, ports and core.
"""

from typing import TextIO

from autoscaler.adapters.wording import sentence
from autoscaler.core.model import Group, Lifecycle
from autoscaler.ports import CycleReport


class DecisionPrinter:
    """Prints the picture, the decision and its reasons whenever they differ from the last."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last: dict[str, str] = {}

    def report(self, report: CycleReport) -> None:
        """Print it, unless it is what was printed last."""
        text = _text(report)
        if text == self._last.get(report.pool):
            return
        self._last[report.pool] = text
        print(f"{report.ended_at:%Y-%m-%d %H:%M:%S}Z  {text}\n", file=self._out, flush=True)


def _text(report: CycleReport) -> str:
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
    lines.extend(f"  unknown   {one.part}: {one.detail}" for one in observed.missing)
    desired = "unknown" if decision.current is None else f"{decision.current}"
    if decision.desired != decision.current:
        desired += f" → {decision.desired}"
    lines.append(f"  desired   {desired}")
    lines.extend(f"  because   {reason.rule.value}: {reason.detail}" for reason in decision.reasons)
    lines.extend(f"  would     {sentence(one.action)}" for one in report.actions)
    return "\n".join(lines)


def _group(group: Group) -> str:
    in_service = sum(1 for one in group.instances if one.lifecycle is Lifecycle.IN_SERVICE)
    return f"{group.name}: {in_service} in service, {group.desired} desired"
