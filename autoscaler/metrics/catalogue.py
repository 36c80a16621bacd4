"""
Every metric, event and service check there is: what the reference, dashboards and tests go by.

Names stand here without the configured prefix.  Imports the standard library only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: A ``gauge`` is the last value, a ``count`` what came to pass since the cycle before, and a
#: ``distribution`` single values whose percentiles matter.
Kind = Literal["gauge", "count", "distribution"]

_POOL = ("pool",)
_JOB = ("pool", "job")
_GROUP = ("pool", "group")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; a sample of it carries these tags and no others."""

    name: str
    kind: Kind
    #: In the singular, as Datadog has it: ``second``, ``instance``, …; empty for a flag.
    unit: str
    tags: tuple[str, ...]
    #: A sentence for people, in Markdown.
    help: str


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event; its text says why."""

    name: str
    alert_type: Literal["info", "warning", "error"]
    tags: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class CheckKind:
    """A service check, sent with every cycle of every pool."""

    name: str
    help: str


_ALL = (
    Metric(
        "queue.pending", "gauge", "job", _JOB,
        "The queue depth: dispatched children that wait for a node.",
    ),
    Metric("queue.running", "gauge", "job", _JOB, "Dispatched children at work."),
    Metric(
        "queue.oldest_seconds", "gauge", "second", _JOB,
        "How long the child that waits longest has waited; 0 while none waits.",
    ),
    Metric(
        "queue.unplaceable", "gauge", "job", _JOB,
        "Pending children that no node which could be bought would serve.",
    ),
    Metric(
        "queue.held", "gauge", "job", ("pool", "job", "reason"),
        "Pending children that wait for something else than capacity: `reason` is `constraint`, "
        "`quota`, or `queue` where another job is at the head of Nomad's queue.",
    ),
    Metric(
        "queue.drift", "gauge", "job", _JOB,
        "How far Nomad's own count of pending children is off the list of them.",
    ),
    Metric(
        "queue.wait_seconds", "distribution", "second", _JOB,
        "From dispatch to placement, once for each child that ended well.",
    ),
    Metric(
        "service.seconds", "distribution", "second", _JOB,
        "How long a child worked, once for each that ended well.",
    ),
    Metric("nodes.ready", "gauge", "node", _POOL, "Nodes on which Nomad places work."),
    Metric("nodes.busy", "gauge", "node", _POOL, "Ready nodes with a live allocation."),
    Metric("nodes.idle", "gauge", "node", _POOL, "Ready nodes without one."),
    Metric("nodes.cordoned", "gauge", "node", _POOL, "Nodes that the autoscaler has cordoned."),
    Metric(
        "nodes.in_flight", "gauge", "node", _POOL,
        "Nodes on their way: asked for or launched, and not ready yet.",
    ),
    Metric(
        "nodes.unjoined", "gauge", "node", _POOL,
        "Instances whose node has not joined Nomad within `boot_timeout`.",
    ),
    Metric("group.desired", "gauge", "instance", _GROUP, "The group's desired capacity."),
    Metric("group.in_service", "gauge", "instance", _GROUP, "Its instances in service."),
    Metric("group.min", "gauge", "instance", _GROUP, "The group's own minimum size."),
    Metric("group.max", "gauge", "instance", _GROUP, "The group's own maximum size."),
    Metric(
        "decision.desired", "gauge", "instance", _POOL,
        "The desired capacity of the pool's groups together, as it was decided.",
    ),
    Metric("scale_out", "count", "instance", _POOL, "Instances that were asked for."),
    Metric("scale_in", "count", "instance", _POOL, "Idle instances that were let go."),
    Metric(
        "launch_failures", "count", "instance", ("pool", "group", "kind"),
        "Launches that failed, each once: `kind` is `capacity`, `spot`, `quota`, `template`, "
        "`permission` or `other`.",
    ),
    Metric(
        "never_joined", "count", "instance", _POOL,
        "Instances that were ended because their node never joined Nomad.",
    ),
    Metric(
        "boot.seconds", "distribution", "second", _GROUP,
        "From the request for an instance until Nomad places work on its node, once for each.",
    ),
    Metric("boot.seconds.p50", "gauge", "second", _POOL, "The median of the last 50 boots."),
    Metric(
        "boot.seconds.p95", "gauge", "second", _POOL,
        "Within which 95 % of the last 50 boots were over.",
    ),
    Metric(
        "cycle.errors", "count", "error", ("pool", "stage"),
        "What could not be read or done: `stage` is the system that failed, `nomad` or `aws`, or "
        "`lock` where the lead was lost meanwhile.",
    ),
    Metric("cycle.seconds", "distribution", "second", _POOL, "How long a cycle took."),
    Metric(
        "seconds_since_success", "gauge", "second", _POOL,
        "Since the last cycle in which everything was read and done.",
    ),
    Metric("paused", "gauge", "", _POOL, "1 while people have paused the pool, else 0."),
    Metric(
        "leader", "gauge", "", _POOL,
        "1 where this daemon acts upon the pool, 0 where it stands by for another; one that stands "
        "by sends nothing else.",
    ),
    Metric(
        "datadog.dropped", "count", "", (),
        "What could not be sent to Datadog: packets to DogStatsD, or points, events and checks to "
        "the API; told once sending works again.",
    ),
)  # fmt: skip

METRICS: Mapping[str, Metric] = MappingProxyType({one.name: one for one in _ALL})

EVENTS: Mapping[str, EventKind] = MappingProxyType(
    {
        one.name: one
        for one in (
            EventKind("capacity", "info", _POOL, "Capacity was changed, with the reasons."),
            EventKind(
                "never_joined", "error", _POOL, "Instances were ended that never joined Nomad."
            ),
            EventKind(
                "launch", "error", ("pool", "group", "kind"),
                "A group's launches began to fail in this way, in AWS's words, with the mend.",
            ),
            EventKind("pause", "warning", _POOL, "People paused the pool, or resumed it."),
        )
    }
)  # fmt: skip

CHECKS: Mapping[str, CheckKind] = MappingProxyType(
    {
        one.name: one
        for one in (
            CheckKind("nomad", "Critical where the last cycle could not read Nomad."),
            CheckKind("aws", "Critical where the last cycle could not read AWS."),
        )
    }
)

_NO_PROMETHEUS_NAME = re.compile(r"[^a-zA-Z0-9_]")


def prefixed(name: str, prefix: str) -> str:
    """As Datadog has it: ``autoscaler.queue.pending``; an empty prefix adds nothing."""
    return f"{prefix}.{name}" if prefix else name


def prometheus_name(metric: Metric, prefix: str) -> str:
    """As Prometheus has it: ``autoscaler_queue_pending``; counters end in ``_total``."""
    name = _NO_PROMETHEUS_NAME.sub("_", prefixed(metric.name, prefix))
    if name[0].isdigit():
        name = f"_{name}"
    return f"{name}_total" if metric.kind == "count" else name
