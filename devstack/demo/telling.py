"""
Tell of a failed child what somebody would look up: what Nomad says and what the task wrote.

May import ``devstack.demo.nomadview``, ``devstack.demo.scene`` and the standard library.
"""

from collections.abc import Sequence

from devstack.demo.nomadview import NomadView
from devstack.demo.scene import Child

_EVENTS, _LINES = 4, 6


def why_failed(child: Child, nomad: NomadView, task: str, address: str) -> str:
    """A few lines on a failed child; the last says how to see more."""
    if child.allocation is None:
        return f"{child.label} was stopped before it was placed"
    events = nomad.last_events(child.allocation)[-_EVENTS:]
    written = nomad.output(child.allocation, task).splitlines()[-_LINES:]
    more = f"NOMAD_ADDR={address} nomad alloc logs -stderr {child.allocation[:8]}"
    return "\n".join(
        [f"{child.label} failed", *_indented(events), *_indented(written), f"  more: {more}"]
    )


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
