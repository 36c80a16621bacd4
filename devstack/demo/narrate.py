"""
Tell in plain sentences what changed between two scenes, and what the daemon decided.

Pure.  May import ``devstack.demo.scene`` and the standard library.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from devstack.demo.scene import Child, ChildState, NodeState, Scene

LogLine = Mapping[str, Any]

_NODE_SENTENCES = {
    NodeState.BOOTING: "instance {} launched, booting",
    NodeState.JOINING: "instance {} is up, its node joins",
    NodeState.READY: "node {} is ready",
    NodeState.CORDONED: "node {} is cordoned: nothing new is placed on it",
}
_ACTIONS = {
    "set_desired_capacity": "sets the group's desired capacity",
    "cordon": "cordons {node}",
    "uncordon": "un-cordons {node}",
    "terminate": "terminates {instance}",
    "purge": "purges the node of {instance}",
}


def changes(before: Scene, after: Scene) -> Iterator[str]:
    """One sentence for each child and node that is in another state than before."""
    yield from _new_children(before, after)
    yield from _node_changes(before, after)
    known = {child.id: child.state for child in before.children}
    for child in after.children:
        if child.state is not known.get(child.id, ChildState.PENDING):
            yield _child_sentence(child)


def _node_changes(before: Scene, after: Scene) -> Iterator[str]:
    states = {node.instance: node.state for node in before.nodes}
    for node in after.nodes:
        if node.state is not states.pop(node.instance, None):
            yield _NODE_SENTENCES[node.state].format(node.instance)
    for instance in states:
        yield f"instance {instance} is gone"


def _new_children(before: Scene, after: Scene) -> Iterator[str]:
    new = len(after.children) - len(before.children)
    if new > 0:
        yield f"{new} children dispatched, {after.count(ChildState.PENDING)} pending"


def _child_sentence(child: Child) -> str:
    if child.state is ChildState.RUNNING:
        return f"{child.label} starts after {child.waited_seconds or 0:.1f} s in the queue"
    if child.state is ChildState.DONE:
        return f"{child.label} done in {child.took_seconds or 0:.1f} s"
    if child.state is ChildState.FAILED:
        return f"{child.label} FAILED"
    return f"{child.label} ended badly and waits for another attempt"


def in_reading_order(lines: Iterable[LogLine]) -> list[LogLine]:
    """The same lines with each cycle's decision before the actions that it led to."""
    first_seen: dict[str, int] = {}
    places = []
    for place, line in enumerate(lines):
        cycle = str(line.get("cycle_id", f"no cycle, line {place}"))
        began = first_seen.setdefault(cycle, place)
        places.append((began, line.get("event") != "cycle.finished", place, line))
    return [line for *_, line in sorted(places, key=lambda entry: entry[:3])]


def rules(line: LogLine) -> tuple[str, ...] | None:
    """The rules by which a cycle decided, or None for another line of the daemon's log."""
    return tuple(line.get("rules") or ()) if line.get("event") == "cycle.finished" else None


def decision(line: LogLine, known_rules: tuple[str, ...] = ()) -> str | None:
    """
    The sentence for one line of the daemon's log, or None where it tells people nothing new.

    A cycle that did nothing is told if it held for other reasons than ``known_rules``, those of
    the cycle before.
    """
    event = line.get("event")
    if event == "cycle.finished":
        news = line.get("outcome") != "no_op" or rules(line) != known_rules
        return _cycle(line) if news else None
    if event == "action.applied" and line.get("action") != "set_desired_capacity":
        return f"autoscaler {_action(line)}"
    if event == "action.failed":
        reason = line.get("error") or line.get("why") or "no reason given"
        return f"autoscaler FAILED to {line.get('action')}: {reason}"
    return None


def _cycle(line: LogLine) -> str:
    before, after = line.get("desired_from"), line.get("desired_to")
    moves = f"desired {before} → {after}" if before != after else f"desired stays {after}"
    codes = ", ".join(rules(line) or ())
    return f"decision: {moves} [{codes}] {line.get('why', '')}".rstrip()


def _action(line: LogLine) -> str:
    names = {"node": "a node", "instance": "an instance"} | {
        key: str(line[key]) for key in ("node", "instance") if line.get(key)
    }
    action = str(line.get("action"))
    return _ACTIONS.get(action, action.replace("_", " ")).format(**names)
