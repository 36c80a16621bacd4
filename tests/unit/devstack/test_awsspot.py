"""Which instances are Spot Instances, and what becomes of their requests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from devstack.awsspot import SpotRequests, wants_spot

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class AnInstance:
    id: str = "i-a"
    instance_type: str = "c5.large"
    image_id: str = "ami-1"
    availability_zone: str = "us-east-1a"
    spot_instance_request_id: str | None = None


def test_a_template_without_market_options_is_on_demand() -> None:
    assert not wants_spot({}, {}, on_demand=0, desired=1)


def test_a_templates_market_options_decide() -> None:
    template = {"InstanceMarketOptions": {"MarketType": "spot"}}

    assert wants_spot(template, {}, on_demand=0, desired=1)


@pytest.mark.parametrize(
    ("on_demand", "desired", "spot"),
    [(0, 1, False), (1, 2, False), (2, 3, False), (3, 4, True), (3, 8, False), (5, 8, True)],
)
def test_a_policy_fills_its_base_first_and_rounds_its_share_up(
    on_demand: int, desired: int, *, spot: bool
) -> None:
    """Two of the base, and half of those above it."""
    policy = {
        "InstancesDistribution": {
            "OnDemandBaseCapacity": "2",
            "OnDemandPercentageAboveBaseCapacity": "50",
        }
    }

    assert wants_spot({}, policy, on_demand, desired) is spot


def test_a_policy_without_a_distribution_is_on_demand() -> None:
    assert not wants_spot({}, {"LaunchTemplate": {}}, on_demand=3, desired=4)


def test_a_fulfilled_request_is_named_by_its_instance() -> None:
    requests, instance = SpotRequests(), AnInstance()
    request = requests.fulfil(instance, NOON)

    assert instance.spot_instance_request_id == request.id
    assert request.answer()["Status"]["Code"] == "fulfilled"


def test_a_notice_is_over_once() -> None:
    requests = SpotRequests()
    requests.fulfil(AnInstance(), NOON)
    at = NOON + timedelta(seconds=120)
    requests.interrupt("i-a", NOON, at)

    assert requests.due(at - timedelta(seconds=1)) == ()
    assert requests.due(at) == ("i-a",)
    assert requests.due(at) == ()


def test_an_interrupted_instance_that_a_user_ends_is_not_interrupted_any_more() -> None:
    requests = SpotRequests()
    request = requests.fulfil(AnInstance(), NOON)
    requests.interrupt("i-a", NOON, NOON)
    requests.ended("i-a", NOON, by_aws=False)

    assert requests.due(NOON) == ()
    assert (request.state, request.code) == ("closed", "instance-terminated-by-user")


def test_a_closed_request_stays_as_it_was_closed() -> None:
    requests = SpotRequests()
    request = requests.fulfil(AnInstance(), NOON)
    requests.ended("i-a", NOON, by_aws=True)
    requests.ended("i-a", NOON, by_aws=False)

    assert request.code == "instance-terminated-no-capacity"


def test_only_spot_instances_can_be_interrupted() -> None:
    with pytest.raises(KeyError):
        SpotRequests().interrupt("i-a", NOON, NOON)


def test_requests_are_found_by_id_and_by_every_filter() -> None:
    requests = SpotRequests()
    first = requests.fulfil(AnInstance("i-a"), NOON)
    second = requests.fulfil(AnInstance("i-b"), NOON)
    requests.interrupt("i-b", NOON, NOON)

    assert requests.find([first.id], {}) == (first,)
    assert requests.find([], {"status-code": ["marked-for-termination"]}) == (second,)
    both = {"state": ["active", "open"], "instance-id": ["i-a"]}
    assert requests.find([], both) == (first,)
    assert requests.find([first.id], {"instance-id": ["i-b"]}) == ()
