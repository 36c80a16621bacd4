"""
A pool under load for long, while anything goes wrong again and again.

Imports the rest of the simulator.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from autoscaler.simulator.chance import generator
from autoscaler.simulator.history import History
from autoscaler.simulator.play import kind_of, scene_of, trouble
from autoscaler.simulator.run import Cadence, Runner
from autoscaler.simulator.workload import Arrival

_JOBS = ("small", "large", "stranger")
#: From the last arrival until all troubles end.
_AFTER_SECONDS = 1800.0


def endure(seed: int, *, children_count: int, troubles_seconds: float = 120.0) -> History:
    """
    One pool of a random kind: so many children, and a trouble every so many seconds.

    Raises ``Violated``.  Equal seeds give equal histories.
    """
    rng = generator(seed, "unrest")
    scene = scene_of(kind_of(rng))
    history = History(replace(scene, cadence=Cadence(rest_seconds=2.0)))
    arrivals = _arrivals(rng, children_count)
    clock = history.simulation.clock

    def befall() -> None:
        if clock.seconds < arrivals[-1].at_seconds + _AFTER_SECONDS:
            trouble(history, rng)
            clock.after(rng.expovariate(1 / troubles_seconds), befall)

    clock.after(rng.expovariate(1 / troubles_seconds), befall)
    Runner(history.simulation, arrivals).run()
    history.come_to_rest()
    return history


def _arrivals(rng: random.Random, count: int) -> Sequence[Arrival]:
    """Bursts and trickles, of children that take from seconds to half an hour."""
    found: list[Arrival] = []
    at_seconds = 0.0
    while len(found) < count:
        burst = rng.choice((1, 1, 1, 3, 10, 40))
        job = rng.choice(_JOBS)
        for _ in range(min(burst, count - len(found))):
            at_seconds += rng.expovariate(5.0)
            service_seconds = min(1800.0, rng.lognormvariate(3.4, 1.1))
            found.append(Arrival(at_seconds, service_seconds, job))
        at_seconds += rng.expovariate(1 / rng.choice((10.0, 40.0, 40.0, 900.0)))
    return found
