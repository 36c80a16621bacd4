"""
What a cycle did to the number of instances: what the counts and the events both tell of.

Pure; imports core and ports.
"""

from dataclasses import dataclass

from autoscaler.core.decision import InstanceRef
from autoscaler.core.plan import (
    LowerDesiredCapacity,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
)
from autoscaler.ports import CycleReport


@dataclass(frozen=True, slots=True)
class Changes:
    """Instances; only of actions that were applied."""

    bought_count: int
    #: Asked for earlier, and no longer.
    taken_back_count: int
    #: Idle ones that were let go, and not replaced.
    released_count: int
    #: Ended, because their node never joined.
    never_joined: tuple[InstanceRef, ...]


def changes(report: CycleReport) -> Changes:
    """Of one cycle."""
    done = [one.action for one in report.actions if one.outcome == "applied"]
    return Changes(
        sum(one.desired - one.current for one in done if isinstance(one, SetDesiredCapacity)),
        sum(one.current - one.desired for one in done if isinstance(one, LowerDesiredCapacity)),
        sum(1 for one in done if isinstance(one, Terminate) and not one.replace),
        tuple(one.instance for one in done if isinstance(one, TerminateUnjoined)),
    )
