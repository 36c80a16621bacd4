"""
One thing that a cycle's report shows to be wrong.

Imports alarms and the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime

from autoscaler.alarms import Severity

#: The parts by which nodes are told from instances.
FLEET = ("nodes", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """As ``documents.Wrong``, before it is known since when."""

    #: Stable, such as ``group.unprotected``.
    code: str
    severity: Severity
    #: For people, without a full stop.
    what: str
    mend: str
    #: What tells it from others of the same code: a job, a group; empty: there is one at most.
    subject: str = ""
    #: The parts of the picture that show it; where one is not read, it stands as it was.
    parts: tuple[str, ...] = ()
    #: Where the world says so itself.
    since: datetime | None = None
