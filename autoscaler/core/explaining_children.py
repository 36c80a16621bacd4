"""
Why one child waits, or that it does not.

Nomad's own word on the child comes first; what it waits for is worked out in ``explaining_waits``.
Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from autoscaler.core.briefing import brief
from autoscaler.core.child import ChildFacts, Placement
from autoscaler.core.decision import Decision
from autoscaler.core.explaining import (
    Explanation,
    Fate,
    alike,
    clock,
    coming,
    listing,
    since,
    span,
    told,
)
from autoscaler.core.explaining_waits import why_it_waits
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.settings import PoolSettings

_DEAD = "dead"


def explain_child(
    facts: ChildFacts,
    observation: Observation,
    decision: Decision,
    settings: PoolSettings,
    memory: Memory,
    now: datetime,
) -> Explanation:
    """
    From the picture that the decision was made on; ``memory`` is what the decision was handed.

    Where Nomad was not asked of the child, what the picture alone tells.
    """
    if facts.job not in settings.jobs:
        jobs = listing(settings.jobs)
        sentence = f"{facts.job} is no job of the pool {settings.name}, which serves {jobs}"
        return told(Fate.NOT_OURS, sentence)
    asked_at = facts.asked_at or now
    known = (
        _at_work(facts, observation, asked_at)
        or (_over(facts, asked_at) if facts.status == _DEAD else None)
        or _tried_again(facts, asked_at)
    )
    if known is None:
        briefing = brief(observation, settings, memory, now)
        found = why_it_waits(facts, decision, briefing, now)
        return found if facts.status is not None else _unsure("if it still waits", found, facts)
    if facts.status is not None:
        return known
    return _unsure("when this picture was taken", known, facts)


def _unsure(when: str, found: Explanation, facts: ChildFacts) -> Explanation:
    """What is told of a child of which only the picture could be asked."""
    note = told(
        Fate.UNKNOWN,
        f"what has become of it since is not known: Nomad was not asked, {facts.unasked}",
    )
    sentence = f"{when}: {found.sentence}"
    return replace(found, sentence=sentence, details=(*found.details, note))


def unknown_child(given: str, known: Sequence[str]) -> Explanation:
    """Nothing of that id is known; of what is, some could have been meant."""
    meant = alike(given, known)
    hint = (
        f"did you mean {listing(meant)}?"
        if meant
        else "Nomad forgets children some time after their end"
    )
    return told(Fate.UNKNOWN, f"there is no child whose id begins with {given!r}; {hint}")


def several_children(given: str, found: Sequence[str]) -> Explanation:
    """More than one child could be meant."""
    sentence = f"{len(found)} children have ids that begin with {given!r}: {listing(found)}"
    return told(Fate.UNKNOWN, f"{sentence}; give more of the one that you mean")


def _at_work(facts: ChildFacts, observation: Observation, now: datetime) -> Explanation | None:
    """Where it is placed: as Nomad says, or where that was not asked, as the picture shows."""
    live = [one for one in facts.placements if one.live]
    if live:
        return _placed(live[-1], observation, now)
    if facts.status is not None:
        return None
    for node in observation.nodes or ():
        for one in node.running:
            if one.child == facts.child:
                placed_at = one.placed_at or one.started_at or now
                at = Placement(
                    node.node_id,
                    node.name,
                    live=True,
                    succeeded=False,
                    placed_at=placed_at,
                    started_at=one.started_at,
                )
                return _placed(at, observation, now)
    return None


def _placed(one: Placement, observation: Observation, now: datetime) -> Explanation:
    node = next((node for node in observation.nodes or () if node.node_id == one.node_id), None)
    instance = node.instance_id if node is not None else None
    where = one.node_name if instance in (None, one.node_name) else f"{one.node_name} ({instance})"
    if one.started_at is None:
        return told(
            Fate.STARTING,
            f"it does not wait for a node: placed on {where} {since(one.placed_at, now)}, "
            "where its task is being started",
            node=one.node_name,
            instance=instance,
            placed_at=one.placed_at,
        )
    return told(
        Fate.RUNNING,
        f"it does not wait: running {since(one.started_at, now)}, on {where}",
        node=one.node_name,
        instance=instance,
        started_at=one.started_at,
        running_seconds=max(0.0, (now - one.started_at).total_seconds()),
    )


def _over(facts: ChildFacts, now: datetime) -> Explanation:
    if not facts.placements:
        return told(Fate.FINISHED, "it was stopped before it started anywhere")
    last = facts.placements[-1]
    ended = "" if last.ended_at is None else f" at {clock(last.ended_at, now)}"
    took = (
        ""
        if last.started_at is None or last.ended_at is None
        else f", after {span(last.ended_at - last.started_at)}"
    )
    where = f"on {last.node_name}"
    if last.succeeded:
        sentence = f"it does not wait: finished well {where}{ended}{took}"
        return told(Fate.FINISHED, sentence, node=last.node_name, ended_at=last.ended_at)
    detail = f": {last.detail}" if last.detail else ""
    sentence = f"it does not wait: it failed {where}{ended}{took}, and is not tried again{detail}"
    return told(Fate.FAILED, sentence, node=last.node_name, ended_at=last.ended_at)


def _tried_again(facts: ChildFacts, now: datetime) -> Explanation | None:
    """It failed, and Nomad lets some time pass before it places it anew."""
    if facts.retried_at is None or facts.retried_at <= now or not facts.placements:
        return None
    last = facts.placements[-1]
    detail = f": {last.detail}" if last.detail else ""
    sentence = (
        f"it failed on {last.node_name}, and Nomad tries it again "
        f"{coming(facts.retried_at, now)}{detail}"
    )
    return told(Fate.RETRYING, sentence, node=last.node_name, retried_at=facts.retried_at)
