"""
What a pending child waits for that fits a node of its pool: room, there already or on its way.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoscaler.core.briefing import Briefing
from autoscaler.core.child import ChildFacts
from autoscaler.core.decision import Decision, Rule
from autoscaler.core.demand import bin_of, misfit, template_of, violated
from autoscaler.core.explaining import (
    Explanation,
    Fate,
    coming,
    counted,
    likely,
    listing,
    reasons_of,
    span,
    told,
)
from autoscaler.core.explaining_misfits import could_hold
from autoscaler.core.explaining_turns import Place, Turn
from autoscaler.core.fleet import Member
from autoscaler.core.ledger import boot_time
from autoscaler.core.memory import Boot
from autoscaler.core.packing import Load

#: What keeps nodes from being bought, and how to say so.
_HELD_BACK = {
    Rule.STANDING_BY: "none is bought by this daemon, which stands by",
    Rule.PAUSED: "none is bought, as the pool is paused",
    Rule.NEVER_JOINED: "new instances never become nodes",
    Rule.LAUNCH_FAILURE: "AWS cannot launch the nodes that it needs",
    Rule.SCALE_OUT_COOLDOWN: "the scale-out cooldown keeps more from being bought",
    Rule.SIZE_MAX: "the pool is at its maximum",
    Rule.MAX_STEP: "the rest of the nodes is bought in the next cycles",
}
#: What has children wait on purpose.
_IN_TIME = (Rule.LAZY_SINGLE, Rule.BACKLOG, Rule.LAST_CHANCE)
#: What else a decision says of the queue.
_OF_THE_QUEUE = (Rule.DEMAND, Rule.IN_FLIGHT, Rule.STEPS)


@dataclass(frozen=True, slots=True)
class Case:
    """A child that waits, and all that may be why."""

    facts: ChildFacts
    decision: Decision
    briefing: Briefing
    #: What the child alone wants placed.
    loads: Sequence[Load]
    turn: Turn
    #: When the picture was taken.
    now: datetime


def of_room(case: Case) -> Explanation:
    """Where it will find room, and when; or what keeps that from coming."""
    match case.turn.place:
        case Place.READY:
            return _has_room(case)
        case Place.CORDONED:
            names = listing(ref.name for ref in case.decision.uncordon)
            if case.decision.paused:
                return _not_taken_back(case, names)
            sentence = f"a node on its way out is taken back, where it will start: {names}"
            return told(Rule.UNCORDON, sentence, *reasons_of(case.decision, Rule.UNCORDON))
        case Place.IN_FLIGHT:
            return _on_its_way(case)
        case Place.ORDERED:
            return _ordered(case)
        case Place.NOWHERE:
            return _short_of_room(case)


def _not_taken_back(case: Case, names: str) -> Explanation:
    sentence = (
        f"a node on its way out has room for it ({names}), and is not taken back while "
        f"{case.decision.paused_why}"
    )
    why = reasons_of(case.decision, Rule.STANDING_BY, Rule.PAUSED, Rule.UNCORDON)
    return told(Rule.PAUSED, sentence, *why)


def _has_room(case: Case) -> Explanation:
    nodes = [one.node.name for one in case.briefing.fleet.ready if _has_place(one, case.loads)]
    not_placed = reasons_of(case.decision, Rule.NOT_PLACED)
    if not_placed:
        sentence = (
            f"{listing(nodes)} would have room for it, and Nomad does not place it: "
            f"`nomad job status {case.facts.child}` says what Nomad waits for"
        )
        return told(Rule.NOT_PLACED, sentence, *not_placed, nodes=listing(nodes))
    sentence = f"there is room for it on {listing(nodes)}: Nomad should start it in a moment"
    return told(Fate.ROOM, sentence, nodes=listing(nodes))


def _has_place(member: Member, loads: Sequence[Load]) -> bool:
    room = bin_of(member)
    return all(room.holds(one) and violated(one, member.node.facts) is None for one in loads)


def _on_its_way(case: Case) -> Explanation:
    flight, memory, now = case.turn.flight, case.briefing.memory, case.now
    assert flight is not None  # noqa: S101 - what makes it be on its way
    boot = memory.boots.get(flight.instance_id or "")
    asked_at = None if boot is None else boot.requested_at
    if flight.instance_id is None:
        what = f"an instance that {flight.group} was asked for and AWS has not launched yet"
        asked_at = min(
            (one.at for one in memory.requests if one.group == flight.group), default=None
        )
    else:
        what = f"{flight.instance_id}{_how_far(boot, now)}"
    age = None if asked_at is None else now - asked_at
    return told(
        Rule.IN_FLIGHT,
        f"it has a place on {what}: {_ready(case, age)}",
        _sooner(case),
        *reasons_of(case.decision, Rule.IN_FLIGHT),
        instance=flight.instance_id,
        group=flight.group,
        asked_at=asked_at,
        launched_at=None if boot is None else boot.launched_at,
        ready_seconds=case.turn.ready_seconds,
    )


def _how_far(boot: Boot | None, now: datetime) -> str:
    if boot is None:
        return ""
    asked = f"asked for {span(now - boot.requested_at)} ago"
    if boot.launched_at is None or boot.launched_at <= boot.requested_at:
        return f", {asked}"
    return f", {asked} and launched {span(now - boot.launched_at)} ago"


def _ready(case: Case, age: timedelta | None) -> str:
    memory = case.briefing.memory
    boot = boot_time(memory, 0.5)
    if age is not None and age > boot:
        return f"its boot takes longer than most ({span(boot)}), and may be over any moment"
    known = (
        f"as boots take about {span(boot)}"
        if memory.boot_seconds
        else f"if a boot takes {span(boot)}, for none was seen yet"
    )
    return f"ready {likely(case.turn.ready_seconds or 0.0, case.now)}, {known}"


def _ordered(case: Case) -> Explanation:
    orders = case.decision.orders
    asked = " and ".join(
        f"{counted(one.count, 'instance', 'instances')} of {one.group}" for one in orders
    )
    return told(
        Fate.ORDERED,
        f"it has a place on what was asked for just now, {asked}: {_ready(case, None)}",
        _sooner(case),
        *reasons_of(case.decision, *_OF_THE_QUEUE, *_IN_TIME),
        asked_count=sum(one.count for one in orders),
        ready_seconds=case.turn.ready_seconds,
    )


def _sooner(case: Case) -> Explanation | None:
    """Where what runs is likely to make room well before what is on its way is ready."""
    start, ready = case.turn.start_seconds, case.turn.ready_seconds
    if start is None or ready is None or start > ready / 2:
        return None
    return _expected(case)


def _short_of_room(case: Case) -> Explanation:
    decision = case.decision
    larger = _larger_nodes(case)
    if larger:
        sentence = (
            f"no new node would be large enough for it, only {listing(larger)}: it starts once "
            "enough of the work there has ended"
        )
        return told(Fate.NO_ROOM, sentence, _nearest(case), nodes=listing(larger))
    rules = [reason.rule for reason in decision.reasons]
    for rule, words in _HELD_BACK.items():
        if rule in rules:
            (reason, *_) = reasons_of(decision, rule)
            sentence = f"no node has room for it, and {words}: {reason.sentence}"
            return told(rule, sentence, _expected(case), _nearest(case), **_start(case))
    strategy = next((one for one in _IN_TIME if one in rules), None)
    if strategy is not None:
        return _in_time(case, strategy)
    return told(
        Fate.NO_ROOM,
        f"no node has room for it: it starts when what is there makes some, likely {_when(case)}",
        *reasons_of(decision, *_OF_THE_QUEUE),
        _nearest(case),
        **_start(case),
    )


def _larger_nodes(case: Case) -> list[str]:
    """Of a child that only some of the ready nodes could ever hold, these; else nothing."""
    template = template_of(case.briefing.situation.settings, case.briefing.memory)
    if all(misfit(one, template) is None for one in case.loads):
        return []
    able = (
        one
        for one in case.briefing.fleet.ready
        if all(could_hold(one, load) for load in case.loads)
    )
    return [one.node.name for one in able]


def _in_time(case: Case, rule: Rule) -> Explanation:
    target = case.briefing.outlook.target_wait
    what = "it waits on purpose, as it starts in time without a node bought for it"
    if rule is Rule.LAZY_SINGLE:
        what = (
            "it waits on purpose: one more node is left for later, until there is no time to lose"
        )
    if case.decision.buy:
        bought = counted(case.decision.buy, "node is", "nodes are")
        what = f"it waits its turn: {bought} bought now, the fewest with which all start in time"
    without = "without it " if rule is Rule.LAZY_SINGLE else ""
    sentence = (
        f"{what}; likely to start {without}{_when(case)}; the target is {span(target)}{_ends(case)}"
    )
    return told(
        rule,
        sentence,
        *reasons_of(case.decision, rule),
        _nearest(case),
        target_seconds=target.total_seconds(),
        **_start(case),
    )


def _ends(case: Case) -> str:
    """Until when the child has to start by the target."""
    dispatched_at = case.facts.dispatched_at
    if dispatched_at is None:
        return ""
    due = dispatched_at + case.briefing.outlook.target_wait
    return f", which {'has passed' if due < case.now else f'ends {coming(due, case.now)}'}"


def _start(case: Case) -> dict[str, float | datetime | None]:
    seconds = case.turn.start_seconds
    at = None if seconds is None else case.now + timedelta(seconds=seconds)
    return {"start_seconds": seconds, "start_at": at}


def _when(case: Case) -> str:
    seconds = case.turn.start_seconds
    if seconds is None:
        return "later than can be foreseen"
    return likely(seconds, case.now)


def _expected(case: Case) -> Explanation | None:
    if case.turn.start_seconds is None:
        return None
    return told(Fate.EXPECTED, f"room for it is likely {_when(case)}", **_start(case))


def _nearest(case: Case) -> Explanation | None:
    """How the ready nodes have no room: by the one that lacks least."""
    ready, load = case.briefing.fleet.ready, case.loads[0] if case.loads else None
    if not ready or load is None:
        return told(Fate.NO_ROOM, "no node is ready", ready_count=0)
    lacks = [
        (sum(over.want - over.have for over in found), one.node.name, found)
        for one in ready
        if could_hold(one, load)
        and (found := one.node.free.excess(load.group.ask, one.node.capacity.mhz_per_core))
    ]
    if not lacks:
        return None
    _, name, found = min(lacks, key=lambda one: (one[0], one[1]))
    free = ", ".join(f"{one.dimension} {one.have} of {one.want} {one.unit}" for one in found)
    nodes = counted(len(ready), "node is", "nodes are")
    sentence = f"{nodes} ready; the nearest, {name}, has free of what it asks: {free}"
    return told(Fate.NO_ROOM, sentence, ready_count=len(ready), node=name)
