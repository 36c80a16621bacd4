"""Notes in S3, and objects brought back from it, over a way that fails."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3
from tests.contract.transcoder.deliveries import (
    KEY,
    MIB,
    NAME,
    a_delivery,
    a_file,
    a_store,
    delivered,
)
from tests.contract.transcoder.s3_proxy import Alter, Answer, LoseReply, Proxy, Reset
from transcoder.adapters.s3_store import S3Store
from transcoder.errors import Reason, TaskError

NOTE = ".transcoder/claims/0.json"


@pytest.fixture
def store(proxy: Proxy) -> S3Store:
    assert proxy.url
    return a_store()


def test_a_note_is_read_as_it_was_written(store: S3Store, s3: S3) -> None:
    assert store.read(NOTE) is None
    assert store.write(NOTE, b"one")
    assert store.write(NOTE, b"two")
    note = store.read(NOTE)
    assert note is not None
    assert note.data == b"two"
    assert s3.keys() == [f"videos/{NOTE}"]


def test_the_age_of_a_note_goes_by_the_clock_of_s3(store: S3Store, proxy: Proxy) -> None:
    def later(headers: dict[str, str], data: bytes) -> bytes:
        headers["last-modified"] = "Tue, 03 Mar 2026 10:00:00 GMT"
        headers["date"] = "Tue, 03 Mar 2026 10:01:30 GMT"
        return data

    store.write(NOTE, b"one")
    proxy.fail("GetObject", Alter(later))
    note = store.read(NOTE)
    assert note is not None
    assert note.age_seconds == 90.0


def test_a_new_note_is_not_written_over(store: S3Store) -> None:
    assert store.write(NOTE, b"one", only_new=True)
    assert not store.write(NOTE, b"two", only_new=True)
    note = store.read(NOTE)
    assert note is not None
    assert note.data == b"one"


def test_of_many_that_claim_at_once_one_does(proxy: Proxy) -> None:
    together, stores = Barrier(4), [a_store() for _ in range(4)]

    def claim(store: S3Store) -> bool:
        together.wait(10)
        return store.write(NOTE, b"the same of all", only_new=True)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, stores)) == [False, False, False, True]
    assert len(proxy.of("PutObject")) == 4


def test_a_claim_whose_answer_is_lost_is_ours(store: S3Store, proxy: Proxy) -> None:
    proxy.fail("PutObject", LoseReply())
    assert store.write(NOTE, b"one", only_new=True)
    assert len(proxy.of("PutObject")) == 2


def test_a_claim_that_meets_another_under_way_is_decided(store: S3Store, proxy: Proxy) -> None:
    proxy.fail("PutObject", Answer(409, "ConditionalRequestConflict"))
    assert store.write(NOTE, b"one", only_new=True)


def test_a_store_that_refuses_conditions_still_takes_claims(store: S3Store, proxy: Proxy) -> None:
    proxy.fail("PutObject", Answer(501, "NotImplemented"))
    assert store.write(NOTE, b"one", only_new=True)
    proxy.fail("PutObject", Answer(501, "NotImplemented"))
    assert not store.write(NOTE, b"two", only_new=True)


def test_a_note_is_removed_though_it_is_not_there(store: S3Store, s3: S3) -> None:
    store.write(NOTE, b"one")
    store.remove(NOTE)
    store.remove(NOTE)
    assert s3.keys() == []


def test_a_missing_right_is_told_by_its_name(store: S3Store, proxy: Proxy) -> None:
    proxy.always("DeleteObject", Answer(403, "AccessDenied"))
    with pytest.raises(TaskError) as failure:
        store.remove(NOTE)
    assert failure.value.reason is Reason.OUTPUT_FORBIDDEN
    assert "needs s3:DeleteObject" in failure.value.detail


@pytest.mark.parametrize("size", [0, 4096, 11 * MIB])
def test_a_published_file_is_brought_back(
    size: int, store: S3Store, s3: S3, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "x", size)
    assert delivered(store, a_delivery(path))
    assert store.bring(NAME, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    assert s3.keys() == [KEY]


def test_a_file_that_is_not_there_is_not_brought(store: S3Store, tmp_path: Path) -> None:
    assert not store.bring(NAME, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_broken_connection_is_taken_up_where_it_broke(
    store: S3Store, proxy: Proxy, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "x", 11 * MIB)
    delivered(store, a_delivery(path))
    proxy.fail("GetObject", Reset(), Alter(lambda _, data: data[: 7 * MIB]))
    assert store.bring(NAME, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    assert [asked.headers["Range"] for asked in proxy.of("GetObject")] == [
        "bytes=0-",
        "bytes=0-",
        f"bytes={7 * MIB}-",
    ]


def _flipped(_: dict[str, str], data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("size", [4096, 11 * MIB])
def test_other_bytes_than_s3_has_are_no_result(
    size: int, store: S3Store, proxy: Proxy, tmp_path: Path
) -> None:
    delivered(store, a_delivery(a_file(tmp_path / "x", size)))
    proxy.always("GetObject", Alter(_flipped))
    with pytest.raises(TaskError) as failure:
        store.bring(NAME, tmp_path / "back")
    assert failure.value.reason is Reason.STORE_UNAVAILABLE
    assert "other bytes" in failure.value.detail


def test_an_object_that_changes_meanwhile_is_no_mixture(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    delivered(store, a_delivery(a_file(tmp_path / "x", 4096)))

    def change(_: dict[str, str], data: bytes) -> bytes:
        s3.client.put_object(Bucket=BUCKET, Key=KEY, Body=b"another" * 1000)
        return data[:100]

    proxy.fail("GetObject", Alter(change))
    with pytest.raises(TaskError) as failure:
        store.bring(NAME, tmp_path / "back")
    assert failure.value.reason is Reason.STORE_UNAVAILABLE
