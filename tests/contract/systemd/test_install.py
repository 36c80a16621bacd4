"""From the wheel to a running service: what is told agrees with the unit and the program."""

import re
import shlex
from configparser import ConfigParser
from pathlib import Path

import pytest

from autoscaler.adapters.systemd_service import longest_silence
from autoscaler.cli import main
from autoscaler.config import load
from tests.e2e.confinement import settings

TEXT = Path("docs/install.md").read_text()
UNIT = settings(Path("systemd/autoscaler.service"))
COMMANDS = [
    line.partition("  #")[0]
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]


def words(start: str) -> list[list[str]]:
    """The commands that begin with that word, each in words."""
    return [shlex.split(line) for line in COMMANDS if line.split()[0] == start]


def test_the_user_that_is_made_is_the_units() -> None:
    ((*_, user),) = words("useradd")

    assert [user] == UNIT["User"]


def test_the_program_and_the_configuration_are_put_where_the_unit_looks_for_them() -> None:
    program, _, config = shlex.split(UNIT["ExecStart"][0])

    assert any(line.split()[-2:] == [program, "/usr/local/bin/autoscaler"] for line in COMMANDS)
    assert any(line.startswith("install") and line.endswith(config) for line in COMMANDS)


def test_each_secret_that_is_told_of_is_one_that_the_unit_hands_over() -> None:
    told = set(re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.MULTILINE))
    handed = {one.partition(":")[0] for one in UNIT["LoadCredential"]}

    assert told == {*handed, "environment"}


def test_what_is_installed_beside_the_program_is_part_of_the_wheel() -> None:
    metadata = ConfigParser()
    metadata.read("setup.cfg")
    files = {Path(one).name for one in metadata["options.data_files"]["share/autoscaler"].split()}
    used = {Path(one).name for one in re.findall(r"/opt/autoscaler/share/autoscaler/\S+", TEXT)}

    assert used == files


@pytest.mark.parametrize(
    "arguments", [line[line.index("--") + 2 :] for line in words("runuser")], ids=" ".join
)
def test_each_command_of_the_autoscaler_is_one_that_it_takes(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It gets as far as the configuration, which is not there."""
    here = str(tmp_path / "config.yaml")

    code = main([here if one.endswith("config.yaml") else one for one in arguments])

    assert (code, "No such file" in capsys.readouterr().err) == (2, True)


def test_the_figure_of_the_watchdog_is_what_comes_of_the_defaults() -> None:
    config = load(Path("config.example.yaml"), {})

    silence = longest_silence(config.interval, config.nomad.timeout, config.pools)

    assert f"With the defaults {silence.total_seconds():.0f} s" in TEXT
