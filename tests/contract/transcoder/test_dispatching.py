"""
``transcoder dispatch`` against Nomad: the devstack's stand-in, and a real agent where there is one.

The job is the one that users register, run without isolation.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from devstack.cluster import NomadCluster
from devstack.standin import StandIn
from tests.contract.transcoder.conftest import BUCKET, S3, Transcoder
from tests.contract.transcoder.nomad_clusters import (
    FLAVOURS,
    JOB_FILE,
    opened,
    register,
    start_node,
    without_retries,
)
from transcoder.adapters.nomad import NomadJobs, connect
from transcoder.cli.narrator import Narrator
from transcoder.core.children import State
from transcoder.core.lists import Entry
from transcoder.core.order import Order
from transcoder.dispatch import dispatch
from transcoder.errors import DispatchError
from transcoder.following import Pace, follow

pytestmark = pytest.mark.ffmpeg

TOKEN = "5d4f7c9e-1f0a-4d5c-9a57-0c6b2c3f1a11"


@pytest.fixture(scope="module", params=FLAVOURS)
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, moto_url: str
) -> Iterator[NomadCluster]:
    directory = tmp_path_factory.mktemp("nomad")
    with closing(opened(request.param, directory)) as nomad:
        register(nomad, without_retries(directory), moto_url)
        start_node(nomad)
        yield nomad


def a_list(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "list.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_children_are_dispatched_followed_and_counted(
    cluster: NomadCluster, s3: S3, transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.mp4"
    page.write_bytes(b"<html>")
    path = a_list(tmp_path, f"{plain}  # a video", "page.mp4")
    done = transcoder(
        *["dispatch", path, "--profile", "small", "--wait", "--timeout", "90", "--json"],
        NOMAD_ADDR=cluster.address,
    )
    assert done.returncode == 1, done.stderr
    told = objects(done)
    assert [row["event"] for row in told[:2]] == ["child.dispatched"] * 2
    ends = {row["input"]: row for row in told[2:-1]}
    assert ends[str(plain)]["outcome"] == "done"
    assert ends[str(page)]["outcome"] == "failed"
    assert ends[str(page)]["reason"] == "not_a_video"
    assert "HTML" in ends[str(page)]["detail"]
    assert told[-1] == {"event": "children.ended", "done": 1, "failed": 1}
    published = s3.keys()
    (key,) = (name for name in published if "/.transcoder/" not in name)
    assert ends[str(plain)]["keys"] == [key]
    assert re.fullmatch("videos/out-[0-9a-f]{32}-small.mp4", key)
    assert "2 of 2 ended, 1 failed, 0 running, 0 pending" in done.stderr


def test_a_split_video_is_made_by_a_child_for_each_piece(
    cluster: NomadCluster, s3: S3, transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    path = a_list(tmp_path, str(plain))
    done = transcoder(
        *["dispatch", path, "--profile", "small,poster", "--split", "2", "--wait", "--json"],
        *["--timeout", "90"],
        NOMAD_ADDR=cluster.address,
    )
    assert done.returncode == 0, done.stderr
    assert "poster: not split" in done.stderr
    told = objects(done)
    asked = ["small 1/2", "small 2/2", "small join/2", "poster"]
    assert [row["profile"] for row in told[:4]] == asked
    assert told[-1] == {"event": "children.ended", "done": 4, "failed": 0}
    joined = next(row for row in told if row.get("outcome") and row["profile"] == asked[2])
    published = s3.keys()
    results = [key for key in published if "/.transcoder/" not in key]
    assert [key.rpartition("-")[2] for key in sorted(results)] == ["poster.jpg", "small.mp4"]
    assert joined["keys"] == [key for key in results if key.endswith(".mp4")]
    assert [key for key in published if "/parts/" in key or "/splits/" in key] == []


def test_a_profile_given_twice_makes_a_child_each_and_prints_as_ever(
    cluster: NomadCluster, transcoder: Transcoder, tmp_path: Path
) -> None:
    path = a_list(tmp_path, "http://127.0.0.1:9/never")
    done = transcoder(
        *["dispatch", path, "--profile", "small", "--profile", "large"], NOMAD_ADDR=cluster.address
    )
    assert done.returncode == 0, done.stderr
    shown = re.sub(r"\d{10}-[0-9a-f]{8}", "N", done.stdout)
    shown = re.sub(r"= [0-9a-f]{8}$", "= E", shown, flags=re.MULTILINE)
    child = "Dispatched Job ID = transcode/dispatch-N\nEvaluation ID     = E\n"
    assert shown == "Input file: http://127.0.0.1:9/never\n" + 2 * child


def test_a_job_that_is_not_there_is_told_with_the_mend(
    cluster: NomadCluster, transcoder: Transcoder, tmp_path: Path
) -> None:
    path = a_list(tmp_path, "http://h/a", "http://h/b")
    done = transcoder("dispatch", path, "--job", "no/such", NOMAD_ADDR=f"{cluster.address}/")
    assert done.returncode == 78
    assert "no parameterized job 'no/such'; register it first" in done.stderr
    assert f"(0 of 2 dispatched; the next is small,large of {path}:1)" in done.stderr


def test_metadata_that_the_job_does_not_take_is_told(cluster: NomadCluster) -> None:
    jobs = NomadJobs(connect({"NOMAD_ADDR": cluster.address}), "transcode")
    with pytest.raises(DispatchError, match=r"takes other metadata.*colour") as failure:
        jobs.dispatch({"input": "x", "colour": "red"})
    assert failure.value.exit_code == 78
    with pytest.raises(DispatchError, match="takes other metadata"):
        jobs.dispatch({"profile": "small"})


def test_a_child_that_finds_no_input_is_told_with_its_code(cluster: NomadCluster, s3: S3) -> None:
    assert s3.keys() == []
    jobs = NomadJobs(connect({"NOMAD_ADDR": cluster.address}), "transcode")
    entry = Entry("/no/such/file.mp4", "l.txt", 1)
    children = dispatch([(entry, [Order("small")])], jobs, lambda _: None, lambda _: None)
    (child,) = follow(children, jobs, Pace(timeout_seconds=90.0), Narrator(as_json=False))
    assert child.state is State.FAILED
    assert child.why.startswith("missing_input: ")


def test_a_token_is_asked_for_where_the_server_wants_one(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    path = a_list(tmp_path, "http://h/a")
    nomad = StandIn.start(tmp_path / "guarded", acl_token=TOKEN)
    try:
        nomad.register(JOB_FILE, {"s3_bucket": BUCKET})
        refused = transcoder("dispatch", path, NOMAD_ADDR=nomad.address)
        allowed = transcoder("dispatch", path, NOMAD_ADDR=nomad.address, NOMAD_TOKEN=TOKEN)
    finally:
        nomad.close()
    assert refused.returncode == 78
    assert "Permission denied" in refused.stderr
    assert "NOMAD_TOKEN" in refused.stderr
    assert allowed.returncode == 0, allowed.stderr


def test_waiting_that_is_interrupted_tells_how_to_go_on(
    cluster: NomadCluster, plain: Path, tmp_path: Path
) -> None:
    """The children go on: the server has them."""
    path = a_list(tmp_path, f"{plain}")
    process = subprocess.Popen(
        [sys.executable, "-m", "transcoder", *("dispatch", path, "--wait", "--profile", "small")],
        env={"PATH": os.defpath, "NOMAD_ADDR": cluster.address},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("Input file")
    child_id = process.stdout.readline().split(" = ")[1].strip()
    assert process.stdout.readline().startswith("Evaluation ID")
    assert "of 1 ended" in process.stderr.readline(), "it follows"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the children go on; see how with: transcoder status" in told
    jobs = NomadJobs(connect({"NOMAD_ADDR": cluster.address}), "transcode")
    assert child_id in jobs.statuses(0, 0).by_id


def test_a_list_dispatched_again_makes_no_second_children(
    cluster: NomadCluster, s3: S3, transcoder: Transcoder, plain: Path, tmp_path: Path
) -> None:
    (tmp_path / "page.mp4").write_bytes(b"<html>")
    (tmp_path / "again.mp4").write_bytes(plain.read_bytes())
    path = a_list(tmp_path, "again.mp4", "page.mp4")
    arguments = ["dispatch", path, "--profile", "small", "--once", "--wait", "--json"]
    first = transcoder(*arguments, "--timeout", "90", NOMAD_ADDR=cluster.address)
    again = transcoder(*arguments, "--timeout", "90", NOMAD_ADDR=cluster.address)
    assert (first.returncode, again.returncode) == (1, 1), again.stderr
    made = {row["input"]: row for row in objects(first)[:2]}
    then = {row["input"]: row for row in objects(again)[:2]}
    done, failed = str(tmp_path / "again.mp4"), str(tmp_path / "page.mp4")
    assert [then[done]["event"], then[failed]["event"]] == ["child.known", "child.dispatched"]
    assert then[done]["job_id"] == made[done]["job_id"]
    assert objects(again)[-1] == {"event": "children.ended", "done": 1, "failed": 1}


def test_a_server_out_of_reach_is_worth_another_attempt(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    path = a_list(tmp_path, "http://h/a")
    done = transcoder("dispatch", path, NOMAD_ADDR="http://127.0.0.1:9")
    assert done.returncode == 75
    assert "http://127.0.0.1:9 cannot dispatch now: [Errno 111] Connection refused" in done.stderr


def test_an_address_that_is_none_is_told(transcoder: Transcoder, tmp_path: Path) -> None:
    done = transcoder("dispatch", a_list(tmp_path, "http://h/a"), NOMAD_ADDR="127.0.0.1:4646")
    assert done.returncode == 78
    assert "NOMAD_ADDR is '127.0.0.1:4646'" in done.stderr


def test_nothing_is_dispatched_where_a_list_is_wrong(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    path = a_list(tmp_path, "http://h/a", "absent.mp4", "ftp://h/x")
    done = transcoder("dispatch", path, "--profile", "huge", NOMAD_ADDR="http://127.0.0.1:9")
    assert done.returncode == 65
    assert done.stdout == ""
    absent, foreign, unknown, count = done.stderr.splitlines()
    assert absent == f"transcoder: {path}:2: there is no file {tmp_path}/absent.mp4"
    assert foreign == (
        f"transcoder: {path}:3: ftp://h/x: ftp:// is not known; http, https, s3 and files are"
    )
    assert unknown.startswith("transcoder: --profile huge: unknown profile 'huge'; known are small")
    assert count == "transcoder: problems: 3; nothing was dispatched"


def test_an_unknown_profile_alone_is_a_matter_of_configuration(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    done = transcoder("dispatch", a_list(tmp_path, "http://h/a"), "--profile", "huge")
    assert done.returncode == 78


def test_a_dry_run_asks_no_server(transcoder: Transcoder, tmp_path: Path) -> None:
    path = a_list(tmp_path, "# two", "http://h/a", "s3://vids/b.mp4")
    done = transcoder("dispatch", path, "--dry-run", NOMAD_ADDR="http://127.0.0.1:9")
    assert done.returncode == 0
    assert done.stdout == (
        "Input file: http://h/a\nWould dispatch with profile = small,large\n"
        "Input file: s3://vids/b.mp4\nWould dispatch with profile = small,large\n"
    )


def test_an_empty_list_is_told_and_is_no_failure(transcoder: Transcoder, tmp_path: Path) -> None:
    done = transcoder("dispatch", a_list(tmp_path, "# nothing yet"))
    assert (done.returncode, done.stdout) == (0, "")
    assert "name no input" in done.stderr


@pytest.mark.parametrize(
    ("environment", "verify"),
    [
        ({}, True),
        ({"NOMAD_CACERT": "/ca.pem"}, "/ca.pem"),
        ({"NOMAD_CAPATH": "/ca"}, "/ca"),
        ({"NOMAD_SKIP_VERIFY": "true"}, False),
        ({"NOMAD_SKIP_VERIFY": "0"}, True),
    ],
)
def test_certificates_are_verified_unless_told_otherwise(
    environment: dict[str, str], verify: bool | str
) -> None:
    assert connect({"NOMAD_ADDR": "https://nomad:4646", **environment}).verify == verify
