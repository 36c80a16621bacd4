"""
No autoscaler: all the time the nodes for the demand's 95th percentile, or for its peak.

The demand is that of ``baselines.open_loop``: charitably, it was known beforehand.
Imports baselines.known and baselines.view.
"""

from autoscaler.baselines.known import Known
from autoscaler.baselines.view import View


class Static:
    """Always the same."""

    def __init__(self, nodes: int) -> None:
        self._nodes = nodes

    def wanted(self, view: View) -> int:  # noqa: ARG002 - whatever is seen
        """The fleet."""
        return self._nodes


def static_p95(known: Known) -> Static:
    """Enough for 95 % of the time."""
    return Static(known.nodes_p95)


def static_peak(known: Known) -> Static:
    """Always enough."""
    return Static(known.nodes_peak)
