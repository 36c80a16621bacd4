"""
Choose a node for one instance of a task group, and say how it went.

Pure but for the generator that shuffles the nodes, which is handed in.  As Nomad's batch scheduler
does, the first two nodes with room are compared and the fuller one wins.  May import
``devstack.standin.model`` and ``devstack.standin.schedule.feasible``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devstack.standin.schedule.feasible import reason_against

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from devstack.standin.model import Ask, Group, Job, Json, Node

#: How many nodes with room are compared.
CHOICES = 2


@dataclass(slots=True)
class Metrics:
    """Nomad's account of one placement: how many nodes there were, and what spoke against them."""

    available: Mapping[str, int]
    evaluated: int = 0
    filtered: int = 0
    exhausted: int = 0
    class_filtered: Counter[str] = field(default_factory=Counter)
    constraint_filtered: Counter[str] = field(default_factory=Counter)
    class_exhausted: Counter[str] = field(default_factory=Counter)
    dimension_exhausted: Counter[str] = field(default_factory=Counter)
    scores: list[tuple[str, float]] = field(default_factory=list)
    coalesced: int = 0
    #: Whether nodes of a class may run the group at all; None where that is no matter of class.
    eligibility: Mapping[str, bool] | None = None

    def to_json(self, nanoseconds: int) -> Json:
        """The API's form; what was not counted is null."""
        return {
            "AllocationTime": nanoseconds,
            "ClassExhausted": dict(self.class_exhausted) or None,
            "ClassFiltered": dict(self.class_filtered) or None,
            "CoalescedFailures": self.coalesced,
            "ConstraintFiltered": dict(self.constraint_filtered) or None,
            "DimensionExhausted": dict(self.dimension_exhausted) or None,
            "NodesAvailable": dict(self.available),
            "NodesEvaluated": self.evaluated,
            "NodesExhausted": self.exhausted,
            "NodesFiltered": self.filtered,
            "QuotaExhausted": None,
            "ScoreMetaData": [_score_form(*score) for score in self.scores] or None,
            "Scores": None,
        }


def _score_form(node_id: str, score: float) -> Json:
    scores = {
        "binpack": score,
        "job-anti-affinity": 0.0,
        "node-affinity": 0.0,
        "node-reschedule-penalty": 0.0,
    }
    return {"NodeID": node_id, "NormScore": score, "Scores": scores}


def choose(
    job: Job,
    group: Group,
    nodes: Sequence[Node],
    usage: Mapping[str, Ask],
    rng: random.Random,
) -> tuple[Node | None, Metrics]:
    """
    Choose among the nodes that take work; ``usage`` is what is held on each, by node id.

    Returns the node, or None when none will do, and the metrics of the choice.
    """
    available = dict.fromkeys(job.datacenters, 0)
    candidates = []
    for node in nodes:
        if node.datacenter in available:
            available[node.datacenter] += 1
            candidates.append(node)
    rng.shuffle(candidates)
    metrics = Metrics(available)
    fitting: list[tuple[float, Node]] = []
    judge = _Judge(job, group)
    for node in candidates:
        metrics.evaluated += 1
        reason = judge.reason_against(node)
        if reason:
            _count_filtered(metrics, node, reason)
            continue
        used = usage[node.id] + group.ask
        short = used.shortage(node.offers)
        if short:
            _count_exhausted(metrics, node, short)
            continue
        score = _fit(used, node.offers)
        metrics.scores.append((node.id, score))
        fitting.append((score, node))
        if len(fitting) == CHOICES:
            break
    metrics.eligibility = judge.eligibility()
    metrics.scores.sort(key=lambda scored: -scored[1])
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None, metrics


class _Judge:
    """Says what speaks against a node; one judgement serves all nodes of a class."""

    def __init__(self, job: Job, group: Group) -> None:
        self._job = job
        self._group = group
        self._ineligible: set[str] = set()
        self._eligible: set[str] = set()
        # A constraint on what is unique to a node cannot be judged by class.
        self._by_class = not any(
            ".unique." in side
            for item in (*job.constraints, *group.constraints)
            for side in (item.left, item.right)
        )

    def eligibility(self) -> Mapping[str, bool] | None:
        """What was found of each class that was looked at."""
        if not self._by_class:
            return None
        return {**dict.fromkeys(self._ineligible, False), **dict.fromkeys(self._eligible, True)}

    def reason_against(self, node: Node) -> str:
        if node.computed_class in self._eligible:
            return ""
        if node.computed_class in self._ineligible:
            return "computed class ineligible"
        reason = reason_against(node, self._job, self._group)
        if self._by_class:
            (self._ineligible if reason else self._eligible).add(node.computed_class)
        return reason


def _count_filtered(metrics: Metrics, node: Node, reason: str) -> None:
    metrics.filtered += 1
    metrics.constraint_filtered[reason] += 1
    if node.node_class:
        metrics.class_filtered[node.node_class] += 1


def _count_exhausted(metrics: Metrics, node: Node, dimension: str) -> None:
    metrics.exhausted += 1
    metrics.dimension_exhausted[dimension] += 1
    if node.node_class:
        metrics.class_exhausted[node.node_class] += 1


def _fit(used: Ask, offered: Ask) -> float:
    """Nomad's bin-packing score: 1 for a node that would be full, 0 for one left empty."""
    free_cpu = 1 - used.cpu / offered.cpu
    free_memory = 1 - used.memory / offered.memory
    return float(min(18.0, max(0.0, 20 - 10**free_cpu - 10**free_memory)) / 18)
