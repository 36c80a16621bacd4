"""Files that are here: read where they are, in any order."""

import hashlib
from pathlib import Path

from transcoder.adapters.in_place import in_place
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


def test_its_feed_is_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(DATA)
    feed = in_place(path, most_bytes=len(DATA)).feed()
    assert b"".join(iter(feed.read, b"")) == DATA
