"""
What is read of an Auto Scaling group beyond what the daemon reads.

Translates AWS's descriptions; decides nothing.  Imports core, the parts of AWS and the readings
beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from autoscaler.adapters.aws import read, understanding
from autoscaler.checks.reading import Unread, tried
from autoscaler.core.model import Group

_ENDED = frozenset({"Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"})
_ON_TERMINATION = "autoscaling:EC2_INSTANCE_TERMINATING"
_UNITS = "units"
_PAGES_MAX = 10


@dataclass(frozen=True, slots=True)
class HookFacts:
    """A lifecycle hook on termination."""

    name: str
    timeout: timedelta
    #: However many heartbeats come, AWS goes on after so long.
    longest: timedelta


@dataclass(frozen=True, slots=True)
class ScheduledFacts:
    """A scheduled action of the group's own."""

    name: str
    sets_desired: bool


@dataclass(frozen=True, slots=True)
class RefreshFacts:
    """An instance refresh under way."""

    status: str
    #: What it does with protected instances: ``Refresh``, ``Ignore`` or ``Wait``.
    protected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """One group; what was refused alone is an ``Unread``."""

    group: Group
    arn: str = ""
    zone_count: int = 2
    #: Whether an instance can count for other than one.
    weighted: bool = False
    #: ``units`` are instances; else ``vcpu`` or ``memory-mib``.
    counted_in: str = _UNITS
    spot: bool = False
    rebalances: bool = False
    #: Besides EC2's own checks: ``ELB``, ``VPC_LATTICE``, …
    health_checks: tuple[str, ...] = ()
    #: Of the launch template, where it has one.
    template_version: str | None = None
    lifetime: timedelta | None = None
    warm_pool: bool = False
    #: Those that its instances get, with their values.
    propagated: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    #: Names of those that are enabled, with their types.
    policies: tuple[tuple[str, str], ...] | Unread = ()
    scheduled: tuple[ScheduledFacts, ...] | Unread = ()
    refresh: RefreshFacts | Unread | None = None
    hooks: tuple[HookFacts, ...] | Unread = ()


def read_group(autoscaling: Any, described: Mapping[str, Any], group: Group) -> GroupFacts:
    """From its description, which was read, and four calls of its own."""
    call = "DescribeAutoScalingGroups"
    with understanding(call):
        facts = _described(described, group)
    name = group.name
    return replace(
        facts,
        policies=tried(lambda: _policies(autoscaling, name)),
        scheduled=tried(lambda: _scheduled(autoscaling, name)),
        refresh=tried(lambda: _refresh(autoscaling, name)),
        hooks=tried(lambda: _hooks(autoscaling, name)),
    )


def _described(said: Mapping[str, Any], group: Group) -> GroupFacts:
    mixed = said.get("MixedInstancesPolicy") or {}
    template = mixed.get("LaunchTemplate") or {}
    overrides = template.get("Overrides") or ()
    weights = [one.get("WeightedCapacity") for one in (*overrides, *said["Instances"])]
    version = (said.get("LaunchTemplate") or template.get("LaunchTemplateSpecification") or {}).get(
        "Version"
    )
    shares = mixed.get("InstancesDistribution") or {}
    lifetime = int(said.get("MaxInstanceLifetime") or 0)
    tags = said.get("Tags") or ()
    return GroupFacts(
        group=group,
        arn=said["AutoScalingGroupARN"],
        zone_count=len(said["AvailabilityZones"]),
        weighted=any(one not in (None, "1") for one in weights),
        counted_in=said.get("DesiredCapacityType") or _UNITS,
        spot=int(shares.get("OnDemandPercentageAboveBaseCapacity", 100)) < 100,
        rebalances=bool(said.get("CapacityRebalance")),
        health_checks=tuple(
            one for one in said["HealthCheckType"].split(",") if one not in ("", "EC2")
        ),
        template_version=version,
        lifetime=timedelta(seconds=lifetime) if lifetime else None,
        warm_pool=bool(said.get("WarmPoolConfiguration")),
        propagated={one["Key"]: one["Value"] for one in tags if one["PropagateAtLaunch"]},
        tags={one["Key"]: one["Value"] for one in tags},
    )


def _policies(autoscaling: Any, group: str) -> tuple[tuple[str, str], ...]:
    call = "DescribePolicies"
    said = _listed(autoscaling, call, "describe_policies", group)
    with understanding(call):
        return tuple(
            (one["PolicyName"], one["PolicyType"])
            for page in said
            for one in page["ScalingPolicies"]
            if one.get("Enabled", True)
        )


def _scheduled(autoscaling: Any, group: str) -> tuple[ScheduledFacts, ...]:
    call = "DescribeScheduledActions"
    said = _listed(autoscaling, call, "describe_scheduled_actions", group)
    with understanding(call):
        return tuple(
            ScheduledFacts(one["ScheduledActionName"], one.get("DesiredCapacity") is not None)
            for page in said
            for one in page["ScheduledUpdateGroupActions"]
        )


def _listed(autoscaling: Any, call: str, operation: str, group: str) -> list[Mapping[str, Any]]:
    pages = autoscaling.get_paginator(operation).paginate(AutoScalingGroupName=group)
    return read(call, lambda: list(islice(pages, _PAGES_MAX)))


def _refresh(autoscaling: Any, group: str) -> RefreshFacts | None:
    """AWS lists the newest first, and runs one at a time."""
    call = "DescribeInstanceRefreshes"
    said = read(
        call,
        lambda: autoscaling.describe_instance_refreshes(AutoScalingGroupName=group, MaxRecords=1),
    )
    with understanding(call):
        for one in said["InstanceRefreshes"]:
            if one["Status"] not in _ENDED:
                preferences = one.get("Preferences") or {}
                protected = preferences.get("ScaleInProtectedInstances") or "Wait"
                return RefreshFacts(one["Status"], protected)
    return None


def _hooks(autoscaling: Any, group: str) -> tuple[HookFacts, ...]:
    call = "DescribeLifecycleHooks"
    said = read(call, lambda: autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=group))
    with understanding(call):
        return tuple(
            HookFacts(
                one["LifecycleHookName"],
                timedelta(seconds=int(one["HeartbeatTimeout"])),
                timedelta(seconds=int(one.get("GlobalTimeout") or 0)),
            )
            for one in said["LifecycleHooks"]
            if one["LifecycleTransition"] == _ON_TERMINATION
        )
