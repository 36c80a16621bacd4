"""
Whether AWS can be reached, as whom, and has the groups and the queue that the configuration names.

Imports config, the parts of AWS and the checks beside it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.asg_replies import group_of
from autoscaler.adapters.aws import AwsConnection, read, understanding
from autoscaler.checks.clock import Stamp, judge_clock
from autoscaler.checks.finding import AWS, About, Finding, of_pool
from autoscaler.checks.group_facts import GroupFacts, read_group
from autoscaler.checks.reading import Unread, tried
from autoscaler.config import Config
from autoscaler.core.explaining import listing
from autoscaler.core.model import Group
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import GroupMissing

_ABOUT = About(AWS)
_NO_CREDENTIALS = "no credentials"


@dataclass(frozen=True, slots=True)
class Clients:
    """What AWS is asked through; made at once, for boto3's session is not for two threads."""

    autoscaling: Any
    ec2: Any
    sts: Any
    iam: Any
    #: None where no queue is set.
    sqs: Any
    #: By pool, as the daemon has them.
    groups: Mapping[str, AutoScalingGroups]


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom AWS knows us."""

    arn: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class PoolGroups:
    """A pool's groups as the daemon sees them, and what it does not look at."""

    #: Their own order; marks and launch times are in them only where ``observed`` has them.
    facts: tuple[GroupFacts, ...]
    observed: tuple[Group, ...] | Unread


def open_aws(config: Config, pools: Sequence[PoolSettings]) -> Clients:
    """Raises ``ConfigError`` for a region or a profile that is not there."""
    connection = AwsConnection(config.aws.region, config.aws.endpoint_url)
    return Clients(
        autoscaling=connection.client("autoscaling"),
        ec2=connection.client("ec2"),
        sts=connection.client("sts"),
        iam=connection.client("iam"),
        sqs=connection.client("sqs") if config.aws.events_queue is not None else None,
        groups={pool.name: AutoScalingGroups(connection, pool.groups) for pool in pools},
    )


def read_identity(clients: Clients, now: Callable[[], datetime]) -> Identity:
    """Nobody needs a right for that.  Raises ``ObservationError``."""
    call = "GetCallerIdentity"
    sent_at = now()
    said = read(call, clients.sts.get_caller_identity)
    came_at = now()
    with understanding(call):
        date = said["ResponseMetadata"]["HTTPHeaders"].get("date")
        return Identity(said["Arn"], Stamp(sent_at, came_at, date))


def read_pool_groups(clients: Clients, settings: PoolSettings, now: datetime) -> PoolGroups:
    """By the daemon's own reads too.  Raises ``ObservationError``."""
    call = "DescribeAutoScalingGroups"
    pages = clients.autoscaling.get_paginator("describe_auto_scaling_groups").paginate(
        AutoScalingGroupNames=list(settings.groups)
    )
    said = read(call, lambda: list(pages))
    with understanding(call):
        described = {
            one["AutoScalingGroupName"]: one for page in said for one in page["AutoScalingGroups"]
        }
        groups = {name: group_of(one) for name, one in described.items()}
    missing = [name for name in settings.groups if name not in described]
    if missing:
        where = clients.autoscaling.meta.region_name
        raise GroupMissing(f"AWS has no Auto Scaling group {listing(missing)} in {where}")
    facts = tuple(
        read_group(clients.autoscaling, described[name], groups[name]) for name in settings.groups
    )
    return PoolGroups(facts, tried(lambda: clients.groups[settings.name].observe(now)))


def read_queue(clients: Clients, url: str) -> str:
    """The queue's ARN.  Raises ``ObservationError``."""
    call = "GetQueueAttributes"
    said = read(
        call,
        lambda: clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"]),
    )
    with understanding(call):
        return str(said["Attributes"]["QueueArn"])


def judge_identity(identity: Identity | Unread, region: str, *, answers: bool) -> Iterator[Finding]:
    """``answers``: whether AWS told of a group meanwhile, so that it is reached all the same."""
    if isinstance(identity, Identity):
        yield from _known(identity, region)
    elif _NO_CREDENTIALS in identity.why:
        mend = "give the server an instance role, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and its key"
        yield _ABOUT.wrong("aws.credentials", "there are no credentials for AWS", mend)
    elif identity.kind == "denied":
        mend = "renew the credentials, or give the server an instance role"
        yield _ABOUT.wrong("aws.credentials", identity.why, mend)
    elif answers:
        says = f"as whom AWS knows us: {identity.why}"
        mend = "let this machine reach STS; nothing but this check needs it"
        yield _ABOUT.unknown("aws.identity", says, mend)
    else:
        mend = (
            "see to the way to AWS (route, proxy, VPC endpoints), aws.region and aws.endpoint_url"
        )
        yield _ABOUT.wrong("aws.reachable", f"AWS in {region}: {identity.why}", mend)


def _known(identity: Identity, region: str) -> Iterator[Finding]:
    if identity.arn.endswith(":root"):
        says = f"in {region} as the account's root user, who may do everything"
        yield _ABOUT.warning("aws.identity", says, "use a role with just the daemon's rights")
    else:
        yield _ABOUT.ok("aws.identity", f"in {region} as {identity.arn}")
    yield from judge_clock(identity.stamp, "AWS", _ABOUT)


def judge_unread_groups(
    unread: Unread, settings: PoolSettings, *, reached: bool
) -> Iterator[Finding]:
    """``reached``: whether AWS tells who we are; where it does not, that is said elsewhere."""
    about = of_pool(settings.name)
    if unread.kind == "missing":
        mend = "mend the pool's `group`, or aws.region"
        yield about.wrong("group.missing", unread.why, mend)
    elif unread.kind == "denied" and reached:
        mend = "allow the action that it names to this role"
        yield about.wrong("group.denied", unread.why, mend)
    elif reached:
        yield about.wrong("group.unread", f"its groups: {unread.why}", "see to the way to AWS")
    else:
        yield about.unknown("group.unread", "its groups, for AWS is not reached (see aws)")


def judge_queue(arn: str | Unread | None, url: str | None) -> Iterator[Finding]:
    """Whether the events come."""
    if url is None:
        return
    if isinstance(arn, Unread):
        says = f"aws.events_queue {url}: {arn.why}"
        mend = "mend aws.events_queue, or allow sqs:GetQueueAttributes on it"
        tell = _ABOUT.unknown if arn.kind == "denied" else _ABOUT.wrong
        yield tell("aws.events_queue", says, mend)
    else:
        yield _ABOUT.ok("aws.events_queue", f"the events' queue is there ({arn})")
