"""The devstack's processes see the user's environment, less their cloud."""

import os
import sys
from pathlib import Path

from devstack.environment import base_environment
from devstack.leftovers import MARKER

DIRECTORY = Path("/run/stack")


def test_what_points_to_another_cluster_or_account_is_dropped() -> None:
    own = {
        "HOME": "/home/a",
        "AWS_PROFILE": "production",
        "NOMAD_TOKEN": "secret",
        "DD_API_KEY": "secret",
        "S3_BUCKET": "real",
    }
    made = base_environment(DIRECTORY, own)

    assert made["HOME"] == "/home/a"
    assert not {"AWS_PROFILE", "NOMAD_TOKEN", "DD_API_KEY", "S3_BUCKET"} & made.keys()


def test_no_proxy_stands_between_the_parts() -> None:
    made = base_environment(DIRECTORY, {"NO_PROXY": "intranet", "HTTP_PROXY": "http://proxy"})

    assert made["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert made["no_proxy"] == "127.0.0.1,localhost"


def test_our_own_scripts_are_found_first() -> None:
    made = base_environment(DIRECTORY, {"PATH": "/usr/bin"})

    assert made["PATH"] == os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin"])


def test_every_process_is_marked() -> None:
    assert base_environment(DIRECTORY, {})[MARKER] == "/run/stack"


def test_what_is_temporary_goes_when_the_stack_does() -> None:
    assert base_environment(DIRECTORY, {"TMPDIR": "/var/tmp"})["TMPDIR"] == "/run/stack/tmp"
