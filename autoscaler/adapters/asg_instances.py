"""
What EC2 knows of a group's instances: their age, our marks, and the notices on Spot Instances.

The mark is an EC2 tag: it says that the node was made ineligible by us and when, so that a daemon
that restarts knows its own cordons from other people's.  Imports structlog, core.model, errors and
the parts of AWS beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from autoscaler.adapters.asg_replies import InstanceFacts, facts_of, interruptions_of, marks_of
from autoscaler.adapters.aws import read, understanding, write
from autoscaler.core.model import Notice
from autoscaler.errors import ObservationError

#: The EC2 tag that marks an instance as cordoned by us; its value is the time, ISO 8601.
MARK = "autoscaler:cordoned-at"
#: The tag beside it that says which daemon that was.
SIGNATURE = "autoscaler:cordoned-by"

#: A filter takes so many values; more come in further calls.
_IDS_PER_CALL = 200
#: A notice comes two minutes ahead.
_POLL_EVERY = timedelta(seconds=10)

_log = structlog.get_logger()


class Marks:
    """Our marks on instances, of all groups."""

    def __init__(self, ec2: Any, signature: str = "") -> None:
        """``signature``: what is written beside each mark; empty: nothing."""
        self._ec2 = ec2
        self._signature = signature
        #: By instance id, as read last.
        self.signatures: Mapping[str, str] = {}

    def read(self) -> Mapping[str, datetime]:
        """When we cordoned each marked instance's node, by instance id."""
        filters = [
            {"Name": "key", "Values": [MARK, SIGNATURE]},
            {"Name": "resource-type", "Values": ["instance"]},
        ]
        pages = _pages(self._ec2, "DescribeTags", "describe_tags", filters)
        with understanding("DescribeTags"):
            tags = [tag for page in pages for tag in page["Tags"]]
            self.signatures = {
                tag["ResourceId"]: tag["Value"] for tag in tags if tag["Key"] == SIGNATURE
            }
            return marks_of(tag for tag in tags if tag["Key"] == MARK)

    def set(self, instance_id: str, at: datetime) -> None:
        """Write our mark on an instance."""
        tags = [{"Key": MARK, "Value": at.astimezone(UTC).isoformat()}]
        if self._signature:
            tags.append({"Key": SIGNATURE, "Value": self._signature})
        write("CreateTags", lambda: self._ec2.create_tags(Resources=[instance_id], Tags=tags))

    def clear(self, instance_id: str) -> None:
        """Take our mark off an instance, whatever time it tells; one that is gone has none."""
        write(
            "DeleteTags",
            lambda: self._ec2.delete_tags(
                Resources=[instance_id], Tags=[{"Key": MARK}, {"Key": SIGNATURE}]
            ),
            already=lambda refusal: refusal.code == "InvalidInstanceID.NotFound",
        )


class Facts:
    """What never changes about an instance, asked for once each."""

    def __init__(self, ec2: Any) -> None:
        self._ec2 = ec2
        self._known: Mapping[str, InstanceFacts] = {}

    def of(self, instance_ids: Sequence[str]) -> Mapping[str, InstanceFacts]:
        """
        By instance id; one that EC2 does not show yet is left out, and asked for the next time.

        Raises ``ObservationError``.
        """
        known = {one: self._known[one] for one in instance_ids if one in self._known}
        for some in _batches([one for one in instance_ids if one not in known]):
            # A filter, not InstanceIds: an id that is not there yet would fail the whole call.
            filters = [{"Name": "instance-id", "Values": some}]
            pages = _pages(self._ec2, "DescribeInstances", "describe_instances", filters)
            with understanding("DescribeInstances"):
                known.update(facts_of(one for page in pages for one in page["Reservations"]))
        self._known = known
        return known


class SpotNotices:
    """The interruption notices that EC2 shows on Spot requests, polled."""

    def __init__(self, ec2: Any) -> None:
        self._ec2 = ec2
        self._polled_at: datetime | None = None
        self._known: Mapping[str, Notice] = {}
        self._failing = False

    def of(self, spot_ids: Sequence[str], now: datetime) -> Mapping[str, Notice]:
        """
        By instance id.

        Where they cannot be read, those known are all there are: a notice is a favour, and what
        else there is to decide does not wait for it.
        """
        if spot_ids and self._is_due(now):
            self._polled_at = now
            try:
                self._known = {
                    one: at for some in _batches(spot_ids) for one, at in self._poll(some)
                }
                if self._failing:
                    _log.info("notices.read_again")
                self._failing = False
            except ObservationError as error:
                tell = _log.debug if self._failing else _log.warning
                tell("notices.unread", error=str(error))
                self._failing = True
        return self._known

    def _is_due(self, now: datetime) -> bool:
        if self._polled_at is None:
            return True
        # A clock that was set back must not put it off.
        return not timedelta(0) <= now - self._polled_at < _POLL_EVERY

    def _poll(self, spot_ids: Sequence[str]) -> Iterable[tuple[str, Notice]]:
        call = "DescribeSpotInstanceRequests"
        filters = [{"Name": "instance-id", "Values": list(spot_ids)}]
        pages = _pages(self._ec2, call, "describe_spot_instance_requests", filters)
        with understanding(call):
            requests = [one for page in pages for one in page["SpotInstanceRequests"]]
            return interruptions_of(requests).items()


def _pages(ec2: Any, call: str, operation: str, filters: Sequence[Mapping[str, Any]]) -> list[Any]:
    return read(call, lambda: list(ec2.get_paginator(operation).paginate(Filters=filters)))


def _batches(instance_ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(instance_ids), _IDS_PER_CALL):
        yield list(instance_ids[start : start + _IDS_PER_CALL])
