"""
Why a pending child waits: the first cause that applies, with what there is to be known besides.

Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import replace
from datetime import datetime

from autoscaler.core.briefing import Briefing
from autoscaler.core.child import ChildFacts
from autoscaler.core.decision import Decision, Rule
from autoscaler.core.explaining import Explanation, Fate, listing, reasons_of, since, told
from autoscaler.core.explaining_misfits import held_by_nomad, never_fits
from autoscaler.core.explaining_room import Case, of_room
from autoscaler.core.explaining_turns import turn_of
from autoscaler.core.model import JobQueue
from autoscaler.core.packing import Load


def why_it_waits(
    facts: ChildFacts, decision: Decision, briefing: Briefing | None, now: datetime
) -> Explanation:
    """Of a child that Nomad calls pending; without a ``briefing`` hardly anything is known."""
    queues = briefing.outlook.queues if briefing is not None else ()
    queue = next((one for one in queues if one.job == facts.job), None)
    if briefing is None or queue is None:
        what = "the pool's nodes and groups" if briefing is None else f"the queue of {facts.job}"
        sentence = f"the autoscaler cannot read {what}, and buys nothing for it until it can"
        reasons = reasons_of(decision, Rule.STANDING_BY, Rule.PAUSED, Rule.INCOMPLETE)
        return told(Rule.INCOMPLETE, sentence, *reasons)
    loads = _loads(facts, queue)
    common = (_too_new(facts, now), _other_ask(facts, queue), _nomads_word(facts))
    hopeless = never_fits(loads, briefing, decision) or held_by_nomad(
        facts.verdict, queue.verdict, loads, briefing, decision
    )
    if hopeless is not None:
        return _with(hopeless, _age(facts, now), *common)
    # What a paused pool's decision orders nobody was asked for.
    turn = turn_of(facts, queue, briefing, () if decision.paused else decision.orders)
    case = Case(facts, decision, briefing, loads, turn, now)
    return _with(of_room(case), _age(facts, now), _position(case, queue), *common)


def _with(explanation: Explanation, *details: Explanation | None) -> Explanation:
    known = (one for one in details if one is not None)
    return replace(explanation, details=(*explanation.details, *known))


def _loads(facts: ChildFacts, queue: JobQueue) -> tuple[Load, ...]:
    """What the child alone wants placed."""
    groups = facts.groups or queue.groups
    one = replace(queue, pending_count=1, groups=groups, verdict=None)
    return tuple(Load(one, group, group.count) for group in groups if group.count > 0)


def _age(facts: ChildFacts, now: datetime) -> Explanation | None:
    at, now = facts.dispatched_at, facts.asked_at or now
    if at is None:
        return None
    waited = max(0.0, (now - at).total_seconds())
    return told(Fate.PENDING, f"pending {since(at, now)}", pending_at=at, waited_seconds=waited)


def _position(case: Case, queue: JobQueue) -> Explanation:
    turn = case.turn
    total = max(queue.pending_count, turn.position)
    others = [f"{count} of {job}" for job, count in turn.before.items()]
    of_others = f" ({listing(others)})" if others else ""
    return told(
        Fate.POSITION,
        f"number {turn.position} of {total} pending in {queue.job}; "
        f"{turn.ahead_count} ahead of it in all{of_others}",
        position=turn.position,
        pending_count=total,
        ahead_count=turn.ahead_count,
    )


def _too_new(facts: ChildFacts, now: datetime) -> Explanation | None:
    if facts.dispatched_at is None or facts.dispatched_at <= now:
        return None
    sentence = "it was dispatched after this picture was taken: the next cycle counts it"
    return told(Fate.TOO_NEW, sentence)


def _other_ask(facts: ChildFacts, queue: JobQueue) -> Explanation | None:
    asks = {group.name: (group.ask, group.count) for group in facts.groups}
    asked_now = {group.name: (group.ask, group.count) for group in queue.groups}
    if not asks or asks == asked_now:
        return None
    sentence = (
        f"{facts.job} asks for something else by now than this child does, and nodes are bought by "
        "what the job asks now: dispatch it anew"
    )
    return told(Fate.OTHER_ASK, sentence)


def _nomads_word(facts: ChildFacts) -> Explanation | None:
    if facts.verdict is None:
        return None
    return told(Fate.NOMAD, f"Nomad, when it last tried to place it: {facts.verdict.detail}")
