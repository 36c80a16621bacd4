"""``autoscaler journal`` as its users call it: what it writes, what it prints, how it exits."""

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from autoscaler.adapters import journal_forms as forms
from autoscaler.adapters.journal import FILE_NAME, open_journal
from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.cli import main
from autoscaler.core.memory import Memory
from autoscaler.core.model import Finished, NodeFacts
from autoscaler.core.policy import decide
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from autoscaler.simulator.workload import Arrival, read_trace
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld

CONFIG = """
aws: {region: eu-west-1}
pools:
  - name: transcode
    jobs: [transcode]
    group: nomad-clients
    nodes: {class: transcode}
    size: {max: 5}
    node: {cpu: 4000, memory: 7500}
"""
TRACE = (
    Arrival(0.0, 40.0, "transcode", "small"),
    Arrival(2.5, 50.0, "transcode", None),
)


def a_report(
    seconds: float, dispatched: int, *finished: Finished, pool: str = "transcode"
) -> CycleReport:
    """A cycle that sees so many dispatched, and these finished since the one before."""
    clock = FakeClock()
    clock.advance(seconds)
    queue = a_queue(dispatched % 3, dispatched_count=dispatched, finished=finished)
    node = a_node(1, live=1, facts=NodeFacts("kind-1", {"attr.cpu.arch": "amd64"}))
    world = FakeWorld(replace(an_observation(node, queue=queue), pool=pool))
    settings = replace(some_settings(), name=pool)
    return run_cycle(world, [], settings, Memory(), clock, cycle_id=f"c-{seconds:g}")


def finished(number: int, dispatched: float, seconds: float, profile: str | None) -> Finished:
    """A child that was dispatched so many seconds after the epoch of the tests."""
    name = f"transcode/dispatch-{number}"
    return Finished(profile, seconds, name, at(dispatched), at(dispatched + 1))


REPORTS = (
    a_report(0, 9),
    a_report(10, 11),
    a_report(100, 11, finished(1, 7, 40.0, "small"), finished(2, 9.5, 50.0, None)),
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    """Reports to a journal, as the daemon does."""

    def written(*reports: CycleReport) -> None:
        journal = open_journal(tmp_path / "state", at(0))
        assert journal is not None
        with closing(journal):
            reporter = JournalReporter(journal)
            for report in reports:
                reporter.report(report)

    return written


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Calls it on that journal: the exit code, and what it printed on both streams."""

    def called(*arguments: str, place: bool = True) -> tuple[int, str, str]:
        where = ["--state-dir", str(tmp_path / "state")] if place else []
        try:
            code = main(["journal", *arguments, *where])
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return called


@pytest.mark.parametrize("name", ["week.csv", "week.csv.gz"])
def test_a_trace_is_what_a_replay_reads(write, run, tmp_path, name) -> None:
    write(*REPORTS)

    code, out, err = run("export", "--trace", str(tmp_path / name))

    assert (code, out) == (0, "")
    assert err == "2 children from 2026-03-01 12:00:07Z to 2026-03-01 12:00:09Z\n"
    assert read_trace(tmp_path / name) == TRACE


def test_equal_traces_are_equal_files(write, run, tmp_path) -> None:
    write(*REPORTS)
    for name in ("a.csv.gz", "b.csv.gz"):
        assert run("export", "--trace", str(tmp_path / name))[0] == 0

    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).startswith(b"arrival_s,")


@pytest.mark.parametrize("arguments", [("--trace",), ("--trace", "-")])
def test_without_a_file_a_trace_goes_to_standard_output(write, run, arguments) -> None:
    write(*REPORTS)

    code, out, _ = run("export", *arguments)

    assert code == 0
    assert [*csv.reader(io.StringIO(out))] == [
        ["arrival_s", "service_s", "job", "profile"],
        ["0.000", "40.000", "transcode", "small"],
        ["2.500", "50.000", "transcode", ""],
    ]


def test_how_many_service_times_were_drawn_is_said(write, run) -> None:
    write(*REPORTS, a_report(110, 14))

    _, out, err = run("export", "--trace", "--seed", "7")

    assert len(out.splitlines()) == 1 + 5
    assert "5 children from" in err
    assert "the service time of 3 is not known" in err
    assert "seed 7" in err


def test_decisions_come_with_all_that_they_rest_on(write, run) -> None:
    write(*REPORTS)

    code, out, err = run("export", "--decisions")

    assert (code, err) == (0, "3 decisions\n")
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["cycle_id"] for one in told] == ["c-0", "c-10", "c-100"]
    for one, report in zip(told, REPORTS, strict=True):
        seen = {"observation": one["observation"], "facts": one["facts"]}
        again = decide(
            forms.read_observation(json.dumps(seen)),
            forms.read_settings(json.dumps(one["settings"])),
            forms.read_memory(json.dumps(one["memory"])),
            datetime.fromisoformat(one["now"]),
        )
        assert again == report.decision
        assert one["decision"]["buy"] == report.decision.buy
        assert one["outcome"] == report.outcome
    assert told[1]["facts"] == {"kind-1": {"attr.cpu.arch": "amd64"}}


@pytest.mark.parametrize(
    ("stretch", "found"),
    [
        (("--since", "95s"), ["c-10", "c-100"]),
        (("--until", "2026-03-01T12:00:10Z"), ["c-0", "c-10"]),
        (("--since", "2026-03-01T13:00:05+01:00", "--until", "50s"), ["c-10"]),
        (("--since", "2026-03-02T00:00"), []),
    ],
)
def test_a_part_of_the_journal_is_named_by_its_ends(write, run, stretch, found) -> None:
    write(*REPORTS)

    code, out, err = run("export", "--decisions", *stretch)

    assert [json.loads(line)["cycle_id"] for line in out.splitlines()] == found
    assert (code, err) == (0, f"{len(found)} decisions\n")


def test_records_that_this_version_cannot_read_are_counted(write, run, tmp_path) -> None:
    write(*REPORTS)
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE cycle SET actions = '[{}]' WHERE cycle_id = 'c-10'")

    _, out, err = run("export", "--decisions")

    assert len(out.splitlines()) == 2
    assert err == "2 decisions; 1 of another version could not be read\n"


def test_statistics_say_how_much_there_is_of_each_pool(write, run) -> None:
    write(*REPORTS, a_report(5, 0, pool="gpu"))

    code, out, _ = run("stats")

    assert code == 0
    lines = out.splitlines()
    assert "version 3" in lines[0]
    assert lines[1:] == [
        "pool gpu",
        "  decisions  1 from 2026-03-01T12:00:05Z to 2026-03-01T12:00:05Z",
        "  children   0 came from 2026-03-01T12:00:05Z to 2026-03-01T12:00:05Z; service times: 0",
        "pool transcode",
        "  decisions  3 from 2026-03-01T12:00:00Z to 2026-03-01T12:01:40Z",
        "  children   2 came from 2026-03-01T12:00:00Z to 2026-03-01T12:01:40Z; service times: 2",
    ]


def test_the_configuration_says_where_the_journal_is(write, run, tmp_path) -> None:
    write(*REPORTS)
    file = tmp_path / "autoscaler.yaml"
    file.write_text(f"state_dir: {tmp_path / 'state'}\n{CONFIG}")

    code, out, _ = run("export", "--trace", "--config", str(file), place=False)

    assert (code, len(out.splitlines())) == (0, 3)


def test_a_configuration_without_a_state_dir_is_told_how_to_mend_it(
    run, tmp_path, monkeypatch
) -> None:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    file = tmp_path / "autoscaler.yaml"
    file.write_text(CONFIG)

    code, out, err = run("stats", "--config", str(file), place=False)

    assert (code, out) == (2, "")
    assert "state_dir: is not set" in err
    assert "--state-dir" in err


@pytest.mark.parametrize(
    "arguments", [("stats",), ("export", "--trace"), ("export", "--decisions")]
)
def test_where_there_is_no_journal_it_exits_with_2_and_says_what_writes_one(
    run, tmp_path, arguments
) -> None:
    (tmp_path / "state").mkdir()

    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert err.startswith("autoscaler: ")
    assert "no journal there" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export",), "one of the arguments --trace --decisions is required"),
        (("export", "--trace", "--decisions"), "not allowed with"),
        (("export", "--trace", "--since", "soon"), "'soon' is neither 7d or 12h nor an instant"),
        (("export", "--trace", "--config", "x"), "not allowed with"),
        ((), "COMMAND"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(run, arguments, says) -> None:
    code, _, err = run(*arguments, place=bool(arguments))

    assert code == 2
    assert says in err


def test_a_file_that_cannot_be_written_is_told(write, run, tmp_path) -> None:
    write(*REPORTS)

    code, _, err = run("export", "--trace", str(tmp_path / "no" / "such" / "place.csv"))

    assert code == 2
    assert "place.csv: cannot be written: No such file or directory" in err


def test_another_pool_is_told_with_those_there_are(write, run) -> None:
    write(*REPORTS, a_report(5, 0, pool="gpu"))

    for which in ((), ("--pool", "cpu")):
        code, _, err = run("export", "--decisions", *which)
        assert code == 2
        assert "tells of gpu, transcode" in err
