"""
What the operator who set another autoscaler up knew: charitably, the truth about the work to come.

Imports the standard library, ``autoscaler.bounds`` and baselines.open_loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from autoscaler.baselines.open_loop import open_loop, peak, quantile_of_time
from autoscaler.bounds import Terms, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Seconds throughout."""

    #: Children that one node works on at a time.
    slots: int
    boot_seconds: float
    #: What a child may wait.
    wait_seconds: float
    mean_service_seconds: float
    #: Nodes that meet the demand for 95 % of the time, and always.
    nodes_p95: int
    nodes_peak: int

    @staticmethod
    def of(work: Sequence[Work], terms: Terms) -> "Known":
        """All that can be known of this work; with none at all, of no nodes and seconds of 1."""
        steps = open_loop(work, terms.slots)
        total = sum(one.service_seconds for one in work)
        return Known(
            slots=terms.slots,
            boot_seconds=terms.boot_seconds,
            wait_seconds=terms.wait_seconds,
            mean_service_seconds=total / len(work) if work else 1.0,
            nodes_p95=quantile_of_time(steps, 0.95),
            nodes_peak=peak(steps),
        )
