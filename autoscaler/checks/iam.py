"""
Which AWS actions the daemon needs, and whether it may do each.

Reads are tried, EC2's writes by a dry run, the others by IAM's policy simulator: nothing is
changed.  Imports the parts of AWS and the checks beside it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from autoscaler.adapters.asg_instances import MARK
from autoscaler.adapters.aws import read
from autoscaler.checks.aws import Clients, PoolGroups
from autoscaler.checks.finding import AWS, About, Finding
from autoscaler.checks.group_facts import GroupFacts
from autoscaler.checks.reading import Unread, tried
from autoscaler.checks.simulator import NOBODY_KNOWN, Right, Simulator
from autoscaler.core.explaining import listing

_ABOUT = About(AWS)
#: What EC2 answers to a dry run of what would be allowed.
_WOULD_DO = "DryRunOperation"
#: An id that no instance has.
_NOBODY = "i-00000000000000000"


@dataclass(frozen=True, slots=True)
class Action:
    """An action of IAM's that the daemon's calls need."""

    name: str
    #: What does not work without it.
    without: str
    #: Whether the daemon is of no use without it.
    vital: bool = True


ACTIONS = (
    Action("autoscaling:DescribeAutoScalingGroups", "nothing can be decided"),
    Action("autoscaling:DescribeScalingActivities", "nothing can be decided"),
    Action("autoscaling:DescribeLifecycleHooks", "nodes that a hook holds are not let go"),
    Action("autoscaling:SetDesiredCapacity", "nothing can be bought"),
    Action("autoscaling:TerminateInstanceInAutoScalingGroup", "no node can be let go"),
    Action(
        "autoscaling:CompleteLifecycleAction", "hooks hold their instances to the end", vital=False
    ),
    Action(
        "autoscaling:RecordLifecycleActionHeartbeat", "hooks give up nodes at work", vital=False
    ),
    Action("ec2:DescribeInstances", "nothing can be decided"),
    Action("ec2:DescribeTags", "nothing can be decided"),
    Action("ec2:DescribeSpotInstanceRequests", "interruptions come unforeseen", vital=False),
    Action("ec2:CreateTags", "no node can be cordoned, so none let go"),
    Action("ec2:DeleteTags", "no node can be taken back"),
    Action("sqs:ReceiveMessage", "no notices come by the queue", vital=False),
    Action("sqs:DeleteMessage", "each notice comes again and again", vital=False),
)
#: What this check asks for besides; where one is refused, it says what it could not tell.
CHECK_ACTIONS = (
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:DescribePolicies",
    "autoscaling:DescribeScheduledActions",
    "iam:SimulatePrincipalPolicy",
    "sqs:GetQueueAttributes",
    "sts:GetCallerIdentity",
)
_QUEUE = "sqs:"
_NOTHING_TO_TRY = "there is nothing to try it on"
_TAGS = ("ec2:CreateTags", "ec2:DeleteTags")
_GROUP_WRITES = (
    "autoscaling:SetDesiredCapacity",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
    "autoscaling:CompleteLifecycleAction",
    "autoscaling:RecordLifecycleActionHeartbeat",
)


@dataclass(frozen=True, slots=True)
class RightsFacts:
    """By action; of several groups the worst counts."""

    principal: str
    rights: Mapping[str, Right] = field(default_factory=dict)
    #: Tags of groups that their instances do not get: what a condition on them would miss.
    unpropagated: tuple[str, ...] = ()


def read_rights(
    clients: Clients, arn: str, pools: Sequence[PoolGroups], queue_arn: str | None
) -> RightsFacts:
    """Each action once, in the way that changes nothing."""
    facts = [one for pool in pools for one in pool.facts]
    rights = {action: _by(tried(call)) for action, call in _reads(clients, facts).items()}
    simulator = Simulator(clients.iam, arn)
    for group in facts:
        for action, right in _of_group(clients, simulator, group).items():
            rights[action] = _worse(rights.get(action), right)
    if queue_arn is not None:
        actions = [one.name for one in ACTIONS if one.name.startswith(_QUEUE)]
        rights |= simulator.ask(actions, queue_arn, {})
    kept = sorted({tag for group in facts for tag in group.tags.keys() - group.propagated.keys()})
    return RightsFacts(arn, rights, tuple(kept))


def _reads(clients: Clients, groups: Sequence[GroupFacts]) -> Mapping[str, Callable[[], object]]:
    asg, ec2 = clients.autoscaling, clients.ec2
    nobody = [{"Name": "instance-id", "Values": [_NOBODY]}]
    no_tag = [{"Name": "resource-id", "Values": [_NOBODY]}]
    calls: dict[str, Callable[[], object]] = {
        "autoscaling:DescribeAutoScalingGroups": lambda: asg.describe_auto_scaling_groups(
            MaxRecords=1
        ),
        "ec2:DescribeInstances": lambda: ec2.describe_instances(Filters=nobody),
        "ec2:DescribeTags": lambda: ec2.describe_tags(Filters=no_tag),
        "ec2:DescribeSpotInstanceRequests": lambda: ec2.describe_spot_instance_requests(
            Filters=nobody
        ),
    }
    if groups:
        name = groups[0].group.name
        calls |= {
            "autoscaling:DescribeScalingActivities": lambda: asg.describe_scaling_activities(
                AutoScalingGroupName=name, MaxRecords=1
            ),
            "autoscaling:DescribeLifecycleHooks": lambda: asg.describe_lifecycle_hooks(
                AutoScalingGroupName=name
            ),
        }
    return {action: partial(read, _call(action), call) for action, call in calls.items()}


def _of_group(clients: Clients, simulator: Simulator, facts: GroupFacts) -> Mapping[str, Right]:
    of_group = {
        f"{prefix}/{key}": value
        for key, value in facts.tags.items()
        for prefix in ("autoscaling:ResourceTag", "aws:ResourceTag")
    }
    rights = dict(simulator.ask(_GROUP_WRITES, facts.arn, of_group))
    if facts.group.instances:
        instance_id = facts.group.instances[0].instance_id
        return rights | _dry_runs(clients.ec2, instance_id)
    of_instance = {
        f"{prefix}/{key}": value
        for key, value in {
            **facts.propagated,
            "aws:autoscaling:groupName": facts.group.name,
        }.items()
        for prefix in ("ec2:ResourceTag", "aws:ResourceTag")
    }
    return rights | simulator.ask(_TAGS, _any_instance(facts.arn), of_instance)


def _any_instance(group_arn: str) -> str:
    """What an instance of the group's account and region is called, more or less."""
    _, partition, _, region, account, *_ = group_arn.split(":")
    return f"arn:{partition}:ec2:{region}:{account}:instance/{_NOBODY}"


def _dry_runs(ec2: Any, instance_id: str) -> dict[str, Right]:
    asked = {"DryRun": True, "Resources": [instance_id]}
    mark = {"Key": MARK, "Value": ""}
    calls: dict[str, Callable[[], object]] = {
        "ec2:CreateTags": lambda: ec2.create_tags(Tags=[mark], **asked),
        "ec2:DeleteTags": lambda: ec2.delete_tags(Tags=[{"Key": MARK}], **asked),
    }
    return {
        action: _by(tried(partial(read, _call(action), call))) for action, call in calls.items()
    }


def _call(action: str) -> str:
    return action.partition(":")[2]


def _by(answer: object) -> Right:
    if not isinstance(answer, Unread) or _WOULD_DO in answer.why:
        return Right("yes")
    return Right("no" if answer.kind == "denied" else "untold", answer.why)


def _worse(one: Right | None, other: Right) -> Right:
    order = ("no", "untold", "yes")
    if one is None:
        return other
    return min(one, other, key=lambda right: order.index(right.given))


def judge_rights(facts: RightsFacts, *, hooked: bool, queue: bool) -> Iterator[Finding]:
    """``hooked``: whether a group has a hook on termination; ``queue``: whether events come."""
    wanted = [one for one in ACTIONS if queue or not one.name.startswith(_QUEUE)]
    given, untold = [], []
    for action in wanted:
        right = facts.rights.get(action.name, Right("untold", _NOTHING_TO_TRY))
        if right.given == "yes":
            given.append(action)
        elif right.given == "untold":
            untold.append((action, right.why))
        else:
            needed = action.vital or (hooked and "Lifecycle" in action.name)
            yield _refused(action, right, facts, needed=needed)
    if given:
        says = f"may do {len(given)} of the {len(wanted)} actions that the daemon needs"
        yield _ABOUT.ok("iam.allowed", says)
    for why in dict.fromkeys(why for _, why in untold):
        actions = ", ".join(one.name for one, other in untold if other == why)
        yield _ABOUT.unknown("iam.untold", f"whether it may {actions}: {why}", _mend(why))


def _mend(why: str) -> str:
    if why == _NOTHING_TO_TRY:
        return "mend what is wrong with the group or the queue, and check again"
    if why.startswith(NOBODY_KNOWN):
        return "check with the credentials of the daemon's own role, or see them work once"
    return "allow iam:SimulatePrincipalPolicy on itself to the role, or see them work once"


def _refused(action: Action, right: Right, facts: RightsFacts, *, needed: bool) -> Finding:
    says = f"may not {action.name}, so {action.without} ({right.why})"
    mend = f"allow it to {facts.principal}" + (f" on {right.on}" if right.on else "")
    if action.name in _TAGS and facts.unpropagated:
        mend += (
            "; a condition on the instance's tags needs them propagated at launch: "
            f"{listing(facts.unpropagated)} are not"
        )
    tell = _ABOUT.wrong if needed else _ABOUT.warning
    return tell("iam.denied", says, mend)
