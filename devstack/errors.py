"""
The devstack's one error: a part did not come up, or does not answer.

Imports nothing.
"""


class DevstackError(Exception):
    """A part of the devstack failed; the text says which, why, and what to look at."""
