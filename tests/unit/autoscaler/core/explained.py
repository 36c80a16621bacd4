"""A child that waits, and what is told of it when the pool's own decision has been made."""

from dataclasses import replace

from autoscaler.core.child import ChildFacts
from autoscaler.core.explaining import Explanation
from autoscaler.core.explaining_children import explain_child
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.policy import decide
from autoscaler.core.resources import Ask
from autoscaler.core.settings import PoolSettings
from tests.builders import at, some_settings

CHILD = "transcode/dispatch-1772366400-0a1b2c3d"
NOW = at(60)
#: Too large for any node of the tests.
BIG = Ask(1000, 9000, 300)


def pending(**changes: object) -> ChildFacts:
    """A child that waits since the epoch, asked of Nomad."""
    facts = ChildFacts(CHILD, "transcode", "pending", at(0), ahead_count=0, asked_at=NOW)
    return replace(facts, **changes)  # type: ignore[arg-type]  # Fields by name, as replace takes.


def explained(
    facts: ChildFacts,
    observed: Observation,
    settings: PoolSettings | None = None,
    memory: Memory | None = None,
) -> Explanation:
    """What is told of it when the pool's own decision has been made."""
    settings, memory = settings or some_settings(), memory or Memory()
    decision = decide(observed, settings, memory, NOW)
    return explain_child(facts, observed, decision, settings, memory, NOW)


def detail(explanation: Explanation, code: str) -> Explanation:
    return next(one for one in explanation.details if one.code == code)


def codes(explanation: Explanation) -> list[str]:
    return [one.code for one in explanation.details]
