"""
The groups and machines that moto keeps, for those who act on them as AWS's own services would.

The one place that knows moto's insides.  Moto launches and ends instances the moment that a
desired capacity changes, and cannot fail; here it only notes what is desired, and
``devstack.awsscaling`` does the rest.  May import ``devstack.awscalls``,
``devstack.awsfailures``, ``devstack.awsspot``, moto and the standard library.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from moto.autoscaling import models
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import ServiceException

from devstack.awscalls import REGION
from devstack.awsfailures import LaunchFailure, LaunchRefused, Wanted, reason
from devstack.awsspot import wants_spot

#: The account that moto gives everything.
ACCOUNT: str = DEFAULT_ACCOUNT_ID

_OFF = frozenset({"shutting-down", "terminated", "stopping", "stopped"})


def take_over() -> None:
    """Keep moto from launching and ending instances of groups, in this whole process."""
    models.FakeAutoScalingGroup.set_desired_capacity = _note_desired
    models.FakeAutoScalingGroup.update = _truthful(models.FakeAutoScalingGroup.update)
    models.AutoScalingBackend.notify_terminate_instances = _leave_to_health_check


def _note_desired(group: Any, desired: int | None) -> None:
    group.desired_capacity = group.min_size if desired is None else desired


def _leave_to_health_check(_backend: Any, _instance_ids: list[str]) -> None:
    """A group learns of an instance's end by looking at it."""


def _truthful(update: Callable[..., None]) -> Callable[..., None]:
    """Moto's ``update`` of a group, less what it changes without being asked to."""

    def truthful_update(group: Any, **told: Any) -> None:
        desired, policy = group.desired_capacity, group.mixed_instances_policy
        update(group, **told)
        if told.get("desired_capacity") is None:
            # Moto takes the instances that are there for those that are desired.
            group.desired_capacity = min(max(desired, group.min_size), group.max_size)
        if not told.get("mixed_instances_policy") and not told.get("launch_template"):
            group.mixed_instances_policy = policy

    return truthful_update


class Machines:
    """Moto's groups and instances."""

    def __init__(self) -> None:
        #: Groups whose instances are Spot Instances, whatever their templates say.
        self.spot_groups: set[str] = set()
        #: How many machines have been launched and ended.
        self.changes = 0
        self._known: dict[str, Any] = {}

    def groups(self) -> list[Any]:
        """Moto's groups; see ``devstack.awsscaling.Group`` for what is used of them."""
        return list(self._backend("autoscaling").autoscaling_groups.values())

    def wanted(self, group: Any) -> Wanted:
        """What the next launch in the group is for."""
        _, zone = self._roomiest(group)
        template = group.ec2_launch_template
        return Wanted(
            instance_type=group.instance_type,
            zone=zone,
            other_zones=tuple(one for one in group.availability_zones if one != zone),
            template_id=template.id if template else "",
            image_id=group.image_id,
            account=ACCOUNT,
        )

    def place(self, group: Any) -> Mapping[str, str]:
        """The details of an activity: where the next launch goes."""
        subnet, zone = self._roomiest(group)
        return {"Subnet ID": subnet, "Availability Zone": zone}

    def launch(self, group: Any) -> Any:
        """Launch one instance into the group, Pending; raises LaunchRefused."""
        subnet, zone = self._roomiest(group)
        try:
            reservation = self._backend("ec2").run_instances(
                group.image_id,
                1,
                group.user_data,
                group.security_groups,
                instance_type=group.instance_type,
                tags={"instance": self._tags(group)},
                placement=zone,
                launch_config=group.launch_config,
                launch_template=self._template(group),
                is_instance_type_default=False,
                subnet_id=subnet or None,
                lifecycle="spot" if self._spot(group) else None,
            )
        except ServiceException as error:
            raise LaunchRefused(error.message) from error
        self.changes += 1
        instance = reservation.instances[0]
        instance.autoscaling_group = group
        member = models.InstanceState(
            instance,
            lifecycle_state="Pending",
            protected_from_scale_in=group.new_instances_protected_from_scale_in,
        )
        group.instance_states.append(member)
        return member

    def _spot(self, group: Any) -> bool:
        if group.name in self.spot_groups:
            return True
        template = group.ec2_launch_template
        data = template.get_version(group.launch_template_version).data if template else {}
        on_demand = sum(member.instance.lifecycle is None for member in group.instance_states)
        return wants_spot(
            data, group.mixed_instances_policy or {}, on_demand, group.desired_capacity
        )

    def end(self, instance_id: str) -> None:
        """End a machine, as EC2's TerminateInstances does; nothing if it has ended."""
        if self.is_on(instance_id):
            self.changes += 1
            self.instance(instance_id).terminate()

    def is_on(self, instance_id: str) -> bool:
        return self.instance(instance_id).state not in _OFF

    def instance(self, instance_id: str) -> Any:
        """Moto's instance; raises KeyError if there is none of that id."""
        if instance_id not in self._known:
            # Moto looks through all of them, which is too slow for every look at every group.
            self._known = {one.id: one for one in self._backend("ec2").all_instances()}
        return self._known[instance_id]

    def queue(self, name: str, body: str) -> None:
        """Put a message into an SQS queue; raises KeyError if there is none of that name."""
        backend = self._backend("sqs")
        if name not in backend.queues:
            raise KeyError(name)
        backend.send_message(name, body)

    def _backend(self, service: str) -> Any:
        return get_backend(service)[ACCOUNT][REGION]

    def _roomiest(self, group: Any) -> tuple[str, str]:
        """The subnet and zone with the fewest of the group's instances, as AWS balances them."""
        if not group.vpc_zone_identifier:
            return "", str(group.availability_zones[0])
        names = group.vpc_zone_identifier.split(",")
        subnets = self._backend("ec2").describe_subnets(subnet_ids=names)
        zones = {subnet.id: subnet.availability_zone for subnet in subnets}
        crowd = Counter(member.availability_zone for member in group.instance_states)
        subnet = min(names, key=lambda name: crowd[zones[name]])
        return subnet, zones[subnet]

    def _tags(self, group: Any) -> dict[str, str]:
        named = {models.ASG_NAME_TAG: group.name}
        return {**group.get_propagated_tags(), **named, **group.instance_tags}

    def _template(self, group: Any) -> dict[str, Any] | None:
        template = group.ec2_launch_template
        if not template:
            return None
        if template.id not in self._backend("ec2").launch_templates:
            raise LaunchRefused(reason(LaunchFailure.TEMPLATE, self.wanted(group)))
        version = template.get_version(group.launch_template_version).number
        return {"LaunchTemplateId": template.id, "Version": version}
