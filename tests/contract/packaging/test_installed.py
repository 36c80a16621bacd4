"""Both commands, from the wheel alone: no extra, no ffmpeg, no source tree."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from autoscaler import __version__
from tests.contract.packaging.bare import Bare

#: Imports all of a package, and tells what was not there.
IMPORTS_ALL = """
import importlib, pkgutil, sys
missing = set()
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
    if module.name.endswith(".__main__"):
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        missing.add(error.name.partition(".")[0])
print(*sorted(missing))
"""
LOAD = ("--poisson", "rate=60/h,for=1h,service=2m", "--slots", "2")


def example(bare: Bare) -> str:
    return str(bare.prefix / "share" / "autoscaler" / "config.example.yaml")


@pytest.mark.parametrize("command", ["autoscaler", "transcoder"])
def test_a_command_tells_the_one_version_and_what_it_can(bare: Bare, command: str) -> None:
    version, told = bare.run(command, "--version"), bare.run(command, "--help")

    assert (version.returncode, version.stdout) == (0, f"{command} {__version__}\n")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: {command} ")


def test_these_are_all_commands() -> None:
    ours = [one.name for one in entry_points(group="console_scripts") if is_ours(one.value)]

    assert sorted(ours) == ["autoscaler", "transcoder"]


def is_ours(value: str) -> bool:
    return value.partition(".")[0] in ("autoscaler", "transcoder", "devstack")


def test_each_command_of_the_two_can_be_asked_for_help(bare: Bare) -> None:
    for command in ("autoscaler", "transcoder"):
        told = bare.run(command, "--help").stdout
        names = re.findall(r"^ {4}([a-z]+) {2,}", told, re.MULTILINE)
        assert len(names) > 5
        for name in names:
            assert bare.run(command, name, "--help").returncode == 0, (command, name)


@pytest.mark.parametrize(
    ("package", "extra"), [("autoscaler", {"matplotlib", "numpy", "scipy"}), ("transcoder", set())]
)
def test_all_but_pictures_and_the_exact_bound_is_there_without_an_extra(
    bare: Bare, package: str, extra: set[str]
) -> None:
    run = bare.run("python", "-c", IMPORTS_ALL, package)

    assert (run.returncode, run.stderr) == (0, "")
    assert set(run.stdout.split()) <= extra


def test_a_configuration_that_is_not_there_is_told_with_exit_2(bare: Bare) -> None:
    run = bare.run("autoscaler", "--config", "missing.yaml")

    assert run.returncode == 2
    assert "missing.yaml" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_transcoder_has_its_profiles(bare: Bare) -> None:
    run = bare.run("transcoder", "profiles")

    assert run.returncode == 0
    assert {"small", "large"} <= {line.split()[0] for line in run.stdout.splitlines() if line}


def test_the_daemon_has_its_page(bare: Bare) -> None:
    reads = "from autoscaler.web.files import PAGE; print((PAGE / 'index.html').read_text())"

    assert "<!doctype html>" in bare.run("python", "-c", reads).stdout.lower()


def test_the_demo_finds_the_job_file_that_came_with_it(bare: Bare) -> None:
    run = bare.run("python", "-c", "from devstack.pools import JOB_FILE; print(JOB_FILE)")

    found = Path(run.stdout.strip())
    assert found == bare.prefix / "share" / "autoscaler" / "nomad" / "transcode.nomad.hcl"
    assert found.is_file()


def test_a_load_is_replayed_with_the_example_configuration(bare: Bare) -> None:
    run = bare.run("autoscaler", "simulate", "--config", example(bare), *LOAD)

    assert run.returncode == 0, run.stderr
    assert "lower bound" in run.stdout
    assert "pip install 'nomad-queue-autoscaler[simulate]'" in run.stdout + run.stderr


@pytest.mark.parametrize("command", [("simulate",), ("tune", "--p95-wait", "2m")])
def test_pictures_tell_the_extra_that_they_take(bare: Bare, command: tuple[str, ...]) -> None:
    run = bare.run("autoscaler", *command, "--config", example(bare), *LOAD, "--out", "pictures")

    assert run.returncode == 2
    assert "matplotlib" in run.stderr
    assert "pip install 'nomad-queue-autoscaler[simulate]'" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_demo_tells_the_extra_that_it_takes(bare: Bare) -> None:
    run = bare.run("autoscaler", "demo")

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        "autoscaler demo: not installed: flask, hcl2, moto, rich; "
        "pip install 'nomad-queue-autoscaler[demo]'\n"
    )


def test_the_transcoder_tells_the_extra_that_has_an_ffmpeg(bare: Bare, tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    video.write_bytes(b"no video")

    run = bare.run("transcoder", "run", str(video), "--output", str(tmp_path / "out"))

    assert run.returncode == 78
    assert "pip install 'nomad-queue-autoscaler[ffmpeg]'" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr
