"""
The whole set-up applied in one go, by the real provider to a local stand-in of AWS (moto).

What it cannot show: that AWS itself agrees, and what an instance does with its user data.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from autoscaler.config import load
from tests.contract.tf.terraform import ROOT, Copy, copy, needs_terraform

pytestmark = [needs_terraform, pytest.mark.timeout(500)]

_NAME = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261101"
_VARIABLES = (
    "-var=allowed_cidrs=[]",
    "-var=wheel=tests/wheel/nomad_queue_autoscaler-0.0.0-py3-none-any.whl",
)
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """The set-up as it stands, and where."""

    terraform: Copy
    endpoint: str
    outputs: dict[str, Any]

    def client(self, service: str) -> Any:
        """Of boto3."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    def command(self, *command: str) -> tuple[int, str]:
        """A program of this Python's, that finds AWS there."""
        environment = {**os.environ, **_CREDENTIALS, "AWS_ENDPOINT_URL": self.endpoint}
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            timeout=120,
            env=environment,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """AWS, on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory, endpoint: str) -> Applied:
    """Everything, made by one apply."""
    made = copy(tmp_path_factory.mktemp("applied"), datadog=False)
    shutil.copy(Path(__file__).with_name("local_aws.tf"), made.directory / "local_aws_override.tf")
    made.init()
    there = Applied(made, endpoint, {})
    there.client("ec2").register_image(Name=_NAME, RootDeviceName="/dev/sda1")
    at = {"AWS_ENDPOINT_URL": endpoint}
    code, said = made.run(
        "apply", "-auto-approve", "-input=false", "-no-color", *_VARIABLES, also=at, seconds=400
    )
    assert code == 0, said[-4000:]
    _, outputs = made.run("output", "-json")
    return Applied(made, endpoint, {k: v["value"] for k, v in json.loads(outputs).items()})


def test_the_group_is_as_the_daemons_own_check_wants_it(applied: Applied, tmp_path: Path) -> None:
    bucket = applied.outputs["bucket"]
    fetch = str(ROOT / "tf" / "templates" / "fetch.py")
    code, said = applied.command(fetch, bucket, ".setup/", "us-east-1", str(tmp_path / "setup"))
    assert code == 0, said
    text = (tmp_path / "setup" / "autoscaler" / "config.yaml").read_text(encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(text.replace("/var/lib/autoscaler", str(tmp_path)), encoding="utf-8")
    (tmp_path / "nomad-token").write_text("none\n")
    assert load(config, {}).pools[0].groups == (applied.outputs["group"],)

    _, said = applied.command("-m", "autoscaler", "check", "--config", str(config))

    about = [line for line in said.splitlines() if applied.outputs["group"] in line]
    assert about
    assert not [line for line in about if re.match(r" *(wrong|warning)", line)]
    assert "its termination hook holds an instance at work" in said
    assert "the events' queue is there" in said


def test_an_instance_finds_all_that_its_set_up_runs(applied: Applied, tmp_path: Path) -> None:
    fetch = str(ROOT / "tf" / "templates" / "fetch.py")
    applied.command(fetch, applied.outputs["bucket"], ".setup/", "us-east-1", str(tmp_path))

    for script in ("boot/server.sh", "boot/client.sh", "packer/provision/install.sh"):
        assert os.access(tmp_path / script, os.X_OK)
    for name in ("server", "client"):
        environment = dict(
            line.split("=", 1)
            for line in (tmp_path / f"{name}.env").read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        )
        # The place of the wheel is where the wheel was put.
        wheel = environment["WHEEL"].strip("'").removeprefix("/opt/cluster-setup/")
        assert (tmp_path / wheel).is_file()
    assert (tmp_path / "nomad" / "policies" / "autoscaler.policy.hcl").is_file()
    assert (tmp_path / "nomad" / "transcode.nomad.hcl").is_file()


def test_user_data_says_the_role_and_holds_no_secret(applied: Applied) -> None:
    instance = applied.outputs["server_instance_id"]
    said = applied.client("ec2").describe_instance_attribute(
        InstanceId=instance, Attribute="userData"
    )
    text = base64.b64decode(said["UserData"]["Value"]).decode()

    assert text.startswith("#cloud-config\n")
    assert "ROLE='server'" in text
    assert not re.search("token|password|api_key", text, re.IGNORECASE)


def test_what_the_server_writes_to_the_parameter_store_never_reaches_the_state(
    applied: Applied,
) -> None:
    name = f"{applied.outputs['secrets_path']}/nomad/management-token"
    applied.client("ssm").put_parameter(
        Name=name, Value="hunter2-hunter2", Type="SecureString", Overwrite=True
    )
    code, said = applied.terraform.run(
        "apply",
        "-refresh-only",
        "-auto-approve",
        "-input=false",
        *_VARIABLES,
        also={"AWS_ENDPOINT_URL": applied.endpoint},
    )
    assert code == 0, said[-2000:]

    state = (applied.terraform.directory / "terraform.tfstate").read_text(encoding="utf-8")
    assert "nomad/management-token" in state
    assert "hunter2" not in state
