"""The contest as a command."""

import json
import sys
from pathlib import Path

import pytest

from bench import policies
from bench.contest import contestants
from bench.ground import Place, Source

TRACE = "arrival_s,service_s\n0,30\n1,60\n2,90\n3,120\n"


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """A folder with one small trace, under each of the short form's names."""
    directory = tmp_path / "traces"
    directory.mkdir()
    for name in ("flash", "idle", "genai", "heavytail"):
        (directory / f"{name}.csv").write_text(TRACE)
    return directory


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """As from a shell."""
    monkeypatch.delenv(policies.TRACES, raising=False)
    monkeypatch.setattr(sys, "argv", ["bench.policies", *map(str, arguments)])
    return policies.main()


def test_every_policy_is_told_in_one_table(
    traces: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(monkeypatch, "--traces", traces, "--scenario", "idle")
    told = capsys.readouterr().out

    assert code == 0
    for name in ("ours", "ours-low-wait", "keda-per-slot", "nomad-autoscaler", "dask-200s"):
        assert sum(line.startswith(f"{name} ") for line in told.splitlines()) == 2


def test_figures_go_to_a_file_as_well(
    traces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.json"
    code = call(
        monkeypatch,
        *("--traces", traces, "--scenario", "idle", "flash", "--policies", "ours", "dask"),
        *("--cells", "2x120", "4x60", "--seed", 1, 2, "--json", file),
    )
    told = json.loads(file.read_text())

    assert code == 0
    # Other cells than the main one are run with the first seed alone.
    assert len(told["runs"]) == 2 * 2 * 2 + 2 * 2
    assert [(one["contestant"], one["slots"]) for one in told["totals"]] == [
        ("ours", 2),
        ("dask", 2),
        ("ours", 4),
        ("dask", 4),
    ]
    assert all(one["killed"] == one["unserved"] == 0 for one in told["runs"])


def test_our_settings_can_be_chosen(
    traces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.json"
    common = ("--traces", traces, "--scenario", "idle", "--policies", "ours", "--json", file)
    hours = []
    for more in ((), ("--idle-after", 600)):
        call(monkeypatch, *common, *more)
        hours.append(json.loads(file.read_text())["runs"][0]["node_hours"])

    assert hours[1] > hours[0] + 0.1


@pytest.mark.parametrize("cell", ["2", "x", "2x120s"])
def test_what_is_no_cell_is_told(traces: Path, monkeypatch: pytest.MonkeyPatch, cell: str) -> None:
    with pytest.raises(SystemExit, match="is no cell"):
        call(monkeypatch, "--traces", traces, "--cells", cell)


def test_processes_share_the_places(traces: Path) -> None:
    places = [Place("idle"), Place("flash")]
    entered = contestants(("ours", "keda"))
    alone, together = (
        [
            (one.contestant, one.place, one.report)
            for one in policies.run_all(Source(traces), places, entered, processes)
        ]
        for processes in (1, 2)
    )

    assert together == alone


def test_disturbed_and_told(
    traces: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "--traces", traces, "--scenario", "idle", "--robustness")
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("idle ")]

    assert len(rows) == 7


def test_the_figures_are_of_the_short_form(traces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(policies.TRACES, str(traces))
    ratio, late, killed, unserved = policies.figures(None)

    assert ratio.value >= 1
    assert (late.value, killed.value, unserved.value) == (0, 0, 0)
    assert policies.figures(Path("nomad")) == ()
