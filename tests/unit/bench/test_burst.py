"""The least that serves a burst in time, by hand and by trial."""

import random

from bench.burst import fewest_nodes


def test_the_fewest_nodes_of_a_burst_by_hand() -> None:
    # Slots open at 120 s; in 180 s more each starts at 120, 170, 220 and 270 s.
    assert fewest_nodes([50.0] * 1000, slots=2, boot=120.0, wait=300.0) == 125
    # All at once where a boot takes as long as they may wait.
    assert fewest_nodes([50.0] * 1000, slots=2, boot=120.0, wait=120.0) == 500
    assert fewest_nodes([50.0], slots=4, boot=120.0, wait=300.0) == 1


def test_the_fewest_nodes_of_a_burst_do_and_one_fewer_would_not() -> None:
    rng = random.Random(1)
    services = [rng.lognormvariate(4, 1) for _ in range(200)]
    fewest = fewest_nodes(services, slots=1, boot=60.0, wait=300.0)

    def last_start(slots: int) -> float:
        free_at = [60.0] * slots
        started = 0.0
        for service in services:
            started = min(free_at)
            free_at[free_at.index(started)] = started + service
        return started

    assert last_start(fewest) <= 300 < last_start(fewest - 1)
