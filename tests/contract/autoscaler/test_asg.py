"""The group's adapter against the local AWS: what it reads, writes and says when refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autoscaler.adapters.asg import AutoScalingGroup, AwsConnection
from autoscaler.core.model import Lifecycle
from autoscaler.errors import ActionError, GroupDenied, GroupMissing, GroupUnavailable
from devstack.aws import LocalAws
from devstack.environment import base_environment
from tests.builders import at


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    directory = tmp_path_factory.mktemp("aws")
    with LocalAws(directory, base_environment(directory)) as running:
        yield running


@pytest.fixture
def connection(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> AwsConnection:
    """To the local AWS, with the credentials that it takes."""
    for name, value in aws.client_environment.items():
        monkeypatch.setenv(name, value)
    return AwsConnection("us-east-1", aws.endpoint)


@pytest.fixture
def group(
    aws: LocalAws, connection: AwsConnection, request: pytest.FixtureRequest
) -> AutoScalingGroup:
    """A group of none to four instances, of this test's own."""
    name = request.node.name[:60]
    aws.create_group(name, min_size=0, max_size=4)
    return AutoScalingGroup(connection, name)


def test_what_is_asked_for_is_there_with_its_age_until_it_has_a_node(
    aws: LocalAws, group: AutoScalingGroup
) -> None:
    group.set_desired_capacity(2)

    seen = group.observe()

    assert (seen.desired, seen.size_min, seen.size_max) == (2, 0, 4)
    assert len(seen.instances) == 2
    assert all(one.lifecycle is Lifecycle.PENDING for one in seen.instances)
    assert all(one.protected and one.launched_at is not None for one in seen.instances)

    first = seen.instances[0].instance_id
    aws.launched(first)
    again = {one.instance_id: one for one in group.observe(joined=[first]).instances}
    assert again[first].lifecycle is Lifecycle.IN_SERVICE
    assert again[first].launched_at is None


def test_our_mark_is_read_back_with_its_time_and_taken_off(group: AutoScalingGroup) -> None:
    group.set_desired_capacity(1)
    instance_id = group.observe().instances[0].instance_id

    group.mark(instance_id, at(5))
    group.mark(instance_id, at(7))
    assert group.observe().marks[instance_id] == at(7)

    group.unmark(instance_id)
    group.unmark(instance_id)
    assert instance_id not in group.observe().marks


def test_that_very_instance_goes_and_desired_goes_with_it(group: AutoScalingGroup) -> None:
    group.set_desired_capacity(3)
    before = [one.instance_id for one in group.observe().instances]

    group.terminate(before[1])

    after = group.observe()
    left = {one.instance_id for one in after.instances if one.lifecycle is not Lifecycle.LEAVING}
    assert after.desired == 2
    assert left == {before[0], before[2]}


def test_beyond_the_groups_maximum_aws_refuses_and_says_why(group: AutoScalingGroup) -> None:
    with pytest.raises(ActionError, match="SetDesiredCapacity") as raised:
        group.set_desired_capacity(5)

    assert raised.value.stage == "aws"


def test_a_group_that_is_not_there_is_named_with_the_mend(connection: AwsConnection) -> None:
    with pytest.raises(GroupMissing, match=r"no Auto Scaling group 'none' in us-east-1; mend"):
        AutoScalingGroup(connection, "none").observe()


def test_without_credentials_the_mend_is_to_give_some(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(GroupDenied, match="no credentials; give"):
        AutoScalingGroup(AwsConnection("us-east-1", aws.endpoint), "any").observe()


def test_an_aws_that_does_not_answer_is_unavailable(connection: AwsConnection) -> None:
    """Port 9 of loopback, where nothing listens."""
    nowhere = AwsConnection(connection.region, "http://127.0.0.1:9")

    with pytest.raises(GroupUnavailable, match="Could not connect"):
        AutoScalingGroup(nowhere, "any").observe()
