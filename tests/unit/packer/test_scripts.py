"""The provisioning scripts keep the rules that make them safe to run again, and as root."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.packer.machine_files import PACKER, PROVISION, ROOT, scripts

SOURCED = {"ground.sh", "rights.sh"}
EACH = pytest.mark.parametrize("script", scripts(), ids=lambda path: path.name)


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
        env={"PATH": os.environ["PATH"], **environment},
    )


@EACH
def test_it_is_bash_and_parses(script: Path) -> None:
    assert run("bash", "-n", script).stderr == ""


@EACH
def test_it_stops_at_the_first_error(script: Path) -> None:
    """In strict mode, by its own line or by the first file that it sources."""
    text = script.read_text()

    assert "\nset -euo pipefail\n" in text or "/ground.sh" in text or script.name == "rights.sh"


@EACH
def test_what_is_run_is_executable_and_what_is_sourced_is_not(script: Path) -> None:
    assert os.access(script, os.X_OK) == (script.name not in SOURCED)


@EACH
def test_nothing_is_piped_from_the_network_into_a_shell(script: Path) -> None:
    assert not re.search(r"(curl|wget)[^\n]*\|\s*(sudo\s+)?(ba)?sh\b", script.read_text())


@EACH
def test_what_is_downloaded_is_bounded_in_time_and_over_https(script: Path) -> None:
    for call in re.findall(r"^\s*curl .*(?:\n.*)?", script.read_text(), re.MULTILINE):
        assert "--proto '=https" in call
        assert "--max-time" in call or "--max-time" in script.read_text()


def test_shellcheck_finds_nothing() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("no shellcheck on PATH")
    result = run("shellcheck", "--external-sources", *scripts())

    assert result.stdout == ""
    assert result.returncode == 0


def test_a_role_that_is_none_is_refused_before_anything_is_installed() -> None:
    result = run(PROVISION / "install.sh", "ffmpeg", "nomda")

    assert result.returncode == 64
    assert "'nomda' is no role" in result.stderr
    assert "==>" not in result.stdout


def test_without_a_role_it_says_which_there_are() -> None:
    result = run(PROVISION / "install.sh")

    assert result.returncode == 64
    assert "nomad, ffmpeg, transcoder, autoscaler, datadog, local-aws" in result.stderr


def test_a_failed_step_is_named_and_its_exit_code_kept(tmp_path: Path) -> None:
    shutil.copy(PROVISION / "steps" / "run.sh", tmp_path)
    (tmp_path / "broken.sh").write_text("exit 7\n")

    result = run(tmp_path / "run.sh", "broken")

    assert result.returncode == 7
    assert "stopped at the step 'broken' (exit code 7)" in result.stderr


@pytest.mark.parametrize("role", ["nomad", "ffmpeg", "transcoder", "autoscaler", "datadog"])
def test_every_role_has_its_step(role: str) -> None:
    assert (PROVISION / "steps" / f"{role}.sh").is_file()


def test_every_step_that_is_run_is_there() -> None:
    text = "".join(path.read_text() for path in PROVISION.glob("*.sh"))
    named = set(re.findall(r'steps/run\.sh" ([a-z-]+)', text))
    for listed in re.findall(r"^for step in ([a-z -]+); do", text, re.MULTILINE):
        named |= set(listed.split())

    assert {"base", "agent", "acl", "job", "daemon", "datadog-agent", "local"} <= named
    assert [name for name in named if not (PROVISION / "steps" / f"{name}.sh").is_file()] == []


def test_secrets_are_no_arguments_of_programs() -> None:
    """Keys and tokens go by pipe, file or a builtin, which other users' `ps` does not show."""
    secret = re.compile(r"\$\{?(key|secret|GOSSIP_KEY|NOMAD_TOKEN)\b")
    for script in scripts():
        for line in script.read_text().splitlines():
            if secret.search(line) and not line.lstrip().startswith("#"):
                assert "<<<" in line or line.startswith('api_key: "$key"'), f"{script}: {line}"


def test_the_agents_unit_ends_no_task_when_it_stops() -> None:
    unit = (PROVISION / "files" / "nomad.service").read_text()

    assert "\nKillMode=process\n" in unit
    assert "\nKillSignal=SIGINT\n" in unit
    for role in ("client", "server"):
        agent = (ROOT / "nomad" / "agent" / f"{role}.hcl").read_text()
        assert re.search(r"^leave_on_interrupt\s*= false$", agent, re.MULTILINE)


def test_the_scripts_say_no_version_themselves() -> None:
    """versions.env and the requirements have them all; what a script names is a lower bound."""
    literal = re.compile(r"\b\d+\.\d+\.\d+\b")
    allowed = re.compile(r"127\.0\.0\.1|0\.0\.0\.0")
    found = {
        path.relative_to(PACKER): literal.findall(allowed.sub("", code))
        for path in [*scripts(), *PROVISION.rglob("*.py"), *PROVISION.rglob("*.service")]
        for code in [re.sub(r"(?m)#.*$", "", path.read_text())]
    }
    found[Path("nomad-sums.sh")] = []  # Its usage line shows how a version looks.

    assert {path: each for path, each in found.items() if each} == {}
