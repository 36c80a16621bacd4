"""A node, and what is told of it when the pool's own decision has been made."""

from autoscaler.core.explaining import Explanation
from autoscaler.core.explaining_nodes import explain_node
from autoscaler.core.memory import Memory
from autoscaler.core.model import Instance, Node, Observation
from autoscaler.core.policy import decide
from autoscaler.core.settings import PoolSettings
from tests.builders import LONG_WATCHED, a_group, an_observation, at, some_settings

NOW = at(60)


def explained(
    observed: Observation,
    settings: PoolSettings | None = None,
    memory: Memory | None = None,
    *,
    node: str = "n1",
) -> Explanation:
    """What is told of it."""
    settings, memory = settings or some_settings(), memory or LONG_WATCHED
    decision = decide(observed, settings, memory, NOW)
    return explain_node(node, observed, decision, settings, memory, NOW)


def on(node: Node, instance: Instance, *, marked: bool = False, **group: int) -> Observation:
    """A node on that instance, with our mark on it or without."""
    marks = {instance.instance_id: at(50)} if marked else {}
    return an_observation(node, group=a_group(instance, marks=marks, **group))
