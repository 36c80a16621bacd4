"""A line of text makes the workload that it says, or is refused with what is wrong in it."""

import statistics
from collections import Counter

import pytest

from autoscaler.errors import TraceError
from autoscaler.simulator.generators import KINDS, generated
from autoscaler.simulator.shapes import shape


def test_poisson_has_its_rate_its_length_and_its_service_times() -> None:
    arrivals = generated("poisson:rate=600/h,for=10h,service=1m30s,cv=0.5,job=encode", 1)

    assert len(arrivals) == pytest.approx(6000, rel=0.05)
    assert 35_000 < arrivals[-1].at_seconds < 36_000
    services = [one.service_seconds for one in arrivals]
    assert statistics.fmean(services) == pytest.approx(90, rel=0.03)
    assert statistics.pstdev(services) == pytest.approx(45, rel=0.1)
    assert {one.job for one in arrivals} == {"encode"}


def test_a_burst_comes_at_once_and_every_so_often() -> None:
    arrivals = generated("burst:children=7,every=2h,for=5h,service=20s,cv=0", 1)

    assert Counter(one.at_seconds for one in arrivals) == {0: 7, 7200: 7, 14_400: 7}
    assert all(one.service_seconds == pytest.approx(20) for one in arrivals)


def test_diurnal_is_busiest_at_noon() -> None:
    arrivals = generated("diurnal:rate=10/m,peak=3,for=2d", 1)
    hours = Counter(int(one.at_seconds // 3600) % 24 for one in arrivals)

    assert len(arrivals) == pytest.approx(28_800, rel=0.03)
    assert hours[11] + hours[12] == pytest.approx(2 * 2 * 600 * 3, rel=0.06)
    assert hours[0] + hours[23] < 0.1 * (hours[11] + hours[12])


def test_a_shape_is_that_shape_as_children_of_no_job_in_particular() -> None:
    arrivals = generated("shape:name=idle,scale=0.25", 3)

    assert [one._replace(job="transcode") for one in arrivals] == list(shape("idle", 3, 0.25))
    assert {one.job for one in arrivals} == {""}


@pytest.mark.parametrize("kind", ["poisson", "burst", "diurnal"])
def test_what_is_left_out_has_a_default_and_equal_seeds_draw_equally(kind: str) -> None:
    arrivals = generated(kind, 1)

    assert arrivals == generated(f"{kind}:", 1) != generated(kind, 2)
    assert {one.job for one in arrivals} == {""}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("tide:rate=1/h", "no generator 'tide'; there are poisson, burst, diurnal, shape"),
        ("poisson:rat=1/h", "no setting 'rat'; write it like poisson:rate=60/h"),
        ("poisson:rate=60", "rate is '60', no rate such as 60/h"),
        ("poisson:rate=1/y", "rate is '1/y', no rate"),
        ("poisson:rate=0/h", "rate is '0/h', no rate"),
        ("poisson:for=0s", "for is '0s', no time at all"),
        ("poisson:for=5", "for: '5' is no duration"),
        ("poisson:cv=-1", "cv is '-1', not a number from 0 on"),
        ("poisson:cv=much", "cv is 'much', not a number from 0 on"),
        ("poisson:rate=1000000/s", "are more than 2000000"),
        ("poisson:rate=1/d,for=1s", "no child arrives"),
        ("burst:children=0", "children is '0', not a number from 1 on"),
        ("diurnal:peak=0.5", "peak is '0.5', not a number from 1 on"),
        ("shape", "no shape '', there are steady"),
        ("shape:name=idle,scale=2", "scale is 2, and must be above 0 and at most 1"),
        ("shape:name=idle,rate=1/h", "no setting 'rate'"),
    ],
)
def test_a_line_that_cannot_be_used_says_what_would_do(spec: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        generated(spec, 1)

    assert message in str(caught.value)
    assert str(caught.value).startswith(spec)


def test_every_kind_is_made_by_its_name() -> None:
    assert KINDS == ("poisson", "burst", "diurnal", "shape")
