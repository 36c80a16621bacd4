"""
What was found, as JSON.

::

    {"traces":         [{"source", "children", "seconds", "service_hours", "jobs"}, …],
     "conditions":     {"boot_s", …} as of `autoscaler simulate`,
     "target":         {"measure": "p95" | "p99" | "late", "limit", "late_s"},
     "runs":           what was spent, in runs of one setting through all the traces,
     "lower_bound_node_hours": no plan with which nobody is late costs less,
     "trials":         [{"changes": {PATH: VALUE}, "present", "on_frontier", "meets_target",
                         "node_hours", "cost", "wait_s": {"p50", "p95", "p99"}, "late_share",
                         "launches", "peak_nodes", "killed", "unserved", "robustness"}, …],
     "recommendation": {"meets_target", "changes", "keys", "yaml", "surer": changes or null}}

``robustness`` is null, or holds intervals ``[low, high]`` for ``p95_s``, ``p99_s``, ``late_share``
and ``cost_change`` (to the present setting, 0.1 for a tenth more), and the shares of the resamples
in which the target is met and the cost is lower than now.  Paths begin at the pool.  Limits are
seconds, or a share from 0 to 1; a wait without end is null.
Imports replay.record and the rest of tuning.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from autoscaler.tuning.patch import nested, pasted
from autoscaler.tuning.robustness import Interval, Robustness
from autoscaler.tuning.session import Findings
from autoscaler.tuning.space import Point
from autoscaler.tuning.trial import Trial


def as_json(
    traces: Sequence[Mapping[str, Any]], conditions: Mapping[str, Any], findings: Findings
) -> str:
    """The whole, with a line break at its end."""
    target, choice = findings.target, findings.recommendation
    keys = nested(choice.nearest.candidate.changes, choice.present.candidate.settings.name)
    whole = {
        "traces": list(traces),
        "conditions": conditions,
        "target": {
            "measure": target.metric,
            "limit": target.limit,
            "late_s": target.late_seconds,
        },
        "runs": findings.spent,
        "lower_bound_node_hours": findings.lower_bound,
        "trials": [_trial(one, findings) for one in findings.trials],
        "recommendation": {
            "meets_target": choice.chosen is not None,
            "changes": _changes(choice.nearest.candidate.changes),
            "keys": keys,
            "yaml": pasted(keys) if keys else "",
            "surer": None if choice.surer is None else _changes(choice.surer.candidate.changes),
        },
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _trial(trial: Trial, findings: Findings) -> Mapping[str, Any]:
    sureness = findings.sureness.get(trial.candidate)
    return {
        "changes": _changes(trial.candidate.changes),
        "present": trial is findings.present,
        "on_frontier": any(trial is one for one in findings.frontier),
        "meets_target": trial.sound and findings.target.met_by(trial),
        "node_hours": trial.node_hours,
        "cost": trial.cost,
        "wait_s": {"p50": trial.p50, "p95": trial.p95, "p99": trial.p99},
        "late_share": trial.late_share,
        "launches": trial.launches,
        "peak_nodes": trial.peak_nodes,
        "killed": sum(one.killed for one in trial.outcomes),
        "unserved": sum(one.unserved for one in trial.outcomes),
        "robustness": None if sureness is None else _robustness(sureness),
    }


def _robustness(found: Robustness) -> Mapping[str, Any]:
    return {
        "p95_s": _interval(found.p95),
        "p99_s": _interval(found.p99),
        "late_share": _interval(found.late_share),
        "cost_change": _interval(found.cost_change),
        "target_met_share": found.met_share,
        "cheaper_share": found.cheaper_share,
    }


def _interval(interval: Interval) -> list[float | None]:
    return [one if math.isfinite(one) else None for one in (interval.low, interval.high)]


def _changes(changes: Point) -> Mapping[str, Any]:
    return {path: yaml.safe_load(value) for path, value in changes}
