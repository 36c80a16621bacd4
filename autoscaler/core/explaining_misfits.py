"""
Why a child can start on no node of its pool: its size, what it demands, or what Nomad holds it by.

Pure; imports ``autoscaler.core`` only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from autoscaler.core.briefing import Briefing
from autoscaler.core.constraints import fact_name
from autoscaler.core.decision import Decision, Rule
from autoscaler.core.demand import (
    HELD_RULES,
    Misfit,
    bin_of,
    is_held,
    misfit,
    template_of,
    violated,
)
from autoscaler.core.explaining import Explanation, listing, reasons_naming, reasons_of, told
from autoscaler.core.fleet import Member
from autoscaler.core.memory import NodeTemplate
from autoscaler.core.model import Constraint, NodeFacts, Verdict, WaitsFor
from autoscaler.core.packing import Load

_HELD_WORDS = {
    WaitsFor.CONSTRAINT: "Nomad finds no node that it may run on, and buying more would not help",
    WaitsFor.QUOTA: "a quota of Nomad's is used up, and buying nodes would not help",
    WaitsFor.QUEUE: "Nomad's batch queue waits for the job at its head, which cannot be placed",
}


def never_fits(loads: Sequence[Load], briefing: Briefing, decision: Decision) -> Explanation | None:
    """Of a child that not even an empty node of this pool takes; None of any other."""
    ready = briefing.fleet.ready
    template = template_of(briefing.situation.settings, briefing.memory)
    for load in loads:
        if misfit(load, template) is None or any(could_hold(one, load) for one in ready):
            continue
        reasons = [
            reason
            for reason in reasons_naming(decision, load.queue.job)
            if reason.code == Rule.UNPLACEABLE.value
        ]
        found = _nearest(load, ready, template)
        if found.constraint is not None and not found.over:
            return _unmet(found.constraint, ready, template, reasons)
        return _too_large(found, seen=bool(ready or briefing.memory.template), reasons=reasons)
    return None


def could_hold(member: Member, load: Load) -> bool:
    """Whether a node would take it, were there none but system jobs on it."""
    node = member.node
    empty = replace(bin_of(member), free=node.offers)
    return empty.holds(load) > 0 and violated(load, node.facts) is None


def _nearest(load: Load, ready: Iterable[Member], template: NodeTemplate) -> Misfit:
    """Of the pool's nodes and a new one, how the one that is nearest to fitting does not fit."""
    kinds = [template, *(NodeTemplate(one.node.offers, one.node.facts) for one in ready)]
    found = [one for one in (misfit(load, kind) for kind in kinds) if one is not None]
    return min(
        found,
        key=lambda one: (
            one.constraint is not None,
            sum(over.want / max(1, over.have) for over in one.over),
        ),
    )


def _too_large(found: Misfit, reasons: Sequence[Explanation], *, seen: bool) -> Explanation:
    if not found.over:
        sentence = "it fits no node of this pool, which Nomad's account of it may say more about"
        return told(Rule.UNPLACEABLE, sentence, *reasons)
    asks = " and ".join(one.wanted for one in found.over)
    offers = " and ".join(one.offered for one in found.over)
    node = "the largest node offers" if seen else "by the configuration a node offers"
    numbers = {f"asks_{one.key}": one.want for one in found.over} | {
        f"offers_{one.key}": one.have for one in found.over
    }
    sentence = (
        f"it fits no node of this pool and never will: it asks {asks}, {node} {offers}; "
        "ask less in the job, or give the pool larger nodes"
    )
    return told(Rule.UNPLACEABLE, sentence, *reasons, **numbers)


def _unmet(
    constraint: Constraint,
    ready: Sequence[Member],
    template: NodeTemplate,
    reasons: Sequence[Explanation],
) -> Explanation:
    sentence = (
        f"no node of this pool satisfies its constraint {constraint.text}: "
        f"{_haves(constraint, ready, template)}; mend the job's constraint, or the nodes"
    )
    return told(Rule.CONSTRAINT, sentence, *reasons, constraint=constraint.text)


def _haves(constraint: Constraint, ready: Sequence[Member], template: NodeTemplate) -> str:
    """What the nodes have of the fact that a constraint looks at."""
    name = fact_name(constraint.target)
    if name is None:
        return "what the nodes have of it is not known"
    if not ready:
        facts = template.facts
        return f"a new node is expected to have {_have(facts, name)}"
    counts = Counter(_have(one.node.facts, name) for one in ready)
    return "the nodes have " + listing(
        f"{value} ({count})" for value, count in counts.most_common()
    )


def _have(facts: NodeFacts | None, name: str) -> str:
    if facts is None:
        return "what is not known"
    return facts.values.get(name, "no such fact")


def held_by_nomad(
    own: Verdict | None,
    of_job: Verdict | None,
    loads: Sequence[Load],
    briefing: Briefing,
    decision: Decision,
) -> Explanation | None:
    """Of a child that waits for something else than capacity, by Nomad's word on it or its job."""
    verdict = own if is_held(own) else of_job
    if verdict is None or not is_held(verdict):
        return None
    rule = HELD_RULES[verdict.waits_for]
    ready = briefing.fleet.ready
    template = template_of(briefing.situation.settings, briefing.memory)
    named = [
        told(Rule.CONSTRAINT, f"{one.text}: {_haves(one, ready, template)}", constraint=one.text)
        for one in _constraints(loads)
        if one.text in verdict.detail
    ]
    sentence = f"{_HELD_WORDS[verdict.waits_for]}: {verdict.detail}"
    return told(rule, sentence, *named, *reasons_of(decision, rule))


def _constraints(loads: Sequence[Load]) -> Iterable[Constraint]:
    return dict.fromkeys(one for load in loads for one in load.group.constraints)
