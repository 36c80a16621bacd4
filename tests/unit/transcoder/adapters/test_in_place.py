"""Files that are here: read where they are, in any order."""

import hashlib
import os
from pathlib import Path

import pytest

from transcoder.adapters.download import Limits
from transcoder.adapters.in_place import in_place
from transcoder.adapters.sources import Sources
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched

DATA = bytes(range(256)) * 2000


def test_a_file_that_is_here_is_whole_and_settled_and_needs_no_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(DATA)
    arrival = in_place(path, most_bytes=len(DATA))
    assert arrival.is_settled()
    assert not arrival.is_streamable()
    assert arrival.path == path
    assert arrival.whole() == Fetched(path, hashlib.md5(DATA).hexdigest(), len(DATA), None)


def _change(path: Path, after: str) -> None:
    match after:
        case "grown":
            path.write_bytes(DATA + b"more")
        case "another":
            path.with_name("new").write_bytes(DATA)
            path.with_name("new").rename(path)
        case "touched":
            os.utime(path, ns=(0, 0))
        case _:
            path.unlink()


@pytest.mark.parametrize("after", ["grown", "another", "touched", "gone"])
def test_a_file_that_changed_meanwhile_is_no_one_version(tmp_path: Path, after: str) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(DATA)
    sources = Sources(Limits(), allow_private=False)
    with pytest.raises(TaskError) as error, sources.open(str(path), tmp_path) as arrival:
        _change(arrival.whole().path, after)
    gone = after == "gone"
    assert error.value.reason is (Reason.MISSING_INPUT if gone else Reason.SOURCE_UNAVAILABLE)


def test_a_file_that_stays_is_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(DATA)
    with Sources(Limits(), allow_private=False).open(str(path), tmp_path) as arrival:
        assert arrival.whole().bytes == len(DATA)


def test_its_feed_is_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(DATA)
    feed = in_place(path, most_bytes=len(DATA)).feed()
    assert b"".join(iter(feed.read, b"")) == DATA
