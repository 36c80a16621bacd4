"""Calls fail as often as a test says, in the words of each service."""

from typing import Any

import botocore.config
import pytest
from botocore.exceptions import ClientError

from devstack.awsfaults import Fault
from tests.contract.devstack.conftest import Account

#: A call of each service that changes nothing.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "autoscaling": ("describe_auto_scaling_groups", {}),
    "ec2": ("describe_tags", {}),
    "sqs": ("list_queues", {}),
}


def client(account: Account, service: str, retries: int = 0) -> Any:
    return account.aws._session.client(
        service,
        region_name="us-east-1",
        endpoint_url=account.aws.endpoint,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=botocore.config.Config(
            proxies={}, retries={"mode": "standard", "total_max_attempts": 1 + retries}
        ),
    )


@pytest.mark.parametrize(
    ("service", "operation", "fault", "code", "status"),
    [
        ("autoscaling", "DescribeAutoScalingGroups", Fault.THROTTLED, "Throttling", 400),
        ("ec2", "DescribeTags", Fault.THROTTLED, "RequestLimitExceeded", 503),
        ("sqs", "ListQueues", Fault.THROTTLED, "ThrottlingException", 400),
        ("autoscaling", "DescribeAutoScalingGroups", Fault.DENIED, "AccessDenied", 403),
        ("ec2", "DescribeTags", Fault.DENIED, "UnauthorizedOperation", 403),
        ("autoscaling", "DescribeAutoScalingGroups", Fault.UNAVAILABLE, "ServiceUnavailable", 503),
        ("ec2", "DescribeTags", Fault.UNAVAILABLE, "Unavailable", 503),
    ],
)
def test_a_fault_is_told_as_the_service_does(
    account: Account, service: str, operation: str, fault: Fault, code: str, status: int
) -> None:
    account.control.fault_calls(operation, 1, fault)
    name, parameters = CALLS[service]
    call = getattr(client(account, service), name)
    with pytest.raises(ClientError) as raised:
        call(**parameters)

    error = raised.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert error["Error"]["Message"]
    assert call(**parameters)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("service", ["autoscaling", "ec2"])
def test_botocore_knows_a_throttled_call_for_one_and_tries_again(
    account: Account, service: str
) -> None:
    name, parameters = CALLS[service]
    operation = {"ec2": "DescribeTags", "autoscaling": "DescribeAutoScalingGroups"}[service]
    account.control.fault_calls(operation, 2)
    answer = getattr(client(account, service, retries=2), name)(**parameters)

    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_call_that_fails_changes_nothing_and_others_go_on(account: Account) -> None:
    account.control.fault_calls("SetDesiredCapacity", 1, Fault.UNAVAILABLE)
    with pytest.raises(ClientError, match="SetDesiredCapacity"):
        client(account, "autoscaling").set_desired_capacity(
            AutoScalingGroupName=account.group, DesiredCapacity=1
        )

    assert account.desired() == 0
    assert account.activities() == []


def test_the_devstacks_own_calls_neither_fail_nor_count(account: Account) -> None:
    account.control.fault_calls("DescribeTags", 1)
    account.ec2.describe_tags()

    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        client(account, "ec2").describe_tags()
