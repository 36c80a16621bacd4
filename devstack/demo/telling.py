"""
Tell of a failed child what somebody would look up: what Nomad says and what the task wrote.

May import ``devstack.demo.nomadview``, ``devstack.demo.scene`` and the standard library.
"""

from collections.abc import Sequence

from devstack.demo.nomadview import NomadView
from devstack.demo.scene import Child

_EVENTS, _ERRORS = 4, 3


def why_failed(child: Child, nomad: NomadView, task: str) -> str:
    """A few lines on a failed child; to be asked while its node is still there."""
    if child.allocation is None:
        return f"{child.label} was stopped before it was placed"
    events = nomad.last_events(child.allocation)[-_EVENTS:]
    errors = nomad.output(child.allocation, task, "stderr").splitlines()[-_ERRORS:]
    # The transcoder's one line of outcome; one more for each attempt before.
    told = nomad.output(child.allocation, task, "stdout").splitlines()[-1:]
    return "\n".join(
        [
            f"{child.label} failed",
            *_indented("Nomad", events),
            *_indented("stderr", errors),
            *_indented("stdout", told),
        ]
    )


def _indented(source: str, lines: Sequence[str]) -> list[str]:
    return [f"  {source:6}  {line}" for line in lines]
