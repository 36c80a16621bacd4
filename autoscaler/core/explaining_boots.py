"""
Why an instance that is no node yet, or never became one, is kept or ended.

Pure; imports ``autoscaler.core`` only.
"""

from datetime import timedelta

from autoscaler.core.briefing import Briefing
from autoscaler.core.decision import Decision, InstanceRef, Rule
from autoscaler.core.explaining import (
    Explanation,
    Fate,
    clock,
    likely,
    postponed,
    reasons_naming,
    reasons_of,
    span,
    told,
)
from autoscaler.core.explaining_turns import ready_in_seconds
from autoscaler.core.fleet import InFlight
from autoscaler.core.ledger import boot_time
from autoscaler.core.memory import Boot
from autoscaler.core.model import Instance, Lifecycle


def explain_instance(given: str, briefing: Briefing, decision: Decision) -> Explanation | None:
    """None where no group of the pool has an instance of that id."""
    for group in briefing.situation.groups:
        for instance in group.instances:
            if instance.instance_id == given:
                ref = InstanceRef(instance.instance_id, group.name)
                return _of_instance(ref, instance, briefing, decision)
    return None


def _of_instance(
    ref: InstanceRef, instance: Instance, briefing: Briefing, decision: Decision
) -> Explanation:
    about = reasons_naming(decision, ref.instance_id)
    flight = next(
        (one for one in briefing.fleet.in_flight if one.instance_id == ref.instance_id), None
    )
    if flight is not None:
        return _on_its_way(flight, briefing)
    if ref in briefing.fleet.unjoined:
        return _never_joined(ref, briefing, decision)
    if ref in briefing.fleet.held_bare:
        sentence = "it goes: AWS ends it, and it is no node of Nomad's"
        rule = Rule.HOOK
        found = told(rule, sentence, *reasons_of(decision, rule), instance=ref.instance_id)
        return postponed(found, decision)
    return _on_its_way_out(ref, instance, about)


def _on_its_way_out(
    ref: InstanceRef, instance: Instance, about: tuple[Explanation, ...]
) -> Explanation:
    if instance.lifecycle is Lifecycle.HELD:
        sentence = "it stays for now: AWS ends it, and Nomad may only not know its node yet"
        return told(Rule.HOOK, sentence, *about, instance=ref.instance_id)
    if instance.notice is not None:
        kind = instance.notice.kind.value.replace("_", " ")
        sentence = f"AWS announced {kind}, so it is not waited for; it is no node of Nomad's"
        return told(Rule.NOTICE, sentence, *about, instance=ref.instance_id)
    if instance.lifecycle is Lifecycle.ASIDE:
        sentence = "it is left alone: it stands by in its group, out of service, and is no node"
        return told(Fate.ASIDE, sentence, instance=ref.instance_id)
    return told(Fate.LEAVING, "it goes: AWS is ending it already", instance=ref.instance_id)


def _on_its_way(flight: InFlight, briefing: Briefing) -> Explanation:
    now, memory = briefing.situation.now, briefing.memory
    boot, usual = memory.boots.get(flight.instance_id or ""), boot_time(memory, 0.5)
    seconds = ready_in_seconds(flight, briefing)
    asked = ""
    late = ""
    if boot is not None:
        asked = (
            f", asked for at {clock(boot.requested_at, now)}, {span(now - boot.requested_at)} ago"
        )
        if now - boot.requested_at > usual:
            late = f"; its boot takes longer than most ({span(usual)})"
    steps = _steps(boot)
    sentence = f"it is on its way{asked}; {steps}ready {likely(seconds, now)}{late}"
    return told(
        Rule.IN_FLIGHT,
        sentence,
        instance=flight.instance_id,
        group=flight.group,
        asked_at=None if boot is None else boot.requested_at,
        ready_at=now + timedelta(seconds=seconds),
        boot_seconds=usual.total_seconds(),
    )


def _steps(boot: Boot | None) -> str:
    if boot is None or boot.launched_at is None:
        return "AWS has yet to launch it; "
    if boot.in_service_at is None:
        return "launched, and not in service yet; "
    if boot.joined_at is None:
        return "in service, and its node has not joined Nomad yet; "
    return "its node has joined, and is not ready yet; "


def _never_joined(ref: InstanceRef, briefing: Briefing, decision: Decision) -> Explanation:
    limit = span(briefing.situation.settings.boot_timeout)
    if ref in decision.replace:
        then = "it is ended now, and AWS launches another"
    elif ref in decision.give_up:
        then = "it is ended now, and no other comes for it"
    else:
        then = "it is kept for now"
    sentence = (
        f"it became no node within {limit} of its launch: {then}; see its console output, and "
        "whether its Nomad client finds the server"
    )
    rules = (Rule.UNJOINED, Rule.NEVER_JOINED)
    found = told(
        Rule.UNJOINED,
        sentence,
        *reasons_of(decision, *rules),
        instance=ref.instance_id,
        group=ref.group,
    )
    return postponed(found, decision)
