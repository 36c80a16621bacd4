"""
Wait for something to become true, never for ever.

May import ``devstack.errors`` and the standard library.
"""

import time
from collections.abc import Callable

from devstack.errors import DevstackError

#: Short enough that nobody notices, long enough that waiting costs no core.
_POLL_SECONDS = 0.02


def wait_until(
    true: Callable[[], bool],
    *,
    seconds: float,
    what: str,
    hint: Callable[[], str] = str,
) -> None:
    """
    Return once ``true()`` holds; raise DevstackError naming ``what`` after ``seconds``.

    ``hint()`` is asked for the end of the message only when the wait has failed.
    """
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() >= deadline:
            raise DevstackError(f"{what}: not after {seconds:g} s. {hint()}".rstrip())
        time.sleep(_POLL_SECONDS)
