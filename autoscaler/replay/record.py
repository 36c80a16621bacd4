"""
The comparison as JSON.

::

    {"trace":      {"source", "children", "seconds", "service_hours", "jobs": {NAME: children}},
     "conditions": {"boot_s", "boot_jitter", "late_s", "seed", "launch_failures", "start",
                    "on_change", "assumed": [TEXT, …]},
     "results":    [{"name", "kind": "config" | "baseline", "slots": {JOB: children in one node},
                     "interval_s", "price", "node_hours", "cost", "lower_bound_node_hours",
                     "over_bound", "wait_s": {"mean", "p50", "p95", "p99", "max"}, "late_share",
                     "dispatched", "started", "launches", "peak_nodes", "killed", "unserved",
                     "violations": [TEXT, …]}, …]}

Durations end in ``_s`` and are seconds, shares are from 0 to 1, what is not known is null.
Imports the rest of replay and the simulator's workload.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from autoscaler.replay.conditions import Conditions
from autoscaler.replay.outcome import Outcome
from autoscaler.replay.run import interval_of, price_of
from autoscaler.replay.scene import slots_of
from autoscaler.replay.subject import Subject
from autoscaler.simulator.workload import Arrival


def as_json(
    trace: Mapping[str, Any],
    conditions: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
) -> str:
    """The whole, with a line break at its end."""
    whole = {"trace": trace, "conditions": conditions, "results": results}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def trace_record(source: str, arrivals: Sequence[Arrival]) -> Mapping[str, Any]:
    """What was replayed; a child that names no job counts as one of the job ``""``."""
    return {
        "source": source,
        "children": len(arrivals),
        "seconds": arrivals[-1].at_seconds - arrivals[0].at_seconds if arrivals else 0.0,
        "service_hours": sum(one.service_seconds for one in arrivals) / 3600,
        "jobs": dict(sorted(Counter(one.job for one in arrivals).items())),
    }


def conditions_record(conditions: Conditions, assumed: Sequence[str]) -> Mapping[str, Any]:
    """What was taken for given."""
    return {
        "boot_s": conditions.boot_seconds,
        "boot_jitter": conditions.boot_jitter,
        "late_s": conditions.late_seconds,
        "seed": conditions.seed,
        "launch_failures": conditions.launch_failures,
        "start": conditions.start.isoformat(),
        "on_change": conditions.on_change,
        "assumed": list(assumed),
    }


def result_record(subject: Subject, outcome: Outcome, conditions: Conditions) -> Mapping[str, Any]:
    """One row."""
    waits, settings = outcome.waits, subject.settings
    return {
        "name": outcome.name,
        "kind": "config" if outcome.baseline is None else "baseline",
        "slots": {job: slots_of(settings, conditions, job) for job in settings.jobs},
        "interval_s": interval_of(subject, conditions),
        "price": price_of(settings, conditions),
        "node_hours": outcome.node_hours,
        "cost": outcome.cost,
        "lower_bound_node_hours": outcome.lower_bound_node_hours,
        "over_bound": outcome.over_bound,
        "wait_s": {
            name: value if outcome.started else None
            for name, value in (
                ("mean", waits.mean),
                ("p50", waits.p50),
                ("p95", waits.p95),
                ("p99", waits.p99),
                ("max", waits.longest),
            )
        },
        "late_share": outcome.late_share,
        "dispatched": outcome.dispatched,
        "started": outcome.started,
        "launches": outcome.launches,
        "peak_nodes": outcome.peak_nodes,
        "killed": outcome.killed,
        "unserved": outcome.unserved,
        "violations": list(outcome.violations),
    }
