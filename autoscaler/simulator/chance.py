"""
Seeded generators of random numbers, one for each side of a simulation.

So that more draws on one side leave the others' luck as it was.  Imports the standard library only.
"""

import random


def generator(seed: int, side: str) -> random.Random:
    """Equal arguments give a generator that draws equal numbers, whatever the platform."""
    return random.Random(f"{seed} {side}")  # noqa: S311 - repeatable luck, not a secret
