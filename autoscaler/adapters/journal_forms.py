"""
How the journal writes things down: the core's frozen values as JSON, and back again, equal.

Imports core, ports and pydantic.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from pydantic import TypeAdapter

from autoscaler.core.decision import Decision
from autoscaler.core.memory import Memory
from autoscaler.core.model import Node, NodeFacts, Observation
from autoscaler.core.plan import Action
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import ActionReport

#: The quickest.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class _Seen:
    """An observation whose nodes name the kind of their facts, and the facts once for each kind."""

    observation: Observation
    facts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Done:
    """An action's report; the kind tells apart actions that have the same fields."""

    kind: str
    action: dict[str, Any]
    outcome: str
    detail: str
    stage: str


_MEMORY = TypeAdapter(Memory)
_SETTINGS = TypeAdapter(PoolSettings)
_SEEN = TypeAdapter(_Seen)
_DECISION = TypeAdapter(Decision)
_DONE = TypeAdapter(tuple[_Done, ...])
_ACTIONS: Mapping[str, TypeAdapter[Action]] = {
    kind.__name__: TypeAdapter(kind) for kind in get_args(Action)
}


def written_memory(memory: Memory) -> str:
    """As JSON."""
    return _written(_MEMORY, memory)


def read_memory(text: str | bytes) -> Memory:
    """Raises ``ValueError`` where it was written in a form that is no longer read."""
    return _MEMORY.validate_json(text)


def packed_memory(memory: Memory) -> bytes:
    """As JSON, compressed."""
    return zlib.compress(written_memory(memory).encode(), _LEVEL)


def unpacked_memory(data: str | bytes) -> Memory:
    """Raises ``ValueError`` as above; version 1 of the journal kept it as it is."""
    try:
        return read_memory(data if isinstance(data, str) else zlib.decompress(data))
    except zlib.error as error:
        raise ValueError(str(error)) from error


def written_settings(settings: PoolSettings) -> str:
    """As JSON, by the names of the configuration's keys."""
    return _SETTINGS.dump_json(settings, by_alias=True).decode()


def read_settings(text: str) -> PoolSettings:
    """Raises ``ValueError`` as above."""
    return _SETTINGS.validate_json(text)


def written_observation(observation: Observation) -> str:
    """As JSON; what nodes of one kind have in common is in it once."""
    facts: dict[str, Mapping[str, str]] = {}
    if observation.nodes is not None:
        nodes = tuple(_without_facts(node, facts) for node in observation.nodes)
        observation = replace(observation, nodes=nodes)
    return _written(_SEEN, _Seen(observation, facts))


def read_observation(text: str) -> Observation:
    """Raises ``ValueError`` as above."""
    seen = _SEEN.validate_json(text)
    observation = seen.observation
    if observation.nodes is None:
        return observation
    nodes = tuple(
        replace(node, facts=NodeFacts(node.facts.kind, seen.facts[node.facts.kind]))
        if node.facts is not None
        else node
        for node in observation.nodes
    )
    return replace(observation, nodes=nodes)


def written_decision(decision: Decision) -> str:
    """As JSON, without the memory in it, which has a place of its own."""
    return _written(_DECISION, replace(decision, memory=Memory()))


def read_decision(text: str) -> Decision:
    """Its memory is empty.  Raises ``ValueError`` as above."""
    return _DECISION.validate_json(text)


def written_actions(reports: tuple[ActionReport, ...]) -> str:
    """As JSON."""
    done = tuple(
        _Done(
            kind=type(one.action).__name__,
            action=_ACTIONS[type(one.action).__name__].dump_python(one.action, mode="json"),
            outcome=one.outcome,
            detail=one.detail,
            stage=one.stage,
        )
        for one in reports
    )
    return _written(_DONE, done)


def read_actions(text: str) -> tuple[ActionReport, ...]:
    """Raises ``ValueError`` as above."""
    done = _DONE.validate_json(text)
    unknown = {one.kind for one in done} - _ACTIONS.keys()
    if unknown:
        raise ValueError(f"no such actions: {', '.join(sorted(unknown))}")
    return tuple(
        ActionReport(
            _ACTIONS[one.kind].validate_python(one.action), one.outcome, one.detail, one.stage
        )
        for one in done
    )


def _written(adapter: TypeAdapter[Any], value: object) -> str:
    # Pydantic expects a mapping to be a dict, and warns of those that cannot be changed.
    return adapter.dump_json(value, fallback=_plain, warnings=False).decode()


def _plain(value: Any) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written down")


def _without_facts(node: Node, facts: dict[str, Mapping[str, str]]) -> Node:
    if node.facts is None:
        return node
    facts.setdefault(node.facts.kind, node.facts.values)
    return replace(node, facts=NodeFacts(node.facts.kind))
