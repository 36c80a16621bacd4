"""
What the web shows, as it asks for it.

Imports status.documents and status.pulse.
"""

from typing import Protocol

from autoscaler.status.documents import Decisions, History, Nodes, Status
from autoscaler.status.pulse import Health


class Board(Protocol):
    """Everything that is shown.  For any thread; no call takes long."""

    @property
    def revision(self) -> int:
        """Grows with whatever changes in ``status``, ``nodes``, ``decisions`` or ``history``."""

    def status(self) -> Status:
        """Everything at a glance."""

    def nodes(self) -> Nodes:
        """Every node of every pool."""

    def decisions(self, pool: str | None, last: int) -> Decisions:
        """The last so many decisions that were news, of one pool or of all."""

    def history(self, hours: float) -> History:
        """The last so many hours, minute by minute."""

    def wait_beyond(self, revision: int, timeout: float) -> int:
        """Block for at most ``timeout`` seconds until there is a newer revision; the newest."""

    def health(self) -> Health:
        """As ``/healthz`` and ``/readyz`` tell it."""
