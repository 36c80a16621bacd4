"""Fetching from S3 and publishing to it, over moto's server."""

import hashlib
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from tests.contract.transcoder.conftest import BUCKET, S3
from transcoder.adapters.download import Limits
from transcoder.adapters.s3 import make_client
from transcoder.adapters.s3_source import S3Remote
from transcoder.adapters.s3_store import S3Store
from transcoder.adapters.sources import Sources
from transcoder.core.naming import S3Place
from transcoder.errors import Interrupted, Reason, TaskError
from transcoder.ports import Label, Published

LABEL = Label("0" * 32, "small", "cafe", 854, 480, 4.0)
MIB = 1 << 20


@pytest.fixture
def store(s3: S3) -> S3Store:
    return S3Store(lambda: s3.client, S3Place(BUCKET, "videos/"), part_bytes=5 * MIB)


def a_file(path: Path, size: int) -> Path:
    path.write_bytes(bytes(range(256)) * (size // 256))
    return path


def answering(client: Any, operation: str, status: int, code: str) -> None:
    """Let every call of an operation be answered with an error, without asking the server."""

    class Raw:
        def stream(self) -> list[bytes]:
            return [f"<Error><Code>{code}</Code></Error>".encode()]

    def answer(request: Any, **_: object) -> AWSResponse:
        return AWSResponse(request.url, status, {}, Raw())

    client.meta.events.register(f"before-send.s3.{operation}", answer)


def test_a_result_is_published_with_type_checksum_and_what_made_it(
    store: S3Store, s3: S3, tmp_path: Path
) -> None:
    store.publish(a_file(tmp_path / "x", 4096), "out.mp4", LABEL)
    head = s3.client.head_object(Bucket=BUCKET, Key="videos/out.mp4", ChecksumMode="ENABLED")
    assert (head["ContentType"], head["ContentLength"]) == ("video/mp4", 4096)
    assert head["ChecksumSHA256"]
    assert head["Metadata"].pop("attempt")
    assert head["Metadata"] == {
        "source-md5": "0" * 32,
        "profile": "small",
        "settings": "cafe",
        "width": "854",
        "height": "480",
        "duration": "4.00",
    }
    assert (store.uri("out.mp4"), store.key("out.mp4")) == (
        f"s3://{BUCKET}/videos/out.mp4",
        "videos/out.mp4",
    )


def test_a_result_is_found_only_with_the_same_settings(store: S3Store, tmp_path: Path) -> None:
    assert store.find("out.mp4", "cafe") is None
    store.publish(a_file(tmp_path / "x", 4096), "out.mp4", LABEL)
    assert store.find("out.mp4", "cafe") == Published(4096, 854, 480, 4.0)
    assert store.find("out.mp4", "beef") is None


def test_an_object_of_somebody_else_is_no_result(store: S3Store, s3: S3) -> None:
    s3.client.put_object(Bucket=BUCKET, Key="videos/out.mp4", Body=b"debris")
    assert store.find("out.mp4", "cafe") is None


def test_a_large_result_goes_up_in_parts(store: S3Store, s3: S3, tmp_path: Path) -> None:
    path = a_file(tmp_path / "x", 11 * MIB)
    store.publish(path, "out.mp4", LABEL)
    reply = s3.client.get_object(Bucket=BUCKET, Key="videos/out.mp4")
    assert reply["ETag"].endswith('-3"')
    assert hashlib.md5(reply["Body"].read()).digest() == hashlib.md5(path.read_bytes()).digest()


def test_an_upload_that_is_interrupted_leaves_nothing(
    store: S3Store, s3: S3, tmp_path: Path
) -> None:
    sent: list[None] = []

    def interrupt(**_: object) -> None:
        sent.append(None)
        if len(sent) == 2:
            raise Interrupted(15)

    s3.client.meta.events.register("before-send.s3.UploadPart", interrupt)
    with pytest.raises(Interrupted):
        store.publish(a_file(tmp_path / "x", 16 * MIB), "out.mp4", LABEL)
    assert s3.keys() == []
    assert "Uploads" not in s3.client.list_multipart_uploads(Bucket=BUCKET)


def test_an_upload_whose_part_fails_leaves_nothing(store: S3Store, s3: S3, tmp_path: Path) -> None:
    answering(s3.client, "UploadPart", 403, "AccessDenied")
    with pytest.raises(TaskError) as failure:
        store.publish(a_file(tmp_path / "x", 11 * MIB), "out.mp4", LABEL)
    assert failure.value.reason is Reason.OUTPUT_FORBIDDEN
    assert s3.keys() == []
    assert "Uploads" not in s3.client.list_multipart_uploads(Bucket=BUCKET)


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "AccessDenied", Reason.OUTPUT_FORBIDDEN),
        (400, "ExpiredToken", Reason.CREDENTIALS_EXPIRED),
        (404, "NoSuchBucket", Reason.NO_SUCH_BUCKET),
        (400, "RequestTimeTooSkewed", Reason.STORE_UNAVAILABLE),
    ],
)
def test_a_refused_upload_is_told_by_its_cause(
    status: int, code: str, reason: Reason, store: S3Store, s3: S3, tmp_path: Path
) -> None:
    answering(s3.client, "PutObject", status, code)
    with pytest.raises(TaskError) as failure:
        store.publish(a_file(tmp_path / "x", 4096), "out.mp4", LABEL)
    assert failure.value.reason is reason
    assert code in failure.value.detail


def test_a_missing_bucket_is_told_before_any_work(s3: S3) -> None:
    with pytest.raises(TaskError) as failure:
        S3Store(lambda: s3.client, S3Place("no-such", "")).check()
    assert failure.value.reason is Reason.NO_SUCH_BUCKET


def test_a_bucket_that_may_be_written_but_not_looked_at_is_fine(s3: S3) -> None:
    client = make_client()
    answering(client, "ListObjectsV2", 403, "AccessDenied")
    answering(client, "HeadObject", 403, "Forbidden")
    store = S3Store(lambda: client, S3Place(BUCKET, ""))
    store.check()
    assert store.find("out.mp4", "cafe") is None


def test_missing_credentials_are_told(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    client = boto3.session.Session().client("s3", endpoint_url=s3.url)
    with pytest.raises(TaskError) as failure:
        S3Store(lambda: client, S3Place(BUCKET, "")).check()
    assert failure.value.reason is Reason.NO_CREDENTIALS


def test_an_object_is_fetched_whole(s3: S3, tmp_path: Path) -> None:
    data = bytes(range(256)) * 4096
    s3.client.put_object(Bucket=BUCKET, Key="in/a b?#.mp4", Body=data)
    sources = Sources(Limits(), allow_private=False)
    fetched = sources.fetch(f"s3://{BUCKET}/in/a b?#.mp4", tmp_path)
    assert fetched.path.read_bytes() == data
    assert fetched.md5 == hashlib.md5(data).hexdigest()


def test_an_object_is_read_on_from_a_byte_while_it_is_the_same(s3: S3) -> None:
    tag = s3.client.put_object(Bucket=BUCKET, Key="k", Body=b"0123456789")["ETag"]
    remote = S3Remote(s3.client, BUCKET, "k")
    with remote.open(4, tag) as body:
        assert (body.start, body.total, b"".join(body.chunks)) == (4, 10, b"456789")
    with remote.open(4, '"another"') as body:
        assert (body.start, body.total, b"".join(body.chunks)) == (0, 10, b"0123456789")


@pytest.mark.parametrize("url", [f"s3://{BUCKET}/none", "s3://no-such-bucket/none"])
def test_a_missing_object_is_a_missing_input(url: str, s3: S3, tmp_path: Path) -> None:
    assert s3.keys() == []
    with pytest.raises(TaskError) as failure:
        Sources(Limits(), allow_private=False).fetch(url, tmp_path)
    assert failure.value.reason is Reason.MISSING_INPUT
