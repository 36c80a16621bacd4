"""
Why an idle node stays, and when it goes: told by letting the deciding function look ahead.

Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime

from autoscaler.core.briefing import Briefing
from autoscaler.core.decision import Decision, Rule
from autoscaler.core.explaining import (
    Explanation,
    Fate,
    clock,
    coming,
    listing,
    reasons_of,
    since,
    span,
    told,
)
from autoscaler.core.fleet import Member
from autoscaler.core.idling import let_idle_go
from autoscaler.core.learning import ARRIVALS_FOR, arrival_rate
from autoscaler.core.ledger import boot_time
from autoscaler.core.model import Lifecycle
from autoscaler.core.release import Situation, idle_to_spare, may_go

#: More than any pool has: how many go at once is another matter than which may.
_NO_LIMIT = 1_000_000


def explain_idle(member: Member, briefing: Briefing, decision: Decision) -> Explanation:
    """Of a ready node that runs nothing and is not let go by this decision."""
    now = briefing.situation.now
    began = briefing.memory.idle_since.get(member.node.node_id, now)
    explanation = (
        _not_ours_to_end(member)
        or _needed(member, briefing, decision)
        or _kept_for_a_minimum(member, briefing, decision)
        or _kept_for_now(member, briefing, decision)
    )
    sentence = f"it stays: idle {since(began, now)}, {explanation.sentence}"
    return replace(explanation, sentence=sentence)


def _not_ours_to_end(member: Member) -> Explanation | None:
    if may_go(member):
        return None
    if member.instance is None:
        sentence = "and its instance is in none of the pool's groups: not ours to end"
        return told(Fate.NO_INSTANCE, sentence)
    if member.lifecycle is Lifecycle.ASIDE:
        return told(Fate.ASIDE, "and its instance stands by, out of service: not ours to end")
    return told(Fate.IDLE, "and its instance is not in service yet")


def _needed(member: Member, briefing: Briefing, decision: Decision) -> Explanation | None:
    demand, situation = briefing.demand, briefing.situation
    if not situation.complete:
        sentence = "and nothing is let go while a part of the picture is unknown"
        return told(Rule.INCOMPLETE, sentence, *reasons_of(decision, Rule.INCOMPLETE))
    reasons = reasons_of(decision, Rule.DEMAND, Rule.IN_FLIGHT, Rule.UNCORDON, Rule.NOT_PLACED)
    if member.node.node_id in demand.wanted:
        return told(Rule.DEMAND, "and pending children have room on it", *reasons)
    if demand.room_for_all:
        sentence = "and no node is let go while children still wait for room"
        return told(Rule.DEMAND, sentence, *reasons)
    if decision.uncordon:
        names = listing(ref.name for ref in decision.uncordon)
        sentence = f"and none is let go in a cycle that takes others back ({names})"
        return told(Rule.UNCORDON, sentence, *reasons)
    return None


def _kept_for_a_minimum(
    member: Member, briefing: Briefing, decision: Decision
) -> Explanation | None:
    situation = briefing.situation
    base = _before(briefing, decision)
    if member in idle_to_spare(base, situation):
        return None
    spare = situation.settings.scaling.spare
    if spare and member in idle_to_spare(base, _with_scaling(situation, spare=0)):
        sentence = f"and one of the {spare} that are to be spare"
        return told(Rule.SPARE, sentence, *reasons_of(decision, Rule.SPARE), spare_count=spare)
    reasons = reasons_of(decision, Rule.SIZE_MIN, Rule.SCHEDULE)
    window = briefing.window
    if window is not None:
        until = clock(window.until, situation.now)
        sentence = f"and the schedule {window.cron!r} keeps {window.size_min} until {until}"
        return told(
            Rule.SCHEDULE, sentence, *reasons, size_min=window.size_min, until_at=window.until
        )
    group = next((one for one in situation.groups if one.name == member.group), None)
    own = 0 if group is None else group.size_min
    if own > situation.least:
        sentence = f"and the group {member.group} has a minimum of {own}"
        return told(Rule.SIZE_MIN, sentence, *reasons, size_min=own)
    sentence = f"and the pool's minimum is {situation.least}"
    return told(Rule.SIZE_MIN, sentence, *reasons, size_min=situation.least)


def _kept_for_now(member: Member, briefing: Briefing, decision: Decision) -> Explanation:
    """Time decides: when it goes is found by looking at later instants."""
    situation, memory = briefing.situation, briefing.memory
    goes_at = _goes_at(member, briefing, decision)
    when = (
        "" if goes_at is None else f"; it goes {coming(goes_at, situation.now)} unless work comes"
    )
    last, cooldown = memory.last_scale_in_at, situation.scale_in.cooldown
    if last is not None and last + cooldown > situation.now:
        sentence = f"and the scale-in cooldown runs until {clock(last + cooldown, situation.now)}"
        return _timed(Rule.SCALE_IN_COOLDOWN, sentence + when, decision, goes_at)
    if goes_at is not None and goes_at <= situation.now:
        step = situation.scale_in.max_step
        sentence = f"and it goes after others: at most {step} go at once"
        return _timed(Rule.SCALE_IN_STEP, sentence, decision, None)
    idle_after = situation.scale_in.idle_after
    if idle_after is not None:
        sentence = f"and idle nodes are kept for {span(idle_after)}{when}"
        return _timed(Rule.IDLE_AFTER, sentence, decision, goes_at)
    rate = arrival_rate(memory, situation.now) * 60
    boot = boot_time(memory, 0.5)
    sentence = (
        f"kept warm, as at {rate:.1f} children a minute it is likely to be needed soon and a boot "
        f"takes {span(boot)}{when}"
    )
    return _timed(Rule.KEEP_WARM, sentence, decision, goes_at, arrivals_per_minute=rate)


def _timed(
    rule: Rule, sentence: str, decision: Decision, goes_at: datetime | None, **numbers: float
) -> Explanation:
    return told(rule, sentence, *reasons_of(decision, rule), goes_at=goes_at, **numbers)


def _goes_at(member: Member, briefing: Briefing, decision: Decision) -> datetime | None:
    """The first instant at which it would be let go if nothing came meanwhile."""
    situation = briefing.situation
    base, free = _before(briefing, decision), _with_scaling(situation, max_step=_NO_LIMIT)
    for at in _instants(member, briefing):
        later = let_idle_go(base, replace(free, now=at), briefing.outlook.queues)
        if member.ref in later.cordon:
            return at
    return None


def _instants(member: Member, briefing: Briefing) -> list[datetime]:
    """When the answer can change: an idle time or a cooldown ends, arrivals are forgotten."""
    situation, memory = briefing.situation, briefing.memory
    instants = {situation.now}
    began = memory.idle_since.get(member.node.node_id)
    if began is not None and situation.scale_in.idle_after is not None:
        instants.add(began + situation.scale_in.idle_after)
    if memory.last_scale_in_at is not None:
        instants.add(memory.last_scale_in_at + situation.scale_in.cooldown)
    # From then on these no longer count.
    instants.update(one.since + ARRIVALS_FOR for one in memory.arrivals)
    return sorted(at for at in instants if at >= situation.now)


def _before(briefing: Briefing, decision: Decision) -> Decision:
    """The decision as it is before idle nodes are looked at."""
    return replace(decision, memory=briefing.memory, cordon=(), reasons=(), look_again_at=None)


def _with_scaling(
    situation: Situation, *, spare: int | None = None, max_step: int | None = None
) -> Situation:
    scaling = situation.settings.scaling
    if spare is not None:
        scaling = replace(scaling, spare=spare)
    if max_step is not None:
        scaling = replace(scaling, scale_in=replace(scaling.scale_in, max_step=max_step))
    return replace(situation, settings=replace(situation.settings, scaling=scaling))
