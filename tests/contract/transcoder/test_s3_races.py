"""Two tasks that deliver one result to S3, and results of other settings that come between."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3
from tests.contract.transcoder.deliveries import (
    KEY,
    MIB,
    a_delivery,
    a_file,
    a_label,
    a_store,
    content,
    delivered,
    settings_of,
    unfinished,
)
from tests.contract.transcoder.s3_proxy import Answer, First, LoseReply, Proxy
from transcoder.adapters.s3_store import S3Store
from transcoder.errors import Reason, TaskError
from transcoder.ports import Delivery, Item

SIZES = pytest.mark.parametrize(
    ("size", "operation"), [(4096, "PutObject"), (6 * MIB, "CompleteMultipartUpload")]
)


@pytest.fixture
def store(proxy: Proxy) -> S3Store:
    assert proxy.url
    return a_store()


@SIZES
def test_of_two_that_race_one_wins_and_its_object_is_whole(
    size: int, operation: str, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    paths = [a_file(tmp_path / f"{fill}", size, bytes([fill])) for fill in (1, 2)]
    together = Barrier(2)

    def race(path: Path) -> bool:
        with a_store().upload(a_delivery(path)) as upload:
            together.wait(10)
            return upload.finish()

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(race, paths))
    assert sorted(won) == [False, True]
    assert content(s3) == paths[won.index(True)].read_bytes()
    assert unfinished(s3) == 0
    assert len(proxy.of(operation)) >= 1


@SIZES
def test_a_result_of_other_settings_that_came_between_is_replaced(
    size: int, operation: str, store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    other = a_delivery(a_file(tmp_path / "other"), "other")
    proxy.fail(operation, First(lambda: delivered(a_store(), other)), None)
    if operation == "PutObject":
        # The other's own put is let through.
        proxy.fail(operation, None)
    path = a_file(tmp_path / "x", size)
    assert delivered(store, a_delivery(path))
    assert content(s3) == path.read_bytes()
    assert settings_of(s3) == "cafe"
    assert unfinished(s3) == 0


@SIZES
def test_a_lost_answer_is_no_lost_race(
    size: int, operation: str, store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    proxy.fail(operation, LoseReply())
    path = a_file(tmp_path / "x", size)
    assert delivered(store, a_delivery(path))
    assert content(s3) == path.read_bytes()
    assert len(proxy.of(operation)) == 2


@SIZES
@pytest.mark.parametrize(
    "refusal", [Answer(501, "NotImplemented"), Answer(400, "InvalidArgument", "unsupported header")]
)
def test_a_store_that_refuses_conditions_is_written_without(
    refusal: Answer,
    size: int,
    operation: str,
    proxy: Proxy,
    s3: S3,
    tmp_path: Path,
) -> None:
    proxy.fail(operation, refusal)
    path = a_file(tmp_path / "x", size)
    assert delivered(a_store(), a_delivery(path))
    assert content(s3) == path.read_bytes()
    last = proxy.of(operation)[-1].headers
    assert "If-None-Match" not in last
    assert "If-Match" not in last


def test_parts_that_s3_wants_again_after_a_conflict_are_sent_again(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    proxy.fail("CompleteMultipartUpload", Answer(409, "ConditionalRequestConflict"))
    path = a_file(tmp_path / "x", 6 * MIB)
    assert delivered(store, a_delivery(path))
    assert content(s3) == path.read_bytes()
    assert len(proxy.of("UploadPart")) == 4
    assert unfinished(s3) == 0


def test_an_object_that_may_not_be_seen_is_replaced(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    delivered(a_store(), a_delivery(a_file(tmp_path / "old"), "old"))
    proxy.always("HeadObject", Answer(403, "Forbidden"))
    path = a_file(tmp_path / "x", 5000)
    assert delivered(store, a_delivery(path))
    assert content(s3) == path.read_bytes()


def test_a_key_that_changes_again_and_again_ends_the_attempt(
    store: S3Store, proxy: Proxy, tmp_path: Path
) -> None:
    proxy.always("PutObject", Answer(412, "PreconditionFailed"))
    with pytest.raises(TaskError) as failure:
        delivered(store, a_delivery(a_file(tmp_path / "x")))
    assert failure.value.reason is Reason.STORE_UNAVAILABLE
    assert "again and again" in failure.value.detail
    assert len(proxy.of("PutObject")) == 4


def test_the_loser_leaves_the_parts_which_the_winner_refers_to(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    part = Item("out-cafe/0.m4s", a_file(tmp_path / "0"), "video/iso.segment")
    main = Item("out.mp4", a_file(tmp_path / "x"), "video/mp4")
    delivery = Delivery(main, a_label(), (part,))
    with store.upload(delivery):
        assert proxy.wait_for("PutObject", count=1)
        assert delivered(a_store(), delivery)
    assert sorted(s3.keys()) == ["videos/out-cafe/0.m4s", KEY]
    assert s3.client.head_object(Bucket=BUCKET, Key=KEY)
