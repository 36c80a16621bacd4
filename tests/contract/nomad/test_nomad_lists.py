"""Lists: prefixes, and, as newer Nomads have them, pages and filters; job files, events."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from devstack.cluster import NodeSpec
from tests.contract.nomad.api import Cluster, wait_for

JOB_FILE = Path(__file__).parents[3] / "nomad" / "transcode.nomad.hcl"
SETTINGS = {"s3_bucket": "videos", "driver": "raw_exec", "cpu": "500"}


def test_a_prefix_picks_the_children(cluster: Cluster) -> None:
    children = {cluster.dispatch() for _ in range(3)}

    picked = cluster.get("/v1/jobs", prefix="transcode/dispatch-")

    assert {job["ID"] for job in picked} == children
    assert [job["ID"] for job in picked] == sorted(children)
    assert {job["ID"] for job in cluster.get("/v1/jobs")} == {*children, "transcode"}


def test_task_states_may_be_left_out(cluster: Cluster, small_node: NodeSpec) -> None:
    cluster.boot(small_node)
    cluster.dispatch()
    wait_for(
        lambda: [one["TaskStates"] for one in cluster.get("/v1/allocations")] not in ([], [None]),
        "the task is told of",
    )

    (allocation,) = cluster.get("/v1/allocations", task_states="false", resources="true")

    assert allocation["TaskStates"] is None
    assert allocation["AllocatedResources"]["Tasks"]["tc"]["Cpu"] == {"CpuShares": 900}


def test_every_namespace_may_be_asked_for(cluster: Cluster, small_node: NodeSpec) -> None:
    cluster.boot(small_node)
    cluster.dispatch()
    wait_for(lambda: cluster.get("/v1/allocations"), "it is placed")

    assert len(cluster.get("/v1/allocations", namespace="*")) == 1
    assert len(cluster.get("/v1/jobs", namespace="*")) == 2


def pages(cluster: Cluster, path: str, **parameters: Any) -> list[list[str]]:
    """The ids on each page of a list."""
    found, token = [], ""
    while True:
        reply = cluster.ask("GET", path, params={**parameters, "next_token": token})
        assert reply.status_code == 200, reply.text
        found.append([item["ID"] for item in reply.json()])
        token = reply.headers.get("X-Nomad-Nexttoken", "")
        if not token:
            return found
        assert len(found) < 100


def test_pages_hold_everything_once(standin: Cluster) -> None:
    children = sorted(standin.dispatch() for _ in range(7))

    found = pages(standin, "/v1/jobs", prefix="transcode/", per_page=3)

    assert [len(page) for page in found] == [3, 3, 1]
    assert [one for page in found for one in page] == children


def test_a_filter_and_pages_go_together(standin: Cluster) -> None:
    children = sorted(standin.dispatch() for _ in range(5))
    expression = 'ParentID == "transcode" and Status == "pending"'

    found = pages(standin, "/v1/jobs", filter=expression, per_page=2)

    assert [one for page in found for one in page] == children


def test_a_filter_that_is_none_is_refused(standin: Cluster) -> None:
    reply = standin.ask("GET", "/v1/jobs", params={"filter": "Status is blue"})

    assert reply.status_code == 400
    assert "failed to read filter expression" in reply.text


def test_a_job_file_is_registered_with_its_variables(cluster: Cluster) -> None:
    assert cluster.nomad.register(JOB_FILE, SETTINGS) == "transcode"

    job = cluster.get("/v1/job/transcode")

    (group,) = job["TaskGroups"]
    (task,) = group["Tasks"]
    assert (task["Driver"], task["Config"]["args"]) == ("raw_exec", ["run"])
    assert task["Resources"]["CPU"] == 500
    assert task["Env"]["S3_BUCKET"] == "videos"
    assert task["KillTimeout"] == 10_000_000_000
    assert group["RestartPolicy"]["Delay"] == 15_000_000_000
    assert group["ReschedulePolicy"] == {
        "Attempts": 2,
        "Delay": 30_000_000_000,
        "DelayFunction": "constant",
        "Interval": 86_400_000_000_000,
        "MaxDelay": 0,
        "Unlimited": False,
    }
    assert job["Constraints"] == [
        {"LTarget": "${node.class}", "Operand": "=", "RTarget": "transcode"}
    ]
    assert job["ParameterizedJob"] == {
        "MetaOptional": ["profile", "chunk"],
        "MetaRequired": ["input"],
        "Payload": "optional",
    }


def test_the_stand_in_reads_job_files_itself(standin: Cluster) -> None:
    variables = "\n".join(f"{name} = {json.dumps(value)}" for name, value in SETTINGS.items())
    body = {
        "JobHCL": JOB_FILE.read_text(encoding="utf-8"),
        "Variables": variables,
        "Canonicalize": True,
    }

    parsed = standin.put("/v1/jobs/parse", body)

    standin.put("/v1/jobs", {"Job": parsed})
    registered = standin.get("/v1/job/transcode")
    assert {key: registered[key] for key in parsed} == parsed


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"JobHCL": ""}, "Job spec is empty"),
        ({"JobHCL": 'job "x" {'}, "line 1"),
        ({"JobHCL": 'job "x" { colour = "red" }'}, "colour: is not known here"),
    ],
)
def test_a_bad_job_file_is_refused(body: dict[str, str], words: str, standin: Cluster) -> None:
    reply = standin.ask("PUT", "/v1/jobs/parse", body)

    assert reply.status_code == 400
    assert words in reply.text


def test_the_stream_tells_of_the_topics_that_were_asked_for(cluster: Cluster) -> None:
    address = cluster.nomad.address + "/v1/event/stream?topic=Evaluation"
    with requests.get(address, stream=True, timeout=(5, 30)) as stream:
        lines = stream.iter_lines(chunk_size=1)
        child_id = cluster.dispatch()

        told = next(json.loads(line) for line in lines if len(line) > 2)

    (event,) = told["Events"]
    assert (event["Topic"], event["Type"]) == ("Evaluation", "EvaluationUpdated")
    assert event["Payload"]["Evaluation"]["JobID"] == child_id
    assert event["FilterKeys"][0] == child_id


def test_the_stream_goes_back_to_an_index(cluster: Cluster) -> None:
    first = cluster.dispatch()
    index = cluster.get(f"/v1/job/{first}")["CreateIndex"]
    address = cluster.nomad.address + f"/v1/event/stream?topic=Job:{first}&index={index}"

    with requests.get(address, stream=True, timeout=(5, 30)) as stream:
        told = next(json.loads(line) for line in stream.iter_lines(chunk_size=1) if len(line) > 2)

    assert (told["Index"], told["Events"][0]["Key"]) == (index, first)


@pytest.mark.parametrize(
    ("query", "words"),
    [("topic=a:b:c", "Invalid topic query"), ("index=x", "Unable to parse index")],
)
def test_a_bad_question_to_the_stream_is_refused(query: str, words: str, cluster: Cluster) -> None:
    reply = cluster.ask("GET", f"/v1/event/stream?{query}")

    assert reply.status_code == 400
    assert words in reply.text
