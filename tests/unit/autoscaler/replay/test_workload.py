"""Where children to replay are from."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from autoscaler.errors import TraceError
from autoscaler.replay.workload import from_generator, from_trace
from autoscaler.simulator.workload import Arrival


def _trace(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(("arrival_s,service_s", *rows, "")))
    return path


def test_a_trace_without_jobs_leaves_them_open(tmp_path: Path) -> None:
    path = _trace(tmp_path, "5,60", "0,30")

    workload = from_trace(path)

    assert workload.arrivals == (Arrival(0.0, 30.0, ""), Arrival(5.0, 60.0, ""))
    assert (workload.source, workload.start) == (str(path), None)


def test_seconds_since_1970_are_told_by_their_size_and_keep_the_time_of_day(tmp_path: Path) -> None:
    workload = from_trace(_trace(tmp_path, "1767265200,60", "1767265260.5,30"))

    assert workload.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert [one.at_seconds for one in workload.arrivals] == [11 * 3600.0, 11 * 3600 + 60.5]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((), "holds no arrivals"),
        (("1767265200000,60",), "the first arrival is 1767265200000 s; milliseconds"),
        (("0,60", "1767265200,60"), "more than ten years apart"),
    ],
)
def test_what_is_no_workload_is_refused(
    tmp_path: Path, rows: tuple[str, ...], message: str
) -> None:
    with pytest.raises(TraceError, match=message):
        from_trace(_trace(tmp_path, *rows))


def test_a_generated_workload_is_called_by_its_line() -> None:
    workload = from_generator("burst:children=3,every=1h,for=2h,cv=0", seed=1)

    assert workload.source == "burst:children=3,every=1h,for=2h,cv=0"
    assert [one.at_seconds for one in workload.arrivals] == [0.0] * 3 + [3600.0] * 3
    assert {one.job for one in workload.arrivals} == {""}
