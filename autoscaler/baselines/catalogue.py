"""
Every baseline by its name: how it is made, how often it looks, and how its nodes go.

The eight plain names are what each peer's documentation describes; longer ones are variants.
Imports the standard library and the rest of baselines, simulation apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from autoscaler.baselines import (
    buildkite,
    dask,
    kubernetes,
    nomad,
    static,
    step_scaling,
    target_tracking,
)
from autoscaler.baselines.known import Known
from autoscaler.baselines.view import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Another autoscaler's policy."""

    name: str
    #: One line, for people.
    description: str
    make: Callable[[Known], Policy]
    #: Between two looks; a policy may look at its metric less often.
    tick_seconds: float = 10.0
    #: Whether a node at work may be chosen to go; it finishes its work first and takes no more.
    drains: bool = True
    #: Whether instances that boot are the first to go.
    cancels_boots: bool = False
    #: After so many idle seconds a node ends itself; None: only when it is chosen.
    idle_seconds: float | None = None
    #: Nodes below which it never goes.
    floor: Callable[[Known], int] = lambda _: 0


def _one(_: Known) -> int:
    return 1


_ALL = (
    Baseline(
        name="hpa",
        description="Kubernetes HPA, a slot for each child, never below 1 node",
        make=kubernetes.hpa_per_slot,
        tick_seconds=kubernetes.SYNC_SECONDS,
        cancels_boots=True,
        floor=_one,
    ),
    Baseline(
        name="hpa-30",
        description="Kubernetes HPA as in its walkthrough, a node for 30 that wait",
        make=kubernetes.hpa_walkthrough,
        tick_seconds=kubernetes.SYNC_SECONDS,
        cancels_boots=True,
        floor=_one,
    ),
    Baseline(
        name="keda",
        description="KEDA queue trigger, its default of 5 children to a node",
        make=kubernetes.keda_default,
        tick_seconds=kubernetes.SYNC_SECONDS,
        cancels_boots=True,
    ),
    Baseline(
        name="keda-per-slot",
        description="KEDA queue trigger, a slot for each child",
        make=kubernetes.keda_per_slot,
        tick_seconds=kubernetes.SYNC_SECONDS,
        cancels_boots=True,
    ),
    Baseline(
        name="target-tracking",
        description="AWS target tracking of the backlog per instance, for the whole wait",
        make=target_tracking.target_tracking,
    ),
    Baseline(
        name="target-tracking-half",
        description="AWS target tracking of the backlog per instance, for half the wait",
        make=target_tracking.target_tracking_half,
    ),
    Baseline(
        name="step",
        description="AWS step scaling with the CDK's steps, never below 1 node",
        make=step_scaling.step_cdk,
        floor=_one,
    ),
    Baseline(
        name="step-tuned",
        description="AWS step scaling with steps tuned for such a queue",
        make=step_scaling.step_tuned,
    ),
    Baseline(
        name="nomad-autoscaler",
        description="Nomad Autoscaler, pass-through as in the demo of on-demand batch",
        make=nomad.pass_through,
        drains=False,
    ),
    Baseline(
        name="nomad-target-value",
        description="Nomad Autoscaler, children per slot to a target value of 1",
        make=nomad.target_queue,
    ),
    Baseline(
        name="nomad-util70",
        description="Nomad Autoscaler, allocated CPU to 70 %, never below 1 node",
        make=nomad.target_utilisation,
        floor=_one,
    ),
    Baseline(
        name="nomad-threshold",
        description="Nomad Autoscaler, thresholds: a node more or less by the queue",
        make=nomad.threshold_of_queue,
        drains=False,
    ),
    Baseline(
        name="dask",
        description="dask Adaptive, its default target duration of 5 s",
        make=dask.dask_default,
        tick_seconds=dask.INTERVAL_SECONDS,
        drains=False,
        cancels_boots=True,
    ),
    Baseline(
        name="dask-200s",
        description="dask Adaptive, tuned to a target duration of 200 s",
        make=dask.dask_200s,
        tick_seconds=dask.INTERVAL_SECONDS,
        drains=False,
        cancels_boots=True,
    ),
    Baseline(
        name="dask-wait",
        description="dask Adaptive, tuned to a target duration of what a child may wait",
        make=dask.dask_at_limit,
        tick_seconds=dask.INTERVAL_SECONDS,
        drains=False,
        cancels_boots=True,
    ),
    Baseline(
        name="buildkite",
        description="buildkite-agent-scaler, a slot for each job, nodes leave after 10 min idle",
        make=buildkite.buildkite,
        drains=False,
        idle_seconds=buildkite.IDLE_SECONDS,
    ),
    Baseline(
        name="static",
        description="no autoscaler, nodes for the demand's 95th percentile",
        make=static.static_p95,
        floor=lambda known: known.nodes_p95,
    ),
    Baseline(
        name="static-peak",
        description="no autoscaler, nodes for the demand's peak",
        make=static.static_peak,
        floor=lambda known: known.nodes_peak,
    ),
)

#: By name, in the order in which they are told.
BASELINES: Mapping[str, Baseline] = MappingProxyType({one.name: one for one in _ALL})
