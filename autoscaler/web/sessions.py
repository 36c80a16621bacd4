"""
Who has signed in, for as long as that holds; and what slows guesses down.

Imports the standard library only.
"""

import asyncio
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

LENGTH_SECONDS = 12 * 3600
#: The one that began first makes room.
_COUNT_MAX = 100


@dataclass(frozen=True, slots=True)
class _Session:
    ends_at: float
    #: Of the token that it was opened with; when that is replaced it ends.
    token_digest: bytes


class Sessions:
    """Kept in memory: a restart ends them.  For one thread."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._monotonic = monotonic
        self._new_id = new_id
        self._open: OrderedDict[str, _Session] = OrderedDict()

    def open(self, token_digest: bytes) -> str:
        """Begin one; its id, which is no token and tells nothing of it."""
        while len(self._open) >= _COUNT_MAX:
            self._open.popitem(last=False)
        session_id = self._new_id()
        self._open[session_id] = _Session(self._monotonic() + LENGTH_SECONDS, token_digest)
        return session_id

    def holds(self, session_id: str, token_digest: bytes) -> bool:
        """Whether there is one of that id, not ended, opened with that token."""
        session = self._open.get(session_id)
        if session is None:
            return False
        if self._monotonic() < session.ends_at and hmac.compare_digest(
            session.token_digest, token_digest
        ):
            return True
        self.close(session_id)
        return False

    def close(self, session_id: str) -> None:
        """End it; safe to repeat."""
        self._open.pop(session_id, None)


class Brake:
    """
    Makes guessing slow: each wrong token is held for a second, and so many at once at most.

    While all places are taken no token is looked at, be it right or wrong: else what is wrong could
    be told from what is right without being held.  Those who have signed in are not concerned.
    """

    def __init__(self, held_seconds: float = 1.0, held_max: int = 10) -> None:
        self._seconds = held_seconds
        self._max = held_max
        self._held = 0

    @property
    def is_full(self) -> bool:
        """Whether no token may be looked at now."""
        return self._held >= self._max

    async def hold(self) -> None:
        """Wait, as one whose token was wrong."""
        self._held += 1
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self._held -= 1
