"""What a decision says, in short."""

from collections.abc import Iterable

from autoscaler.core.decision import Decision, InstanceRef, NodeRef, Rule


def rules(decision: Decision) -> list[Rule]:
    """The codes of its reasons, in order."""
    return [reason.rule for reason in decision.reasons]


def names(refs: Iterable[NodeRef]) -> list[str]:
    """The nodes' names."""
    return [ref.name for ref in refs]


def ids(refs: Iterable[InstanceRef]) -> list[str]:
    """The instances' ids."""
    return [ref.instance_id for ref in refs]
