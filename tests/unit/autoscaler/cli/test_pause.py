"""``autoscaler pause`` and ``resume`` as users call them: what they say, and how they exit."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from autoscaler.adapters.control_socket import ControlSocket
from autoscaler.adapters.pause_watch import PauseWatch
from autoscaler.adapters.pauses import FILE_NAME, read_pauses, set_pauses
from autoscaler.alarms import Alarms
from autoscaler.cli import main
from autoscaler.cli.pause_terms import who
from autoscaler.clock import SystemClock
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.pause import Pause
from autoscaler.loop import run_cycle
from tests.builders import an_observation, some_settings
from tests.fakes import FakeWorld

POOL = """
  - name: {0}
    jobs: [{0}]
    group: {0}-clients
    nodes: {{class: {0}}}
    size: {{max: 4}}
    node: {{cpu: 1000, memory: 1000}}
"""
WHY = ("--why", "moving the database")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    directory = tmp_path / "state"
    directory.mkdir()
    return directory


@pytest.fixture
def config(tmp_path: Path, state: Path) -> Path:
    """Of two pools, transcode and thumbnail."""
    path = tmp_path / "autoscaler.yaml"
    pools = POOL.format("transcode") + POOL.format("thumbnail")
    path.write_text(
        f"interval: 1s\nstate_dir: {state}\naws: {{region: us-east-1}}\npools:\n{pools}"
    )
    return path


@pytest.fixture
def call(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[str], str]]:
    """The exit code, the lines said, and the warnings."""

    def run(command: str, *arguments: str) -> tuple[int, list[str], str]:
        try:
            code = main([command, "--config", str(config), *arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return run


class PausedWorld(FakeWorld):
    """Is paused as the file says."""

    def __init__(self, watch: PauseWatch, pool: str) -> None:
        super().__init__(replace(an_observation(), pool=pool))
        self._watch = watch
        self._pool = pool

    def observe(self, now: datetime) -> Observation:
        """As it is paused now."""
        return replace(super().observe(now), pause=self._watch.of(self._pool, now))


@contextmanager
def a_daemon(state: Path, *pools: str) -> Iterator[None]:
    """Its cycles and its socket, without Nomad and AWS."""
    clock, stopping = SystemClock(), threading.Event()
    watch = PauseWatch(state, Alarms(clock.now))
    control = ControlSocket(state)

    def cycle() -> None:
        for pool in pools:
            settings = replace(some_settings(), name=pool)
            world = PausedWorld(watch, pool)
            run_cycle(world, [control], settings, Memory(), clock, cycle_id="c-1")

    def cycles() -> None:
        while not stopping.wait(0.02):
            cycle()

    cycle()
    assert control.open()
    thread = threading.Thread(target=cycles, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(timeout=10)
        control.close()


def test_a_pause_holds_every_pool_and_says_until_when_and_that_the_daemon_has_taken_it(call, state):
    with a_daemon(state, "transcode", "thumbnail"):
        code, said, warned = call("pause", "--for", "1h", *WHY)

    assert (code, warned) == (0, "")
    assert [line.partition(" UTC")[2] for line in said[:2]] == [" (60 min)", " (60 min)"]
    assert said[0].startswith("transcode: paused until ")
    assert said[1].startswith("thumbnail: paused until ")
    assert said[2].startswith("the daemon (pid ")
    assert ") holds since " in said[2]
    pauses = read_pauses(state)
    assert sorted(pauses) == ["thumbnail", "transcode"]
    pause = pauses["transcode"]
    assert (pause.why, pause.by) == ("moving the database", who())
    assert pause.until == pause.since + timedelta(hours=1)


def test_one_pool_alone_is_paused_and_without_an_end_that_is_warned_of(call, state):
    code, said, warned = call("pause", "--pool", "thumbnail", *WHY)

    assert code == 0
    assert said == [
        "thumbnail: paused until resumed",
        "no daemon answers: it holds when it starts",
    ]
    assert warned.startswith("warning: it does not end by itself: ")
    assert list(read_pauses(state)) == ["thumbnail"]


def test_a_pause_of_a_paused_pool_replaces_it_and_says_so(call):
    call("pause", "--for", "1h", *WHY)

    _, said, _ = call("pause", "--pool", "transcode", "--for", "2h", "--why", "it takes longer")

    assert said[0].startswith("transcode: paused until ")
    assert f"(120 min); before, it was paused by {who()} until " in said[0] or "(2 h)" in said[0]
    assert said[0].endswith(": moving the database")


def test_a_resume_says_what_it_ended_and_that_the_daemon_acts_again(call, state):
    with a_daemon(state, "transcode", "thumbnail"):
        call("pause", "--pool", "transcode", "--for", "1h", *WHY)
        code, said, _ = call("resume")

    assert code == 0
    assert said[0].startswith(f"transcode: resumed; it was paused by {who()} until ")
    assert said[0].endswith(": moving the database")
    assert said[1] == "thumbnail: was not paused"
    assert ") acts again since " in said[2]
    assert not (state / FILE_NAME).exists()


def test_a_resume_of_nothing_is_well(call):
    assert call("resume", "--pool", "transcode") == (0, ["transcode: was not paused"], "")


def test_a_pool_that_the_configuration_no_longer_has_can_be_resumed(call, state):
    pause = Pause(SystemClock().now(), None, "why", "ann")
    set_pauses(state, {"former": pause}, pause.since)

    code, said, _ = call("resume", "--pool", "former")

    assert code == 0
    assert said[0].startswith("former: resumed; it was paused by ann since ")


def test_a_daemon_that_has_no_cycle_within_the_interval_is_no_confirmation(
    call, state, monkeypatch
):
    monkeypatch.setattr("autoscaler.cli.pause_taken._CYCLES", timedelta(seconds=-1))
    with a_daemon(state, "transcode"):
        code, said, _ = call("pause", "--for", "1h", *WHY)

    assert code == 1
    assert said[2].startswith("not confirmed: the daemon (pid ")
    assert "has had no cycle of " in said[2]
    assert "thumbnail" in said[2]
    assert "thumbnail" in read_pauses(state)


def test_a_daemon_that_does_not_make_sense_is_no_confirmation(call, state):
    """A socket of something else: what it says is not understood."""
    control = ControlSocket(state)
    control.answer = lambda line: b"nonsense\n"
    assert control.open()
    try:
        code, said, _ = call("pause", "--for", "1h", *WHY)
    finally:
        control.close()

    assert code == 1
    assert said[2].startswith("not confirmed: the daemon at ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--pool", "transcod", *WHY), "no pool 'transcod'; there are transcode, thumbnail"),
        ((), "the following arguments are required: --why"),
        (("--why", " "), "--why is empty; say in one line"),
        (("--for", "1h", "--until", "14:00", *WHY), "not allowed with argument"),
        (("--for", "soon", *WHY), "--for: 'soon' is no duration"),
        (("--for", "60d", *WHY), "is more than 30 days away"),
    ],
)
def test_what_cannot_be_meant_changes_nothing_and_exits_with_2(call, state, arguments, says):
    code, said, warned = call("pause", *arguments)

    assert (code, said) == (2, [])
    assert says in warned
    assert not (state / FILE_NAME).exists()


def test_without_a_state_dir_the_command_says_what_to_set(call, config, monkeypatch):
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    text = "".join(
        line for line in config.read_text().splitlines(keepends=True) if "state_dir" not in line
    )
    config.write_text(text)

    for command in (("pause", *WHY), ("resume",)):
        code, _, warned = call(*command)
        assert code == 2
        assert "state_dir: is not set" in warned


def test_a_state_dir_that_is_not_there_is_an_error_with_the_mend(call, tmp_path):
    code, _, warned = call("pause", "--state-dir", str(tmp_path / "missing"), *WHY)

    assert code == 1
    assert "there is no directory" in warned
    assert "start the daemon once" in warned


def test_a_file_that_cannot_be_read_is_left_alone_until_all_is_resumed(call, state):
    path = state / FILE_NAME
    path.write_text("{")

    paused, one, everything = (
        call("pause", *WHY),
        call("resume", "--pool", "transcode"),
        call("resume"),
    )

    assert (paused[0], one[0], everything[0]) == (1, 1, 0)
    assert "`autoscaler resume` without --pool removes it" in paused[2]
    assert "without --pool, which removes it" in one[2]
    assert everything[1][0] == "transcode: resumed; what paused it is not known"
    assert "it is removed" in everything[2]
    assert not path.exists()
