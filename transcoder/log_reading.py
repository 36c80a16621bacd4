"""
Read what a child's task tells of itself in its log, or say why that cannot be had.

Imports ``core``, ``ports`` and ``errors``.
"""

from transcoder.core.allocations import Allocation
from transcoder.core.task_log import Doing, Ending, last_doing, last_ending
from transcoder.errors import LogUnreadable
from transcoder.ports import Tails

#: Of a task's stderr, enough for its last lines of progress; of its stdout, for an outcome line
#: with many results.
DOING_BYTES = 16 << 10
ENDING_BYTES = 64 << 10


def read_ending(tails: Tails, allocation: Allocation) -> tuple[Ending | None, str | None]:
    """How an allocation's task ended, in its own words; else why those cannot be had."""
    try:
        told = last_ending(tails.tail(allocation, "stdout", ENDING_BYTES))
    except LogUnreadable as error:
        return None, f"its log cannot be read: {error.detail}"
    return told, None if told else "its log tells no outcome"


def read_doing(tails: Tails, allocation: Allocation) -> tuple[Doing | None, str | None]:
    """What an allocation's task does, in its own words; else why those cannot be had."""
    try:
        return last_doing(tails.tail(allocation, "stderr", DOING_BYTES)), None
    except LogUnreadable as error:
        return None, f"its log cannot be read: {error.detail}"
