"""
A job's children by state: Nomad's own count, and how far it is off.

Pure; imports the Nomad modules beside it.
"""

from autoscaler.adapters.nomad_replies import ChildCounts, Children


class Count:
    """What was counted last, set right by what the list of children said."""

    def __init__(self) -> None:
        self._seen: ChildCounts | None = None
        self._running_drift = 0
        #: How far the count of pending children is above the list of them.
        self.pending_drift = 0
        self._listed: tuple[int, int] | None = None

    @property
    def seen(self) -> bool:
        """Whether anything was counted yet."""
        return self._seen is not None

    @property
    def pending_count(self) -> int:
        """Children that wait."""
        return max(0, self._seen.pending_count - self.pending_drift) if self._seen else 0

    @property
    def running_count(self) -> int:
        """Children that run."""
        return max(0, self._seen.running_count - self._running_drift) if self._seen else 0

    @property
    def dispatched_count(self) -> int | None:
        """Children ever dispatched, as far as Nomad knows."""
        return self._seen.dispatched_count if self._seen else None

    @property
    def looks_impossible(self) -> bool:
        """Whether the count cannot be, so that only a list of the children can tell."""
        if self._seen is None:
            return False
        if self._seen.pending_count < 0 or self._seen.running_count < 0:
            return True
        if self._listed is None:
            return False
        live_then, dispatched_then = self._listed
        arrived = max(0, self._seen.dispatched_count - dispatched_then)
        return self.pending_count + self.running_count > live_then + arrived

    def see(self, counts: ChildCounts) -> int:
        """Take in a summary; returns how many children came since the one before."""
        before, self._seen = self._seen, counts
        return max(0, counts.dispatched_count - before.dispatched_count) if before else 0

    def set_right(self, before: ChildCounts, listed: Children, after: ChildCounts) -> None:
        """
        Compare a list of the children with the summaries before and after it.

        While it was made children may have come, started and ended.  Each state's true count lay
        between two bounds then; a drift is changed by no more than what brings it within them.
        """
        arrived = max(0, after.dispatched_count - before.dispatched_count)
        started = max(0, arrived - (after.pending_count - before.pending_count))
        ended = max(0, after.dead_count - before.dead_count)
        self.pending_drift = _within(
            self.pending_drift,
            before.pending_count - started - len(listed.pending),
            before.pending_count + arrived - len(listed.pending),
        )
        self._running_drift = _within(
            self._running_drift,
            before.running_count - ended - listed.running_count,
            before.running_count + started - listed.running_count,
        )
        self._seen = after
        self._listed = (
            len(listed.pending) + listed.running_count,
            # Of those that came meanwhile, the list may have some or none.
            before.dispatched_count,
        )


def _within(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)
