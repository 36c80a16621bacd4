"""Uploads to S3 that fail, are cut off or given up, each ending clearly and leaving nothing."""

import os
import signal
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3
from tests.contract.transcoder.deliveries import (
    KEY,
    MIB,
    NAME,
    a_delivery,
    a_file,
    a_label,
    a_store,
    content,
    delivered,
    unfinished,
)
from tests.contract.transcoder.s3_proxy import Alter, Answer, Hang, Proxy, Reset
from transcoder.adapters.interruption import Interruption
from transcoder.adapters.s3 import make_client
from transcoder.adapters.s3_store import S3Store
from transcoder.core.naming import S3Place
from transcoder.errors import Interrupted, Reason, TaskError
from transcoder.ports import Delivery, Item


@pytest.fixture
def store(proxy: Proxy) -> S3Store:
    assert proxy.url
    return a_store()


@pytest.fixture
def hasty_proxy(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    """Its clients try once."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return proxy


@pytest.mark.parametrize("fault", [Reset(), Answer(503, "SlowDown")])
@pytest.mark.parametrize(("size", "operation"), [(4096, "PutObject"), (11 * MIB, "UploadPart")])
def test_what_passes_is_tried_again(
    fault: Reset | Answer,
    size: int,
    operation: str,
    proxy: Proxy,
    s3: S3,
    tmp_path: Path,
) -> None:
    proxy.fail(operation, fault)
    path = a_file(tmp_path / "x", size)
    assert delivered(a_store(), a_delivery(path))
    assert content(s3) == path.read_bytes()


DENIED_A_KEY = "User: arn:aws:sts::1:x is not authorized to perform: kms:GenerateDataKey on y"


@pytest.mark.parametrize(
    "case",
    [
        (Reset(), Reason.STORE_UNAVAILABLE, "onnection"),
        (Answer(503, "SlowDown"), Reason.STORE_UNAVAILABLE, "SlowDown"),
        (Answer(400, "RequestTimeTooSkewed"), Reason.STORE_UNAVAILABLE, "TooSkewed"),
        (Answer(403, "AccessDenied"), Reason.OUTPUT_FORBIDDEN, "needs s3:PutObject"),
        (Answer(403, "AccessDenied", DENIED_A_KEY), Reason.OUTPUT_FORBIDDEN, "kms:GenerateDataKey"),
        (Answer(404, "NoSuchBucket"), Reason.NO_SUCH_BUCKET, "NoSuchBucket"),
        (Answer(400, "ExpiredToken"), Reason.CREDENTIALS_EXPIRED, "renew"),
        (Answer(403, "RequestExpired"), Reason.CREDENTIALS_EXPIRED, "renew"),
        (Answer(403, "InvalidAccessKeyId"), Reason.NO_CREDENTIALS, "not valid"),
    ],
)
@pytest.mark.parametrize(("size", "operation"), [(4096, "PutObject"), (6 * MIB, "UploadPart")])
def test_a_refused_upload_is_told_by_its_cause_and_leaves_nothing(
    size: int,
    operation: str,
    case: tuple[Reset | Answer, Reason, str],
    hasty_proxy: Proxy,
    s3: S3,
    tmp_path: Path,
) -> None:
    fault, reason, said = case
    hasty_proxy.always(operation, fault)
    with pytest.raises(TaskError) as failure:
        delivered(a_store(), a_delivery(a_file(tmp_path / "x", size)))
    assert failure.value.reason is reason
    assert said in failure.value.detail
    assert f"s3://{BUCKET}/{KEY}" in failure.value.detail
    assert s3.keys() == []
    assert unfinished(s3) == 0


@pytest.mark.parametrize("size", [4096, 11 * MIB])
def test_a_delivery_that_is_not_finished_leaves_nothing(
    size: int, store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    part = Item("out-cafe/0.m4s", a_file(tmp_path / "0"), "video/iso.segment")
    large = Item("out-cafe/1.m4s", a_file(tmp_path / "1", 6 * MIB), "video/iso.segment")
    with store.upload(a_delivery(a_file(tmp_path / "x", size), parts=(part, large))):
        assert proxy.wait_for("PutObject", count=1)
        assert proxy.wait_for("UploadPart", count=2)
    assert s3.keys() == []
    assert unfinished(s3) == 0


@pytest.mark.parametrize("is_read", [True, False])
def test_a_signal_ends_an_upload_soon_though_the_network_hangs(
    is_read: bool, store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    hang = Hang(is_read)
    proxy.always("UploadPart", hang)
    sent_at: list[float] = []

    def send_signal() -> None:
        hang.reached.wait(10)
        sent_at.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)

    sender = threading.Thread(target=send_signal)
    sender.start()
    with Interruption().installed(), pytest.raises(Interrupted):
        delivered(store, a_delivery(a_file(tmp_path / "x", 11 * MIB)))
    assert time.monotonic() - sent_at[0] < 3
    sender.join()
    assert proxy.wait_for("AbortMultipartUpload", count=1)
    hang.release.set()
    assert s3.keys() == []
    assert unfinished(s3) == 0


def test_many_uploads_that_hang_are_left_in_the_time_of_one(
    store: S3Store, proxy: Proxy, tmp_path: Path
) -> None:
    hang = Hang()
    proxy.always("UploadPart", hang)
    with ExitStack() as uploads:
        for number in range(4):
            main = Item(f"{number}.mp4", a_file(tmp_path / f"{number}", 6 * MIB), "video/mp4")
            uploads.enter_context(store.upload(Delivery(main, a_label())))
        assert hang.reached.wait(10)
        left_at = time.monotonic()
    assert time.monotonic() - left_at < 4
    hang.release.set()
    assert proxy.wait_for("AbortMultipartUpload", count=4)


def test_an_upload_left_while_it_begins_is_ended_as_soon_as_it_has_begun(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    hang = Hang()
    proxy.fail("CreateMultipartUpload", hang)
    with store.upload(a_delivery(a_file(tmp_path / "x", 11 * MIB))):
        assert hang.reached.wait(10)
    hang.release.set()
    assert proxy.wait_for("AbortMultipartUpload", count=1)
    assert unfinished(s3) == 0
    assert proxy.of("UploadPart") == []


def test_an_object_of_another_length_than_was_sent_is_removed(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    def shorter(headers: dict[str, str], data: bytes) -> bytes:
        headers["content-length"] = "4000"
        return data

    proxy.fail("HeadObject", None, Alter(shorter))
    with pytest.raises(TaskError) as failure:
        delivered(store, a_delivery(a_file(tmp_path / "x")))
    assert failure.value.reason is Reason.STORE_UNAVAILABLE
    assert "held 4000 bytes, not the 4096" in failure.value.detail
    assert s3.keys() == []


def test_an_object_of_other_bytes_than_were_sent_is_removed(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    def other(headers: dict[str, str], data: bytes) -> bytes:
        headers["x-amz-checksum-sha256"] = "AAAA"
        return data

    proxy.fail("HeadObject", None, Alter(other))
    with pytest.raises(TaskError) as failure:
        delivered(store, a_delivery(a_file(tmp_path / "x", 6 * MIB)))
    assert "other bytes" in failure.value.detail
    assert s3.keys() == []


def test_a_missing_bucket_is_told_before_any_work(proxy: Proxy) -> None:
    assert proxy.url
    client = make_client()
    with pytest.raises(TaskError) as failure:
        S3Store(lambda: client, S3Place("no-such", "")).check()
    assert failure.value.reason is Reason.NO_SUCH_BUCKET


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ExpiredToken", Reason.CREDENTIALS_EXPIRED),
        ("InvalidAccessKeyId", Reason.NO_CREDENTIALS),
        ("SignatureDoesNotMatch", Reason.NO_CREDENTIALS),
    ],
)
def test_credentials_of_no_use_are_told_before_any_work(
    code: str, reason: Reason, store: S3Store, proxy: Proxy
) -> None:
    proxy.always("ListObjectsV2", Answer(403, code))
    with pytest.raises(TaskError) as failure:
        store.check()
    assert failure.value.reason is reason


def test_a_bare_400_is_explained(store: S3Store, proxy: Proxy) -> None:
    proxy.always("HeadObject", Answer(400, ""))
    proxy.always("ListObjectsV2", Answer(400, "ExpiredToken"))
    with pytest.raises(TaskError) as failure:
        store.find(NAME, "cafe")
    assert failure.value.reason is Reason.CREDENTIALS_EXPIRED


def test_a_bucket_that_may_be_written_but_not_looked_at_is_fine(
    store: S3Store, proxy: Proxy, s3: S3, tmp_path: Path
) -> None:
    for operation in ("ListObjectsV2", "HeadObject", "GetObject"):
        proxy.always(operation, Answer(403, "AccessDenied"))
    store.check()
    assert store.find(NAME, "cafe") is None
    assert store.read("note") is None
    assert delivered(store, a_delivery(a_file(tmp_path / "x")))
    assert s3.keys() == [KEY]


def test_missing_credentials_are_told(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy.url
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(TaskError) as failure:
        a_store().check()
    assert failure.value.reason is Reason.NO_CREDENTIALS
