"""Fetching from S3, over moto's server."""

import hashlib
from pathlib import Path

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3
from transcoder.adapters.download import Limits
from transcoder.adapters.s3_source import S3Remote
from transcoder.adapters.sources import Sources
from transcoder.errors import Reason, TaskError


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
