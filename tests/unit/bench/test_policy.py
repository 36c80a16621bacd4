"""The benchmark of the policy, on traces of a few children."""

import gzip
from pathlib import Path

import pytest

from bench.policy import Cell, Result, drawn, mean_ratio, run, traces_of
from bench.scenes import Knobs

TRACE = "arrival_s,service_s\n0,30\n1,60\n2,90\n3,120\n"


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """A folder with one trace, under each of the names that are looked for."""
    for name in ("flash", "idle", "genai", "heavytail"):
        (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress(TRACE.encode()))
    (tmp_path / "README.md").write_text("not a trace")
    return tmp_path


def test_a_cell_is_run_and_held_against_its_bound(traces: Path) -> None:
    (trace,) = traces_of(traces, ["flash"])
    result = run(Cell(trace, Knobs()))

    assert result.report.finished_count == 4
    assert result.report.killed_count == 0
    assert result.late_percent == 0.0
    assert result.ratio >= 1
    assert mean_ratio([result, result]) == pytest.approx(result.ratio)


def test_all_traces_are_taken_unless_some_are_named(traces: Path) -> None:
    names = [Cell(trace, Knobs()).scenario for trace in traces_of(traces, [])]

    assert names == ["flash", "genai", "heavytail", "idle"]


@pytest.mark.parametrize("names", [["ramp"], []])
def test_traces_that_are_not_there_are_named(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(SystemExit, match=names[0] if names else "NAME"):
        traces_of(tmp_path, names)


def test_other_seeds_deal_the_service_times_out_anew_but_not_where_both_were_recorded(
    traces: Path,
) -> None:
    flash, genai = traces_of(traces, ["flash", "genai"])
    first = drawn(Cell(flash, Knobs(seed=1)))
    second = drawn(Cell(flash, Knobs(seed=2)))

    assert [one.service_seconds for one in first] == [30, 60, 90, 120]
    assert sorted(one.service_seconds for one in second) == [30, 60, 90, 120]
    assert second != first
    assert drawn(Cell(genai, Knobs(seed=2))) == drawn(Cell(genai, Knobs(seed=1)))


def test_a_child_that_waits_too_long_is_late(traces: Path) -> None:
    (trace,) = traces_of(traces, ["flash"])
    slow = run(Cell(trace, Knobs(boot_seconds=400.0, boot_jitter=0.0)))
    half: Result = run(Cell(trace, Knobs(boot_seconds=100.0)))

    assert slow.late_percent == 100.0
    assert half.late_percent == 0.0
