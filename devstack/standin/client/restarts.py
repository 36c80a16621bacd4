"""
Decide whether a task that ended is started again.

Pure but for the draw of the jitter, which is handed in.  The reasons are Nomad's words.  May import
``devstack.standin.model`` and ``devstack.standin.client.events``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.standin.client.events import WITHIN_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.standin.model import Json

#: How much longer than its policy says a restart may wait, at most.
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to start again; after how long (ns); the reason; and whether the task has failed."""

    again: bool
    delay: int = 0
    reason: str = ""
    failed: bool = False


class Restarts:
    """Counts the restarts of one task against its policy; ``draw`` gives numbers from 0 to 1."""

    def __init__(
        self, policy: Json, *, batch: bool, started_at: int, draw: Callable[[], float]
    ) -> None:
        self._policy = policy
        self._batch = batch
        self._since = started_at
        self._draw = draw
        self._count = 0

    def after(self, now: int, *, succeeded: bool) -> Verdict:
        """Judge the end of a task at ``now`` (ns)."""
        policy = self._policy
        if succeeded and self._batch:
            return Verdict(again=False)
        if policy["Attempts"] == 0:
            return Verdict(again=False, reason="Policy allows no restarts", failed=True)
        if now > self._since + policy["Interval"]:
            self._since, self._count = now, 0
        self._count += 1
        if self._count <= policy["Attempts"]:
            delay = policy["Delay"]
            delay += int(delay * JITTER * self._draw())
            return Verdict(again=True, delay=delay, reason=WITHIN_POLICY)
        if policy["Mode"] == "fail":
            return Verdict(again=False, reason=_exceeded(policy), failed=True)
        wait = self._since + policy["Interval"] - now
        reason = "Exceeded allowed attempts, applying a delay"
        return Verdict(again=True, delay=max(0, wait), reason=reason)


def _exceeded(policy: Json) -> str:
    minutes, seconds = divmod(policy["Interval"] // 1_000_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    interval = f"{seconds}s"
    if hours or minutes:
        interval = f"{minutes}m{interval}"
    if hours:
        interval = f"{hours}h{interval}"
    attempts = policy["Attempts"]
    return f'Exceeded allowed attempts {attempts} in interval {interval} and mode is "fail"'
