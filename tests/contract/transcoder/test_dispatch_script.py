"""``bin/dispatch.sh``, for those who come from the demo of 2017, against Nomad."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devstack.cluster import NomadCluster
from tests.contract.transcoder.nomad_clusters import FLAVOURS, JOB_FILE, opened, register
from transcoder.adapters.nomad import connect
from transcoder.adapters.nomad_children import NomadChildren

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "bin" / "dispatch.sh"
ONE = ROOT / "samples" / "one.txt"
#: Where the `transcoder` of these tests is.
BIN = Path(sys.executable).parent
#: No bucket: nothing runs, as the cluster has no node.
NO_S3 = "http://127.0.0.1:9"


@pytest.fixture(scope="module", params=FLAVOURS)
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NomadCluster]:
    """A cluster without nodes: what is dispatched waits."""
    with closing(opened(request.param, tmp_path_factory.mktemp("nomad"))) as nomad:
        register(nomad, JOB_FILE, NO_S3)
        yield nomad


def run(
    script: Path, *arguments: str, path: str = f"{BIN}:{os.defpath}", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(script), *arguments],
        env={"PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_prints_what_the_demo_printed(cluster: NomadCluster) -> None:
    done = run(SCRIPT, str(ONE), NOMAD_ADDR=cluster.address)

    assert done.returncode == 0, done.stderr
    shown = re.sub(r"dispatch-\d{10}-[0-9a-f]{8}", "dispatch-N", done.stdout)
    shown = re.sub(r"= [0-9a-f]{8}$", "= E", shown, flags=re.MULTILINE)
    url = ONE.read_text(encoding="utf-8").splitlines()[-1]
    child = "Dispatched Job ID = transcode/dispatch-N\nEvaluation ID     = E\n"
    assert shown == f"Input file: {url}\n" + 2 * child


def test_each_input_gets_a_child_for_small_and_one_for_large(cluster: NomadCluster) -> None:
    done = run(SCRIPT, str(ONE), NOMAD_ADDR=cluster.address)

    ids = re.findall(r"Dispatched Job ID = (\S+)", done.stdout)
    children = NomadChildren(lambda: connect({"NOMAD_ADDR": cluster.address}), "transcode")
    assert [children.meta(one)["profile"] for one in ids] == ["small", "large"]


def test_options_of_the_dispatcher_go_through() -> None:
    done = run(SCRIPT, str(ONE), "--dry-run")

    assert done.returncode == 0, done.stderr
    assert re.findall(r"profile = (\S+)", done.stdout) == ["small", "large"]


def test_a_list_of_the_demo_works_as_it_is(tmp_path: Path) -> None:
    """As docs/migrating-from-the-2017-demo.md shows it: no comment, and no end of the last line."""
    old = tmp_path / "old-list.txt"
    old.write_text("https://example.com/a.mp4\nhttps://example.com/b.mp4", encoding="utf-8")

    done = run(SCRIPT, str(old), "--dry-run")

    assert done.returncode == 0, done.stderr
    assert done.stdout in (ROOT / "docs/migrating-from-the-2017-demo.md").read_text("utf-8")


def test_without_a_list_it_tells_how_it_is_used() -> None:
    done = run(SCRIPT)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: dispatch.sh LIST")


def test_the_exit_code_is_the_dispatchers(tmp_path: Path) -> None:
    done = run(SCRIPT, str(tmp_path / "absent.txt"))

    assert done.returncode == 65
    assert "absent.txt: cannot be read" in done.stderr


def a_checkout(directory: Path) -> Path:
    """The script in a tree of its own."""
    (directory / "bin").mkdir(parents=True)
    return Path(shutil.copy(SCRIPT, directory / "bin"))


def test_without_a_transcoder_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = run(a_checkout(tmp_path / "tree"), str(ONE), path=os.defpath)

    assert (done.returncode, done.stdout) == (127, "")
    assert "no transcoder on PATH" in done.stderr
    assert "make install" in done.stderr


def test_the_transcoder_of_the_checkout_serves_from_wherever_the_script_is_called(
    tmp_path: Path,
) -> None:
    script = a_checkout(tmp_path / "a tree")
    (script.parents[1] / ".venv").mkdir()
    (script.parents[1] / ".venv" / "bin").symlink_to(BIN)
    link = tmp_path / "linked"
    link.symlink_to(script)

    done = run(link, str(ONE), "--dry-run", path=os.defpath)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Input file: https://")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="needs shellcheck")
def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(
        ["shellcheck", "--severity=style", str(SCRIPT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")
