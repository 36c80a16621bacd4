"""The lease in S3: written only onto what was seen, and found out about when answers are lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.lease_s3 import S3Lease
from autoscaler.core.lease import (
    Claim,
    Found,
    Holder,
    Lease,
    Look,
    Nothing,
    Put,
    Refused,
    Unknown,
    Written,
    begun,
    next_move,
    told,
)
from autoscaler.errors import GroupDenied, GroupUnavailable, MalformedReply, ObservationError
from devstack.aws import LocalAws
from tests.builders import EPOCH
from tests.contract.transcoder.s3_proxy import Answer, LoseReply, Proxy, Reset, proxying

TTL = 60.0
ME, OTHER = Holder("id-me", "here, pid 1"), Holder("id-other", "there, pid 2")


def a_lease(holder: Holder = ME, number: int = 1) -> Lease:
    return Lease(holder, EPOCH, number, TTL)


@pytest.fixture(scope="module")
def bucket(aws: LocalAws) -> str:
    aws.create_bucket("locks")
    return "locks"


@pytest.fixture
def proxy(aws: LocalAws) -> Iterator[Proxy]:
    with proxying(aws.endpoint) as running:
        yield running


@pytest.fixture
def store(
    connection: AwsConnection, proxy: Proxy, bucket: str, request: pytest.FixtureRequest
) -> S3Lease:
    """An object of this test's own, behind the proxy."""
    through = AwsConnection(connection.region, proxy.url)
    return S3Lease(through, f"s3://{bucket}/a prefix/{request.node.name}.json", TTL)


def test_of_two_who_begin_the_first_has_it(store: S3Lease) -> None:
    assert store.look() == Nothing()
    written = store.put(Put(a_lease(ME), None))

    assert isinstance(written, Written)
    assert store.put(Put(a_lease(OTHER), None)) == Refused()
    assert store.look() == Found(a_lease(ME), written.version)


def test_only_the_version_that_was_seen_is_written_onto(store: S3Lease) -> None:
    first = store.put(Put(a_lease(), None))
    assert isinstance(first, Written)
    second = store.put(Put(a_lease(number=2), first.version))
    assert isinstance(second, Written)
    assert second.version != first.version

    assert store.put(Put(a_lease(OTHER), first.version)) == Refused()
    found = store.look()
    assert found == Found(a_lease(number=2), second.version)


def test_what_was_removed_is_not_written_onto(store: S3Lease, aws: LocalAws) -> None:
    first = store.put(Put(a_lease(), None))
    assert isinstance(first, Written)
    aws.client("s3").delete_object(Bucket=store._bucket, Key=store._key)

    assert store.put(Put(a_lease(number=2), first.version)) == Refused()
    assert store.look() == Nothing()


def test_all_of_a_lease_is_kept(store: S3Lease) -> None:
    lease = replace(a_lease(OTHER, 12), released=True, ttl_seconds=7.5)
    store.put(Put(lease, None))

    found = store.look()

    assert isinstance(found, Found)
    assert found.lease == lease


def test_a_write_whose_answer_was_lost_is_found_to_be_ours(store: S3Lease, proxy: Proxy) -> None:
    claim = Claim(ME, TTL)
    claim = told(begun(claim, Look(), 0), Look(), store.look(), 0)
    move = next_move(claim, 100, EPOCH)
    assert isinstance(move, Put)
    claim = begun(claim, move, 100)
    proxy.fail("PutObject", LoseReply())
    with pytest.raises(GroupUnavailable):
        store.put(move)
    claim = told(claim, move, Unknown(), 101)
    assert not claim.acts(101)

    claim = told(claim, Look(), store.look(), 102)

    assert claim.held_until == 100 + TTL
    assert claim.acts(102)
    # One request, and not a second that is refused because of the first.
    assert len(proxy.of("PutObject")) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Answer(503, "SlowDown"), GroupUnavailable),
        (Answer(500, "InternalError"), GroupUnavailable),
        (Answer(403, "AccessDenied"), GroupDenied),
        (Reset(), GroupUnavailable),
    ],
    ids=["slow down", "internal", "denied", "reset"],
)
def test_what_is_no_answer_is_neither_yes_nor_no(
    store: S3Lease, proxy: Proxy, fault: Answer | Reset, error: type[ObservationError]
) -> None:
    proxy.fail("PutObject", fault)
    proxy.fail("GetObject", fault)

    with pytest.raises(error, match="PutObject"):
        store.put(Put(a_lease(), None))
    with pytest.raises(error, match="GetObject"):
        store.look()
    assert store.look() == Nothing()


def test_of_two_writes_at_the_same_time_one_is_refused(store: S3Lease, proxy: Proxy) -> None:
    proxy.fail("PutObject", Answer(409, "ConditionalRequestConflict"))

    assert store.put(Put(a_lease(), None)) == Refused()


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[1]", b'"x"', b"not JSON", b"\xff", b" " * 5000],
    ids=["empty", "no keys", "a list", "a text", "no JSON", "no text", "long"],
)
def test_what_is_no_lease_is_never_taken_for_one(
    store: S3Lease, aws: LocalAws, body: bytes
) -> None:
    aws.client("s3").put_object(Bucket=store._bucket, Key=store._key, Body=body)

    with pytest.raises(MalformedReply, match="is no lease of an autoscaler"):
        store.look()


def test_a_call_is_short_beside_the_lease(store: S3Lease) -> None:
    config = store._s3.meta.config

    assert config.connect_timeout + config.read_timeout < TTL / 6
    assert config.retries["total_max_attempts"] == 1
