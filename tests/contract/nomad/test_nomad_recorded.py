"""
Replay the recorded minutes against a fresh cluster, and compare each answer with the recorded one.

One run of the scenario serves all comparisons.
"""

from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.nomad.api import Cluster
from tests.contract.nomad.conftest import Start, started
from tests.contract.nomad.recordings import Recording, disagreements, event_lines, recording
from tests.contract.nomad.scenario import EventFollower, Scenario

NOTHING: frozenset[str] = frozenset()
#: The children of the replay sleep for less than the recorded ones did.
INPUT = frozenset({"input"})
#: The agent's version, which the recorded build did not tell.
VERSION = frozenset({"Version"})
#: What depends on how far the tasks have come, and on which node was tried first.
PROGRESS = frozenset(
    {
        *("ClientDescription", "ClientStatus", "Failed", "Restarts", "State"),
        *("Details", "DisplayMessage", "Message", "Type"),
        *("ClassExhausted", "DimensionExhausted", "NodesEvaluated", "NodesExhausted"),
        *("ScoreMetaData", "dc1", "Status", "input"),
    }
)
#: The same, of an allocation that is over.
CHOICE = frozenset({"ScoreMetaData", "NodesEvaluated", "NodesExhausted", "dc1", "input", "Status"})

#: Each recording that is replayed, with the keys whose values depend on the moment.
COMPARED = {
    "status-leader": NOTHING,
    "job-missing": NOTHING,
    "summary-missing": NOTHING,
    "job-register": NOTHING,
    "summary-idle": NOTHING,
    "dispatch": NOTHING,
    "dispatch-missing-meta": NOTHING,
    "dispatch-unknown-meta": NOTHING,
    "dispatch-unknown-job": NOTHING,
    "summary-pending": NOTHING,
    "job": NOTHING,
    "jobs-prefix": NOTHING,
    "child-job": INPUT,
    "child-evaluations": NOTHING,
    "evaluations": NOTHING,
    "nodes-none": NOTHING,
    "summary-blocking": frozenset({"Pending", "Running"}),
    "summary-running": NOTHING,
    "nodes": VERSION,
    "node": NOTHING,
    "node-allocations": PROGRESS,
    "allocations": PROGRESS,
    "node-ineligible": NOTHING,
    "node-drain": NOTHING,
    "nodes-draining": VERSION,
    "node-undrain": frozenset({"EvalIDs"}),
    "node-eligible": frozenset({"EvalIDs"}),
    "node-missing": NOTHING,
    "summary-dead": NOTHING,
    "allocation": CHOICE,
    "nodes-down": VERSION,
    "node-purge": frozenset({"EvalIDs"}),
    "system-gc": NOTHING,
    "summary-after-gc": NOTHING,
    "agent-self-404": NOTHING,
}
#: Which events the replay has to tell of; others depend on timing.
EVENTS = {
    ("Allocation", "AllocationUpdated"),
    ("Allocation", "PlanResult"),
    ("Evaluation", "EvaluationUpdated"),
    ("Evaluation", "PlanResult"),
    ("Job", "AllocationUpdated"),
    ("Job", "JobRegistered"),
    ("Job", "PlanResult"),
    ("Node", "NodeDrain"),
    ("Node", "NodeRegistration"),
}


@pytest.fixture(scope="module")
def replay(flavour: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, Any]:
    """The played scenario, and the events that were told meanwhile."""
    with ExitStack() as stack:
        directory = tmp_path_factory.mktemp("replay") / "nomad"
        cluster = started(flavour, directory, stack, acl=False)
        follower = EventFollower(cluster)
        scenario = Scenario(cluster)
        scenario.play()
        return scenario, follower.events()


def comparable(headers: Any) -> set[str]:
    """The names of the headers that are Nomad's, or tell how to read the body."""
    return {name for name in headers if name.startswith("X-Nomad-") or name == "Content-Type"}


@pytest.mark.parametrize("name", COMPARED)
def test_an_answer_agrees_with_the_recorded_one(
    name: str, replay: tuple[Scenario, list[dict[str, Any]]]
) -> None:
    expected = recording(name)

    reply = replay[0].answers[name]

    assert reply.status_code == expected.status
    assert comparable(reply.headers) == comparable(expected.headers)
    assert list(disagreements(expected.body, body_of(reply), apart_from=COMPARED[name])) == []


def body_of(reply: Any) -> Any:
    is_json = reply.headers.get("Content-Type") == "application/json"
    return reply.json() if is_json else reply.text


@pytest.mark.parametrize(("topic", "kind"), sorted(EVENTS))
def test_an_event_has_the_form_of_the_recorded_ones(
    topic: str, kind: str, replay: tuple[Scenario, list[dict[str, Any]]]
) -> None:
    recorded = [event for line in event_lines() for event in line["Events"]]
    expected = next(event for event in recorded if (event["Topic"], event["Type"]) == (topic, kind))

    told = [event for event in replay[1] if (event["Topic"], event["Type"]) == (topic, kind)]

    assert told
    found = disagreements(expected, told[0])
    assert [text for text in found if " lacks " in text] == []


def test_the_metrics_count_what_waits_and_what_is_there(
    replay: tuple[Scenario, list[dict[str, Any]]],
) -> None:
    recorded = {gauge["Name"] for gauge in recording("metrics").body["Gauges"]}

    gauges = replay[0].answers["metrics"].json()["Gauges"]

    wanted = {
        "nomad.nomad.blocked_evals.total_blocked",
        "nomad.nomad.job_status.dead",
        "nomad.nomad.job_summary.queued",
    }
    assert wanted <= recorded
    assert wanted <= {gauge["Name"] for gauge in gauges}


@pytest.mark.parametrize("name", ["acl-denied-summary", "acl-bad-token", "acl-denied-drain"])
def test_who_may_not_is_refused_in_the_recorded_words(name: str, start: Start) -> None:
    cluster = start(acl=True)
    expected = recording(name)
    token = {"acl-bad-token": "99999999-8888-7777-6666-555555555555"}.get(name, "")

    reply = cluster.ask(
        expected.method, expected.path, expected.body_sent, headers={"X-Nomad-Token": token}
    )

    assert (reply.status_code, reply.text) == (expected.status, expected.body)
    assert comparable(reply.headers) == comparable(expected.headers)


def test_the_management_token_may_do_everything(start: Start) -> None:
    cluster = start(acl=True)

    assert cluster.get("/v1/nodes") == []
    assert cluster.get("/v1/jobs") == []


@pytest.mark.parametrize("name", ["no-leader-status", "no-leader-summary"])
def test_without_a_leader_nothing_is_answered(name: str, standin: Cluster) -> None:
    expected: Recording = recording(name)

    standin.put("/v1/standin/leader", {"present": False})
    without = standin.ask(expected.method, expected.path)
    standin.put("/v1/standin/leader", {"present": True})
    again = standin.ask(expected.method, expected.path)

    assert (without.status_code, without.text) == (expected.status, expected.body)
    assert comparable(without.headers) == comparable(expected.headers)
    assert again.status_code == 200


def test_a_waiting_reader_learns_that_the_leader_is_lost(standin: Cluster) -> None:
    index = standin.ask("GET", "/v1/job/transcode/summary").headers["X-Nomad-Index"]
    standin.put("/v1/standin/leader", {"present": False})

    reply = standin.ask("GET", f"/v1/job/transcode/summary?index={index}&wait=60s")

    assert (reply.status_code, reply.text) == (500, "No cluster leader")
