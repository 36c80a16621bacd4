"""
One cycle's report as events: what people should be able to find later, with its reasons.

Pure; imports core, ports and the modules beside it.
"""

from collections.abc import Iterator, Sequence

from autoscaler.core.decision import InstanceRef
from autoscaler.core.explaining import counted
from autoscaler.core.pause import Pause
from autoscaler.core.troubles import MENDS
from autoscaler.metrics.catalogue import EVENTS
from autoscaler.metrics.changes import changes
from autoscaler.metrics.launches import FreshFailure
from autoscaler.metrics.measured import Event, Tags
from autoscaler.ports import CycleReport


def capacity_events(report: CycleReport) -> Iterator[Event]:
    """Nodes bought, requests taken back, nodes let go and instances that never joined."""
    changed = changes(report)
    for count, became in (
        (changed.bought_count, "more"),
        (changed.taken_back_count, "no longer asked for"),
        (changed.released_count, "fewer"),
    ):
        if count:
            yield _capacity(f"{counted(count, 'node', 'nodes')} {became}", report)
    if changed.never_joined:
        yield _never_joined(changed.never_joined, report)


def launch_events(report: CycleReport, failures: Sequence[FreshFailure]) -> Iterator[Event]:
    """Each way in which a group's launches began to fail."""
    for fresh in failures:
        if not fresh.first_of_its_kind:
            continue
        failure = fresh.failure
        yield _event(
            "launch",
            f"{report.pool}: {fresh.group} cannot launch instances ({failure.kind.value})",
            f"AWS says: {failure.detail} Mend: {MENDS[failure.kind]}.",
            tags=(*_pool(report), ("group", fresh.group), ("kind", failure.kind.value)),
            key=f"launch-{report.pool}-{fresh.group}",
        )


def pause_events(report: CycleReport, before: Pause | None) -> Iterator[Event]:
    """The pool was paused, or is acted upon again; ``before`` is the pause of the last cycle."""
    now = report.observation.pause
    if now == before:
        return
    if now is not None:
        until = "it is resumed" if now.until is None else f"{now.until:%Y-%m-%d %H:%M} UTC"
        yield _pause("paused", f"By {now.by} until {until}: {now.why}", report)
    elif before is not None:
        over = before.until is not None and before.until <= report.now
        text = "The pause has run out." if over else "People have resumed it."
        yield _pause("resumed", f"{text} It was paused by {before.by}: {before.why}", report)


def _capacity(change: str, report: CycleReport) -> Event:
    decision = report.decision
    text = f"Desired capacity {decision.current} → {decision.desired}: {decision.why}"
    return _event(
        "capacity",
        f"{report.pool}: {change}",
        text,
        tags=_pool(report),
        key=f"capacity-{report.pool}",
    )


def _never_joined(ended: Sequence[InstanceRef], report: CycleReport) -> Event:
    names = ", ".join(f"{one.instance_id} of {one.group}" for one in ended)
    return _event(
        "never_joined",
        f"{report.pool}: {len(ended)} of its instances never joined Nomad",
        f"Ended: {names}. {report.decision.why}",
        tags=_pool(report),
        key=f"never-joined-{report.pool}",
    )


def _pause(became: str, text: str, report: CycleReport) -> Event:
    return _event(
        "pause",
        f"{report.pool}: {became}",
        text,
        tags=_pool(report),
        key=f"pause-{report.pool}",
    )


def _pool(report: CycleReport) -> Tags:
    return (("pool", report.pool),)


def _event(kind: str, title: str, text: str, *, tags: Tags, key: str) -> Event:
    return Event(title, text, tags, key, EVENTS[kind].alert_type)
