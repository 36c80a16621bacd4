"""
Spot Instances: which instances are, and the requests that EC2 shows for them.

Knows no clock: every instant is handed in.  May import the standard library only.
"""

import math
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_MARKED = ("marked-for-termination", "Your Spot Instance is marked for termination.")
_NO_CAPACITY = (
    "instance-terminated-no-capacity",
    "Your Spot Instance was terminated because there is no Spot capacity available.",
)
_BY_USER = (
    "instance-terminated-by-user",
    "Spot Instance terminated due to user-initiated termination.",
)


def wants_spot(
    template: Mapping[str, Any], policy: Mapping[str, Any], on_demand: int, desired: int
) -> bool:
    """
    Whether the next instance of a group is to be a Spot Instance.

    By the launch template's data or the MixedInstancesPolicy, of which ``on_demand`` instances of
    ``desired`` are there already.
    """
    if policy:
        distribution = policy.get("InstancesDistribution", {})
        base = int(distribution.get("OnDemandBaseCapacity", 0))
        percent = int(distribution.get("OnDemandPercentageAboveBaseCapacity", 100))
        above = max(0, desired - base)
        return on_demand >= min(base, desired) + math.ceil(above * percent / 100)
    return bool(template.get("InstanceMarketOptions", {}).get("MarketType") == "spot")


@dataclass(slots=True)
class SpotRequest:
    """A fulfilled one-time request."""

    id: str
    instance_id: str
    instance_type: str
    image_id: str
    zone: str
    created_at: datetime
    updated_at: datetime
    state: str = "active"
    code: str = "fulfilled"
    message: str = "Your spot request is fulfilled."

    def turn(self, state: str, code: str, message: str, now: datetime) -> None:
        self.state, self.code, self.message, self.updated_at = state, code, message, now

    def value(self, name: str) -> str | None:
        """What a filter of DescribeSpotInstanceRequests of that name compares."""
        values = {
            "spot-instance-request-id": self.id,
            "instance-id": self.instance_id,
            "state": self.state,
            "status-code": self.code,
            "launched-availability-zone": self.zone,
            "type": "one-time",
        }
        return values.get(name)

    def answer(self) -> dict[str, Any]:
        """The members of EC2's SpotInstanceRequest."""
        return {
            "CreateTime": self.created_at,
            "InstanceId": self.instance_id,
            "InstanceInterruptionBehavior": "terminate",
            "LaunchSpecification": {
                "ImageId": self.image_id,
                "InstanceType": self.instance_type,
                "Placement": {"AvailabilityZone": self.zone},
            },
            "LaunchedAvailabilityZone": self.zone,
            "ProductDescription": "Linux/UNIX",
            "SpotInstanceRequestId": self.id,
            "State": self.state,
            "Status": {
                "Code": self.code,
                "Message": self.message,
                "UpdateTime": self.updated_at,
            },
            "Type": "one-time",
        }


class SpotRequests:
    """The requests of all Spot Instances, and those that will be interrupted."""

    def __init__(self) -> None:
        self._requests: dict[str, SpotRequest] = {}
        self._interruptions: dict[str, datetime] = {}

    def fulfil(self, instance: Any, now: datetime) -> SpotRequest:
        """The request of an instance that has been launched; the instance then shows its id."""
        request = SpotRequest(
            id=f"sir-{uuid.uuid4().hex[:8]}",
            instance_id=instance.id,
            instance_type=instance.instance_type,
            image_id=instance.image_id,
            zone=instance.availability_zone,
            created_at=now,
            updated_at=now,
        )
        instance.spot_instance_request_id = request.id
        self._requests[instance.id] = request
        return request

    def of(self, instance_id: str) -> SpotRequest | None:
        return self._requests.get(instance_id)

    def interrupt(self, instance_id: str, now: datetime, at: datetime) -> None:
        """Give the notice; raises KeyError if the instance is no Spot Instance."""
        self._requests[instance_id].turn("active", *_MARKED, now)
        self._interruptions[instance_id] = at

    def due(self, now: datetime) -> tuple[str, ...]:
        """The instances whose notice is over, each once."""
        over = tuple(one for one, at in self._interruptions.items() if at <= now)
        for instance_id in over:
            del self._interruptions[instance_id]
        return over

    def ended(self, instance_id: str, now: datetime, *, by_aws: bool) -> None:
        """Close the request of an instance that has ended, if it has one."""
        request = self._requests.get(instance_id)
        self._interruptions.pop(instance_id, None)
        if request is None or request.state == "closed":
            return
        request.turn("closed", *(_NO_CAPACITY if by_aws else _BY_USER), now)

    def find(
        self, ids: Iterable[str], filters: Mapping[str, Iterable[str]]
    ) -> tuple[SpotRequest, ...]:
        """Those of the given ids, or all, that pass every filter."""
        wanted = set(ids)
        return tuple(
            request
            for request in self._requests.values()
            if (not wanted or request.id in wanted)
            and all(request.value(name) in set(values) for name, values in filters.items())
        )
