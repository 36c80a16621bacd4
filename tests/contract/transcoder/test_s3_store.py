"""Publishing to S3, over moto's server, where all goes well."""

import hashlib
import subprocess
import sys
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
from tests.contract.transcoder.s3_proxy import Proxy
from transcoder.adapters.s3_store import S3Store
from transcoder.ports import Delivery, Item, Label, Published


@pytest.fixture
def store(proxy: Proxy) -> S3Store:
    assert proxy.url
    return a_store()


def test_a_result_is_published_with_type_checksum_and_what_made_it(
    store: S3Store, s3: S3, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "x")
    assert delivered(store, a_delivery(path))
    head = s3.client.head_object(Bucket=BUCKET, Key=KEY, ChecksumMode="ENABLED")
    assert (head["ContentType"], head["ContentLength"]) == ("video/mp4", 4096)
    assert head["ChecksumSHA256"]
    attempt = head["Metadata"].pop("attempt")
    assert len(attempt) == 16
    assert head["Metadata"] == {
        "source-md5": "0" * 32,
        "profile": "small",
        "settings": "cafe",
        "width": "854",
        "height": "480",
        "duration": "4.00",
    }
    assert (store.uri(NAME), store.key(NAME)) == (f"s3://{BUCKET}/{KEY}", KEY)


def test_sound_has_no_width(store: S3Store, s3: S3, tmp_path: Path) -> None:
    label = Label("0" * 32, "audio", "cafe", None, None, 4.0)
    main = Item("out.m4a", a_file(tmp_path / "x"), "audio/mp4")
    assert delivered(store, Delivery(main, label))
    assert store.find("out.m4a", "cafe") == Published(4096, duration_seconds=4.0)


def test_a_result_is_found_only_with_the_same_settings(store: S3Store, tmp_path: Path) -> None:
    assert store.find(NAME, "cafe") is None
    delivered(store, a_delivery(a_file(tmp_path / "x")))
    assert store.find(NAME, "cafe") == Published(4096, 854, 480, 4.0)
    assert store.find(NAME, "beef") is None


def test_an_object_of_somebody_else_is_no_result(store: S3Store, s3: S3) -> None:
    s3.client.put_object(Bucket=BUCKET, Key=KEY, Body=b"debris")
    assert store.find(NAME, "cafe") is None


def test_a_large_result_goes_up_in_parts(
    store: S3Store, s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "x", 11 * MIB)
    assert delivered(store, a_delivery(path))
    assert len(proxy.of("UploadPart")) == 3
    assert hashlib.md5(content(s3)).digest() == hashlib.md5(path.read_bytes()).digest()
    assert unfinished(s3) == 0


def test_a_result_travels_before_it_is_finished_and_is_seen_by_nobody(
    store: S3Store, s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    with store.upload(a_delivery(a_file(tmp_path / "x", 11 * MIB))) as upload:
        assert proxy.wait_for("UploadPart", count=3)
        assert s3.keys() == []
        assert upload.finish()
    assert s3.keys() == [KEY]


def test_the_parts_of_a_result_are_there_before_it_is(
    store: S3Store, s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    segments = tuple(
        Item(f"out-cafe/{number}.m4s", a_file(tmp_path / str(number)), "video/iso.segment")
        for number in range(5)
    )
    large = Item("out-cafe/sheet.jpg", a_file(tmp_path / "large", 6 * MIB), "image/jpeg")
    main = Item("out.m3u8", a_file(tmp_path / "main"), "application/vnd.apple.mpegurl")
    assert delivered(store, Delivery(main, a_label(), (*segments, large)))
    written = [asked.path for asked in proxy.asked if asked.operation == "PutObject"]
    assert written[-1].endswith("/videos/out.m3u8")
    assert proxy.operations().index("CompleteMultipartUpload") < len(proxy.asked) - 2
    assert len(s3.keys()) == 7
    head = s3.client.head_object(Bucket=BUCKET, Key="videos/out-cafe/3.m4s")
    assert head["ContentType"] == "video/iso.segment"


@pytest.mark.parametrize(
    ("size", "operation"), [(4096, "PutObject"), (11 * MIB, "CompleteMultipartUpload")]
)
def test_a_result_of_other_settings_is_replaced_while_it_is_the_one_seen(
    size: int, operation: str, store: S3Store, s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    delivered(store, a_delivery(a_file(tmp_path / "old"), "old"))
    tag = s3.client.head_object(Bucket=BUCKET, Key=KEY)["ETag"]
    new = a_file(tmp_path / "new", size)
    assert delivered(store, a_delivery(new, "new"))
    assert content(s3) == new.read_bytes()
    assert proxy.of(operation)[-1].headers["If-Match"] == tag


def test_a_result_that_is_there_already_is_not_sent_again(
    store: S3Store, proxy: Proxy, tmp_path: Path
) -> None:
    delivery = a_delivery(a_file(tmp_path / "x"))
    assert delivered(store, delivery)
    assert not delivered(store, delivery)
    assert len(proxy.of("PutObject")) == 1


def test_an_empty_part_is_published_too(store: S3Store, s3: S3, tmp_path: Path) -> None:
    empty = Item("out-cafe/none.vtt", a_file(tmp_path / "none", 0), "text/vtt")
    assert delivered(store, a_delivery(a_file(tmp_path / "x"), parts=(empty,)))
    assert content(s3, "videos/out-cafe/none.vtt") == b""


def test_stores_that_know_no_new_checksums_are_sent_md5(
    s3: S3, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    monkeypatch.setenv("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    store = a_store()
    for name, size in (("small", 4096), ("large", 11 * MIB)):
        path = a_file(tmp_path / name, size)
        assert delivered(store, Delivery(Item(name, path, "video/mp4"), a_label()))
        assert content(s3, f"videos/{name}") == path.read_bytes()
        assert store.bring(name, tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == path.read_bytes()
    sent = [*proxy.of("PutObject"), *proxy.of("UploadPart")]
    assert all("Content-MD5" in asked.headers for asked in sent)
    told = {name.lower() for asked in proxy.asked for name in asked.headers}
    assert not [name for name in told if "checksum" in name]


def test_the_sdk_is_loaded_where_a_client_is_made_and_not_before() -> None:
    look = "import sys, transcoder.adapters.s3_store; print('botocore.client' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
