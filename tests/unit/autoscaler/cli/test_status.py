"""``autoscaler status`` as its users call it: what it answers from, and how it exits."""

import json
import logging
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from autoscaler.adapters.control_socket import ControlSocket
from autoscaler.adapters.journal import open_journal
from autoscaler.alarms import Alarms
from autoscaler.cli import main
from autoscaler.cli.status_source import Question, Source
from autoscaler.cli.status_text import Style
from autoscaler.cli.status_watch import watch
from autoscaler.core.memory import Memory
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.loop import run_cycle
from autoscaler.status.board import Facts, StatusBoard
from autoscaler.status.documents import Nodes, Status
from autoscaler.status.json import load
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld

POOLS = (some_settings(), replace(some_settings(), name="other"))


@pytest.fixture(autouse=True)
def logs_put_back():
    """The command sends all logs to its own standard error, which ends with the test."""
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


class Daemon:
    """As much of one as can be asked: a board, a socket and a journal."""

    def __init__(self, directory) -> None:
        self.directory = directory
        self.clock = FakeClock()
        self.alarms = Alarms(self.clock.now)
        self.board = StatusBoard(self.clock, self.alarms)
        self.board.configure(Facts(POOLS, timedelta(seconds=10)))
        self.control = ControlSocket(directory, self.board)

    def see(self, observed, pool="transcode", refuses=None) -> None:
        world = FakeWorld(replace(observed, pool=pool), refuses=refuses)
        settings = next(one for one in POOLS if one.name == pool)
        report = run_cycle(world, [self.board], settings, Memory(), self.clock, cycle_id="c-1")
        with closing(open_journal(self.directory, at(0))) as journal:
            journal.record(report)
        self.clock.advance(10)

    def start(self) -> None:
        self.control = ControlSocket(self.directory, self.board)
        assert self.control.open()

    def stop(self) -> None:
        self.control.close()


@pytest.fixture
def daemon(tmp_path):
    """One that has had a cycle of each pool."""
    daemon = Daemon(tmp_path)
    daemon.see(an_observation(a_node(1, live=2), queue=a_queue(5, 2)))
    daemon.see(an_observation(a_node(2)), "other")
    daemon.start()
    yield daemon
    daemon.stop()


@pytest.fixture
def status(tmp_path, capsys):
    """Runs the command on that state directory."""

    def run(*arguments):
        code = main(["status", "--state-dir", str(tmp_path), *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_the_running_daemon_answers(daemon, status):
    code, out, err = status()

    assert (code, err) == (0, "")
    assert out.startswith("autoscaler ")
    assert "  queue     5 pending, 2 running" in out
    assert "pool other" in out
    assert "\x1b" not in out
    assert "\nnodes" not in out


def test_nodes_are_listed_where_they_are_asked_for(daemon, status):
    out = status("--nodes")[1]

    assert "  busy      n1 i-1, " in out
    assert "  idle      n2 i-2, " in out


def test_json_is_the_documents_own(daemon, status):
    code, out, err = status("--json")

    assert (code, err) == (0, "")
    assert load(Status, out.encode()) == daemon.board.status()
    assert load(Nodes, status("--json", "--nodes")[1].encode()) == daemon.board.nodes()


def test_one_pool_alone_can_be_asked_for(daemon, status):
    out = json.loads(status("--json", "--pool", "other")[1])
    nodes = json.loads(status("--json", "--nodes", "--pool", "other")[1])

    assert [one["name"] for one in out["pools"]] == ["other"]
    assert {one["pool"] for one in out["wrongs"]} == {"other"}
    assert out["changes"] == []
    assert [one["name"] for one in nodes["nodes"]] == ["n2"]


def test_a_pool_that_there_is_not_is_answered_with_those_there_are(daemon, status):
    code, out, err = status("--pool", "nope")

    assert (code, out) == (2, "")
    assert err == "autoscaler: no pool 'nope'; there are transcode, other\n"


def test_without_a_daemon_the_journals_last_picture_is_shown_and_it_exits_with_1(daemon, status):
    daemon.see(an_observation(queue=a_queue(3)), refuses=SetDesiredCapacity)
    daemon.stop()

    code, out, err = status("--nodes")

    assert code == 1
    assert "systemctl status autoscaler" in err
    assert "no daemon answers" in err
    assert out.startswith("no daemon answers: this is the journal's last picture, of 2026-03-01")
    assert "  queue     3 pending, 0 running" in out
    assert "FAILED: set the desired capacity" in out
    assert "  idle      n2 i-2" in out


def test_a_picture_of_the_past_is_nothing_for_machines(daemon, status):
    daemon.stop()

    code, out, err = status("--json")

    assert (code, out) == (1, "")
    assert "no daemon answers" in err


def test_without_either_it_says_what_to_do(status, tmp_path, capsys):
    code, out, err = status()
    assert (code, out) == (1, "")
    assert f"no daemon answers in {tmp_path}: is it running" in err

    assert main(["status", "--state-dir", str(tmp_path / "nowhere")]) == 1
    assert "there is no directory" in capsys.readouterr().err


def test_a_daemon_that_is_not_understood_is_told(status, tmp_path):
    bare = ControlSocket(tmp_path)
    assert bare.open()
    try:
        code, _, err = status()
    finally:
        bare.close()

    assert code == 1
    assert "is not understood: this daemon keeps no status board" in err


class Rests:
    """What happens between one look and the next; then Ctrl-C."""

    def __init__(self, *events) -> None:
        self._events = iter(events)

    def __call__(self) -> None:
        event = next(self._events, None)
        if event is None:
            raise KeyboardInterrupt
        event()


def watched(daemon, style, *events, **how):
    """The exit code of a watch, with what happens meanwhile."""
    source = Source(daemon.directory, None, Question())
    return watch(source, style, rest=Rests(*events), **{"as_json": False, **how})


def nothing() -> None:
    """A second in which nothing changes but the time."""


def test_watching_tells_each_change_once(daemon, capsys):
    def more() -> None:
        daemon.see(an_observation(a_node(1, live=2), queue=a_queue(9, 2)))

    code = watched(daemon, Style(), nothing, more, nothing)

    out = capsys.readouterr().out
    assert code == 0
    assert out.count("pool transcode") == 2
    assert "  queue     5 pending" in out
    assert "  queue     9 pending" in out


def test_watching_as_json_prints_one_line_for_each_change(daemon, capsys):
    def alarm() -> None:
        daemon.alarms.sound("metrics.dropped", what="no agent", mend="start it")

    watched(daemon, Style(), nothing, alarm, nothing, as_json=True)

    first, second = capsys.readouterr().out.splitlines()
    assert "metrics.dropped" not in first
    assert "metrics.dropped" in [one["code"] for one in json.loads(second)["wrongs"]]


def test_watching_outlives_the_daemons_restart(daemon, capsys):
    watched(daemon, Style(), daemon.stop, nothing, daemon.start, nothing)

    printed = capsys.readouterr()
    assert printed.err.count("asking again: no daemon answers") == 1
    assert printed.out.count("pool transcode") == 2


def test_on_a_terminal_it_is_drawn_anew_each_second_and_cut_to_its_height(
    daemon, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "12")

    code = watched(daemon, Style(terminal=True), nothing, daemon.stop)

    screens = capsys.readouterr().out.split("\x1b[H")[1:]
    assert code == 0
    assert len(screens) == 3
    assert all(screen.endswith("\x1b[J") and screen.count("\n") == 11 for screen in screens)
    assert " more lines" in screens[0]
    assert screens[1].startswith("autoscaler ")
    assert screens[2].startswith("asking again: no daemon answers")


def test_there_is_nothing_to_watch_without_a_daemon_to_begin_with(daemon, capsys):
    daemon.stop()

    assert watched(daemon, Style()) == 1
    assert "no daemon answers" in capsys.readouterr().err
