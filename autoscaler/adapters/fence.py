"""
What stands before each call that changes Nomad or AWS: whether this daemon may still make it.

A decision, an action and a retry are all older than the call that goes out, and a process can be
stopped between any two of them; so the question is asked last.  Imports the standard library only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Fence:
    """Handed to the clients that make such calls."""

    #: Is told the call's name; raises ``ActionError`` where it must not be made any more.
    permit: Callable[[str], None]
    #: Within so long an attempt that was permitted has come to its end.
    call_seconds: float = inf
