"""
One log line per pool and cycle: at info when something changed, else at debug.

What stays wrong is said once, and so is that it is right again; counts that change all the time
are said now and then.  Imports structlog, cycle_news, wording, ports and core.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import structlog

from autoscaler.adapters.cycle_news import ChangeFilter, TroubleFilter
from autoscaler.core.decision import Decision, InstanceRef, NodeRef
from autoscaler.core.model import Missing
from autoscaler.core.pause import Pause
from autoscaler.core.plan import Action
from autoscaler.ports import ActionReport, CycleReport
from autoscaler.wording import sentence, verb

_log = structlog.get_logger()


class CycleLog:
    """Remembers what it said last of each pool, so as not to say it again."""

    def __init__(self) -> None:
        self._changes: dict[str, ChangeFilter] = {}
        self._wrong: dict[str, TroubleFilter] = {}
        self._failing: dict[str, TroubleFilter] = {}
        self._paused: dict[str, Pause] = {}

    def report(self, report: CycleReport) -> None:
        """Say what is new."""
        log = _log.bind(pool=report.pool, cycle_id=report.cycle_id)
        self._report_wrongs(report, log)
        self._report_pause(report, log)
        acted = self._report_actions(report, log)
        changes = self._changes.setdefault(report.pool, ChangeFilter())
        if acted or changes.is_news(report):
            changes.said(report)
            log.info("cycle.finished", **_fields(report))
        else:
            log.debug("cycle.finished", **_fields(report))

    def _report_wrongs(self, report: CycleReport, log: Any) -> None:
        wrong = _first_of_each_stage(report.observation.missing)
        troubles = self._wrong.setdefault(report.pool, TroubleFilter())
        for stage, error in wrong.items():
            if troubles.is_news((stage,), error):
                parts = [one.part for one in report.observation.missing if one.stage == stage]
                then = "trying again; no node is let go meanwhile"
                log.error("observation.failed", stage=stage, parts=parts, error=error, then=then)
        for (stage,) in troubles.over((stage,) for stage in wrong):
            log.info("observation.recovered", stage=stage)

    def _report_pause(self, report: CycleReport, log: Any) -> None:
        """That it begins, is replaced, or ends; after a restart what is in force is told anew."""
        before, pause = self._paused.get(report.pool), report.observation.pause
        if pause is None:
            if before is not None:
                del self._paused[report.pool]
                log.info("pool.resumed", paused_by=before.by, since=before.since.isoformat())
        elif pause != before:
            self._paused[report.pool] = pause
            until = None if pause.until is None else pause.until.isoformat()
            log.info("pool.paused", by=pause.by, until=until, why=pause.why)

    def _report_actions(self, report: CycleReport, log: Any) -> bool:
        """Whether any of them was news; one that fails each time as before is none."""
        troubles = self._failing.setdefault(report.pool, TroubleFilter())
        failing, acted = [], False
        for one in report.actions:
            about = {"action": verb(one.action), "what": sentence(one.action), **_about(one.action)}
            if one.outcome != "failed":
                _report_deed(one, about, log)
                acted = True
                continue
            failing.append(_target(one.action))
            if troubles.is_news(failing[-1], one.detail):
                log.error("action.failed", **about, error=one.detail)
                acted = True
        # A cycle that could not look says nothing of what would fail.
        if report.observation.complete:
            for name, target in troubles.over(failing):
                log.info("action.failing_no_more", action=name, of=target)
        return acted


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
    if decision.paused:
        return {}
    orders = {one.group: one.count for one in (*decision.orders, *decision.retract)}
    return {"orders": orders} if orders else {}


def _report_deed(report: ActionReport, about: dict[str, Any], log: Any) -> None:
    if report.outcome == "given_up":
        log.info("action.given_up", **about, why=report.detail)
    else:
        log.info("action.applied", **about)


def _target(action: Action) -> tuple[str, str]:
    """Which action it is from one cycle to the next: its code, and the thing that it is done to."""
    about = _about(action)
    return verb(action), str(about.get("instance") or about.get("node") or about.get("group"))


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
