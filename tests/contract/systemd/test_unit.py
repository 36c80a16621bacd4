"""The unit: what it must say, and what systemd itself says of it."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from autoscaler.adapters.systemd_service import longest_silence
from autoscaler.app.assembly import STOP_TIMEOUT_SECONDS
from autoscaler.config import Config, load, parse_duration
from tests.e2e.confinement import settings

UNIT = Path("systemd/autoscaler.service")
#: What an operator would least want to lose.
SAID = {
    "Type": "notify",
    "NotifyAccess": "main",
    "User": "autoscaler",
    "Restart": "on-failure",
    "RestartPreventExitStatus": "2",
    "ExecReload": "/bin/kill -HUP $MAINPID",
    "StateDirectory": "autoscaler",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectProc": "invisible",
    "MemoryDenyWriteExecute": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures": "native",
    "LimitCORE": "0",
    "EnvironmentFile": "-/etc/autoscaler/environment",
}

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on PATH"
)


@pytest.fixture
def said() -> Mapping[str, list[str]]:
    return settings(UNIT)


@pytest.mark.parametrize("name", SAID)
def test_it_says_what_matters_and_once(name: str, said: Mapping[str, list[str]]) -> None:
    assert said[name] == [SAID[name]]


def test_every_secret_is_handed_over_and_may_be_missing(said: Mapping[str, list[str]]) -> None:
    """systemd would refuse to start without a file that has no value to stand in for it."""
    names = ["nomad-token", "http-token", "datadog-api-key"]

    assert said["LoadCredential"] == [f"{name}:/etc/autoscaler/{name}" for name in names]
    assert said["SetCredential"] == [f"{name}:\\n" for name in names]


def test_no_secret_is_written_into_it() -> None:
    assert not re.search(r"(?im)^environment=.*(token|key|secret)", UNIT.read_text())


def of_example() -> Config:
    return load(Path("config.example.yaml"), {})


def test_its_watchdog_is_longer_than_a_cycle_of_the_example_can_take(
    said: Mapping[str, list[str]],
) -> None:
    config = of_example()
    (watchdog,) = said["WatchdogSec"]

    silence = longest_silence(config.interval, config.nomad.timeout, config.pools)

    assert silence < parse_duration(watchdog.replace("min", "m"))


def test_it_gives_the_daemon_time_to_finish_what_is_in_hand(
    said: Mapping[str, list[str]],
) -> None:
    (stop,) = said["TimeoutStopSec"]

    assert parse_duration(stop) > 2 * timedelta(seconds=STOP_TIMEOUT_SECONDS)


def test_a_daemon_that_crashes_at_once_is_tried_for_a_while_and_then_left_to_people(
    said: Mapping[str, list[str]],
) -> None:
    """Restarts that RestartSec spaces must reach the limit within its interval, or it is none."""
    rest = parse_duration(said["RestartSec"][0])
    burst = int(said["StartLimitBurst"][0])

    assert rest * burst < parse_duration(said["StartLimitIntervalSec"][0])
    assert rest * burst >= timedelta(minutes=10)


def test_what_it_starts_is_a_command_line_that_the_autoscaler_takes(
    said: Mapping[str, list[str]], tmp_path: Path
) -> None:
    program, *arguments = shlex.split(said["ExecStart"][0])
    assert Path(program).name == "autoscaler"
    missing = tmp_path / "config.yaml"
    arguments = [str(missing) if one.endswith(".yaml") else one for one in arguments]

    ended = subprocess.run(
        [sys.executable, "-m", "autoscaler", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    # No configuration there: the code by which the unit knows that another try will not help.
    assert (ended.returncode, "No such file" in ended.stderr) == (2, True)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit as it is where the program is installed: verify looks for that too."""
    unit = tmp_path / UNIT.name
    program = Path(sys.executable).parent / "autoscaler"
    unit.write_text(UNIT.read_text().replace("/opt/autoscaler/bin/autoscaler", str(program)))
    return unit


@needs_systemd
def test_systemd_finds_nothing_wrong_with_it(installed: Path) -> None:
    found = subprocess.run(
        ["systemd-analyze", "verify", installed],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    # Other units of the machine that it wants may have faults of their own.
    complaints = [line for line in found.stderr.splitlines() if UNIT.name in line]
    assert (found.returncode, complaints) == (0, []), found.stderr


@needs_systemd
def test_systemd_holds_it_for_well_confined(installed: Path) -> None:
    """Below 1.5 of 10; a network daemon that speaks to addresses unknown here has little less."""
    found = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", installed],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", found.stdout)
    assert exposure is not None, found.stdout
    assert float(exposure[1]) < 1.5, found.stdout
