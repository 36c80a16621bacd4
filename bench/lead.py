"""
Who leads of several daemons, in simulated time: how long nobody does, and that never two do.

``python -m bench.lead``.  Clocks that differ by a hundredth, processes that are stopped, requests
and answers that are late or lost; then calm, in which leaders are killed, or hand over.
Imports ``bench``, the lease and the model of it in ``tests.unit``.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from autoscaler.core.lease import release
from bench.figure import Figure, distribution, tell
from tests.unit.autoscaler.core.lease_world import CALM, TTL, LeaseWorld, Weather

_STORMS = 1000
_STORM = Weather(lost=0.2, late=0.2, stopped=0.1)
_SUCCESSIONS = 500
#: How finely it is looked who acts, in seconds.
_GRAIN = 0.25


def figures(_nomad: Path | None = None) -> Iterator[Figure]:
    """Storms survived, and how long the pools were without a leader."""
    two = sum(not _one_at_a_time(seed) for seed in range(_STORMS))
    hours = _STORMS * 100 * TTL / 3600
    yield Figure(f"storms of {_STORMS} ({hours:.0f} h) in which two acted at once", two, "", 1)
    for what, end in (("killed", _killed), ("ended", _handed_over)):
        gaps = [_gap(seed, end) for seed in range(_SUCCESSIONS)]
        yield from distribution(f"without a leader, one being {what}", gaps, "s")
        yield Figure(f"that, of the lease of {TTL:g} s", max(gaps) / TTL, "x", 2)


def _one_at_a_time(seed: int) -> bool:
    try:
        _world(seed, _STORM).run(100 * TTL)
    except AssertionError:
        return False
    return True


def _gap(seed: int, end: Callable[[LeaseWorld, int], None]) -> float:
    """How long nobody acts once the leader has come to such an end, at any moment of its lease."""
    world = _world(seed, CALM)
    world.run(Random(seed).uniform(5 * TTL, 6 * TTL))
    (leader,) = world.acting()
    end(world, leader)
    # From when it acts no more.
    began = world.at
    while not world.acting():
        world.run(_GRAIN)
    return world.at - began


def _killed(world: LeaseWorld, number: int) -> None:
    world.daemons[number].alive = False


def _handed_over(world: LeaseWorld, number: int) -> None:
    # A renewal that is under way is waited for.
    while release(world.daemons[number].claim) is None:
        world.run(_GRAIN)
    world.hand_over(number)


def _world(seed: int, weather: Weather) -> LeaseWorld:
    rng = Random(seed)
    rates = tuple(rng.uniform(0.99, 1.01) for _ in range(3))
    return LeaseWorld(rates, rng, weather)


if __name__ == "__main__":
    sys.exit(tell(figures()))
