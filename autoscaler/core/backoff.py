"""
How long a pool is left alone after a cycle that failed.

Pure; imports the standard library only.
"""

from datetime import timedelta

#: The interval doubles up to this.
_MAX = timedelta(seconds=60)
#: More doublings change nothing but the size of the number.
_DOUBLINGS_MAX = 10


def backoff(interval: timedelta, failed_count: int) -> timedelta:
    """After so many failures in a row, at least one; never less than the interval."""
    doubled: timedelta = interval * 2 ** min(failed_count - 1, _DOUBLINGS_MAX)
    return max(interval, min(doubled, _MAX))


def longest_backoff(interval: timedelta) -> timedelta:
    """However many cycles have failed."""
    return max(interval, _MAX)
