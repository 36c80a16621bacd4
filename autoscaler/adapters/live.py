"""
The real world of one pool: Nomad and AWS read at the same time, changed one action at a time.

Imports ports, core, errors and the adapters of both.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TypeVar

from autoscaler.adapters.asg import AutoScalingGroups
from autoscaler.adapters.nomad import NomadPool
from autoscaler.core.model import Group, JobQueue, Missing, Node, NodeStatus, Observation
from autoscaler.core.pause import Pause
from autoscaler.core.plan import (
    Action,
    CompleteHook,
    Cordon,
    ExtendHook,
    LowerDesiredCapacity,
    Purge,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
    Uncordon,
)
from autoscaler.errors import GroupUnavailable, ObservationError

_T = TypeVar("_T")

#: A cycle waits for AWS so long, whatever its calls and their retries would take together.
AWS_TIMEOUT_SECONDS = 20.0


class LiveWorld:
    """Observes and acts through the pool's adapters; used by one thread at a time."""

    def __init__(
        self,
        pool: str,
        nomad: NomadPool,
        groups: AutoScalingGroups,
        *,
        pause: Callable[[datetime], Pause | None] = lambda _: None,
        standing_by: Callable[[], str] = str,
        aws_timeout_seconds: float = AWS_TIMEOUT_SECONDS,
    ) -> None:
        """
        ``pause`` is asked in each cycle for the pause that is in force then; ``standing_by`` for
        why this daemon does not act, empty where it does.
        """
        self._pool = pool
        self._nomad = nomad
        self._groups = groups
        self._pause = pause
        self._standing_by = standing_by
        self._aws_timeout_seconds = aws_timeout_seconds
        self._reading: Future[tuple[Group, ...]] | None = None
        self._joined: frozenset[str] = frozenset()

    def observe(self, now: datetime) -> Observation:
        """Both systems at once, so that a cycle takes as long as the slower, not as both."""
        missing: list[Missing] = []
        # Before and after: what was read before this daemon led may be older than another's deeds.
        standing_by = self._standing_by()
        reading = self._begin_to_read_groups(now)
        # Before the queues: which nodes there are has a part in what Nomad's verdicts mean.
        nodes: tuple[Node, ...] | None = _part("nodes", lambda: self._nomad.nodes(now), missing)
        queues = [self._queue(job, now, missing) for job in self._nomad.jobs]
        groups: tuple[Group, ...] | None = _part("group", lambda: self._awaited(reading), missing)
        if nodes is not None:
            self._joined = frozenset(
                node.instance_id
                for node in nodes
                if node.instance_id and node.status is NodeStatus.READY
            )
        read = tuple(queue for queue in queues if queue is not None)
        # Last: one that came while the rest was read is heeded in this very cycle.
        pause = self._pause(now)
        return Observation(
            self._pool,
            read,
            nodes,
            groups,
            tuple(missing),
            pause=pause,
            standing_by=standing_by or self._standing_by(),
        )

    def holds(self, instance_id: str) -> bool:
        """Whether the instance was one of the pool's when it was last observed."""
        return self._groups.holds(instance_id)

    def still_idle(self, node_id: str) -> bool:
        """Look at the node again, not stale."""
        return self._nomad.still_idle(node_id)

    def still_unjoined(self, instance_id: str) -> bool:
        """Look for a node on the instance again, not stale."""
        return self._nomad.still_unjoined(instance_id)

    def apply(self, action: Action) -> None:
        """Carry one action out; each of its steps is safe to repeat, in this order."""
        match action:
            case Cordon():
                # Somebody may have made it ineligible since: then it is theirs, and not marked.
                self._nomad.check_eligible(action.node.node_id)
                # The mark first: a node that is ineligible without it would count as someone's.
                self._groups.mark(action.node.instance_id, action.at)
                self._nomad.set_eligibility(action.node.node_id, eligible=False)
            case Uncordon():
                self._nomad.set_eligibility(action.node.node_id, eligible=True)
                self._groups.unmark(action.node.instance_id)
            case Purge():
                self._nomad.purge(action.node.node_id)
            case _:
                _apply_to_group(self._groups, action)

    def recount(self, now: datetime) -> None:
        """Do the slow reads that are due; one that fails shows in the next observation."""
        try:
            self._nomad.recount(now)
        except ObservationError:
            return

    def _queue(self, job: str, now: datetime, missing: list[Missing]) -> JobQueue | None:
        return _part("queue", lambda: self._nomad.queue(job, now), missing)

    def _begin_to_read_groups(self, now: datetime) -> Future[tuple[Group, ...]] | None:
        """None where the reading of an earlier cycle has still not ended."""
        if self._reading is not None and not self._reading.done():
            return None
        joined = sorted(self._joined)
        self._reading = _at_once(f"aws-{self._pool}", lambda: self._groups.observe(now, joined))
        return self._reading

    def _awaited(self, reading: Future[tuple[Group, ...]] | None) -> tuple[Group, ...]:
        timeout = self._aws_timeout_seconds
        if reading is None:
            message = f"AWS has not answered for more than {timeout:g} s; still waiting"
            raise GroupUnavailable(message)
        try:
            return reading.result(timeout)
        except TimeoutError as error:
            message = f"AWS has not answered within {timeout:g} s"
            raise GroupUnavailable(message) from error


def _apply_to_group(
    groups: AutoScalingGroups,
    action: SetDesiredCapacity
    | LowerDesiredCapacity
    | Terminate
    | TerminateUnjoined
    | CompleteHook
    | ExtendHook,
) -> None:
    match action:
        case SetDesiredCapacity():
            groups.set_desired_capacity(action.group, action.desired)
        case LowerDesiredCapacity():
            groups.lower_desired_capacity(action.group, action.desired)
        case Terminate():
            groups.terminate(action.group, action.node.instance_id, decrement=not action.replace)
        case TerminateUnjoined(instance):
            groups.terminate(instance.group, instance.instance_id, decrement=not action.replace)
        case CompleteHook(instance):
            groups.complete_hook(instance.group, instance.instance_id)
        case ExtendHook(instance):
            groups.extend_hook(instance.group, instance.instance_id)


def _at_once(name: str, do: Callable[[], _T]) -> Future[_T]:
    """
    Begin to do it in a thread of its own.

    Not an executor's: Python waits for those when it ends, however long their calls still take.
    """
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(do())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def _part(part: str, read: Callable[[], _T], missing: list[Missing]) -> _T | None:
    """One part of the picture, or its name and why it is missing."""
    try:
        return read()
    except ObservationError as error:
        missing.append(Missing(error.stage, part, str(error)))
        return None
