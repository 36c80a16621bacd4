"""
Pieces of a trace that stand for the whole where many settings are to be told apart cheaply.

Pure; the generator is handed in.  Imports replay.conditions and simulator.workload.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from autoscaler.replay.conditions import Conditions
from autoscaler.simulator.workload import Arrival

#: A piece is an eighth of the children, and two of them stand for the trace.
_PIECES, _TAKEN = 8, 2
#: Shorter pieces would show little but how a pool starts that has learned nothing.
_SHORTEST = 150


@dataclass(frozen=True, slots=True)
class Course:
    """A trace of at least one child, or a piece of one, and what is taken for given in it."""

    trace: tuple[Arrival, ...]
    conditions: Conditions


def sample(course: Course, rng: random.Random) -> tuple[Course, ...]:
    """
    The busiest piece, which decides over the waits, and one of the others.

    The whole where it is too short to be cut.
    """
    trace = course.trace
    length = len(trace) // _PIECES
    if length < _SHORTEST:
        return (course,)
    pieces = [trace[at * length : (at + 1) * length] for at in range(_PIECES)]
    busiest = max(range(_PIECES), key=lambda at: _load(pieces[at]))
    others = [at for at in range(_PIECES) if at != busiest]
    taken = sorted([busiest, *rng.sample(others, _TAKEN - 1)])
    return tuple(_by_itself(pieces[at], course.conditions) for at in taken)


def share_of(samples: Sequence[Sequence[Course]], courses: Sequence[Course]) -> float:
    """The children of the samples among all, from 0 to 1: what a run of them costs."""
    taken = sum(len(piece.trace) for pieces in samples for piece in pieces)
    return taken / sum(len(one.trace) for one in courses)


def _load(piece: Sequence[Arrival]) -> float:
    """Work that arrives in a second."""
    seconds = piece[-1].at_seconds - piece[0].at_seconds
    return sum(one.service_seconds for one in piece) / max(1.0, seconds)


def _by_itself(piece: Sequence[Arrival], conditions: Conditions) -> Course:
    """From second 0 on, which is the same hour as it was in the trace, for the schedules."""
    first = piece[0].at_seconds
    start = conditions.start + timedelta(seconds=first)
    shifted = tuple(one._replace(at_seconds=one.at_seconds - first) for one in piece)
    return Course(shifted, replace(conditions, start=start))
