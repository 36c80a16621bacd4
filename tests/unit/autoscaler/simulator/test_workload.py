"""Traces are read as they are written, and refused with the place and the mend."""

import gzip
import random
from pathlib import Path

import pytest

from autoscaler.errors import TraceError
from autoscaler.simulator.service import Lognormal
from autoscaler.simulator.workload import Arrival, burst, diurnal, poisson, read_trace


def test_a_trace_is_read_in_the_order_of_arrival(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("arrival_s,service_s\n20,5.5\n10,3\n")

    assert read_trace(path) == (Arrival(10.0, 3.0), Arrival(20.0, 5.5))


def test_a_gzipped_trace_with_jobs_and_profiles(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv.gz"
    path.write_bytes(gzip.compress(b"arrival_s,service_s,job,profile\n1,2,a,small\n1,2,,\n"))

    assert read_trace(path, "other") == (
        Arrival(1.0, 2.0, "a", "small"),
        Arrival(1.0, 2.0, "other", None),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arrival_s\n1\n", "line 1: no column service_s"),
        ("arrival_s,service_s\n1,2\nx,2\n", "line 3: arrival_s is 'x'; write a number"),
        ("arrival_s,service_s\n-1,2\n", "line 2: arrival_s is -1; count from 0 on"),
        ("arrival_s,service_s\n1,0\n", "line 2: service_s is 0; write how long"),
        ("arrival_s,service_s\n1,inf\n", "line 2: service_s is 'inf'; write a number"),
        ("arrival_s,service_s\nnan,1\n", "line 2: arrival_s is 'nan'; write a number"),
        ("arrival_s,service_s\n1\n", "line 2: service_s is missing; write a number"),
        ('arrival_s,service_s\n1,"' + "x" * 200_000, "field larger than .*; write arrival_s"),
    ],
)
def test_a_trace_that_cannot_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(text)

    with pytest.raises(TraceError, match=message):
        read_trace(path)


def test_a_mark_of_the_byte_order_and_spaces_in_the_first_line_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_bytes(b"\xef\xbb\xbfarrival_s, service_s, job\n1, 2, a\n\n")

    assert read_trace(path) == (Arrival(1.0, 2.0, "a"),)


_WHOLE = gzip.compress(b"arrival_s,service_s\n1,2\n", mtime=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "cannot be read: No such file", id="no file"),
        pytest.param(b"\x1f\x8bnot gzip", "is no whole gzip file", id="no gzip"),
        pytest.param(_WHOLE[:-9], "is no whole gzip file", id="cut"),
        pytest.param(
            _WHOLE[:12] + b"\xff\xff\xff\xff" + _WHOLE[16:], "is no whole gzip file", id="broken"
        ),
        pytest.param(gzip.compress(b"\xff\xfe", mtime=0), "is no UTF-8 text", id="no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "trace.csv.gz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(TraceError, match=message):
        read_trace(path)


def test_a_burst_arrives_at_once() -> None:
    assert burst([1.0, 2.0], at_seconds=5.0) == (Arrival(5.0, 1.0), Arrival(5.0, 2.0))


def test_poisson_arrivals_have_the_rate_and_the_length_asked_for() -> None:
    arrivals = poisson(random.Random(1), count=5000, per_second=0.5, mean_service_seconds=60.0)

    assert arrivals[-1].at_seconds == pytest.approx(10_000, rel=0.05)
    assert sum(one.service_seconds for one in arrivals) / 5000 == pytest.approx(60, rel=0.05)
    assert list(arrivals) == sorted(arrivals, key=lambda one: one.at_seconds)


def test_diurnal_children_come_by_day() -> None:
    arrivals = diurnal(
        random.Random(1),
        seconds=86_400,
        per_second=0.1,
        peak=2.0,
        law=Lognormal(30, 0),
        job="other",
    )

    assert len(arrivals) == pytest.approx(8640, rel=0.05)
    assert sum(6 <= one.at_seconds / 3600 < 18 for one in arrivals) > 0.7 * len(arrivals)
    assert {one[1:3] for one in arrivals} == {(30.0, "other")}
