"""
What a dry run came to: the shadow's account beside the real pool's, for people.

Imports ``autoscaler.core``, shadow.account and the simulator's report.
"""

from collections.abc import Sequence

from autoscaler.core.explaining import span
from autoscaler.shadow.account import Balance
from autoscaler.simulator.report import quantile_of


def summary(pool: str, would_be: Balance, really: Balance, price: float | None) -> str:
    """A table of two columns."""
    rows: list[tuple[str, str, str]] = [("", "live run", "really")]
    rows.append(("peak nodes", f"{would_be.peak_nodes}", f"{really.peak_nodes}"))
    rows.append(("node-hours", _hours(would_be), _hours(really)))
    if price is not None:
        rows.append(("cost", _cost(would_be, price), _cost(really, price)))
    rows.append(("nodes launched", f"{would_be.launched_count}", f"{really.launched_count}"))
    rows.append(("nodes ended", f"{would_be.ended_count}", f"{really.ended_count}"))
    rows.append(("children started", f"{len(would_be.waits)}", f"{len(really.waits)}"))
    rows.append(("children that wait", f"{would_be.pending_count}", f"{really.pending_count}"))
    for name, share in (("wait, median", 0.5), ("wait, p95", 0.95), ("wait, longest", 1.0)):
        rows.append((name, _wait(would_be.waits, share), _wait(really.waits, share)))
    head = f"pool {pool}: {span(really.seconds)} of dry run; what a live run would have done"
    lines = [f"  {name:<20}{left:>12}{right:>12}".rstrip() for name, left, right in rows]
    return "\n".join((head, *lines))


def _hours(balance: Balance) -> str:
    return f"{balance.node_seconds / 3600:.2f}"


def _cost(balance: Balance, price: float) -> str:
    return f"{balance.node_seconds / 3600 * price:.2f}"


def _wait(waits: Sequence[float], share: float) -> str:
    return f"{quantile_of(waits, share):.0f} s" if waits else "none"
