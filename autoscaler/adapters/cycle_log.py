"""
One log line per pool and cycle: at info when something changed, else at debug.

What stays wrong is said once, and so is that it is right again.
Imports structlog, wording, ports and core.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import structlog

from autoscaler.core.decision import Decision, InstanceRef, NodeRef
from autoscaler.core.model import Missing
from autoscaler.core.plan import Action
from autoscaler.ports import ActionReport, CycleReport
from autoscaler.wording import sentence, verb

_log = structlog.get_logger()


class CycleLog:
    """Remembers what it said last of each pool, so as not to say it again."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[Any, ...]] = {}
        self._wrong: dict[str, dict[str, str]] = {}

    def report(self, report: CycleReport) -> None:
        """Say what is new."""
        log = _log.bind(pool=report.pool, cycle_id=report.cycle_id)
        self._report_wrongs(report, log)
        for action in report.actions:
            _report_action(action, log)
        said = report.gist
        changed = said != self._said.get(report.pool)
        self._said[report.pool] = said
        say = log.info if changed or report.actions else log.debug
        say("cycle.finished", **_fields(report))

    def _report_wrongs(self, report: CycleReport, log: Any) -> None:
        wrong = _first_of_each_stage(report.observation.missing)
        before = self._wrong.get(report.pool, {})
        self._wrong[report.pool] = wrong
        for stage, error in wrong.items():
            if before.get(stage) != error:
                parts = [one.part for one in report.observation.missing if one.stage == stage]
                then = "trying again; no node is let go meanwhile"
                log.error("observation.failed", stage=stage, parts=parts, error=error, then=then)
        for stage in before.keys() - wrong.keys():
            log.info("observation.recovered", stage=stage)


def _first_of_each_stage(missing: Sequence[Missing]) -> dict[str, str]:
    """One error for each system: what else it refuses has mostly the same cause."""
    first: dict[str, str] = {}
    for one in missing:
        first.setdefault(one.stage, one.detail)
    return first


def _fields(report: CycleReport) -> dict[str, Any]:
    observed, decision = report.observation, report.decision
    # A part that was not read is null: unknown is not zero.
    unread = {one.part for one in observed.missing}
    return {
        "queue_pending": None if "queue" in unread else observed.pending_count,
        "queue_running": None if "queue" in unread else observed.running_count,
        **_node_fields(decision, known=not unread & {"nodes", "group"}),
        "desired_from": decision.current,
        "desired_to": decision.desired,
        **_order_fields(decision),
        "rules": [reason.rule.value for reason in decision.reasons],
        "why": decision.why,
        "outcome": report.outcome,
        "duration_seconds": round(report.duration_seconds, 4),
    }


def _node_fields(decision: Decision, *, known: bool) -> dict[str, int | None]:
    counts = decision.counts
    return {
        f"nodes_{one.name}": getattr(counts, one.name) if known else None for one in fields(counts)
    }


def _order_fields(decision: Decision) -> dict[str, dict[str, int]]:
    """How many instances more each group is asked for, or fewer, where any is."""
    orders = {one.group: one.count for one in (*decision.orders, *decision.retract)}
    return {"orders": orders} if orders else {}


def _report_action(report: ActionReport, log: Any) -> None:
    action = report.action
    about = {"action": verb(action), "what": sentence(action), **_about(action)}
    if report.outcome == "failed":
        log.error("action.failed", **about, error=report.detail)
    elif report.outcome == "given_up":
        log.info("action.given_up", **about, why=report.detail)
    else:
        log.info("action.applied", **about)


def _about(action: Action) -> dict[str, Any]:
    about: dict[str, Any] = {}
    for one in fields(action):
        value = getattr(action, one.name)
        if isinstance(value, NodeRef):
            about |= {"node": value.name, "node_id": value.node_id, "instance": value.instance_id}
        elif isinstance(value, InstanceRef):
            about |= {"instance": value.instance_id, "group": value.group}
        elif value is not None and one.name != "at":
            about[one.name] = value
    return about
