"""
buildkite-agent-scaler: instances for every job that is scheduled or running, at once.

The rule (buildkite/buildkite-agent-scaler @49c4145, ``scaler/scaling_calculator.go`` and
``README.md``): ``ceil((scheduled + running) / agents per instance)`` every 10 s.  In its Elastic CI
stack scale-in is off: an instance ends itself when its agents have been idle for 600 s.

Imports the standard library, baselines.known and baselines.view.
"""

import math

from autoscaler.baselines.known import Known
from autoscaler.baselines.view import View

IDLE_SECONDS = 600.0


class Buildkite:
    """Only ever more."""

    def __init__(self, slots: int) -> None:
        self._slots = slots

    def wanted(self, view: View) -> int:
        """A slot for every child; the idle leave by themselves."""
        return max(view.nodes, math.ceil(view.children_count / self._slots))


def buildkite(known: Known) -> Buildkite:
    """One agent to a slot."""
    return Buildkite(known.slots)
