"""
AWS on this machine: an Auto Scaling group, its instances, and a bucket.

Owns the server's process (``devstack.awsserver``) and sets up in it what the autoscaler expects to
find in an account.  May import ``devstack.awscalls``, ``devstack.awscontrol``,
``devstack.children``, ``devstack.deadline``, ``devstack.errors``, boto3 and the standard library.
"""

import contextlib
import http.client
import json
import os
import socket
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import boto3.session
import botocore.config
import botocore.session

from devstack.awscalls import LAUNCHED_PATH, OWN_CLIENT, REGION, AwsCall, CallRecord
from devstack.awscontrol import AwsControl
from devstack.children import Process
from devstack.deadline import wait_until
from devstack.errors import DevstackError

#: Dummies: nothing on loopback checks them, and every AWS client wants some.
ACCESS_KEY_ID = "AKIADEVSTACK00000000"
SECRET_ACCESS_KEY = "devstack"  # noqa: S105  (opens nothing: the server checks no signature)


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of the group."""

    id: str
    #: AWS's lifecycle state: ``Pending`` until launched, then ``InService``.
    state: str
    instance_type: str
    availability_zone: str
    protected: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The Auto Scaling group as AWS describes it."""

    desired: int
    min_size: int
    max_size: int
    instances: tuple[Instance, ...]


class LocalAws:
    """A running local AWS, for the length of a ``with`` block."""

    def __init__(self, directory: Path, environment: Mapping[str, str], port: int = 0) -> None:
        """``directory``: where its record, log and credentials file go; ``port`` 0: a free one."""
        self._port = port
        self._environment = environment
        self._log = directory / "aws.log"
        self.credentials_file = directory / "aws-credentials"
        self._record_path = directory / "aws-calls.jsonl"
        self.record = CallRecord(self._record_path)
        self._session = _session()

    def __enter__(self) -> Self:
        """Start it and wait until it answers; raises DevstackError if it does not."""
        with socket.create_server(("127.0.0.1", self._port)) as listener:
            self.endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
            module = [sys.executable, "-m", "devstack.awsserver"]
            self._process = Process(
                "local AWS",
                [*module, str(listener.fileno()), self._record_path],
                log=self._log,
                env={**self._environment, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"},
                pass_fds=[listener.fileno()],
            )
        self.credentials_file.write_text(
            f"[default]\naws_access_key_id = {ACCESS_KEY_ID}\n"
            f"aws_secret_access_key = {SECRET_ACCESS_KEY}\n"
        )
        try:
            wait_until(self._answers, seconds=30, what="local AWS answering", hint=self.last_words)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.stop()

    def _answers(self) -> bool:
        if self._process.exit_code is not None:
            raise DevstackError(f"local AWS ended while starting.\n{self.last_words()}")
        try:
            self.launched("none")
        except (OSError, http.client.HTTPException):
            return False
        return True

    def last_words(self) -> str:
        """The end of the server's log."""
        return self._process.last_words()

    @property
    def alive(self) -> bool:
        return self._process.exit_code is None

    @property
    def client_environment(self) -> dict[str, str]:
        """What any AWS client needs in its environment to talk to this AWS."""
        return {
            "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials_file),
            # No configuration of the user's may steer the demo to a real account.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_PROFILE": "default",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of the devstack's own, told apart in the record."""
        config = botocore.config.Config(
            user_agent_extra=OWN_CLIENT,
            proxies={},
            connect_timeout=5,
            read_timeout=30,
            s3={"addressing_style": "path"},
        )
        return self._session.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=config,
        )

    def create_bucket(self, name: str) -> None:
        self.client("s3").create_bucket(Bucket=name)

    def create_group(self, name: str, *, min_size: int, max_size: int) -> None:
        """
        An empty group in a network of its own, set up as the autoscaler wants one.

        New instances are protected from scale-in and AZRebalance is suspended, so that AWS
        itself never chooses an instance to end.
        """
        ec2, autoscaling = self.client("ec2"), self.client("autoscaling")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.0.{16 * n}.0/20", AvailabilityZone=REGION + zone
            )
            for n, zone in enumerate("ab")
        ]
        ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={"ImageId": "ami-00000000000000001", "InstanceType": "c5.large"},
        )
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": name, "Version": "$Default"},
            MinSize=min_size,
            MaxSize=max_size,
            DesiredCapacity=min_size,
            VPCZoneIdentifier=",".join(made["Subnet"]["SubnetId"] for made in subnets),
            NewInstancesProtectedFromScaleIn=True,
        )
        autoscaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance"])

    @property
    def control(self) -> AwsControl:
        """The controls by which a test makes things go wrong."""
        return AwsControl(self.endpoint)

    def launched(self, instance_id: str) -> bool:
        """
        Tell AWS that an instance is up: from now on it shows as InService.

        Returns whether it goes on to become a node; a test may have told that it never does.
        """
        connection = http.client.HTTPConnection(urlsplit(self.endpoint).netloc, timeout=10)
        with contextlib.closing(connection):
            connection.request("PUT", LAUNCHED_PATH + instance_id)
            return bool(json.loads(connection.getresponse().read()))

    def calls(self) -> tuple[AwsCall, ...]:
        """Every call so far that was not the devstack's own."""
        return tuple(call for call in self.record.read() if not call.own)


def describe(autoscaling: Any, name: str) -> Group:
    """The group as it is now; raises DevstackError if there is none of that name."""
    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    if not found["AutoScalingGroups"]:
        raise DevstackError(f"local AWS has no group {name!r}")
    group = found["AutoScalingGroups"][0]
    return Group(
        desired=group["DesiredCapacity"],
        min_size=group["MinSize"],
        max_size=group["MaxSize"],
        instances=tuple(
            Instance(
                id=instance["InstanceId"],
                state=instance["LifecycleState"],
                instance_type=instance["InstanceType"],
                availability_zone=instance["AvailabilityZone"],
                protected=instance["ProtectedFromScaleIn"],
            )
            for instance in group["Instances"]
        ),
    )


def machines_on(ec2: Any, instance_ids: Collection[str]) -> frozenset[str]:
    """Those of the instances whose machines are on, whatever a group says of them."""
    filters = [
        {"Name": "instance-id", "Values": list(instance_ids)},
        {"Name": "instance-state-name", "Values": ["pending", "running"]},
    ]
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return frozenset(
        instance["InstanceId"]
        for page in pages
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    )


def _session() -> Any:
    # Deaf to AWS_PROFILE and the user's files: a profile that is not there would stop us, and one
    # that is there has no say here.
    deaf = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    return boto3.session.Session(botocore_session=botocore.session.Session(session_vars=deaf))
