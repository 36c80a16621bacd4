"""
What a pending child waits for, from Nomad's account of its last attempt to place it.

Only capacity can be bought, so a constraint or a quota is only named where the account leaves no
doubt.  Pure; imports ``autoscaler.core.model`` only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autoscaler.core.model import Verdict, WaitsFor

#: What Nomad says of a node whose class it has judged before, which names no constraint.
_BY_CLASS = "computed class ineligible"
#: Filters that another node lifts: they are about a child's other allocations.
_LIFTED_BY_NODES = ("distinct_hosts", "distinct_property")
#: Of many reasons, so many are named.
_REASONS_MAX = 3


@dataclass(frozen=True, slots=True)
class ReadyNode:
    """What Nomad's account can name a node by that takes work."""

    computed_class: str
    node_class: str
    datacenter: str
    node_pool: str
    create_index: int


def verdict_of(
    evaluations: Iterable[Mapping[str, Any]], ready: Sequence[ReadyNode]
) -> Verdict | None:
    """
    From ``/v1/job/:id/evaluations``; ``ready`` are the pool's nodes that take work now.

    None of a child that no evaluation holds up: it has started, or has not been evaluated yet.
    """
    newest = sorted(evaluations, key=lambda one: int(one["CreateIndex"]), reverse=True)
    blocked = next((one for one in newest if one["Status"] == "blocked"), None)
    if blocked is None:
        return None
    quota = blocked.get("QuotaLimitReached")
    if quota:
        return Verdict(WaitsFor.QUOTA, f"quota {quota} is reached")
    # Before 1.1 it is the evaluation before the blocked one that holds the account.
    account = next((one for one in (blocked, *newest) if one.get("FailedTGAllocs")), None)
    if account is None:
        return Verdict(WaitsFor.CAPACITY, "Nomad gives no account of it")
    failed: Mapping[str, Mapping[str, Any]] = account["FailedTGAllocs"]
    spent = sorted({item for one in failed.values() for item in one.get("QuotaExhausted") or ()})
    if spent:
        return Verdict(WaitsFor.QUOTA, f"quota of {', '.join(spent)} is reached")
    if all(_all_filtered(one) for one in failed.values()) and _includes_ours(
        blocked, account, ready
    ):
        return Verdict(WaitsFor.CONSTRAINT, _filters(failed))
    return Verdict(WaitsFor.CAPACITY, _shortage(failed))


def agreed(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Of several children of one job: anything but capacity only where all of them say it."""
    if not verdicts:
        return None
    for verdict in verdicts:
        if verdict.waits_for is WaitsFor.CAPACITY:
            return verdict
    if len({verdict.waits_for for verdict in verdicts}) == 1:
        return verdicts[0]
    return Verdict(WaitsFor.CAPACITY, "; ".join(dict.fromkeys(one.detail for one in verdicts)))


def _all_filtered(metric: Mapping[str, Any]) -> bool:
    """Whether every node that was looked at lacks what the group demands, whatever its room."""
    evaluated = int(metric["NodesEvaluated"])
    if not evaluated or int(metric["NodesFiltered"]) != evaluated:
        return False
    if int(metric["NodesExhausted"]) or metric.get("DimensionExhausted"):
        return False
    reasons = metric.get("ConstraintFiltered") or {}
    return not any(reason.startswith(_LIFTED_BY_NODES) for reason in reasons)


def _includes_ours(
    blocked: Mapping[str, Any], account: Mapping[str, Any], ready: Sequence[ReadyNode]
) -> bool:
    """
    Whether the nodes that Nomad filtered surely are this pool's own.

    At zero nodes, or before ours were there, it filtered those of other pools: a job that only
    waits for the first node of its pool looks the same.
    """
    if not ready:
        return False
    classes = blocked.get("ClassEligibility")
    if classes:
        return all(classes.get(node.computed_class) is False for node in ready)
    # Nomad cannot judge by class where a constraint is about what is unique to a node.
    seen_until = int(account.get("SnapshotIndex") or account["CreateIndex"])
    if any(node.create_index > seen_until for node in ready):
        return False
    return all(
        all(_was_filtered(metric, node) for node in ready)
        for metric in account["FailedTGAllocs"].values()
    )


def _was_filtered(metric: Mapping[str, Any], node: ReadyNode) -> bool:
    if node.node_class:
        return node.node_class in (metric.get("ClassFiltered") or {})
    # A node without a class is not named: it is among those that were all looked at and filtered.
    available = metric.get("NodesAvailable") or {}
    pool = metric.get("NodePool") or node.node_pool
    return (
        int(metric["NodesEvaluated"]) >= sum(available.values())
        and available.get(node.datacenter, 0) > 0
        and pool in (node.node_pool, "all")
    )


def _filters(failed: Mapping[str, Mapping[str, Any]]) -> str:
    counts: Counter[str] = Counter()
    for metric in failed.values():
        counts.update(metric.get("ConstraintFiltered") or {})
    named = [reason for reason, _ in counts.most_common() if reason != _BY_CLASS]
    what = ", ".join(named[:_REASONS_MAX]) or "a constraint"
    return f"no node of the pool satisfies: {what}"


def _shortage(failed: Mapping[str, Mapping[str, Any]]) -> str:
    return "; ".join(_shortages(failed)) or "no room"


def _shortages(failed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for group, metric in sorted(failed.items()):
        exhausted = metric.get("DimensionExhausted") or {}
        if exhausted:
            named = ", ".join(
                f"{name} on {count} nodes" for name, count in sorted(exhausted.items())
            )
            yield f"group {group}: {named}"
        elif not int(metric["NodesEvaluated"]):
            yield f"group {group}: no node to look at"
