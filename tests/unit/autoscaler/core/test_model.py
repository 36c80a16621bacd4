"""Amounts of resources."""

import pytest

from autoscaler.core.model import Resources
from tests.builders import a_queue, an_observation


@pytest.mark.parametrize(
    ("have", "ask", "count"),
    [
        (Resources(2000, 2000, 2000), Resources(1000, 900, 100), 2),
        (Resources(2000, 899, 2000), Resources(1000, 900, 100), 0),
        (Resources(2000, 2000, 150), Resources(1000, 900, 100), 1),
        (Resources(-5, 2000, 150), Resources(1000, 900, 100), 0),
        (Resources(2000, 2000, 0), Resources(1000, 900, 0), 2),
        (Resources(2000, 2000, 0), Resources(), 0),
    ],
)
def test_the_scarcest_dimension_bounds_what_fits(have, ask, count):
    assert have.room_for(ask) == count


def test_what_exceeds_is_named_with_its_numbers():
    over = Resources(1000, 500, 100).exceeded_by(Resources(1500, 500, 200))

    assert over == ("cpu 1500 MHz of 1000 MHz", "disk 200 MiB of 100 MiB")


def test_an_observation_sums_its_queues():
    observed = an_observation(queue=a_queue(3, 2))

    assert observed.complete
    assert (observed.pending_count, observed.running_count) == (3, 2)
