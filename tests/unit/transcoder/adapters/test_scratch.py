"""Room for one attempt: its own, gone at the end, and cleaned up after the dead."""

import multiprocessing
import os
import signal
from contextlib import nullcontext, suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from transcoder.adapters.scratch import scratch_space
from transcoder.errors import Reason, TaskError


def test_two_attempts_side_by_side_keep_out_of_each_others_way(tmp_path: Path) -> None:
    with scratch_space(tmp_path, nullcontext) as first:
        (first / "work").write_text("one")
        with scratch_space(tmp_path, nullcontext) as second:
            assert first != second
        assert (first / "work").read_text() == "one"
    assert list(tmp_path.iterdir()) == []


def test_it_is_gone_after_a_failure_too(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), scratch_space(tmp_path, nullcontext) as path:
        (path / "work").write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def _hold_on(parent: Path, told: Connection) -> None:
    with scratch_space(parent, nullcontext) as path:
        (path / "debris").write_text("half of a video")
        told.send(path.name)
        signal.pause()


def test_what_a_killed_attempt_left_is_removed_by_the_next(tmp_path: Path) -> None:
    told, teller = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_hold_on, args=(tmp_path, teller))
    process.start()
    assert told.poll(30)
    left = tmp_path / told.recv()
    with scratch_space(tmp_path, nullcontext):
        assert left.is_dir(), "its owner is alive"
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(30)
    assert left.is_dir()
    with scratch_space(tmp_path, nullcontext):
        assert not left.exists()


def test_directories_of_others_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "transcoder-of-somebody"
    other.mkdir()
    with scratch_space(tmp_path, nullcontext):
        pass
    assert other.is_dir()


def test_a_place_that_is_a_file_is_a_setting_to_mend(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(TaskError) as caught, scratch_space(place, nullcontext):
        pass
    assert caught.value.reason is Reason.BAD_SETTING
