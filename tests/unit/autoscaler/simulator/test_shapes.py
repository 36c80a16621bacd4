"""Each shape comes to what is stated of it, whatever the seed."""

import statistics
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest

from autoscaler.simulator.shape_figures import FIGURES
from autoscaler.simulator.shapes import SHAPES, shape
from autoscaler.simulator.workload import Arrival


def _counts(arrivals: Sequence[Arrival], seconds: float, hours: float) -> list[int]:
    found = Counter(int(one.at_seconds // seconds) for one in arrivals)
    return [found[index] for index in range(int(hours * 3600 / seconds))]


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_has_its_figures(name: str) -> None:
    stated, arrivals = FIGURES[name], shape(name, 1)
    services = [one.service_seconds for one in arrivals]
    mean = statistics.fmean(services)

    assert len(arrivals) == stated.count
    assert list(arrivals) == sorted(arrivals, key=lambda one: one.at_seconds)
    assert 0.97 * stated.hours <= arrivals[-1].at_seconds / 3600 <= stated.hours
    assert mean == pytest.approx(stated.mean_service_seconds, rel=0.01)
    assert statistics.pvariance(services) / mean**2 == pytest.approx(stated.service_scv, rel=0.2)
    hourly = _counts(arrivals, 3600, stated.hours)
    assert max(hourly) / statistics.fmean(hourly) == pytest.approx(stated.peak, rel=0.5)
    tenths = _counts(arrivals, 600, stated.hours)
    bunching = statistics.pvariance(tenths) / statistics.fmean(tenths)
    assert bunching == pytest.approx(stated.bunching, rel=0.6)


def test_equal_seeds_draw_equally_and_others_otherwise() -> None:
    assert shape("idle", 1) == shape("idle", 1) != shape("idle", 2)


@pytest.mark.parametrize("name", SHAPES)
def test_a_smaller_scale_takes_a_part_of_the_window(name: str) -> None:
    stated, arrivals = FIGURES[name], shape(name, 1, 0.2)

    assert arrivals[-1].at_seconds <= 0.2 * stated.hours * 3600 + 60
    assert 0.02 * stated.count < len(arrivals) < 0.5 * stated.count


def test_a_part_of_a_flash_has_the_flash() -> None:
    counts = _counts(shape("flash", 1, 0.2), 1800, 24)

    assert max(counts) > 5 * counts[0]


def test_children_of_an_array_are_alike() -> None:
    """In hpc most batches are arrays: neighbours work for equally long much oftener than others."""

    def alike(name: str) -> float:
        services = [one.service_seconds for one in shape(name, 1)]
        near = (0.67 < one / other < 1.5 for one, other in pairwise(services))
        return sum(near) / len(services)

    assert alike("hpc") > 0.5
    assert alike("steady") < 0.3


@pytest.mark.parametrize(("name", "scale"), [("tide", 1), ("idle", 0), ("idle", 1.5)])
def test_what_there_is_not_is_refused(name: str, scale: float) -> None:
    with pytest.raises(ValueError, match=r"no shape|scale is"):
        shape(name, 1, scale)
