"""The control socket: the daemon's last cycles for who asks, and nobody is held up by it."""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.control_client import DaemonSilent, ask
from autoscaler.adapters.control_forms import REQUEST_BYTES_MAX, read_answer, refusal, request
from autoscaler.adapters.control_socket import FILE_NAME, ControlSocket
from autoscaler.core.memory import Memory
from autoscaler.core.model import NodeFacts
from autoscaler.core.policy import decide
from autoscaler.loop import run_cycle
from autoscaler.ports import CycleReport
from tests.builders import a_node, a_queue, an_observation, some_settings
from tests.fakes import FakeClock, FakeWorld
from tests.unit.autoscaler.adapters.odd_daemon import answering


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def control(directory: Path):
    """A socket that is served."""
    served = ControlSocket(directory)
    assert served.open()
    yield served
    served.close()


def a_report(pool: str = "transcode", pending: int = 3) -> CycleReport:
    """One cycle of a pool with a node that has facts, which buys."""
    facts = NodeFacts("amd", {"attr.cpu.arch": "amd64"})
    observed = an_observation(a_node(live=2, facts=facts), queue=a_queue(pending))
    world = FakeWorld(replace(observed, pool=pool))
    settings = replace(some_settings(), name=pool)
    return run_cycle(world, [], settings, Memory(), FakeClock(), cycle_id=f"c-{pool}")


def said(path: Path, line: bytes) -> bytes:
    """What comes back for it."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_last_cycle_of_each_pool_is_shown_with_all_that_its_decision_was_made_with(control):
    for report in (a_report(pending=1), a_report("other"), a_report()):
        control.report(report)

    answer = ask(control.path)

    assert answer is not None
    assert answer.pid == os.getpid()
    assert [record.pool for record in answer.records] == ["transcode", "other"]
    record, report = answer.records[0], a_report()
    assert record.observation == report.observation
    assert record.observation.nodes[0].facts.values == {"attr.cpu.arch": "amd64"}
    assert record.decision == report.decision
    assert record.actions == report.actions
    assert decide(record.observation, record.settings, record.memory, record.now) == record.decision


def test_one_pool_alone_can_be_asked_for(control):
    control.report(a_report())
    control.report(a_report("other"))

    assert [record.pool for record in ask(control.path, "other").records] == ["other"]
    assert ask(control.path, "neither").records == ()


def test_the_file_is_for_its_owner_alone_and_gone_in_the_end(control):
    mode = control.path.stat().st_mode
    control.close()
    control.close()

    assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o600)
    assert not control.path.exists()
    assert ask(control.path) is None


def test_the_socket_of_a_dead_daemon_is_replaced(directory):
    directory.mkdir()
    path = directory / FILE_NAME
    dies = "import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); "
    subprocess.run([sys.executable, "-c", f"{dies}s.listen(); os._exit(1)", path], check=False)
    assert path.is_socket()

    control = ControlSocket(directory)
    try:
        assert ask(path) is None
        assert control.open()
        assert ask(path).records == ()
    finally:
        control.close()


def test_the_socket_of_a_living_daemon_is_not_stolen(control):
    control.report(a_report())
    second = ControlSocket(control.path.parent)

    with capture_logs() as logs:
        opened = second.open()
    second.close()

    assert not opened
    assert [line["event"] for line in logs] == ["control_socket.taken"]
    assert len(ask(control.path).records) == 1


def test_another_daemons_file_is_not_removed(control, directory):
    control.path.unlink()
    successor = ControlSocket(directory)
    assert successor.open()
    try:
        control.close()

        assert ask(successor.path).records == ()
    finally:
        successor.close()


@pytest.mark.parametrize("what", ["a file in the way", "a path that is too long"])
def test_where_it_cannot_be_opened_it_is_done_without_and_told(directory, what):
    if what == "a file in the way":
        directory.mkdir()
        (directory / FILE_NAME).write_text("precious")
    else:
        directory = directory / ("x" * 120)

    with capture_logs() as logs:
        opened = ControlSocket(directory).open()

    assert not opened
    assert [line["event"] for line in logs] == ["control_socket.unavailable"]
    assert "journal" in logs[0]["then"]
    if what == "a file in the way":
        assert (directory / FILE_NAME).read_text() == "precious"
    else:
        assert ask(directory / FILE_NAME) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense\n", "Expecting value"),
        (b"[]\n", "no JSON object"),
        (b'{"version": 9, "ask": "pictures"}\n', "only version 1"),
        (b'{"version": 1, "ask": "pictures", "pool": 3}\n', "a name or null"),
        (b'{"version": 1', "broke off"),
        (b"x" * (REQUEST_BYTES_MAX + 1), "at most"),
    ],
)
def test_what_is_no_request_is_refused_and_the_next_is_answered(control, line, words):
    assert words in json.loads(said(control.path, line))["error"]
    assert ask(control.path).records == ()


def test_a_client_that_asks_nothing_holds_up_neither_the_next_nor_the_end(control):
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(str(control.path))

        assert ask(control.path).records == ()

    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(str(control.path))
        began = time.monotonic()
        control.close()

        assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "broke off"),
        (refusal("not now"), "not now"),
        (b'{"version": 2}\n', "version 2"),
        (b'{"version": 1, "pid": 1}\n', "lacks 'cycles'"),
        (b'{"version": 1, "pid": 1, "cycles": [{}]}\n', "lacks 'decision'"),
    ],
)
def test_an_answer_that_is_not_understood_is_told(tmp_path, answer, words):
    path = tmp_path / "odd.sock"
    with answering(path, answer), pytest.raises(DaemonSilent, match=words):
        ask(path)


def test_a_request_and_an_answer_are_one_line_each(control):
    assert request(None).count(b"\n") == said(control.path, request(None)).count(b"\n") == 1
    assert read_answer(said(control.path, request(None))).pid == os.getpid()
