"""
Which nodes go, and the next step of each: scale-in that cannot kill work.

Cordon and mark → settle → look again → terminate that very instance → purge its record.  Never a
drain, which ends batch work at its deadline.  Intent is in the world (the mark, the eligibility),
so a restart at any line goes on from there.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from autoscaler.core.decision import Decision, HeldRef, InstanceRef, NodeRef, Rule
from autoscaler.core.demand import Demand, idle_beyond
from autoscaler.core.fleet import Fleet, Member
from autoscaler.core.guards import because, looking_again, seconds
from autoscaler.core.hooks import due_for_heartbeat
from autoscaler.core.model import Group, Lifecycle
from autoscaler.core.room import Room
from autoscaler.core.settings import PoolSettings, ScaleIn

#: By how much the clock of the one that cordoned may be ahead of ours.
_AHEAD_MAX = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the steps below look at."""

    fleet: Fleet
    groups: Sequence[Group]
    settings: PoolSettings
    demand: Demand
    #: How many may go before a minimum is reached.
    room: Room
    #: The least size in force.
    least: int
    now: datetime
    #: Whether all of the picture was read: else nothing is let go.
    complete: bool

    @property
    def scale_in(self) -> ScaleIn:
        """The pool's settings for scale-in."""
        return self.settings.scaling.scale_in


def heed_notices(decision: Decision, situation: Situation) -> Decision:
    """
    Cordon at once what AWS will take, so that nothing more is placed there.

    An instance that a lifecycle hook holds is held on to while work runs on it, and let go after.
    """
    fleet = situation.fleet
    if fleet.warned:
        refs = names_of(fleet.warned)
        decision = replace(
            decision, cordon=(*decision.cordon, *(member.ref for member in fleet.warned))
        )
        kinds = sorted({_warning(member) for member in fleet.warned})
        detail = f"{refs} cordoned at once: {' and '.join(kinds)}"
        decision = because(decision, Rule.NOTICE, detail)
    busy = [member.instance_ref for member in fleet.held_busy]
    done = [HeldRef(ref, None) for ref in fleet.held_bare]
    done.extend(
        HeldRef(member.instance_ref, member.ref)
        for member in fleet.held_idle
        if _is_settled(member, situation)
    )
    if not situation.complete:
        done.clear()
    if busy or done:
        hold_on = due_for_heartbeat(busy, situation.groups, decision.memory, situation.now)
        decision = replace(decision, hold_on=hold_on, let_go=tuple(done))
    if busy:
        detail = f"{_instances(busy)} held on to while work runs there"
        decision = because(decision, Rule.HOOK, detail)
    if done:
        detail = f"{_instances(one.instance for one in done)} let go, with nothing left to run"
        decision = because(decision, Rule.HOOK, detail)
    return decision


def _is_ahead(member: Member, situation: Situation) -> bool:
    """Whether it would have to settle for longer than any other, and nobody wants it gone."""
    return not member.warned and _marked_at(member) > situation.now + _AHEAD_MAX


def _is_settled(member: Member, situation: Situation) -> bool:
    """Whether what was placed by a plan made before our cordon would show by now."""
    marked_at = member.marked_at
    if marked_at is None or member.node.eligible:
        return False
    return marked_at + situation.scale_in.settle <= situation.now


def wind_down(decision: Decision, situation: Situation) -> Decision:
    """Take each node that is on its way out one step further, or take it back."""
    fleet = situation.fleet
    going = [member for member in fleet.cordoned if member.ref not in decision.uncordon]
    late = [member for member in going if _has_new_work(member) and not member.warned]
    decision = _take_back(decision, late, Rule.BUSY_AGAIN, "work came before the cordon took")
    decision = _take_back(
        decision, fleet.stale, Rule.STALE_MARK, "marked as cordoned, yet eligible"
    )
    ahead = [member for member in going if _is_ahead(member, situation) and member not in late]
    why = "marked as cordoned at a time that is yet to come: a clock was set back"
    decision = _take_back(decision, ahead, Rule.STALE_MARK, why)
    going = [member for member in going if member not in ahead]
    if fleet.gone:
        refs = tuple(member.ref for member in fleet.gone)
        decision = replace(decision, purge=refs)
        detail = f"{_names(refs)} terminated, and down in Nomad"
        decision = because(decision, Rule.PURGE, detail)
    idle = sorted((member for member in going if member.idle), key=_marked_at)
    within = situation.room.within(idle)
    beyond = [member for member in idle if member not in within]
    stay = [member for member in beyond if not member.warned]
    decision = _take_back(decision, stay, Rule.SIZE_MIN, "needed for the minimum")
    decision = _swap_settled(decision, beyond, situation)
    return _release_settled(decision, within, situation)


def _swap_settled(decision: Decision, beyond: Sequence[Member], situation: Situation) -> Decision:
    """What AWS advises to leave goes even where the minimum needs a node: another comes for it."""
    settled = [member for member in beyond if member.warned and _is_settled(member, situation)]
    if not settled:
        return decision
    decision = replace(decision, swap=tuple(member.ref for member in settled))
    detail = f"{names_of(settled)} idle and replaced, as the minimum needs {situation.least}"
    return because(decision, Rule.RELEASE, detail)


def _has_new_work(member: Member) -> bool:
    """Whether something was placed after the cordon was written, by a plan made before it."""
    marked_at = _marked_at(member)
    return any(one.placed_at is None or one.placed_at >= marked_at for one in member.node.running)


def idle_to_spare(decision: Decision, situation: Situation) -> list[Member]:
    """Idle nodes that nothing needs and no minimum or spare keeps, the longest idle first."""
    idle_since = decision.memory.idle_since
    idle = sorted(
        filter(may_go, idle_beyond(situation.fleet, situation.demand)),
        key=lambda member: (idle_since[member.node.node_id], member.node.node_id),
    )
    within = situation.room.less(situation.fleet.cordoned).within(idle)
    spare = situation.settings.scaling.spare
    return within[: max(0, len(idle) - spare)]


def cordon_idle(decision: Decision, situation: Situation, ripe: Sequence[Member]) -> Decision:
    """Begin to let these go, as many at once as the settings allow."""
    step = max(0, situation.scale_in.max_step - len(situation.fleet.cordoned))
    if len(ripe) > step:
        detail = f"{len(ripe)} could go, at most {situation.scale_in.max_step} at once"
        decision = because(decision, Rule.SCALE_IN_STEP, detail)
    chosen = ripe[:step]
    if not chosen:
        return decision
    refs = tuple(member.ref for member in chosen)
    decision = replace(decision, cordon=(*decision.cordon, *refs))
    decision = looking_again(decision, situation.now + situation.scale_in.settle)
    longest = situation.now - decision.memory.idle_since[chosen[0].node.node_id]
    detail = f"{_names(refs)} idle, the longest for {seconds(longest)}, and not needed"
    return because(decision, Rule.CORDON, detail)


def _release_settled(decision: Decision, idle: Sequence[Member], situation: Situation) -> Decision:
    now, settle = situation.now, situation.scale_in.settle
    settled = [member for member in idle if _is_settled(member, situation)]
    settling = [member for member in idle if not _is_settled(member, situation)]
    if settled:
        over, within = situation.room.split([one.ref for one in settled])
        decision = replace(decision, release=within, swap=(*decision.swap, *over))
        names = names_of(settled)
        decision = because(decision, Rule.RELEASE, f"{names} settled and still idle")
    if settling:
        due_at = _marked_at(settling[0]) + settle
        names = names_of(settling)
        detail = f"{names} cordoned, looked at again in {seconds(due_at - now)}"
        decision = looking_again(because(decision, Rule.SETTLE, detail), due_at)
    return decision


def may_go(member: Member) -> bool:
    """Whether it is ours to let go, and has not begun to."""
    return member.lifecycle is Lifecycle.IN_SERVICE and not member.marked_at


def _marked_at(member: Member) -> datetime:
    assert member.marked_at is not None  # noqa: S101 - what makes a member cordoned or stale
    return member.marked_at


def _take_back(decision: Decision, members: Sequence[Member], rule: Rule, why: str) -> Decision:
    """Un-cordon these."""
    if not members:
        return decision
    refs = tuple(member.ref for member in members)
    decision = replace(decision, uncordon=decision.uncordon + refs)
    return because(decision, rule, f"{_names(refs)} taken back: {why}")


def _warning(member: Member) -> str:
    assert member.instance is not None  # noqa: S101 - what makes a member warned
    if member.instance.notice is not None:
        return f"AWS announced {member.instance.notice.kind.value.replace('_', ' ')}"
    return "AWS is ending it"


def names_of(members: Iterable[Member]) -> str:
    """Their names, for people."""
    return _names(member.ref for member in members)


def _names(refs: Iterable[NodeRef]) -> str:
    return ", ".join(ref.name for ref in refs)


def _instances(refs: Iterable[InstanceRef]) -> str:
    return ", ".join(ref.instance_id for ref in refs)
