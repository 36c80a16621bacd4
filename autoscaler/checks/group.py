"""
What of an Auto Scaling group keeps the daemon from scaling it, or ends instances at work.

Pure; imports core and the facts beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from autoscaler.checks.finding import About, Finding
from autoscaler.checks.group_facts import GroupFacts
from autoscaler.checks.reading import Unread
from autoscaler.core.explaining import listing
from autoscaler.core.model import Lifecycle

_PRESENT = (Lifecycle.PENDING, Lifecycle.IN_SERVICE)
#: Without these processes AWS does not do what it is told.
_NEEDED = ("Launch", "Terminate")
_PREDICTIVE = "PredictiveScaling"
_FLOATING = ("$Latest", "$Default")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of our own settings a group is judged by."""

    interval: timedelta
    #: Whether AWS's notices come by a queue.
    events: bool


def judge_group(facts: GroupFacts, ours: Surroundings, about: About) -> Iterator[Finding]:
    """Every hazard of one group, and one line where there is none."""
    found = [
        *_protection(facts, about),
        *_processes(facts, about),
        *_foreign_scaling(facts, about),
        *_replacement(facts, about),
        *_capacity(facts, about),
        *_spot(facts, ours, about),
        *_hooks(facts, ours, about),
    ]
    yield from found
    verdicts = {finding.verdict for finding in found}
    if verdicts <= {"ok"}:
        yield about.ok("group.safe", f"{_sizes(facts)}: nothing else scales it or ends instances")
    elif verdicts <= {"ok", "unknown"}:
        yield about.ok("group.safe", f"{_sizes(facts)}: nothing wrong in what is seen of it")


def _sizes(facts: GroupFacts) -> str:
    group = facts.group
    note = ""
    if facts.template_version in _FLOATING:
        note = f", launch template {facts.template_version}"
    sizes = f"desired {group.desired} of {group.size_min} to {group.size_max}"
    return f"group {group.name} ({sizes}{note})"


def _protection(facts: GroupFacts, about: About) -> Iterator[Finding]:
    group = facts.group
    if not group.protects_new:
        says = f"group {group.name}: new instances are not protected from scale-in"
        mend = (
            "aws autoscaling update-auto-scaling-group --new-instances-protected-from-scale-in "
            f"--auto-scaling-group-name {group.name}"
        )
        yield about.wrong("group.unprotected", says, mend)
    bare = [
        one.instance_id
        for one in group.instances
        if one.lifecycle in _PRESENT and not one.protected
    ]
    if bare:
        says = f"group {group.name}: not protected from scale-in: {listing(bare)}"
        mend = (
            f"aws autoscaling set-instance-protection --auto-scaling-group-name {group.name} "
            f"--protected-from-scale-in --instance-ids {' '.join(bare[:5])}"
        )
        yield about.wrong("instances.unprotected", says, mend)


def _processes(facts: GroupFacts, about: About) -> Iterator[Finding]:
    group = facts.group
    if "AZRebalance" not in group.suspended and facts.zone_count > 1:
        says = f"group {group.name}: AZRebalance is not suspended, and may end nodes at work"
        mend = (
            f"aws autoscaling suspend-processes --auto-scaling-group-name {group.name} "
            "--scaling-processes AZRebalance"
        )
        yield about.wrong("group.az_rebalance", says, mend)
    stopped = [one for one in _NEEDED if one in group.suspended]
    if stopped:
        says = f"group {group.name}: {' and '.join(stopped)} suspended, so it cannot be scaled"
        mend = (
            f"aws autoscaling resume-processes --auto-scaling-group-name {group.name} "
            f"--scaling-processes {' '.join(stopped)}"
        )
        yield about.wrong("group.suspended", says, mend)


def _foreign_scaling(facts: GroupFacts, about: About) -> Iterator[Finding]:
    name = facts.group.name
    if isinstance(facts.policies, Unread):
        yield _not_seen(about, name, "scaling policies", "DescribePolicies", facts.policies)
    elif facts.policies:
        named = [
            f"{policy} (predictive)" if kind == _PREDICTIVE else policy
            for policy, kind in facts.policies
        ]
        says = f"group {name}: scaling policies of its own change what it desires: {listing(named)}"
        mend = f"aws autoscaling delete-policy --auto-scaling-group-name {name} --policy-name …"
        yield about.wrong("group.policies", says, mend)
    if isinstance(facts.scheduled, Unread):
        call = "DescribeScheduledActions"
        yield _not_seen(about, name, "scheduled actions", call, facts.scheduled)
    elif facts.scheduled:
        says = f"group {name}: scheduled actions: {listing(one.name for one in facts.scheduled)}"
        mend = "delete them; the pool's `schedules` raise the minimum at set times"
        setting = any(one.sets_desired for one in facts.scheduled)
        tell = about.wrong if setting else about.warning
        yield tell("group.scheduled", says, mend)


def _replacement(facts: GroupFacts, about: About) -> Iterator[Finding]:
    name = facts.group.name
    if isinstance(facts.refresh, Unread):
        call = "DescribeInstanceRefreshes"
        yield _not_seen(about, name, "an instance refresh", call, facts.refresh)
    elif facts.refresh is not None:
        ends = facts.refresh.protected == "Refresh"
        does = "ends protected ones too" if ends else "spares protected ones"
        says = f"group {name}: an instance refresh is {facts.refresh.status}, and {does}"
        mend = f"aws autoscaling cancel-instance-refresh --auto-scaling-group-name {name}"
        tell = about.wrong if ends else about.warning
        yield tell("group.refresh", says, mend)
    if facts.lifetime is not None:
        says = (
            f"group {name}: instances are replaced after {facts.lifetime.days} days "
            "(MaxInstanceLifetime); only protection from scale-in keeps one"
        )
        mend = (
            f"aws autoscaling update-auto-scaling-group --auto-scaling-group-name {name} "
            "--max-instance-lifetime 0"
        )
        tell = about.warning if facts.group.protects_new else about.wrong
        yield tell("group.lifetime", says, mend)
    if facts.health_checks:
        kinds = " and ".join(facts.health_checks)
        says = f"group {name}: an instance that fails a check of {kinds} is ended, at work or not"
        yield about.warning("group.health_checks", says, "let EC2's own checks be the only ones")


def _capacity(facts: GroupFacts, about: About) -> Iterator[Finding]:
    group = facts.group
    if facts.weighted or facts.counted_in != "units":
        unit = "weights" if facts.weighted else facts.counted_in
        says = f"group {group.name}: its desired capacity counts {unit}, not instances"
        mend = "take the weights out of its mixed instances policy, and count units"
        yield about.wrong("group.weighted", says, mend)
    if group.size_min == group.size_max:
        says = f"group {group.name}: its min and max are both {group.size_max}: nothing to scale"
        mend = "give the group a min of 0 and a max that you can pay"
        yield about.wrong("group.pinned", says, mend)
    if facts.warm_pool:
        says = f"group {group.name}: it has a warm pool, whose instances are no nodes for us"
        mend = f"aws autoscaling delete-warm-pool --auto-scaling-group-name {group.name}"
        yield about.warning("group.warm_pool", says, mend)


def _spot(facts: GroupFacts, ours: Surroundings, about: About) -> Iterator[Finding]:
    name = facts.group.name
    if not (facts.spot or facts.rebalances) or ours.events:
        return
    what = "rebalances its capacity" if facts.rebalances else "has Spot Instances"
    says = f"group {name}: it {what}, and no aws.events_queue tells of that in time"
    mend = "set aws.events_queue to an SQS queue that EventBridge sends the instances' events to"
    yield about.warning("group.spot_unwarned", says, mend)


def _hooks(facts: GroupFacts, ours: Surroundings, about: About) -> Iterator[Finding]:
    name = facts.group.name
    if isinstance(facts.hooks, Unread):
        yield _not_seen(about, name, "lifecycle hooks", "DescribeLifecycleHooks", facts.hooks)
        return
    for hook in facts.hooks:
        # What needs a third of the timeout must come round within it, a missed cycle included.
        if hook.timeout < ours.interval * 6:
            says = (
                f"group {name}: hook {hook.name} waits {_seconds(hook.timeout)} for a heartbeat, "
                f"and a cycle comes every {_seconds(ours.interval)}"
            )
            yield about.warning("group.hook_short", says, "give it a heartbeat timeout of 5 min")
    longest = min((hook.longest for hook in facts.hooks if hook.longest), default=None)
    if longest is not None:
        minutes = longest.total_seconds() / 60
        length = f"{minutes / 60:.0f} h" if minutes >= 120 else f"{minutes:.0f} min"
        says = f"group {name}: its termination hook holds an instance at work for up to {length}"
        yield about.ok("group.hook", says)
    elif not facts.hooks and (facts.spot or facts.rebalances):
        says = f"group {name}: no hook on termination: what AWS ends, ends at once"
        mend = "put a lifecycle hook on autoscaling:EC2_INSTANCE_TERMINATING, heartbeat 5 min"
        yield about.warning("group.hook", says, mend)


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():g} s"


def _not_seen(about: About, group: str, what: str, call: str, unread: Unread) -> Finding:
    says = f"group {group}: whether it has {what}: {unread.why}"
    return about.unknown("group.unread", says, f"allow autoscaling:{call} for this check")
