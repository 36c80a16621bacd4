"""The check of the lock: tried by a write that must be refused, so that nothing is changed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.lease_s3 import S3Lease
from autoscaler.checks.finding import Finding
from autoscaler.checks.lock import LOCK_ACTIONS, LockFacts, judge_lock, read_lock
from autoscaler.checks.reading import tried
from autoscaler.config import Config, parse
from autoscaler.core.lease import Found, Holder, Lease, Nothing, Put, Written
from devstack.aws import LocalAws
from tests.builders import EPOCH
from tests.contract.transcoder.s3_proxy import Answer, Proxy, proxying

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BUCKET = "checked"


def a_config(endpoint: str, key: str | None) -> Config:
    s3 = "null" if key is None else f"s3://{BUCKET}/{key}"
    return parse(
        f"""
        lock: {{s3: {s3}}}
        aws: {{region: us-east-1, endpoint_url: "{endpoint}"}}
        pools:
          - name: transcode
            jobs: [transcode]
            group: nomad-clients
            nodes: {{class: transcode}}
            size: {{max: 4}}
            node: {{cpu: 1000, memory: 1000}}
        """,
        {},
    )


@pytest.fixture
def proxy(aws: LocalAws, connection: AwsConnection) -> Iterator[Proxy]:
    with proxying(aws.endpoint) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def bucket(aws: LocalAws) -> None:
    aws.create_bucket(BUCKET)


@pytest.fixture
def checked(proxy: Proxy, request: pytest.FixtureRequest) -> Callable[[], list[Finding]]:
    """All that is found of an object of this test's own."""
    config = a_config(proxy.url, f"{request.node.originalname}.json")
    return lambda: list(judge_lock(tried(lambda: read_lock(config, NOW)), config.lock.s3))


def the_store(aws: LocalAws, request: pytest.FixtureRequest) -> S3Lease:
    connection = AwsConnection("us-east-1", aws.endpoint)
    return S3Lease(connection, f"s3://{BUCKET}/{request.node.originalname}.json", 60)


def test_without_a_lock_nothing_is_said(aws: LocalAws) -> None:
    assert list(judge_lock(read_lock(a_config(aws.endpoint, None), NOW), None)) == []


def test_one_that_nobody_has_yet_is_well_and_is_not_made(
    checked: Callable[[], list[Finding]], aws: LocalAws, request: pytest.FixtureRequest
) -> None:
    (finding,) = checked()

    assert (finding.code, finding.verdict) == ("lock.s3", "ok")
    assert finding.says.endswith("can be read and written; nobody has it")
    assert the_store(aws, request).look() == Nothing()


def test_who_leads_is_told_and_left_alone(
    checked: Callable[[], list[Finding]], aws: LocalAws, request: pytest.FixtureRequest
) -> None:
    store = the_store(aws, request)
    lease = Lease(Holder("id", "there, pid 2"), EPOCH, 7, 60.0)
    store.put(Put(lease, None))
    before = store.look()

    (finding,) = checked()

    assert finding.verdict == "ok"
    assert finding.says.endswith("there, pid 2 led last, from 2026-03-01 12:00 UTC")
    assert isinstance(before, Found)
    assert store.look() == before


@pytest.mark.parametrize("operation", ["GetObject", "PutObject"])
def test_a_right_that_is_missing_is_named(
    checked: Callable[[], list[Finding]], proxy: Proxy, operation: str
) -> None:
    proxy.always(operation, Answer(403, "AccessDenied", "no"))

    (finding,) = checked()

    assert (finding.code, finding.verdict) == ("lock.denied", "wrong")
    assert operation in finding.says
    assert all(action in finding.mend for action in LOCK_ACTIONS)


def test_a_store_that_does_not_answer_is_no_lock(
    checked: Callable[[], list[Finding]], proxy: Proxy
) -> None:
    proxy.always("GetObject", Answer(503, "SlowDown"))

    (finding,) = checked()

    assert (finding.code, finding.verdict) == ("lock.unread", "wrong")


def test_a_store_that_heeds_no_condition_is_no_lock() -> None:
    facts = LockFacts("s3://locks/leader.json", Nothing(), Written("v2"))

    (finding,) = judge_lock(facts, facts.place)

    assert (finding.code, finding.verdict) == ("lock.unconditional", "wrong")
