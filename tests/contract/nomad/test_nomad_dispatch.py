"""Registering and dispatching: what is taken, what is refused, and in which words."""

import base64
from typing import Any

import pytest

from tests.contract.nomad.api import Cluster
from tests.contract.nomad.conftest import Start
from tests.contract.nomad.jobs import recorded_job, template


def refused(cluster: Cluster, path: str, body: Any) -> tuple[int, str]:
    reply = cluster.ask("PUT", path, body)
    return reply.status_code, reply.text


def test_a_child_is_its_parent_with_the_meta_of_its_dispatch(cluster: Cluster) -> None:
    child_id = cluster.dispatch({"input": "x", "profile": "large"})

    child = cluster.get(f"/v1/job/{child_id}")

    assert (child["ParentID"], child["Dispatched"]) == ("transcode", True)
    assert child["Meta"] == {"input": "x", "profile": "large"}
    assert child["TaskGroups"] == cluster.get("/v1/job/transcode")["TaskGroups"]


def test_a_child_inherits_what_its_dispatch_does_not_say(cluster: Cluster) -> None:
    child_id = cluster.dispatch({"input": "x"})

    assert cluster.get(f"/v1/job/{child_id}")["Meta"] == {"input": "x", "profile": "small"}


@pytest.mark.parametrize("written", ["/v1/job/{}", "/v1/job/{}/summary", "/v1/job/{}/evaluations"])
def test_the_slash_in_a_childs_id_may_be_raw_or_escaped(written: str, cluster: Cluster) -> None:
    child_id = cluster.dispatch()

    raw = cluster.ask("GET", written.format(child_id))
    escaped = cluster.ask("GET", written.format(child_id.replace("/", "%2F")))

    assert (raw.status_code, escaped.status_code) == (200, 200)
    assert int(raw.headers["X-Nomad-Index"]) <= int(escaped.headers["X-Nomad-Index"])


def test_a_job_that_is_no_template_cannot_be_dispatched(cluster: Cluster) -> None:
    child_id = cluster.dispatch()

    answer = refused(cluster, f"/v1/job/{child_id}/dispatch", {"Meta": {"input": "6"}})

    assert answer == (500, f'Specified job "{child_id}" is not a parameterized job')


def test_a_stopped_template_cannot_be_dispatched(cluster: Cluster) -> None:
    assert cluster.ask("DELETE", "/v1/job/transcode").status_code == 200

    answer = refused(cluster, "/v1/job/transcode/dispatch", {"Meta": {"input": "6"}})

    assert answer == (500, 'Specified job "transcode" is stopped')
    assert cluster.get("/v1/job/transcode")["Status"] == "dead"


def test_an_id_that_is_not_the_paths_is_refused(cluster: Cluster) -> None:
    body = {"JobID": "other", "Meta": {"input": "6"}}

    assert refused(cluster, "/v1/job/transcode/dispatch", body) == (400, "Job ID does not match")


@pytest.mark.parametrize(
    ("rule", "payload", "words"),
    [
        ("required", b"", "Payload is not provided but required by parameterized job"),
        ("forbidden", b"x", "Payload provided but forbidden by parameterized job"),
        ("optional", b"x" * 16385, "Payload exceeds maximum size; 16385 > 16384"),
    ],
)
def test_the_rules_for_payloads_are_kept(
    rule: str, payload: bytes, words: str, start: Start
) -> None:
    cluster = start()
    parameters = {**recorded_job()["ParameterizedJob"], "Payload": rule}
    cluster.put("/v1/jobs", {"Job": template(ParameterizedJob=parameters)})
    body = {"Meta": {"input": "6"}, "Payload": base64.b64encode(payload).decode()}

    assert refused(cluster, "/v1/job/transcode/dispatch", body) == (500, words)


def test_a_childs_payload_can_be_read_again(cluster: Cluster) -> None:
    payload = base64.b64encode(b"16 KiB at most" * 1000).decode()
    body = {"Meta": {"input": "6"}, "Payload": payload}

    child_id = cluster.put("/v1/job/transcode/dispatch", body)["DispatchedJobID"]

    assert cluster.get(f"/v1/job/{child_id}")["Payload"] == payload


def test_registering_the_same_job_again_changes_nothing(cluster: Cluster) -> None:
    before = cluster.get("/v1/job/transcode")

    cluster.put("/v1/jobs", {"Job": recorded_job()})

    assert cluster.get("/v1/job/transcode") == before


def test_registering_another_version_keeps_the_children_counted(cluster: Cluster) -> None:
    cluster.dispatch()

    cluster.put("/v1/jobs", {"Job": template(Priority=60)})

    job = cluster.get("/v1/job/transcode")
    assert (job["Version"], job["Priority"]) == (1, 60)
    assert cluster.children() == (1, 0, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Datacenters": []}, "Missing job datacenters"),
        ({"TaskGroups": []}, "Missing job task groups"),
        ({"Priority": 101}, "Job priority must be between [1, 100]"),
    ],
)
def test_a_bad_job_is_refused(changes: dict[str, Any], words: str, cluster: Cluster) -> None:
    status, text = refused(cluster, "/v1/jobs", {"Job": template(**changes)})

    assert status == 500
    assert words in text


@pytest.mark.parametrize("body", [{}, {"Job": None}])
def test_a_registration_without_a_job_is_refused(body: Any, cluster: Cluster) -> None:
    assert refused(cluster, "/v1/jobs", body) == (400, "Job must be specified")


def test_purging_a_pending_child_leaves_it_counted_as_dead(cluster: Cluster) -> None:
    child_id = cluster.dispatch()

    assert cluster.ask("DELETE", f"/v1/job/{child_id}?purge=true").status_code == 200

    assert cluster.ask("GET", f"/v1/job/{child_id}").status_code == 404
    assert cluster.children() == (0, 0, 1)


def test_a_token_makes_a_repeated_dispatch_one(standin: Cluster) -> None:
    path = "/v1/job/transcode/dispatch?idempotency_token=once"

    first = standin.put(path, {"Meta": {"input": "1"}})
    second = standin.put(path, {"Meta": {"input": "1"}})

    assert first["DispatchedJobID"] == second["DispatchedJobID"]
    assert standin.children() == (1, 0, 0)
