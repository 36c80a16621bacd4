"""Hidden room in a directory, and what a dead owner leaves of it."""

import errno
import multiprocessing
import os
import signal
import threading
import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from transcoder.adapters.directory_store import DirectoryStore
from transcoder.adapters.staging import Staging, claim, remove_abandoned, told_errors
from transcoder.core.media import Media
from transcoder.errors import Reason, TaskError
from transcoder.ports import Delivery, Item, Label

NAME = "out-x-small.mp4"


def probe(path: Path) -> Media:
    raise TaskError(Reason.NOT_A_VIDEO, f"{path} is none")


def a_delivery(path: Path) -> Delivery:
    label = Label("0" * 32, "small", "cafe", None, None, None)
    return Delivery(Item(NAME, path, "video/mp4"), label)


def a_pipe(tmp_path: Path) -> Path:
    """A file that is copied, not linked, and comes as slowly as it is written."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "slow").symlink_to(tmp_path / "pipe")
    return tmp_path / "slow"


def hidden(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if path.name.startswith(".upload-")]


def make_old(path: Path) -> None:
    two_hours_ago = time.time() - 7200
    for entry in (*path.rglob("*"), path):
        os.utime(entry, (two_hours_ago, two_hours_ago))


def test_it_is_hidden_and_gone_at_the_end(tmp_path: Path) -> None:
    with closing(Staging(tmp_path / "out")) as staging:
        assert hidden(tmp_path / "out") == [staging.path]
        (staging.path / "half").write_text("half")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_in_use_or_young_is_left_alone(tmp_path: Path) -> None:
    with closing(Staging(tmp_path)) as in_use:
        make_old(in_use.path)
        (tmp_path / ".upload-young").mkdir()
        remove_abandoned(tmp_path)
        assert {path.name for path in hidden(tmp_path)} == {in_use.path.name, ".upload-young"}


def _upload(out: Path, source: Path, told: Connection) -> None:
    store = DirectoryStore(out, probe)
    store.check()
    with store.upload(a_delivery(source)):
        told.send("begun")
        signal.pause()


def test_a_copy_that_is_killed_leaves_hidden_names_which_a_later_run_removes(
    tmp_path: Path,
) -> None:
    out, source = tmp_path / "out", a_pipe(tmp_path)
    told, teller = multiprocessing.Pipe()
    arguments = (out, source, teller)
    process = multiprocessing.get_context("spawn").Process(target=_upload, args=arguments)
    process.start()
    assert told.poll(30)
    with source.open("wb") as file:
        file.write(bytes(3 << 20))
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(30)
    (left,) = list(out.iterdir())
    assert left in hidden(out)
    remove_abandoned(out)
    assert left.exists(), "another host may be at it, whose locks are not seen here"
    make_old(left)
    remove_abandoned(out)
    assert list(out.iterdir()) == []


def test_a_copy_that_is_left_stops(tmp_path: Path) -> None:
    out, source = tmp_path / "out", a_pipe(tmp_path)
    stopped = threading.Event()

    def write() -> None:
        try:
            with source.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 16))
        except BrokenPipeError:
            stopped.set()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    with DirectoryStore(out, probe).upload(a_delivery(source)):
        assert not stopped.is_set()
    assert stopped.wait(10)
    writer.join(10)
    assert list(out.iterdir()) == []


def test_a_name_is_claimed_once(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).write_text(str(number))
    assert claim(tmp_path / "1", tmp_path / "name")
    assert not claim(tmp_path / "2", tmp_path / "name")
    assert (tmp_path / "name").read_text() == "1"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, Reason.DISK_FULL),
        (errno.EDQUOT, Reason.DISK_FULL),
        (errno.EACCES, Reason.OUTPUT_FORBIDDEN),
        (errno.EROFS, Reason.OUTPUT_FORBIDDEN),
        (errno.ESTALE, Reason.STORE_UNAVAILABLE),
        (errno.EIO, Reason.STORE_UNAVAILABLE),
    ],
)
def test_what_the_file_system_says_is_told_by_its_cause(number: int, reason: Reason) -> None:
    with pytest.raises(TaskError) as failure, told_errors(Path("/srv/out")):
        raise OSError(number, os.strerror(number))
    assert failure.value.reason is reason
    assert "/srv/out" in failure.value.detail
