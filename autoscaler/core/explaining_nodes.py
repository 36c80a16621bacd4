"""
Why one node stays or goes: what it is to us, and what the decision does with it.

Idle nodes, whose fate hangs on time, are in ``explaining_idle``; instances that are no nodes in
``explaining_boots``.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from autoscaler.core.briefing import Briefing, brief
from autoscaler.core.decision import Decision, Rule
from autoscaler.core.explaining import (
    NAMED_MAX,
    Explanation,
    Fate,
    alike,
    coming,
    counted,
    likely,
    listing,
    postponed,
    reasons_naming,
    reasons_of,
    since,
    told,
)
from autoscaler.core.explaining_boots import explain_instance
from autoscaler.core.explaining_idle import explain_idle
from autoscaler.core.fleet import Member, members_of
from autoscaler.core.idling import seconds_left
from autoscaler.core.laws import ServiceLaws
from autoscaler.core.memory import Memory
from autoscaler.core.model import Lifecycle, NodeStatus, Observation, Running
from autoscaler.core.settings import PoolSettings


def explain_node(
    given: str,
    observation: Observation,
    decision: Decision,
    settings: PoolSettings,
    memory: Memory,
    now: datetime,
) -> Explanation:
    """
    Of a node by its id, or its beginning, its name or its instance.

    From the picture that the decision was made on; ``memory`` is what the decision was handed.
    """
    briefing = brief(observation, settings, memory, now)
    if briefing is None:
        sentence = "the pool's nodes or groups could not be read: nothing is let go until they can"
        return told(Rule.INCOMPLETE, sentence, *reasons_of(decision, Rule.PAUSED, Rule.INCOMPLETE))
    members = members_of(observation.nodes or (), briefing.situation.groups)
    found = _named(given, members)
    if len(found) > 1:
        names = listing(one.node.node_id for one in found)
        return told(Fate.UNKNOWN, f"{len(found)} nodes could be meant by {given!r}: {names}")
    if found:
        return _of_member(found[0], briefing, decision)
    instance = explain_instance(given, briefing, decision)
    return instance or unknown_node(given, observation)


def unknown_node(given: str, observation: Observation) -> Explanation:
    """Nothing of that name is in the pool; of what is, some could have been meant."""
    known = [one.name for one in observation.nodes or ()]
    known += [one.instance_id for group in observation.groups or () for one in group.instances]
    meant = alike(given, list(dict.fromkeys(known)))
    hint = f"did you mean {listing(meant)}?" if meant else _pool_has(known)
    sentence = f"the pool {observation.pool} has no node or instance {given!r}; {hint}"
    return told(Fate.UNKNOWN, sentence)


def _pool_has(known: Sequence[str]) -> str:
    return f"it has {listing(dict.fromkeys(known))}" if known else "it has none at all now"


def _named(given: str, members: Sequence[Member]) -> list[Member]:
    exact = [
        one for one in members if given in (one.node.node_id, one.node.name, one.node.instance_id)
    ]
    return exact or [one for one in members if given and one.node.node_id.startswith(given)]


def _of_member(member: Member, briefing: Briefing, decision: Decision) -> Explanation:
    ours = _decided(member, briefing, decision)
    explanation = (
        (ours and postponed(ours, decision))
        or _held_by_hook(member, briefing, decision)
        or _not_placing(member, briefing, decision)
        or _on_its_way_out(member, briefing, decision)
        or _busy(member, briefing)
        or postponed(explain_idle(member, briefing, decision), decision)
    )
    return _with_ref(explanation, member)


def _decided(member: Member, briefing: Briefing, decision: Decision) -> Explanation | None:
    """What this very decision does with it."""
    ref, about = member.ref, reasons_naming(decision, member.node.name)
    if ref in decision.release:
        sentence = "it goes now: it has settled since its cordon and is idle, so its instance is "
        return told(Rule.RELEASE, f"{sentence}ended", *about)
    if ref in decision.swap:
        sentence = "it goes now: its instance is ended, and the desired capacity stays as it is"
        return told(Rule.RELEASE, sentence, *about)
    if ref in decision.purge:
        sentence = "its instance has left and it is down: its record is removed from Nomad"
        return told(Rule.PURGE, sentence, *about)
    if ref in decision.uncordon:
        rule = Rule(about[0].code) if about else Rule.UNCORDON
        return told(rule, "it stays: it was on its way out and is taken back now", *about)
    if ref in decision.cordon:
        return replace(_cordoned_now(member, briefing), details=about)
    return None


def _cordoned_now(member: Member, briefing: Briefing) -> Explanation:
    if member.warned:
        sentence = "it goes, as AWS takes it: cordoned now, so that nothing more starts there"
        return told(Rule.NOTICE, sentence)
    if member.idle:
        now = briefing.situation.now
        looked_at = coming(now + briefing.situation.scale_in.settle, now)
        sentence = f"it goes: cordoned now, looked at again {looked_at}, and then ended"
        return told(Rule.CORDON, sentence)
    sentence = "it goes once its children have ended: cordoned now, so that no more start there"
    return told(Rule.PACK_TAIL, sentence)


def _held_by_hook(member: Member, briefing: Briefing, decision: Decision) -> Explanation | None:
    """AWS ends its instance, and a lifecycle hook of the group holds that up."""
    if member.lifecycle is not Lifecycle.HELD:
        return None
    about = reasons_of(decision, Rule.HOOK)
    if member in briefing.fleet.held_busy:
        sentence = "it goes once its work has ended: AWS ends its instance, which is held on to"
        return told(Rule.HOOK, sentence, *about, *_hosted(member, briefing))
    found = told(Rule.HOOK, "it goes: AWS ends its instance, and nothing runs there", *about)
    return postponed(found, decision)


def _not_placing(member: Member, briefing: Briefing, decision: Decision) -> Explanation | None:
    """Nomad places nothing there, and it was not we who had it so."""
    node, name = member.node, member.node.node_id
    if member.lifecycle is Lifecycle.LEAVING:
        return told(Fate.LEAVING, "it goes: AWS is ending its instance already")
    if member.instance is None and member.marked_at is not None and not node.eligible:
        sentence = (
            "it is gone: cordoned by us, its instance has left the group, and its record in Nomad "
            "is removed once Nomad calls it down"
        )
        return told(Fate.LEAVING, sentence, cordoned_at=member.marked_at)
    if node.status is not NodeStatus.READY:
        return _not_ready(member, briefing, decision)
    if node.draining:
        sentence = (
            "it is left alone: somebody drains it, so it is no capacity and theirs to end; "
            f"`nomad node drain -disable {name}` gives it back"
        )
        return told(Fate.FOREIGN_DRAIN, sentence, *_hosted(member, briefing))
    if not node.eligible and member not in briefing.fleet.cordoned:
        sentence = (
            "it is left alone: somebody else made it ineligible, so it is no capacity; "
            f"`nomad node eligibility -enable {name}` gives it back"
        )
        return told(Fate.FOREIGN_CORDON, sentence, *_hosted(member, briefing))
    return None


def _not_ready(member: Member, briefing: Briefing, decision: Decision) -> Explanation:
    node, fleet = member.node, briefing.fleet
    if node.status is NodeStatus.DOWN:
        code, what = Fate.DOWN, "Nomad calls it down: it hears nothing of it"
    else:
        code, what = Fate.NOT_READY, f"Nomad calls it {node.status.value}, and places nothing there"
    then = "its instance has left the group"
    if member.instance is not None:
        then = f"its instance {node.instance_id} is in the group still"
        if member.instance_ref in fleet.unjoined:
            then += (
                ", and is not ended, as what runs there is not known; see its Nomad client's log, "
                "or end the instance"
            )
        elif any(one.instance_id == node.instance_id for one in fleet.in_flight):
            then += ", and counts as on its way"
    return told(code, f"{what}; {then}", *reasons_naming(decision, node.instance_id or ""))


def _on_its_way_out(member: Member, briefing: Briefing, decision: Decision) -> Explanation | None:
    """Cordoned by us before."""
    if member not in briefing.fleet.cordoned or member.marked_at is None:
        return None
    now = briefing.situation.now
    cordoned = f"cordoned by us {since(member.marked_at, now)}"
    if not member.idle:
        rule = Rule.NOTICE if member.warned else Rule.PACK_TAIL
        sentence = f"it goes once its work has ended: {cordoned}, so that no more starts there"
        found = told(rule, sentence, *_hosted(member, briefing), cordoned_at=member.marked_at)
        return postponed(found, decision)
    due_at = member.marked_at + briefing.situation.scale_in.settle
    if not briefing.situation.complete:
        sentence = f"it is on its way out, {cordoned}; nothing is let go while the picture lacks "
        return told(
            Rule.INCOMPLETE,
            f"{sentence}a part",
            *reasons_of(decision, Rule.INCOMPLETE),
            cordoned_at=member.marked_at,
        )
    when = f"looked at again {coming(due_at, now)}" if due_at > now else "looked at again next"
    sentence = f"it goes: {cordoned}, {when}, and ended if nothing runs there then"
    about = reasons_naming(decision, member.node.name)
    found = told(Rule.SETTLE, sentence, *about, cordoned_at=member.marked_at, looked_at=due_at)
    return postponed(found, decision)


def _busy(member: Member, briefing: Briefing) -> Explanation | None:
    if member.idle:
        return None
    now, count = briefing.situation.now, member.node.live_count
    hosted = _hosted(member, briefing)
    starts = [one.started_at for one in member.node.running if one.started_at is not None]
    first = f", the first {since(min(starts), now)}" if starts else ""
    left = seconds_left(member, ServiceLaws(briefing.memory), now)
    sentence = (
        f"it stays: busy with {counted(count, 'child', 'children')}{first}, the last of them "
        f"likely to end {likely(left, now)}"
    )
    if member.instance is None:
        sentence += "; its instance is in none of the pool's groups, so it is not ours to end"
    return told(Fate.BUSY, sentence, *hosted, running_count=count, left_seconds=left)


def _hosted(member: Member, briefing: Briefing) -> tuple[Explanation, ...]:
    """What runs on it, longest first."""
    now = briefing.situation.now

    def began(one: Running) -> datetime:
        return one.started_at or one.placed_at or now

    running = sorted(member.node.running, key=began)
    more = len(running) - NAMED_MAX
    told_of = [
        told(
            Fate.HOSTS,
            f"{one.child or one.job} "
            + (f"running {since(one.started_at, now)}" if one.started_at else "being started"),
            started_at=one.started_at,
            profile=one.profile,
        )
        for one in running[:NAMED_MAX]
    ]
    if more > 0:
        told_of.append(told(Fate.HOSTS, f"and {more} more", more_count=more))
    return tuple(told_of)


def _with_ref(explanation: Explanation, member: Member) -> Explanation:
    """For machines: which node it is."""
    node = member.node
    about = {"node_id": node.node_id, "node": node.name, "instance": node.instance_id or ""}
    return replace(explanation, numbers=MappingProxyType({**about, **explanation.numbers}))
