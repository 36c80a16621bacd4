"""
``transcoder status`` against Nomad: the devstack's stand-in, and real agents where there are some.

The tasks say what the transcoder says, and last as long as a test needs them to.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from devstack.agents import Agents
from devstack.cluster import NomadCluster, find_nomad
from devstack.deadline import wait_until
from devstack.standin import StandIn
from tests.contract.transcoder.nomad_clusters import (
    FLAVOURS,
    JOB_FILE,
    REAL,
    opened,
    register,
    start_node,
    without_retries,
)

TOKEN = "5d4f7c9e-1f0a-4d5c-9a57-0c6b2c3f1a11"
SECONDS = 40.0
TASK = """#!/bin/sh
outcome() { echo "{\\"event\\": \\"transcoder.outcome\\", \\"outcome\\": $1}"; }
case "$NOMAD_META_input" in
*good*)
  outcome '"done", "exit_code": 0, "outputs": [{"key": "videos/a.mp4"}], "seconds": {"total": 1.5}'
  ;;
*bad*)
  outcome '"failed", "reason": "not_a_video", "detail": "it is text", "exit_code": 65'
  exit 65 ;;
*crash*) kill -KILL $$ ;;
*)
  echo '{"event": "transcode.progressed", "percent": 42.0, "speed": 2.1, "eta_seconds": 9}' >&2
  exec sleep 300 ;;
esac
"""


@pytest.fixture(scope="module", params=FLAVOURS)
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NomadCluster]:
    """A cluster with a node, on which a child of each kind has got as far as it will."""
    directory = tmp_path_factory.mktemp("nomad")
    command = directory / "task"
    command.write_text(TASK, encoding="utf-8")
    command.chmod(0o755)
    with closing(opened(request.param, directory)) as nomad:
        register(nomad, without_retries(directory), "http://127.0.0.1:9", command, cpu="400")
        start_node(nomad)
        dispatch(nomad, "good.mp4", "bad.mp4", "crash.mp4", "http://h/long.mp4?key=secret")
        settle(nomad, running=1, dead=3)
        yield nomad


def dispatch(nomad: NomadCluster, *inputs: str) -> list[str]:
    found = []
    for given in inputs:
        url = f"{nomad.address}/v1/job/transcode/dispatch"
        reply = requests.put(url, json={"Meta": {"input": given}}, timeout=10)
        reply.raise_for_status()
        found.append(str(reply.json()["DispatchedJobID"]))
    return found


def settle(nomad: NomadCluster, *, running: int, dead: int) -> None:
    """Wait until so many children run, and have said so, and so many have ended."""

    def settled() -> bool:
        told = survey(nomad)
        speaking = sum(child["percent"] is not None for child in told["children"])
        return (speaking, told["done"] + told["failed"]) == (running, dead)

    wait_until(settled, seconds=SECONDS, what="the children to settle")


def status(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "transcoder", "status", *arguments],
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def survey(nomad: NomadCluster, *arguments: str) -> dict[str, Any]:
    done = status("--json", *arguments, NOMAD_ADDR=nomad.address)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def by_input(seen: dict[str, Any]) -> dict[str, dict[str, Any]]:
    names = (child["input"].partition("?")[0].rpartition("/")[2] for child in seen["children"])
    return dict(zip(names, seen["children"], strict=True))


def test_each_child_is_told_by_its_own_words(cluster: NomadCluster) -> None:
    told = survey(cluster)
    seen = by_input(told)

    counts = {name: told[name] for name in ("pending", "running", "done", "failed")}
    assert counts == {"pending": 0, "running": 1, "done": 1, "failed": 2}
    long, good = seen["long.mp4"], seen["good.mp4"]
    assert (long["state"], long["percent"], long["eta_seconds"]) == ("running", 42.0, 9.0)
    assert (good["state"], good["keys"], good["took_seconds"]) == ("done", ["videos/a.mp4"], 1.5)
    bad, crash = seen["bad.mp4"], seen["crash.mp4"]
    assert (bad["reason"], bad["detail"]) == ("not_a_video", "it is text")
    assert "Exit Code: 137" in crash["detail"]
    assert crash["trouble"] == "its log tells no outcome"
    assert {child["node"] for child in seen.values()} == {"i-0123456789abcdef0"}
    assert {child["attempt"] for child in seen.values()} == {1}


def test_people_read_the_same_in_columns(cluster: NomadCluster) -> None:
    done = status(NOMAD_ADDR=cluster.address)

    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first == "transcode: 0 pending, 1 running, 2 failed, 1 done"
    assert [line for line in rest if line and line[0] != " "] == ["RUNNING", "FAILED", "DONE"]
    (running,) = (line for line in rest if "long.mp4" in line)
    assert "[####······]  42 %  2.1x  0:09 left  http://h/long.mp4?key=… (small,large)" in running
    assert "      not_a_video: it is text" in rest


def test_only_failures_are_told_where_only_they_are_asked_for(cluster: NomadCluster) -> None:
    told = survey(cluster, "--failed", "--last", "1")

    assert (told["running"], told["done"], told["failed"]) == (1, 1, 2), "all are counted"
    (child,) = told["children"]
    assert child["state"] == "failed"


def test_a_watch_tells_again_until_it_is_interrupted(cluster: NomadCluster) -> None:
    command = [sys.executable, "-m", "transcoder", *("status", "--watch", "1", "--json")]
    environment = {"PATH": os.defpath, "NOMAD_ADDR": cluster.address}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as watch:
        assert watch.stdout is not None
        told = [json.loads(watch.stdout.readline()) for _ in range(2)]
        watch.send_signal(signal.SIGINT)
        code = watch.wait(10)

    assert code == 130
    assert [one["running"] for one in told] == [1, 1]
    assert told[1]["at"] - told[0]["at"] >= 1.0


def test_a_job_that_is_not_there_is_told_with_the_mend(cluster: NomadCluster) -> None:
    done = status("--job", "no/such", NOMAD_ADDR=cluster.address)

    assert (done.returncode, done.stdout) == (78, "")
    assert "no parameterized job 'no/such'; register it first" in done.stderr


@pytest.fixture(params=FLAVOURS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NomadCluster]:
    """A cluster of a test's own, with a node and the job."""
    command = tmp_path / "task"
    command.write_text(TASK, encoding="utf-8")
    command.chmod(0o755)
    with closing(opened(request.param, tmp_path / "nomad")) as nomad:
        register(nomad, without_retries(tmp_path), "http://127.0.0.1:9", command, cpu="400")
        start_node(nomad)
        yield nomad


def test_a_node_that_is_gone_hides_no_child(fresh: NomadCluster) -> None:
    dispatch(fresh, "bad.mp4", "long.mp4")
    settle(fresh, running=1, dead=1)

    fresh.stop_node("i-0123456789abcdef0")

    seen = by_input(survey(fresh))
    gone = "its log cannot be read: its node is gone, or cannot be reached"
    assert [seen[name]["trouble"] for name in ("bad.mp4", "long.mp4")] == [gone, gone]
    assert "Exit Code: 65 (bad input)" in seen["bad.mp4"]["detail"]


def test_a_child_that_was_stopped_is_not_done(fresh: NomadCluster) -> None:
    (child_id,) = dispatch(fresh, "long.mp4")
    settle(fresh, running=1, dead=0)

    path = f"{fresh.address}/v1/job/{child_id.replace('/', '%2F')}"
    requests.delete(path, timeout=10).raise_for_status()

    def ended() -> bool:
        return by_input(survey(fresh))["long.mp4"]["since_seconds"] is not None

    settle(fresh, running=0, dead=1)
    wait_until(ended, seconds=SECONDS, what="the task's end")
    told = survey(fresh)
    assert (told["done"], told["failed"]) == (0, 1)
    assert told["children"][0]["detail"] == "it was stopped while running"


def test_children_that_wait_are_told_with_their_age(fresh: NomadCluster, tmp_path: Path) -> None:
    register(fresh, JOB_FILE, "http://127.0.0.1:9", tmp_path / "task", cpu="90000")
    dispatch(fresh, "one.mp4", "two.mp4")

    told = survey(fresh)

    assert told["pending"] == 2
    assert 0 <= told["oldest_pending_seconds"] < SECONDS
    assert [child["input"] for child in told["children"]] == ["one.mp4", "two.mp4"]


def test_a_token_is_asked_for_where_the_server_wants_one(tmp_path: Path) -> None:
    with closing(StandIn.start(tmp_path / "guarded", acl_token=TOKEN)) as nomad:
        nomad.register(JOB_FILE, {"s3_bucket": "vids"})
        refused = status(NOMAD_ADDR=nomad.address)
        allowed = status(NOMAD_ADDR=nomad.address, NOMAD_TOKEN=TOKEN)

    assert refused.returncode == 78
    assert "Permission denied" in refused.stderr
    assert "NOMAD_TOKEN needs the right read-job" in refused.stderr
    assert (allowed.returncode, allowed.stdout) == (
        *(0, "transcode: 0 pending, 0 running, 0 failed, 0 done\n"),
    )


LOOKER = 'namespace "default" { capabilities = ["list-jobs", "read-job"] }'


@pytest.mark.nomad
@pytest.mark.skipif(not REAL, reason="the stand-in has tokens that may do all or nothing")
def test_a_token_that_may_not_read_logs_still_tells_the_rest(tmp_path: Path) -> None:
    executable = find_nomad()
    assert executable is not None
    command = tmp_path / "task"
    command.write_text(TASK, encoding="utf-8")
    command.chmod(0o755)
    with closing(Agents.start(tmp_path / "nomad", executable, acl=True)) as nomad:
        register(nomad, without_retries(tmp_path), "http://127.0.0.1:9", command, cpu="400")
        start_node(nomad)
        with requests.Session() as session:
            session.headers["X-Nomad-Token"] = str(nomad.token)
            acl = f"{nomad.address}/v1/acl"
            session.put(f"{acl}/policy/looker", json={"Name": "looker", "Rules": LOOKER})
            asked = {"Name": "looker", "Type": "client", "Policies": ["looker"]}
            token = session.put(f"{acl}/token", json=asked).json()["SecretID"]
            url = f"{nomad.address}/v1/job/transcode/dispatch"
            session.put(url, json={"Meta": {"input": "bad.mp4"}}).raise_for_status()

        def ended() -> dict[str, Any]:
            done = status("--json", NOMAD_ADDR=nomad.address, NOMAD_TOKEN=token)
            return dict(json.loads(done.stdout))

        wait_until(lambda: ended()["failed"] == 1, seconds=SECONDS, what="the child's end")
        (child,) = ended()["children"]

    assert child["trouble"] == (
        "its log cannot be read: the token may not read logs: it needs the right read-logs"
    )
    assert "Exit Code: 65 (bad input)" in child["detail"]


def test_a_server_out_of_reach_is_worth_another_attempt() -> None:
    done = status(NOMAD_ADDR="http://127.0.0.1:9")

    assert done.returncode == 75
    assert "Nomad cannot be asked now: [Errno 111] Connection refused" in done.stderr


def test_an_address_that_is_none_is_told() -> None:
    done = status(NOMAD_ADDR="127.0.0.1:4646")

    assert done.returncode == 78
    assert "NOMAD_ADDR is '127.0.0.1:4646'" in done.stderr
