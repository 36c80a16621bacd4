"""``autoscaler simulate`` as its users call it: what it prints and writes, and how it exits."""

import gzip
import json
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from autoscaler.adapters.journal import open_journal
from autoscaler.adapters.journal_reporter import JournalReporter
from autoscaler.cli import main, results
from autoscaler.replay.run import replay
from autoscaler.simulator.run import Simulation
from tests.builders import at
from tests.unit.autoscaler.replay.replays import STILL, a_subject, children

CONFIG = """\
aws: {region: eu-west-1}
pools:
  - name: transcode
    jobs: [transcode, preview]
    group: nomad-clients
    nodes: {class: transcode}
    size: {max: 10}
    node: {cpu: 2000, memory: 2000}
    scaling: {target_wait: 4m}
"""


class Ended(NamedTuple):
    """How a call of the command line ended."""

    code: int
    out: str
    err: str


Call = Callable[..., Ended]


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> Call:
    """Calls it in a directory with ``a.yaml`` and a small ``trace.csv``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    (tmp_path / "a.yaml").write_text(CONFIG)
    (tmp_path / "trace.csv").write_text(_trace())

    def called(*arguments: str) -> Ended:
        code = main(["simulate", *arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return called


def _trace() -> str:
    """Half an hour of children, some of which name a job."""
    rng = random.Random(5)
    lines, seconds = ["arrival_s,service_s,job"], 0.0
    for _ in range(40):
        seconds += rng.expovariate(1 / 45)
        lines.append(f"{seconds:.1f},{rng.uniform(20, 200):.1f},{rng.choice(['', 'preview'])}")
    return "\n".join(lines) + "\n"


BASIC = ("--config", "a.yaml", "--trace", "trace.csv", "--slots", "2")


def test_a_row_for_each_and_what_was_assumed(call: Call) -> None:
    ended = call(*BASIC, "--against", "keda,static", "--price", "0.25")

    lines = ended.out.splitlines()
    assert ended.code == 0
    assert lines[0] == "trace.csv: 40 children in 32.2 minutes, 1.23 hours of work"
    assert [line.split()[0] for line in lines[3:7]] == ["a", "keda", "static", "lower"]
    assert "slots: 2 children to a node (--slots)" in ended.out
    assert "price: 0.25 for a node-hour (--price)" in ended.out
    assert ended.err == ""


def test_json_on_stdout_stands_alone_and_is_equal_for_equal_arguments(call: Call) -> None:
    first = call(*BASIC, "--against", "hpa", "--json", "-")
    second = call(*BASIC, "--against", "hpa", "--json", "-")

    whole = json.loads(first.out)
    assert [(one["name"], one["kind"]) for one in whole["results"]] == [
        ("a", "config"),
        ("hpa", "baseline"),
    ]
    assert all(one["dispatched"] == 40 and one["killed"] == 0 for one in whole["results"])
    assert first == second


def test_seeds_differ(call: Call) -> None:
    ones = [call(*BASIC, "--json", "-", "--seed", seed).out for seed in ("1", "2")]

    assert ones[0] != ones[1]


def test_files_are_written_and_named(call: Call, tmp_path: Path) -> None:
    ended = call(*BASIC, "--json", "out/figures.json", "--out", "out")

    assert ended.code == 0
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "course.png",
        "course.svg",
        "figures.json",
    ]
    assert ended.out.splitlines()[-1] == (
        "written: out/course.png, out/course.svg, out/figures.json"
    )
    assert json.loads((tmp_path / "out/figures.json").read_text())["trace"]["children"] == 40


def test_a_gzipped_trace_is_read_as_the_plain_one(call: Call, tmp_path: Path) -> None:
    (tmp_path / "trace.csv.gz").write_bytes(gzip.compress(_trace().encode()))

    plain = call(*BASIC, "--json", "-").out
    zipped = call(*BASIC[:3], "trace.csv.gz", *BASIC[4:], "--json", "-").out

    assert plain.replace("trace.csv", "trace.csv.gz") == zipped


def test_configurations_are_compared_and_settings_apply_to_all(call: Call, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(CONFIG.replace("target_wait: 4m", "target_wait: 0s"))

    apart = json.loads(call(*BASIC, "--config", "b.yaml", "--json", "-").out)["results"]
    alike = json.loads(
        call(
            *(*BASIC, "--config", "b.yaml", "--json", "-"),
            *("--set", "pools.0.scaling.target_wait=3m", "--set", "interval=20s"),
        ).out
    )["results"]

    assert [one["name"] for one in apart] == ["a", "b"]
    assert apart[0]["wait_s"]["mean"] > apart[1]["wait_s"]["mean"]
    assert {**alike[0], "name": ""} == {**alike[1], "name": ""}
    assert alike[0]["interval_s"] == 20.0


def test_a_configuration_before_the_command_counts_as_well(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--config", "a.yaml", "simulate", *BASIC[2:]])

    assert code == 0
    assert "\na " in capsys.readouterr().out


@pytest.mark.parametrize(
    "source", [("--poisson", "rate=40/h,for=1h"), ("--burst", "children=9,for=1h"), ("--diurnal",)]
)
def test_a_workload_can_be_generated(call: Call, source: tuple[str, ...]) -> None:
    if source == ("--diurnal",):
        source = ("--diurnal", "rate=20/h,for=2h")

    ended = call(*BASIC[:2], *BASIC[4:], *source, "--json", "-")

    assert ended.code == 0
    assert json.loads(ended.out)["trace"]["source"] == f"{source[0][2:]}:{source[1]}"


def test_asks_say_how_many_fit(call: Call) -> None:
    ended = call(*BASIC[:4], "--ask", "500,500", "--ask", "preview=1000,900", "--json", "-")

    (result,) = json.loads(ended.out)["results"]
    assert result["slots"] == {"transcode": 4, "preview": 2}


def test_work_that_is_left_is_an_exit_of_1_and_said(call: Call) -> None:
    settings = ("--set", "pools.0.size.max=0", "--set", "interval=2m")

    ended = call(*BASIC[:2], "--burst", "children=2,for=1m", *settings)

    assert (ended.code, ended.err) == (1, "autoscaler: a: 2 children were left unserved\n")


def _journal(directory: Path) -> None:
    """What a daemon would have written down of two hours with twelve children."""
    journal = open_journal(directory, at(0))
    assert journal is not None
    reporter = JournalReporter(journal)

    def watch(simulation: Simulation) -> None:
        simulation.watchers.append(lambda report: report and reporter.report(report))

    with closing(journal):
        replay(a_subject(), STILL, children(*[120.0] * 12, every=600.0), watch=watch)


def test_ones_own_history_is_replayed_from_the_journal_with_its_asks(
    call: Call, tmp_path: Path
) -> None:
    _journal(tmp_path / "state")
    (tmp_path / "a.yaml").write_text(f"state_dir: {tmp_path}/state\n{CONFIG}")

    here = json.loads(call("--config", "a.yaml", "--journal", "--json", "-").out)
    named = json.loads(call("--config", "a.yaml", "--journal", "state", "--json", "-").out)
    late = json.loads(call("--config", "a.yaml", "--journal", "--since", "35m", "--json", "-").out)

    assert here["trace"]["children"] == named["trace"]["children"] == 12
    assert here["trace"]["service_hours"] == pytest.approx(12 * 120 / 3600, rel=0.01)
    assert here["results"][0]["slots"]["transcode"] == 2
    assert "as the journal in" in here["conditions"]["assumed"][0]
    assert here["conditions"]["start"].startswith("2026-03-02T00:0")
    assert 0 < late["trace"]["children"] < 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (BASIC[2:], "simulate: --config FILE is missing; start from config.example.yaml"),
        (BASIC[:2], "nothing to replay: give --trace CSV"),
        ((*BASIC, "--slots", "0"), "--slots: '0' is no whole number from 1 on"),
        ((*BASIC, "--slots", "9999"), "cannot be cut into 9999 equal parts"),
        ((*BASIC, "--boot", "90"), "--boot: '90' is no duration; write a number and a unit"),
        ((*BASIC, "--late", "soon"), "--late: 'soon' is no duration"),
        ((*BASIC, "--boot-jitter", "1"), "--boot-jitter: '1' is no number from 0 to below 1"),
        ((*BASIC, "--launch-failures", "nan"), "--launch-failures: 'nan' is no number from 0"),
        ((*BASIC, "--price", "-1"), "--price: '-1' is no number from 0 on"),
        ((*BASIC, "--seed", "x"), "--seed: 'x' is no whole number from 0 on"),
        ((*BASIC, "--start", "monday"), "--start: 'monday' is no instant; write it like 2026-"),
        ((*BASIC, "--processes", "0"), "--processes: '0' is no whole number from 1 on"),
        ((*BASIC, "--against", "k8s"), "--against k8s: no such policy; all, or hpa, "),
        ((*BASIC[:4], "--ask", "3"), "--ask 3: write [JOB=]MHZ,MIB, such as 1000,2000"),
        ((*BASIC[:4], "--ask", "x=1,1"), "--ask x=1,1: no pool has a job x; there are preview, "),
        ((*BASIC[:4], "--ask", "9000,1"), "does not fit its 2000 MHz and 2000 MiB"),
        ((*BASIC, "--pool", "x"), "--pool x: a.yaml has no such pool, but transcode"),
        ((*BASIC, "--json", "none/x.json"), "--json none/x.json: there is no directory none"),
        ((*BASIC, "--out", "a.yaml"), "--out a.yaml: cannot be written: File exists"),
        ((*BASIC, "--set", "pools.0.size.max"), "--set pools.0.size.max: write PATH=VALUE"),
        (
            (*BASIC, "--set", "pools.0.size.max=x"),
            "--set pools.0.size.max: input should be a valid integer",
        ),
        ((*BASIC, "--set", "pools.0.sice.max=3"), "--set pools.0.sice: no such key"),
        ((*BASIC, "--set", "pools.4.size.max=3"), "pools has the places 0 alone, not 4"),
        (("--config", "b.yaml", *BASIC[2:]), "b.yaml cannot be used:\n  No such file"),
        ((*BASIC[:2], "--trace", "none.csv"), "none.csv: cannot be read: No such file"),
        ((*BASIC[:2], "--journal"), "--journal: a.yaml has no state_dir"),
        ((*BASIC[:2], "--journal", "none"), "none: no such directory"),
        ((*BASIC[:2], "--poisson", "rate=x"), "poisson:rate=x: rate is 'x', no rate such as"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_mend_and_nothing_is_written(
    call: Call, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = sorted(tmp_path.iterdir())

    ended = call(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("autoscaler: ")
    assert message in ended.err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arrival_s,service_s\n", "holds no arrivals"),
        ("arrival_s,service_s\n1,x\n", "line 2: service_s is 'x'; write a number of seconds"),
        ("arrival_s,service_s,job\n1,2,other\n", "job 'other' is none of pool transcode's"),
    ],
)
def test_a_trace_that_cannot_be_used_is_told_with_its_line(
    call: Call, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "trace.csv").write_text(text)

    ended = call(*BASIC)

    assert ended.code == 2
    assert f"trace.csv: {message}" in ended.err


def test_a_config_with_several_pools_wants_one_named(call: Call, tmp_path: Path) -> None:
    pool = CONFIG.partition("pools:\n")[2]
    other = pool.replace("transcode", "other").replace("preview", "sound").replace("nomad", "o")
    (tmp_path / "a.yaml").write_text(CONFIG + other)

    assert "a.yaml has the pools transcode, other; say which with --pool" in call(*BASIC).err
    assert call(*BASIC, "--pool", "transcode").code == 0


def test_pictures_without_matplotlib_are_told_how_to_be_had(call: Call, monkeypatch) -> None:
    monkeypatch.setattr(results, "find_spec", lambda _: None)

    ended = call(*BASIC, "--out", "out")

    assert ended.code == 2
    assert "pip install 'nomad-queue-autoscaler[simulate]'" in ended.err


class _Terminal:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_on_a_terminal_it_is_told_how_far_it_is_and_the_line_is_taken_away(
    call: Call, monkeypatch
) -> None:
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    assert call(*BASIC[:2], "--poisson", "rate=10/h,for=3h").code == 0

    assert "1 of 1: a " in terminal.text
    assert terminal.text.endswith("\r")
    assert terminal.text.rsplit("\r", 2)[-2].strip() == ""
