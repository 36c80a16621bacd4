"""
Which nodes go, and the next step of each: scale-in that cannot kill work.

Cordon and mark → settle → look again → terminate that very instance → purge its record.  Never a
drain, which ends batch work at its deadline.  Intent is in the world (the mark, the eligibility),
so a restart at any line goes on from there.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autoscaler.core.decision import Decision, NodeRef, Reason, Rule
from autoscaler.core.fleet import Fleet, Member
from autoscaler.core.guards import looking_again, seconds
from autoscaler.core.model import Group, Lifecycle
from autoscaler.core.settings import PoolSettings, ScaleIn


@dataclass(frozen=True, slots=True)
class Situation:
    """What the steps below look at."""

    fleet: Fleet
    group: Group
    settings: PoolSettings
    now: datetime
    #: Ready nodes that pending children will take, by id.
    wanted: frozenset[str]

    @property
    def scale_in(self) -> ScaleIn:
        """The pool's settings for scale-in."""
        return self.settings.scaling.scale_in

    @property
    def lowest(self) -> int:
        """The smallest desired capacity that both bounds allow: AWS refuses to go below its own."""
        return max(self.settings.size.min, self.group.size_min)

    @property
    def room_above_min(self) -> int:
        """How many nodes can go before a minimum is reached."""
        return max(0, self.group.desired - self.lowest)


def wind_down(decision: Decision, situation: Situation) -> Decision:
    """Take each node that is on its way out one step further, or take it back."""
    fleet = situation.fleet
    going = [member for member in fleet.cordoned if member.ref not in decision.uncordon]
    busy = [member for member in going if not member.idle]
    decision = _take_back(decision, busy, Rule.BUSY_AGAIN, "at work since before the cordon took")
    decision = _take_back(
        decision, fleet.stale, Rule.STALE_MARK, "marked as cordoned, yet eligible"
    )
    if fleet.gone:
        refs = tuple(member.ref for member in fleet.gone)
        decision = replace(decision, purge=refs)
        decision = _because(decision, Rule.PURGE, f"{_names(refs)} terminated, and down in Nomad")
    idle = sorted((member for member in going if member.idle), key=_marked_at)
    room = situation.room_above_min
    decision = _take_back(decision, idle[room:], Rule.SIZE_MIN, "needed for the minimum")
    return _release_settled(decision, idle[:room], situation)


def cordon_idle(decision: Decision, situation: Situation) -> Decision:
    """Let idle nodes that no pending child needs go, the longest idle first."""
    spare = [member for member in situation.fleet.ready if _may_go(member, situation.wanted)]
    if not spare:
        return decision
    room = situation.room_above_min - len(situation.fleet.cordoned)
    if room <= 0:
        detail = f"{len(spare)} idle stay: the minimum is {situation.lowest}"
        return _because(decision, Rule.SIZE_MIN, detail)
    last, cooldown = decision.memory.last_scale_in_at, situation.scale_in.cooldown
    if last is not None and last + cooldown > situation.now:
        detail = f"{seconds(last + cooldown - situation.now)} of scale-in cooldown left"
        decision = _because(decision, Rule.SCALE_IN_COOLDOWN, detail)
        return looking_again(decision, last + cooldown)
    idle_since = decision.memory.idle_since
    spare.sort(key=lambda member: (idle_since[member.node.node_id], member.node.node_id))
    return _cordon_ripe(decision, spare[:room], situation)


def _cordon_ripe(decision: Decision, spare: Sequence[Member], situation: Situation) -> Decision:
    now, scale_in = situation.now, situation.scale_in
    ripe_at = [
        (decision.memory.idle_since[member.node.node_id] + scale_in.idle_after, member)
        for member in spare
    ]
    ripe = [member for at, member in ripe_at if at <= now]
    unripe = [at for at, _ in ripe_at if at > now]
    if unripe:
        decision = looking_again(decision, unripe[0])
    if unripe and not ripe:
        detail = f"{len(unripe)} idle, the first may go in {seconds(unripe[0] - now)}"
        return _because(decision, Rule.IDLE_AFTER, detail)
    step = max(0, scale_in.max_step - len(situation.fleet.cordoned))
    if len(ripe) > step:
        detail = f"{len(ripe)} could go, at most {scale_in.max_step} at once"
        decision = _because(decision, Rule.SCALE_IN_STEP, detail)
    refs = tuple(member.ref for member in ripe[:step])
    if not refs:
        return decision
    decision = looking_again(replace(decision, cordon=refs), now + scale_in.settle)
    detail = f"{_names(refs)} idle for {seconds(scale_in.idle_after)} or longer, and not needed"
    return _because(decision, Rule.CORDON, detail)


def _release_settled(decision: Decision, idle: Sequence[Member], situation: Situation) -> Decision:
    now, settle = situation.now, situation.scale_in.settle
    settled = [member for member in idle if _marked_at(member) + settle <= now]
    settling = [member for member in idle if _marked_at(member) + settle > now]
    if settled:
        refs = tuple(member.ref for member in settled)
        decision = replace(decision, release=refs, desired=(decision.desired or 0) - len(refs))
        decision = _because(decision, Rule.RELEASE, f"{_names(refs)} settled and still idle")
    if settling:
        due_at = _marked_at(settling[0]) + settle
        names = _names(member.ref for member in settling)
        detail = f"{names} cordoned, looked at again in {seconds(due_at - now)}"
        decision = looking_again(_because(decision, Rule.SETTLE, detail), due_at)
    return decision


def _may_go(member: Member, wanted: frozenset[str]) -> bool:
    in_service = member.instance is not None and member.instance.lifecycle is Lifecycle.IN_SERVICE
    return in_service and member.idle and not member.marked_at and member.node.node_id not in wanted


def _marked_at(member: Member) -> datetime:
    assert member.marked_at is not None  # noqa: S101 - what makes a member cordoned or stale
    return member.marked_at


def _take_back(decision: Decision, members: Sequence[Member], rule: Rule, why: str) -> Decision:
    if not members:
        return decision
    refs = tuple(member.ref for member in members)
    decision = replace(decision, uncordon=decision.uncordon + refs)
    return _because(decision, rule, f"{_names(refs)} taken back: {why}")


def _because(decision: Decision, rule: Rule, detail: str) -> Decision:
    return replace(decision, reasons=(*decision.reasons, Reason(rule, detail)))


def _names(refs: Iterable[NodeRef]) -> str:
    return ", ".join(ref.name for ref in refs)
