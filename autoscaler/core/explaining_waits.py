"""
Why a pending child waits: the first cause that applies, with what there is to be known besides.

Pure; imports ``autoscaler.core`` only.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from autoscaler.core.briefing import Briefing
from autoscaler.core.child import ChildFacts
from autoscaler.core.decision import Decision, Rule
from autoscaler.core.demand import bin_of, violated
from autoscaler.core.explaining import (
    Explanation,
    Fate,
    coming,
    counted,
    listing,
    reasons_of,
    since,
    span,
    told,
)
from autoscaler.core.explaining_misfits import could_hold, held_by_nomad, never_fits
from autoscaler.core.explaining_turns import Place, Turn, turn_of
from autoscaler.core.fleet import Member
from autoscaler.core.ledger import boot_time
from autoscaler.core.model import JobQueue
from autoscaler.core.packing import Load

#: What keeps nodes from being bought, and how to say so.
_HELD_BACK = {
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
class _Case:
    """All that the steps below look at."""

    facts: ChildFacts
    decision: Decision
    briefing: Briefing
    queue: JobQueue
    turn: Turn
    now: datetime

    @property
    def loads(self) -> tuple[Load, ...]:
        """What the child alone wants placed."""
        one = replace(self.turn.queue, pending_count=1)
        return tuple(Load(one, group, group.count) for group in one.groups if group.count > 0)

    @property
    def target(self) -> timedelta:
        """Within which time it is to start; zero where the strategy knows no such."""
        scaling = self.briefing.situation.settings.scaling
        return scaling.target_wait if scaling.strategy == "backlog" else timedelta(0)


def why_it_waits(
    facts: ChildFacts, decision: Decision, briefing: Briefing | None, now: datetime
) -> Explanation:
    """Of a child that Nomad calls pending; without a ``briefing`` hardly anything is known."""
    queues = briefing.outlook.queues if briefing is not None else ()
    queue = next((one for one in queues if one.job == facts.job), None)
    if briefing is None or queue is None:
        what = "the pool's nodes and groups" if briefing is None else f"the queue of {facts.job}"
        sentence = f"the autoscaler cannot read {what}, and buys nothing for it until it can"
        return told(Rule.INCOMPLETE, sentence, *reasons_of(decision, Rule.INCOMPLETE))
    turn = turn_of(facts, queue, briefing, decision.orders)
    case = _Case(facts, decision, briefing, queue, turn, now)
    found = (
        never_fits(case.loads, briefing, decision)
        or held_by_nomad(facts.verdict, queue.verdict, case.loads, briefing, decision)
        or _of_room(case)
    )
    common = (_position(case), _too_new(case), _other_ask(case), _nomads_word(case))
    return replace(found, details=(*found.details, *(one for one in common if one is not None)))


def _of_room(case: _Case) -> Explanation:
    match case.turn.place:
        case Place.READY:
            return _has_room(case)
        case Place.CORDONED:
            names = listing(ref.name for ref in case.decision.uncordon)
            sentence = f"a node on its way out is taken back, where it will start: {names}"
            return told(Rule.UNCORDON, sentence, *reasons_of(case.decision, Rule.UNCORDON))
        case Place.IN_FLIGHT:
            return _on_its_way(case)
        case Place.ORDERED:
            return _ordered(case)
        case Place.NOWHERE:
            return _short_of_room(case)


def _has_room(case: _Case) -> Explanation:
    nodes = [one.node.name for one in case.briefing.fleet.ready if _has_place(one, case.loads)]
    not_placed = reasons_of(case.decision, Rule.NOT_PLACED)
    if not_placed:
        sentence = (
            f"{listing(nodes)} would have room for it, and Nomad does not place it: "
            f"`nomad job status {case.facts.child}` says what Nomad waits for"
        )
        return told(Rule.NOT_PLACED, sentence, *not_placed)
    sentence = f"there is room for it ({listing(nodes)}): Nomad should start it in a moment"
    return told(Fate.ROOM, sentence)


def _has_place(member: Member, loads: tuple[Load, ...]) -> bool:
    room = bin_of(member)
    return all(room.holds(one) and violated(one, member.node.facts) is None for one in loads)


def _on_its_way(case: _Case) -> Explanation:
    flight, memory, now = case.turn.flight, case.briefing.memory, case.now
    assert flight is not None  # noqa: S101 - what makes it be on its way
    boot = memory.boots.get(flight.instance_id or "")
    if flight.instance_id is None:
        what = f"an instance asked of {flight.group} and not launched yet"
        age = None
    elif boot is not None:
        age = now - boot.requested_at
        what = f"{flight.instance_id}, which was asked for {span(age)} ago"
    else:
        what, age = flight.instance_id, None
    sentence = f"it has a place on {what}: {_ready(case, age)}"
    return told(
        Rule.IN_FLIGHT,
        sentence,
        _sooner(case),
        *reasons_of(case.decision, Rule.IN_FLIGHT),
        instance=flight.instance_id,
        group=flight.group,
        ready_seconds=case.turn.ready_seconds,
        asked_seconds=None if age is None else age.total_seconds(),
    )


def _ready(case: _Case, age: timedelta | None) -> str:
    left = case.turn.ready_seconds or 0.0
    boot = boot_time(case.briefing.memory, 0.5)
    if age is not None and age > boot:
        return f"its boot takes longer than most ({span(boot)}); ready any moment"
    known = "as boots take" if case.briefing.memory.boot_seconds else "taking a boot for"
    return f"ready {coming(case.now + timedelta(seconds=left), case.now)}, {known} {span(boot)}"


def _ordered(case: _Case) -> Explanation:
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


def _sooner(case: _Case) -> Explanation | None:
    """Where what runs is likely to make room before what is on its way is ready."""
    start, ready = case.turn.start_seconds, case.turn.ready_seconds
    if start is None or ready is None or start > ready / 2:
        return None
    return _expected(case)


def _short_of_room(case: _Case) -> Explanation:
    decision, expected = case.decision, _expected(case)
    rules = [reason.rule for reason in decision.reasons]
    for rule, words in _HELD_BACK.items():
        if rule in rules:
            (reason, *_) = reasons_of(decision, rule)
            sentence = f"no node has room for it, and {words}: {reason.sentence}"
            return told(rule, sentence, expected, _fullest(case), **_start(case))
    strategy = next((one for one in _IN_TIME if one in rules), None)
    if strategy is not None:
        return _in_time(case, strategy)
    return told(
        Fate.NO_ROOM,
        f"no node has room for it: it starts when what runs makes some, likely {_when(case)}",
        *reasons_of(decision, *_OF_THE_QUEUE),
        _fullest(case),
        **_start(case),
    )


def _in_time(case: _Case, rule: Rule) -> Explanation:
    target, dispatched_at = case.target, case.facts.dispatched_at
    ends = ""
    if dispatched_at is not None:
        due = dispatched_at + target
        ends = f", which {'has passed' if due < case.now else f'ends {coming(due, case.now)}'}"
    what = "it waits on purpose, without a node bought for it"
    if case.decision.buy:
        bought = counted(case.decision.buy, "node is", "nodes are")
        what = f"it waits its turn: {bought} bought now, the fewest with which all start in time"
    sentence = f"{what}; it is likely to start {_when(case)}; the target is {span(target)}{ends}"
    return told(
        rule,
        sentence,
        *reasons_of(case.decision, rule),
        _fullest(case),
        target_seconds=target.total_seconds(),
        **_start(case),
    )


def _start(case: _Case) -> dict[str, float | datetime | None]:
    seconds = case.turn.start_seconds
    at = None if seconds is None else case.now + timedelta(seconds=seconds)
    return {"start_seconds": seconds, "start_at": at}


def _when(case: _Case) -> str:
    seconds = case.turn.start_seconds
    if seconds is None:
        return "later than can be foreseen"
    return coming(case.now + timedelta(seconds=seconds), case.now)


def _expected(case: _Case) -> Explanation | None:
    if case.turn.start_seconds is None:
        return None
    at = case.now + timedelta(seconds=case.turn.start_seconds)
    sentence = f"what runs is likely to make room for it {coming(at, case.now)}"
    return told(Fate.EXPECTED, sentence, **_start(case))


def _fullest(case: _Case) -> Explanation | None:
    """How the ready nodes have no room: by the one that lacks least."""
    ready = case.briefing.fleet.ready
    if not ready:
        return told(Fate.NO_ROOM, "no node is ready", ready_count=0)
    able = [one for one in ready if any(could_hold(one, load) for load in case.loads)]
    lacks = [
        (sum(over.want - over.have for over in found), one.node.name, found)
        for one in able
        for load in case.loads[:1]
        if (found := one.node.free.excess(load.group.ask, one.node.capacity.mhz_per_core))
    ]
    if not lacks:
        return None
    _, name, found = min(lacks, key=lambda one: (one[0], one[1]))
    short = " and ".join(f"{one.offered} of {one.wanted}" for one in found)
    sentence = f"{counted(len(ready), 'node is', 'nodes are')} ready; {name}, the nearest, has "
    return told(Fate.NO_ROOM, f"{sentence}{short} free", ready_count=len(ready))


def _position(case: _Case) -> Explanation:
    turn, facts, now = case.turn, case.facts, case.facts.asked_at or case.now
    total = max(case.queue.pending_count, turn.position)
    waits = "" if facts.dispatched_at is None else f"pending {since(facts.dispatched_at, now)}"
    sentence = (
        f"{waits + '; ' if waits else ''}number {turn.position} of {total} pending in "
        f"{facts.job}, {turn.ahead_count} ahead of it in all"
    )
    waited = None if facts.dispatched_at is None else now - facts.dispatched_at
    return told(
        Fate.POSITION,
        sentence,
        position=turn.position,
        pending_count=total,
        ahead_count=turn.ahead_count,
        waited_seconds=None if waited is None else waited.total_seconds(),
    )


def _too_new(case: _Case) -> Explanation | None:
    at = case.facts.dispatched_at
    if at is None or at <= case.now:
        return None
    return told(
        Fate.POSITION, "it was dispatched after this picture was taken: the next cycle counts it"
    )


def _other_ask(case: _Case) -> Explanation | None:
    asks = {group.name: (group.ask, group.count) for group in case.facts.groups}
    now_asks = {group.name: (group.ask, group.count) for group in case.queue.groups}
    if not asks or asks == now_asks:
        return None
    sentence = (
        f"{case.facts.job} asks for something else by now, and nodes are bought by what the job "
        "asks now: dispatch this child anew"
    )
    return told(Fate.OTHER_ASK, sentence)


def _nomads_word(case: _Case) -> Explanation | None:
    verdict = case.facts.verdict
    if verdict is None:
        return None
    return told(Fate.NOMAD, f"Nomad's last attempt to place it: {verdict.detail}")
