"""What is asked of EC2 about instances, how often, and in which portions."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from autoscaler.adapters.asg_instances import MARK, SIGNATURE, Facts, Marks, SpotNotices
from autoscaler.core.model import Notice, NoticeKind
from autoscaler.errors import ActionError, GroupUnavailable
from tests.builders import EPOCH, at
from tests.unit.autoscaler.adapters.stubbed_aws import StubbedAws, a_machine


@pytest.fixture
def aws() -> StubbedAws:
    return StubbedAws()


@pytest.fixture
def facts(aws: StubbedAws) -> Facts:
    return Facts(aws.clients["ec2"])


@pytest.fixture
def spot(aws: StubbedAws) -> SpotNotices:
    return SpotNotices(aws.clients["ec2"])


def expect_instances(
    aws: StubbedAws, asked: Iterable[str], machines: Iterable[Mapping[str, Any]] = ()
) -> None:
    reply = {"Reservations": [{"Instances": list(machines)}]}
    filters = [{"Name": "instance-id", "Values": list(asked)}]
    aws.answer("ec2", "describe_instances", reply, Filters=filters)


def expect_spot(aws: StubbedAws, asked: Iterable[str], *marked: str) -> None:
    requests = [
        {"InstanceId": one, "Status": {"Code": "marked-for-termination", "UpdateTime": at(0)}}
        for one in marked
    ]
    filters = [{"Name": "instance-id", "Values": list(asked)}]
    reply = {"SpotInstanceRequests": requests}
    aws.answer("ec2", "describe_spot_instance_requests", reply, Filters=filters)


def test_each_instance_is_asked_for_once(aws: StubbedAws, facts: Facts) -> None:
    expect_instances(aws, ["i-1", "i-2"], [a_machine(1), a_machine(2, spot=True)])
    expect_instances(aws, ["i-3"], [a_machine(3)])

    assert facts.of(["i-1", "i-2"])["i-2"].spot
    assert set(facts.of(["i-1", "i-2", "i-3"])) == {"i-1", "i-2", "i-3"}
    assert set(facts.of(["i-3", "i-1"])) == {"i-1", "i-3"}


def test_one_that_ec2_does_not_show_yet_is_asked_for_again(aws: StubbedAws, facts: Facts) -> None:
    expect_instances(aws, ["i-1"])
    expect_instances(aws, ["i-1"], [a_machine(1, launched=-5)])

    assert facts.of(["i-1"]) == {}
    assert facts.of(["i-1"])["i-1"].launched_at == at(-5)


def test_many_are_asked_for_in_portions(aws: StubbedAws, facts: Facts) -> None:
    many = [f"i-{number}" for number in range(450)]
    for start in (0, 200, 400):
        expect_instances(aws, many[start : start + 200])

    facts.of(many)
    aws.assert_all_asked()


def test_of_one_that_has_left_nothing_is_kept(aws: StubbedAws, facts: Facts) -> None:
    expect_instances(aws, ["i-1"], [a_machine(1)])
    expect_instances(aws, ["i-1"], [a_machine(1)])

    for instance_ids in (["i-1"], [], ["i-1"]):
        facts.of(instance_ids)
    aws.assert_all_asked()


def test_notices_are_asked_for_at_most_each_ten_seconds(aws: StubbedAws, spot: SpotNotices) -> None:
    expect_spot(aws, ["i-1", "i-2"])
    expect_spot(aws, ["i-1", "i-2"], "i-2")
    instances = ["i-1", "i-2"]

    assert spot.of(instances, EPOCH) == {}
    assert spot.of(instances, at(9.9)) == {}
    notice = Notice(NoticeKind.SPOT_INTERRUPTION, at(0))
    assert spot.of(instances, at(10)) == {"i-2": notice}
    assert spot.of(instances, at(11)) == {"i-2": notice}


def test_without_spot_instances_nobody_is_asked(aws: StubbedAws, spot: SpotNotices) -> None:
    assert spot.of([], EPOCH) == {}


def test_a_clock_that_was_set_back_does_not_put_it_off(aws: StubbedAws, spot: SpotNotices) -> None:
    expect_spot(aws, ["i-1"])
    expect_spot(aws, ["i-1"], "i-1")

    spot.of(["i-1"], at(3600))
    assert set(spot.of(["i-1"], EPOCH)) == {"i-1"}


def test_notices_that_cannot_be_read_leave_those_that_are_known(
    aws: StubbedAws, spot: SpotNotices
) -> None:
    expect_spot(aws, ["i-1"], "i-1")
    aws.refuse("ec2", "describe_spot_instance_requests", "UnauthorizedOperation")
    aws.refuse("ec2", "describe_spot_instance_requests", "RequestLimitExceeded")
    expect_spot(aws, ["i-1"])

    with capture_logs() as logs:
        known = spot.of(["i-1"], EPOCH)
        assert spot.of(["i-1"], at(10)) == known
        assert spot.of(["i-1"], at(20)) == known
        assert spot.of(["i-1"], at(30)) == {}

    assert [(log["event"], log["log_level"]) for log in logs] == [
        ("notices.unread", "warning"),
        ("notices.unread", "debug"),
        ("notices.read_again", "info"),
    ]


def test_a_mark_is_written_with_its_time_in_utc(aws: StubbedAws) -> None:
    tag = {"Key": MARK, "Value": "2026-03-01T12:00:05+00:00"}
    aws.answer("ec2", "create_tags", {}, Resources=["i-1"], Tags=[tag])

    Marks(aws.clients["ec2"]).set("i-1", at(5))
    aws.assert_all_asked()


def test_a_mark_is_signed_and_read_with_its_signature(aws: StubbedAws) -> None:
    """One of an older version has none; a signature without a mark is nothing."""
    tags = [
        {"Key": MARK, "Value": "2026-03-01T12:00:05+00:00"},
        {"Key": SIGNATURE, "Value": "here pid 1 0a1b2c3d"},
    ]
    aws.answer("ec2", "create_tags", {}, Resources=["i-1"], Tags=tags)
    told = [
        *({"ResourceId": "i-1", **tag} for tag in tags),
        {"ResourceId": "i-2", "Key": MARK, "Value": "2026-03-01T12:00:07+00:00"},
        {"ResourceId": "i-3", "Key": SIGNATURE, "Value": "there pid 2 4e5f6071"},
    ]
    filters = [
        {"Name": "key", "Values": [MARK, SIGNATURE]},
        {"Name": "resource-type", "Values": ["instance"]},
    ]
    aws.answer("ec2", "describe_tags", {"Tags": told}, Filters=filters)
    marks = Marks(aws.clients["ec2"], "here pid 1 0a1b2c3d")

    marks.set("i-1", at(5))

    assert marks.read() == {"i-1": at(5), "i-2": at(7)}
    assert marks.signatures["i-1"] == "here pid 1 0a1b2c3d"
    assert "i-2" not in marks.signatures
    aws.assert_all_asked()


def test_a_mark_is_taken_off_whatever_its_time_and_from_one_that_is_gone_too(
    aws: StubbedAws,
) -> None:
    marks = Marks(aws.clients["ec2"])
    both = [{"Key": MARK}, {"Key": SIGNATURE}]
    aws.answer("ec2", "delete_tags", {}, Resources=["i-1"], Tags=both)
    aws.refuse("ec2", "delete_tags", "InvalidInstanceID.NotFound")
    aws.refuse("ec2", "delete_tags", "UnauthorizedOperation")

    marks.clear("i-1")
    marks.clear("i-1")
    with pytest.raises(ActionError, match="refuses DeleteTags"):
        marks.clear("i-1")


def test_throttling_names_the_call(aws: StubbedAws, facts: Facts) -> None:
    aws.refuse("ec2", "describe_instances", "RequestLimitExceeded", "Request limit exceeded.", 503)

    with pytest.raises(GroupUnavailable, match="throttles DescribeInstances"):
        facts.of(["i-1"])
