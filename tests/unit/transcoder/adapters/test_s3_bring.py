"""An object on its way here, from a client that breaks off."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, IncompleteReadError

from transcoder.adapters.s3_bring import Bringing
from transcoder.adapters.s3_told import There
from transcoder.errors import Reason, TaskError

PLACE = {"Bucket": "vids", "Key": "x"}
DATA = b"0123456789"


class Body:
    def __init__(self, data: bytes, breaks: bool) -> None:
        self._data = io.BytesIO(data)
        self._breaks = breaks

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        yield self._data.read(size)
        if self._breaks:
            raise IncompleteReadError(actual_bytes=0, expected_bytes=1)

    def close(self) -> None:
        self._data.close()


class Client:
    """Gives so many bytes each time, and then breaks."""

    def __init__(self, *lengths: int) -> None:
        self._lengths = list(lengths)
        self.asked: list[dict[str, str]] = []

    def get_object(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked)
        start = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
        length = self._lengths.pop(0)
        return {"Body": Body(DATA[start : start + length], start + length < len(DATA))}


def there(sha256: str | None = None, etag: str = '"one"') -> There:
    return There(etag, len(DATA), sha256, {})


def test_a_break_is_taken_up_where_it_was_after_a_pause(tmp_path: Path) -> None:
    client, pauses = Client(4, 3, 10), list[float]()
    Bringing(client, PLACE, there(), pauses.append).to_file(tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == DATA
    assert [asked["Range"] for asked in client.asked] == ["bytes=0-", "bytes=4-", "bytes=7-"]
    assert {asked["IfMatch"] for asked in client.asked} == {'"one"'}
    assert pauses == [0.5, 1.0]


def test_the_last_of_many_breaks_is_told(tmp_path: Path) -> None:
    pauses: list[float] = []
    with pytest.raises(IncompleteReadError):
        Bringing(Client(0, 0, 0, 0), PLACE, there(), pauses.append).to_file(tmp_path / "x")
    assert len(pauses) == 3


def test_what_s3_refuses_is_not_asked_again(tmp_path: Path) -> None:
    class Refusing:
        def get_object(self, **_: str) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "GetObject")

    pauses: list[float] = []
    with pytest.raises(ClientError):
        Bringing(Refusing(), PLACE, there(), pauses.append).to_file(tmp_path / "x")
    assert pauses == []


def test_a_sum_of_other_bytes_is_told(tmp_path: Path) -> None:
    with pytest.raises(TaskError) as failure:
        Bringing(Client(10), PLACE, there("AAAA")).to_file(tmp_path / "x")
    assert failure.value.reason is Reason.STORE_UNAVAILABLE


def test_a_sum_of_parts_of_unknown_size_is_not_held_against_it(tmp_path: Path) -> None:
    Bringing(Client(10), PLACE, there("AAAA", '"one-2"')).to_file(tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == DATA
