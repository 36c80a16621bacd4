"""
One cycle: observe → decide → act → report.

The daemon, ``--once`` and ``--dry-run`` all call this ``run_cycle``; only the world that they hand
in differs.  Imports structlog, core, ports, clock, schedules and errors.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from autoscaler.clock import Clock
from autoscaler.core.decision import NodeRef
from autoscaler.core.memory import Memory
from autoscaler.core.plan import (
    Action,
    CompleteHook,
    Terminate,
    TerminateUnjoined,
    Uncordon,
    plan,
    remember,
)
from autoscaler.core.policy import decide
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import ActionError, ObservationError
from autoscaler.ports import ActionReport, CycleReport, Reporter, World
from autoscaler.schedules import open_windows

_log = structlog.get_logger()


def run_cycle(  # noqa: PLR0913 - all that a cycle depends on, so that nothing hides in globals
    world: World,
    reporters: Sequence[Reporter],
    settings: PoolSettings,
    memory: Memory,
    clock: Clock,
    *,
    cycle_id: str,
    stopping: Callable[[], bool] = lambda: False,
) -> CycleReport:
    """Run one cycle of one pool; ``stopping`` is asked before each action."""
    started = clock.monotonic()
    now = clock.now()
    observation = world.observe(now)
    windows = open_windows(settings.schedules, now)
    if windows != observation.windows:
        observation = replace(observation, windows=windows)
    decision = decide(observation, settings, memory, now)
    actions = _carry_out(world, plan(decision, now), stopping)
    applied = [report.action for report in actions if report.outcome == "applied"]
    report = CycleReport(
        pool=settings.name,
        cycle_id=cycle_id,
        observation=observation,
        decision=decision,
        actions=actions,
        memory=remember(decision.memory, applied, now),
        ended_at=clock.now(),
        duration_seconds=clock.monotonic() - started,
        settings=settings,
        memory_before=memory,
        now=now,
    )
    for reporter in reporters:
        try:
            reporter.report(report)
        except Exception:  # noqa: BLE001 - what was done and learned must outlive a defect there
            _log.exception("report.failed", pool=settings.name, cycle_id=cycle_id)
    return report


def _carry_out(
    world: World, actions: Sequence[Action], stopping: Callable[[], bool]
) -> tuple[ActionReport, ...]:
    """In order; the first that fails is the last that is tried."""
    reports: list[ActionReport] = []
    for action in actions:
        if stopping():
            break
        try:
            reports.append(_carry_out_one(world, action))
        except (ActionError, ObservationError) as error:
            reports.append(ActionReport(action, "failed", str(error), error.stage))
            break
    return tuple(reports)


def _carry_out_one(world: World, action: Action) -> ActionReport:
    # The decision is as old as its observation; only what is true now may end an instance.
    why_not = _why_not(world, action)
    if why_not is None:
        world.apply(action)
        return ActionReport(action, "applied")
    if isinstance(action, Terminate) and not action.replace:
        world.apply(Uncordon(action.node))
    return ActionReport(action, "given_up", why_not)


def _why_not(world: World, action: Action) -> str | None:
    """The last look before an instance is ended: what forbids it; None where nothing does."""
    match action:
        case Terminate(node) | CompleteHook(_, NodeRef() as node):
            if not world.still_idle(node.node_id):
                return "work came before the cordon took"
        case TerminateUnjoined(instance):
            if not world.still_unjoined(instance.instance_id):
                return "its node has joined after all"
        case _:
            pass
    return None
