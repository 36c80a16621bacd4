"""
One cycle's report as events: what people should be able to find later, with its reasons.

Pure; imports core, ports and the modules beside it.
"""

from collections.abc import Iterator, Sequence

from autoscaler.core.pause import Pause
from autoscaler.core.plan import (
    Action,
    LowerDesiredCapacity,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
)
from autoscaler.core.troubles import MENDS
from autoscaler.metrics.catalogue import EVENTS
from autoscaler.metrics.launches import FreshFailure
from autoscaler.metrics.measured import Event, Tags
from autoscaler.ports import CycleReport


def capacity_events(report: CycleReport) -> Iterator[Event]:
    """Nodes bought, requests taken back, nodes let go and instances that never joined."""
    done = [one.action for one in report.actions if one.outcome == "applied"]
    bought = sum(one.desired - one.current for one in done if isinstance(one, SetDesiredCapacity))
    taken_back = sum(
        one.current - one.desired for one in done if isinstance(one, LowerDesiredCapacity)
    )
    released = sum(1 for one in done if isinstance(one, Terminate) and not one.replace)
    for count, became in (
        (bought, "more"),
        (taken_back, "no longer asked for"),
        (released, "fewer"),
    ):
        if count:
            yield _capacity(f"{count} node{'s' if count > 1 else ''} {became}", report)
    yield from _never_joined(done, report)


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


def _never_joined(done: Sequence[Action], report: CycleReport) -> Iterator[Event]:
    ended = [one.instance for one in done if isinstance(one, TerminateUnjoined)]
    if ended:
        names = ", ".join(f"{one.instance_id} of {one.group}" for one in ended)
        yield _event(
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
