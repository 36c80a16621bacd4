"""The control socket shows what the status page shows."""

import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.control_client import DaemonSilent, ask, ask_nodes, ask_status
from autoscaler.adapters.control_forms import request
from autoscaler.adapters.control_socket import FILE_NAME, ControlSocket
from autoscaler.alarms import Alarms
from autoscaler.core.memory import Memory
from autoscaler.loop import run_cycle
from autoscaler.status.board import Facts, StatusBoard
from autoscaler.status.json import dump
from tests.builders import a_node, a_queue, an_observation, at, some_settings
from tests.fakes import FakeClock, FakeWorld
from tests.unit.autoscaler.adapters.odd_daemon import answering


@pytest.fixture
def board():
    """One that has seen a cycle, in which something was done."""
    clock = FakeClock()
    board = StatusBoard(clock, Alarms(clock.now))
    board.configure(Facts((some_settings(),), timedelta(seconds=10)))
    world = FakeWorld(an_observation(a_node(1, live=2), queue=a_queue(5, 2)))
    run_cycle(world, [board], some_settings(), Memory(), clock, cycle_id="c-1")
    return board


@pytest.fixture
def control(tmp_path, board):
    """A socket that is served."""
    served = ControlSocket(tmp_path, board)
    assert served.open()
    yield served
    served.close()


def said(path: Path, line: bytes) -> bytes:
    """What comes back for it."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(line)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_documents_come_over_as_the_board_has_them(control, board):
    assert ask_status(control.path) == board.status()
    assert ask_nodes(control.path) == board.nodes()
    assert ask(control.path).records == ()


def test_they_are_the_apis_own_on_one_line(control, board):
    answer = said(control.path, request(wanted="nodes"))

    assert answer.count(b"\n") == 1
    assert json.loads(answer)["document"] == json.loads(dump(board.nodes()))


def test_no_daemon_is_no_answer(tmp_path):
    assert ask_status(tmp_path / FILE_NAME) is None
    assert ask_nodes(tmp_path / "no directory" / FILE_NAME) is None


def test_a_daemon_without_a_board_says_so(tmp_path):
    bare = ControlSocket(tmp_path)
    assert bare.open()
    try:
        with pytest.raises(DaemonSilent, match="keeps no status board"):
            ask_status(bare.path)
    finally:
        bare.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b'{"version":1,"error":"only \'pictures\' can be asked for"}\n', "only 'pictures'"),
        (b'{"version":1,"pid":5}\n', "lacks the document"),
        (b'{"version":1,"document":{"at":5}}\n', "validation error"),
        (b'{"version":2}\n', "version 2"),
    ],
)
def test_an_answer_of_another_version_is_told(tmp_path, answer, words):
    path = tmp_path / FILE_NAME
    with answering(path, answer), pytest.raises(DaemonSilent, match=words):
        ask_status(path)


def test_a_socket_that_cannot_be_had_is_an_alarm_until_it_can(tmp_path, control):
    alarms = Alarms(lambda: at(5))
    second = ControlSocket(tmp_path, alarms=alarms)
    with capture_logs():
        assert not second.open()
    (taken,) = alarms.standing()
    control.close()
    (tmp_path / FILE_NAME).write_text("precious")
    with capture_logs():
        assert not ControlSocket(tmp_path, alarms=alarms).open()
    (in_the_way,) = alarms.standing()
    (tmp_path / FILE_NAME).unlink()
    third = ControlSocket(tmp_path, alarms=alarms)
    assert third.open()
    third.close()

    assert (taken.code, taken.severity) == ("control_socket.unavailable", "error")
    assert taken.mend == "stop one of the two"
    assert (in_the_way.severity, in_the_way.since) == ("warning", at(5))
    assert "is no socket" in in_the_way.what
    assert alarms.standing() == ()
