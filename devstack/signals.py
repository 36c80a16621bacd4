"""
Turn the first SIGINT or SIGTERM into an exception of the main thread, and ignore the rest.

What takes the devstack down is ``finally``: it has to run once, whole, however often an impatient
user presses Ctrl-C.  May import the standard library only.
"""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_STOPPERS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """Somebody asked us to stop; ``exit_code`` is what a shell would report."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Within the block the first signal raises Interrupted; main thread only."""
    raised = False

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal raised
        if not raised:
            raised = True
            raise Interrupted(number)

    before = {number: signal.signal(number, stop) for number in _STOPPERS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
