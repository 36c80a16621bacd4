"""Fetching from S3 in parallel ranges, over moto's server and over one that fails as S3 does."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.contract.transcoder.conftest import BUCKET, S3
from tests.contract.transcoder.s3_proxy import Alter, Answer, First, Proxy
from transcoder.adapters.download import Limits
from transcoder.adapters.s3_source import S3Remote
from transcoder.adapters.sources import Sources
from transcoder.core.outcome import Exit, exit_for
from transcoder.core.retry import Backoff
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched

MIB = 1 << 20
#: Not a whole number of parts.
LARGE = bytes(range(256)) * (4096 * 7 + 100)
URL = f"s3://{BUCKET}/in/clip.mp4"
QUICK = Limits(backoff=Backoff(attempts=3, first_seconds=0.01))


def put(s3: S3, data: bytes, key: str = "in/clip.mp4") -> None:
    s3.client.put_object(Bucket=BUCKET, Key=key, Body=data)


def fetch(scratch: Path, url: str = URL) -> Fetched:
    with Sources(QUICK, allow_private=False).open(url, scratch) as arrival:
        fetched = arrival.whole()
    data = fetched.path.read_bytes()
    assert (fetched.md5, fetched.bytes) == (hashlib.md5(data).hexdigest(), len(data))
    return fetched


def refusal(scratch: Path, url: str = URL) -> TaskError:
    with pytest.raises(TaskError) as failure:
        fetch(scratch, url)
    return failure.value


def asked(proxy: Proxy, name: str) -> list[str | None]:
    return [request.headers.get(name) for request in proxy.of("GetObject")]


def test_a_large_object_comes_in_ranges_of_one_version(
    s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    put(s3, LARGE)
    assert fetch(tmp_path).path.read_bytes() == LARGE
    ends = [1, 2, 3, 4, 6]
    whole = [
        f"bytes={start * MIB}-{end * MIB - 1}"
        for start, end in zip([0, *ends[:-1]], ends, strict=True)
    ]
    assert set(asked(proxy, "Range")) == {*whole, f"bytes={6 * MIB}-{len(LARGE) - 1}"}
    first, *others = asked(proxy, "If-Match")
    assert first is None
    assert set(others) == {s3.client.head_object(Bucket=BUCKET, Key="in/clip.mp4")["ETag"]}


def test_a_small_object_is_asked_for_once(s3: S3, proxy: Proxy, tmp_path: Path) -> None:
    put(s3, LARGE[:MIB], "in/a b?#.mp4")
    assert fetch(tmp_path, f"s3://{BUCKET}/in/a b?#.mp4").path.read_bytes() == LARGE[:MIB]
    assert len(asked(proxy, "Range")) == 1


def test_an_object_without_a_byte_is_an_empty_input(s3: S3, tmp_path: Path) -> None:
    put(s3, b"")
    assert refusal(tmp_path).reason is Reason.EMPTY_INPUT


def test_an_object_is_read_on_from_a_byte_while_it_is_the_same(s3: S3) -> None:
    tag = s3.client.put_object(Bucket=BUCKET, Key="k", Body=b"0123456789")["ETag"]
    remote = S3Remote(s3.client, BUCKET, "k")
    with remote.open(4, tag) as body:
        assert (body.start, body.total, b"".join(body.chunks)) == (4, 10, b"456789")
    with remote.open(4, '"another"') as body:
        assert (body.start, body.total, b"".join(body.chunks)) == (0, 10, b"0123456789")


@pytest.mark.parametrize("broken", [1, 3])
def test_a_range_that_breaks_is_taken_up_where_it_broke(
    broken: int, s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    put(s3, LARGE)

    def halve(headers: dict[str, str], data: bytes) -> bytes:
        return data[: len(data) // 2]

    proxy.fail("GetObject", *[None] * (broken - 1), Alter(halve))
    assert fetch(tmp_path).path.read_bytes() == LARGE
    starts = [
        int((span or "=0").partition("=")[2].partition("-")[0]) for span in asked(proxy, "Range")
    ]
    assert [start for start in starts if start % MIB == MIB // 2], "nothing was fetched twice"


def test_an_object_that_changes_meanwhile_is_fetched_anew(
    s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    put(s3, LARGE)
    other = LARGE[::-1]
    proxy.fail("GetObject", None, None, First(lambda: put(s3, other)))
    fetched = fetch(tmp_path)
    assert fetched.path.read_bytes() == other
    assert fetched.identity == Sources(QUICK, allow_private=False).identify(URL)


def test_an_answer_of_another_range_is_not_taken(s3: S3, proxy: Proxy, tmp_path: Path) -> None:
    put(s3, LARGE)

    def shorten(headers: dict[str, str], data: bytes) -> bytes:
        headers["content-length"] = str(len(data) - 1)
        return data[:-1]

    proxy.fail("GetObject", None, Alter(shorten))
    assert fetch(tmp_path).path.read_bytes() == LARGE


def test_credentials_that_expire_meanwhile_are_worth_another_attempt(
    s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    put(s3, LARGE)
    proxy.fail("GetObject", None)
    proxy.always("GetObject", Answer(400, "ExpiredToken"))
    error = refusal(tmp_path)
    assert error.reason is Reason.CREDENTIALS_EXPIRED
    assert exit_for(error.reason) is Exit.RETRY


@pytest.mark.parametrize(
    ("code", "reason"),
    [("AccessDenied", Reason.INPUT_FORBIDDEN), ("InvalidAccessKeyId", Reason.NO_CREDENTIALS)],
)
def test_a_refusal_is_told_by_its_cause(
    code: str, reason: Reason, s3: S3, proxy: Proxy, tmp_path: Path
) -> None:
    proxy.always("GetObject", Answer(403, code))
    assert refusal(tmp_path).reason is reason


@pytest.mark.parametrize("url", [f"s3://{BUCKET}/none", "s3://no-such-bucket/none"])
def test_a_missing_object_is_a_missing_input(url: str, s3: S3, tmp_path: Path) -> None:
    assert s3.keys() == []
    assert refusal(tmp_path, url).reason is Reason.MISSING_INPUT
    assert Sources(QUICK, allow_private=False).identify(url) is None


def test_an_object_is_identified_without_its_content(s3: S3, proxy: Proxy, tmp_path: Path) -> None:
    put(s3, LARGE)
    sources = Sources(QUICK, allow_private=False)
    identity = sources.identify(URL)
    assert proxy.operations() == ["HeadObject"]
    assert identity is not None
    assert identity.bytes == len(LARGE)
    assert fetch(tmp_path).identity == identity
    put(s3, LARGE[:-1])
    assert sources.identify(URL) != identity


def test_versions_of_the_same_bytes_are_told_apart(s3: S3, tmp_path: Path) -> None:
    def versioning(status: str) -> dict[str, Any]:
        return {"Bucket": BUCKET, "VersioningConfiguration": {"Status": status}}

    s3.client.put_bucket_versioning(**versioning("Enabled"))
    identities = []
    for _ in range(2):
        put(s3, LARGE[:1000])
        identities.append(fetch(tmp_path).identity)
        assert Sources(QUICK, allow_private=False).identify(URL) == identities[-1]
    first, second = identities
    assert first is not None
    assert second is not None
    assert (first.place, first.bytes) == (second.place, second.bytes)
    assert first.version != second.version
    versions = s3.client.list_object_versions(Bucket=BUCKET)["Versions"]
    for version in versions:
        s3.client.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
