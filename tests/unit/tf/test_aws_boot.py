"""What an instance runs at its first boot: fetching its set-up, secrets, and the size of it all."""

import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.packer.machine_files import as_module
from tests.unit.tf.aws_files import TF, named

#: AWS takes no more, before base64.
USER_DATA_MAX = 16 * 1024
PLACE = "/transcode/nomad/gossip-key"
NOTHING = io.StringIO()


fetching = as_module(TF / "templates" / "fetch.py")
secret = as_module(TF / "boot" / "secret.py")


class Bucket:
    """S3 with one bucket; each read of the manifest is one step on in its history."""

    def __init__(self, *states: Mapping[str, bytes]) -> None:
        self._states = list(states)
        self.manifest_reads = 0

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names.
        if Key.endswith("manifest.json"):
            self.manifest_reads += 1
        now = self._states[min(self.manifest_reads, len(self._states)) - 1]
        return {"Body": io.BytesIO(now[Key])}


def objects(
    files: Mapping[str, bytes], sums_of: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """The bucket with these files, and a manifest of these or of others."""
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in (sums_of or files).items()}
    stored = {f".setup/{name}": data for name, data in files.items()}
    return {**stored, ".setup/manifest.json": json.dumps(sums).encode()}


def test_files_are_put_in_place_and_scripts_can_be_run(tmp_path: Path) -> None:
    bucket = Bucket(objects({"boot/server.sh": b"#!/bin/sh\n", "server.env": b"A='1'\n"}))

    fetching.fetch(bucket, "b", ".setup/", tmp_path)

    assert (tmp_path / "server.env").read_bytes() == b"A='1'\n"
    assert (tmp_path / "boot" / "server.sh").stat().st_mode & 0o111
    assert not (tmp_path / "server.env").stat().st_mode & 0o111


def test_files_that_are_being_replaced_are_read_again(tmp_path: Path) -> None:
    old, new = {"server.env": b"old"}, {"server.env": b"new"}
    bucket = Bucket(objects(new, sums_of=old), objects(new))

    fetching.fetch(bucket, "b", ".setup/", tmp_path, pause=0)

    assert bucket.manifest_reads == 2
    assert (tmp_path / "server.env").read_bytes() == b"new"


def test_files_that_never_agree_are_not_used(tmp_path: Path) -> None:
    bucket = Bucket(objects({"server.env": b"forged"}, sums_of={"server.env": b"real"}))

    with pytest.raises(SystemExit, match=r"not what the manifest says: server\.env"):
        fetching.fetch(bucket, "b", ".setup/", tmp_path, pause=0)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd"])
def test_a_manifest_does_not_lead_out_of_the_directory(tmp_path: Path, name: str) -> None:
    bucket = Bucket(objects({name: b"root::0:0"}))

    with pytest.raises(SystemExit, match="leaves"):
        fetching.fetch(bucket, "b", ".setup/", tmp_path)


def test_what_is_not_in_the_manifest_any_more_goes(tmp_path: Path) -> None:
    (tmp_path / "old.sh").write_text("#!/bin/sh\n")

    fetching.fetch(Bucket(objects({"new.sh": b"#!/bin/sh\n"})), "b", ".setup/", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["new.sh"]


class Ssm:
    """The Parameter Store with the places that Terraform makes."""

    def __init__(self, value: str = secret.UNSET) -> None:
        self.values = {PLACE: value}
        self.puts: list[dict[str, Any]] = []

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803 -- boto3's names.
        assert WithDecryption
        return {"Parameter": {"Value": self.values[Name]}}

    def put_parameter(self, **asked: Any) -> None:
        self.puts.append(asked)
        self.values[asked["Name"]] = asked["Value"]


def test_a_place_that_only_terraform_wrote_is_told_by_the_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert secret.run(secret.Secrets(Ssm()), "get", PLACE, NOTHING) == 3
    assert capsys.readouterr().out == ""


def test_a_secret_is_printed_as_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert secret.run(secret.Secrets(Ssm("hunter2")), "get", PLACE, NOTHING) == 0
    assert capsys.readouterr().out == "hunter2\n"


def test_a_random_secret_is_made_once_and_is_a_gossip_key() -> None:
    ssm = Ssm()
    for _ in range(2):
        secret.run(secret.Secrets(ssm), "ensure-random", PLACE, NOTHING)

    (put,) = ssm.puts
    assert len(base64.b64decode(put["Value"], validate=True)) == 32
    assert (put["Type"], put["Overwrite"]) == ("SecureString", True)


def test_a_secret_comes_by_the_standard_input() -> None:
    ssm = Ssm()

    assert secret.run(secret.Secrets(ssm), "put", PLACE, io.StringIO("hunter2\n")) == 0
    assert ssm.values[PLACE] == "hunter2"


@pytest.mark.parametrize("nothing", ["", "\n", f"{secret.UNSET}\n"])
def test_nothing_is_no_secret(nothing: str) -> None:
    with pytest.raises(SystemExit, match="nothing to put"):
        secret.run(secret.Secrets(Ssm("hunter2")), "put", PLACE, io.StringIO(nothing))


def test_a_secret_that_nobody_makes_is_not_waited_for_for_ever() -> None:
    with pytest.raises(SystemExit, match="not set after"):
        secret.Secrets(Ssm()).wait(PLACE, seconds=0, pause=0)


def test_terraform_makes_places_as_the_script_knows_them_and_in_the_form_of_a_token() -> None:
    """Nomad answers with an error, and not with a no, to what has another form."""
    assert named("locals")["unset"] == secret.UNSET
    assert str(uuid.UUID(secret.UNSET)) == secret.UNSET


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The launcher at /launcher of a machine whose apt-get brings the system's Python boto3."""
    for place in ("/opt/cluster-setup/boot", "/usr/bin", "/opt/transcoder/bin"):
        (tmp_path / place[1:]).mkdir(parents=True)
    said = "BUCKET=b PREFIX=p REGION=r ROLE=client"
    (tmp_path / "cluster-setup.env").write_text(said.replace(" ", "\n"))
    program(tmp_path / "apt-get", f'echo "apt-get $*"; touch {tmp_path}/sdk')
    program(
        tmp_path / "usr/bin/python3", f'[[ $1 != -c || -e {tmp_path}/sdk ]] && echo "system $1"'
    )
    program(tmp_path / "opt/cluster-setup/boot/client.sh", 'echo "boot by $SDK_PYTHON"')
    text = (TF / "templates" / "cluster-setup.sh").read_text(encoding="utf-8")
    text = re.sub(r"/(?=opt/|usr/bin/python3|usr/local/)", f"{tmp_path}/", text)
    program(tmp_path / "launcher", text.replace("/etc/", f"{tmp_path}/"))
    return tmp_path


def program(path: Path, text: str) -> None:
    """An executable that bash runs."""
    path.write_text(text if text.startswith("#!") else f"#!/usr/bin/env bash\n{text}\n")
    path.chmod(0o755)


def booted(machine: Path) -> str:
    """What the launcher says."""
    result = subprocess.run(
        [machine / "launcher"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PATH": f"{machine}:{os.environ['PATH']}"},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_baked_image_installs_no_sdk_at_its_boot(machine: Path) -> None:
    baked = machine / "opt/transcoder/bin/python"
    program(baked, '[[ $1 == -c ]] || echo "baked $1"')

    said = booted(machine)

    assert f"baked {machine}/usr/local/lib/cluster-setup/fetch.py" in said
    assert f"boot by {baked}" in said
    assert "apt-get" not in said


def test_any_other_image_gets_the_sdk_for_the_systems_python(machine: Path) -> None:
    program(machine / "opt/transcoder/bin/python", "exit 1")

    said = booted(machine)

    assert re.search(r"^apt-get .* install python3-boto3$", said, re.MULTILINE)
    assert f"boot by {machine}/usr/bin/python3" in said


def test_the_wheel_is_looked_for_where_set_ups_are_fetched_to() -> None:
    launcher = (TF / "templates" / "cluster-setup.sh").read_text(encoding="utf-8")
    (directory,) = re.findall(r"^DIRECTORY=(\S+)$", launcher, re.MULTILINE)

    assert f'"{directory}/${{name}}"' in named("locals")["shared_environment"]["WHEEL"]


def test_shellcheck_finds_nothing_in_what_a_boot_runs() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("no shellcheck on PATH")
    result = subprocess.run(
        ["shellcheck", "--external-sources", *sorted(TF.rglob("*.sh"))],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=TF.parent,
        check=False,
    )

    assert (result.stdout, result.returncode) == ("", 0)


def test_user_data_is_as_small_as_aws_wants_it() -> None:
    """The template and what is put into it, as Terraform's base64gzip packs it."""
    parts = ("fetch.py", "cluster-setup.sh", "cluster-setup.service")
    packed = [
        base64.b64encode(gzip.compress((TF / "templates" / name).read_bytes())) for name in parts
    ]
    template = (TF / "templates" / "cloud-init.yaml.tftpl").read_bytes()

    assert len(template) + sum(map(len, packed)) < USER_DATA_MAX / 2
