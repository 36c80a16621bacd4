"""Tasks: what they find in their environment, how they end, start again, and tell of it."""

from typing import Any

import pytest

from devstack.cluster import NodeSpec
from tests.contract.nomad.api import Cluster, wait_for
from tests.contract.nomad.conftest import Start
from tests.contract.nomad.jobs import shell_template, with_group, with_task

SECOND = 1_000_000_000


def run(start: Start, job: dict[str, Any], spec: NodeSpec, **meta: str) -> tuple[Cluster, str]:
    """Dispatch one child of a job on one node; the cluster and the child."""
    cluster = start()
    cluster.put("/v1/jobs", {"Job": job})
    cluster.boot(spec)
    return cluster, cluster.dispatch({"input": "some input", **meta})


def ended(cluster: Cluster, child_id: str) -> dict[str, Any]:
    """The state of a child's one task once its allocation is over."""

    def over() -> Any:
        return [
            item
            for item in cluster.allocations_of(child_id)
            if item["ClientStatus"] in {"complete", "failed"}
        ]

    allocation = wait_for(over, "the allocation is over")[0]
    (state,) = allocation["TaskStates"].values()
    return dict(state)


def output(cluster: Cluster, child_id: str, kind: str = "stdout") -> str:
    alloc_id = cluster.allocations_of(child_id)[-1]["ID"]
    reply = cluster.ask("GET", f"/v1/client/fs/logs/{alloc_id}?task=tc&type={kind}&plain=true")
    assert reply.status_code == 200, reply.text
    return reply.text


def test_a_task_finds_its_job_in_its_environment(start: Start, small_node: NodeSpec) -> None:
    spec = NodeSpec(**{**as_fields(small_node), "environment": {"FROM_THE_NODE": "n"}})
    cluster, child_id = run(start, shell_template("env", Env={"OWN": "${NOMAD_META_input}!"}), spec)

    assert ended(cluster, child_id)["Failed"] is False
    found = dict(
        line.split("=", 1) for line in output(cluster, child_id).splitlines() if "=" in line
    )

    assert (found["NOMAD_META_input"], found["NOMAD_META_INPUT"]) == ("some input", "some input")
    assert (found["NOMAD_META_profile"], found["NOMAD_META_PROFILE"]) == ("small", "small")
    assert (found["NOMAD_JOB_ID"], found["NOMAD_JOB_PARENT_ID"]) == (child_id, "transcode")
    assert (found["NOMAD_TASK_NAME"], found["NOMAD_GROUP_NAME"]) == ("tc", "tc")
    assert (found["NOMAD_CPU_LIMIT"], found["NOMAD_MEMORY_LIMIT"]) == ("900", "200")
    assert (found["NOMAD_DC"], found["NOMAD_REGION"]) == ("dc1", "global")
    assert found["NOMAD_ALLOC_ID"] == cluster.allocations_of(child_id)[0]["ID"]
    assert (found["OWN"], found["FROM_THE_NODE"]) == ("some input!", "n")
    assert "PATH" in found


def as_fields(spec: NodeSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in spec.__slots__}


def test_the_agents_own_credentials_do_not_reach_tasks(
    start: Start, small_node: NodeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of the agent's")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "no secret")

    cluster, child_id = run(start, shell_template("env"), small_node)

    ended(cluster, child_id)
    assert "a secret" not in output(cluster, child_id)
    assert "AWS_DEFAULT_REGION=no secret" in output(cluster, child_id)


def test_credentials_that_the_node_gives_reach_tasks(start: Start, small_node: NodeSpec) -> None:
    given = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "given"}
    spec = NodeSpec(**{**as_fields(small_node), "environment": given})

    cluster, child_id = run(start, shell_template("env"), spec)

    ended(cluster, child_id)
    assert "AWS_SECRET_ACCESS_KEY=given" in output(cluster, child_id)


def test_a_task_has_directories_of_its_own(start: Start, small_node: NodeSpec) -> None:
    directories = '"$NOMAD_ALLOC_DIR" "$NOMAD_TASK_DIR" "$NOMAD_SECRETS_DIR"'
    script = f'for d in {directories}; do touch "$d/x" || exit 1; done; pwd'
    cluster, child_id = run(start, shell_template(script), small_node)

    assert ended(cluster, child_id)["Failed"] is False
    assert output(cluster, child_id).strip().endswith("/tc")


def test_variables_in_the_configuration_are_filled_in(start: Start, small_node: NodeSpec) -> None:
    args = ["${NOMAD_META_INPUT}", "${node.class}", '${env["NOMAD_TASK_NAME"]}']
    config = {"command": "/bin/echo", "args": args}
    cluster, child_id = run(start, with_task(Config=config), small_node)

    ended(cluster, child_id)

    assert output(cluster, child_id) == "some input transcode tc\n"


def test_a_task_that_fails_makes_its_child_dead_and_says_how(
    start: Start, small_node: NodeSpec
) -> None:
    cluster, child_id = run(start, shell_template("echo oh >&2; exit 65"), small_node)

    state = ended(cluster, child_id)

    assert (state["State"], state["Failed"], state["Restarts"]) == ("dead", True, 0)
    assert [event["Type"] for event in state["Events"]] == [
        *("Received", "Task Setup", "Started", "Terminated", "Not Restarting"),
    ]
    assert (state["Events"][3]["ExitCode"], state["Events"][3]["DisplayMessage"]) == (
        65,
        "Exit Code: 65",
    )
    assert state["Events"][4]["DisplayMessage"] == "Policy allows no restarts"
    assert output(cluster, child_id, "stderr") == "oh\n"
    wait_for(lambda: cluster.children() == (0, 0, 1), "the child is dead")
    assert cluster.get(f"/v1/job/{child_id}/summary")["Summary"]["tc"]["Failed"] == 1


def test_a_task_that_a_signal_ends_says_which(start: Start, small_node: NodeSpec) -> None:
    cluster, child_id = run(start, shell_template("kill -KILL $$"), small_node)

    event = ended(cluster, child_id)["Events"][3]

    assert (event["Type"], event["ExitCode"], event["Signal"]) == ("Terminated", 137, 9)


def test_a_task_that_cannot_start_fails(start: Start, small_node: NodeSpec) -> None:
    config = {"command": "/no/such/command"}
    cluster, child_id = run(start, with_task(Config=config), small_node)

    state = ended(cluster, child_id)

    assert state["Failed"] is True
    assert [event["Type"] for event in state["Events"]][-2:] == ["Driver Failure", "Not Restarting"]


def test_a_failing_task_is_started_again_as_its_policy_allows(
    start: Start, small_node: NodeSpec
) -> None:
    policy = {"Attempts": 1, "Interval": 600 * SECOND, "Delay": SECOND // 10, "Mode": "fail"}
    job = with_group(shell_template("echo again; exit 1"), RestartPolicy=policy)
    cluster, child_id = run(start, job, small_node)

    state = ended(cluster, child_id)

    assert (state["Failed"], state["Restarts"]) == (True, 1)
    assert [event["Type"] for event in state["Events"]] == [
        *("Received", "Task Setup"),
        *("Started", "Terminated", "Restarting", "Started", "Terminated", "Not Restarting"),
    ]
    assert state["Events"][-1]["DisplayMessage"] == (
        'Exceeded allowed attempts 1 in interval 10m0s and mode is "fail"'
    )
    assert output(cluster, child_id) == "again\nagain\n"


def test_a_failed_child_is_placed_again_where_its_job_says_so(
    flavour: str, start: Start, small_node: NodeSpec
) -> None:
    # Five seconds are the least that Nomad takes.
    delay = 5 * SECOND if flavour == "nomad" else SECOND // 2
    policy = {"Attempts": 1, "Interval": 600 * SECOND, "Delay": delay, "Unlimited": False}
    job = with_group(shell_template("exit 1"), ReschedulePolicy=policy)
    cluster, child_id = run(start, job, small_node)
    ended(cluster, child_id)
    wait_for(lambda: cluster.children() == (1, 0, 0), "it waits for its second try")

    wait_for(lambda: len(cluster.allocations_of(child_id)) == 2, "it is placed again")

    wait_for(lambda: cluster.children() == (0, 0, 1), "it has failed for good")
    first, second = cluster.allocations_of(child_id)
    assert first["ClientStatus"] == "failed"
    assert cluster.get(f"/v1/allocation/{second['ID']}")["PreviousAllocation"] == first["ID"]


@pytest.mark.parametrize(("asked_for", "name"), [("", "INT"), ("SIGTERM", "TERM")])
def test_a_stopped_task_is_asked_to_end_and_then_made_to(
    asked_for: str, name: str, start: Start, small_node: NodeSpec
) -> None:
    """Where the job names no signal, Nomad's raw_exec sends SIGINT."""
    script = f"trap 'echo asked' {name}; echo ready; while :; do sleep 0.05; done"
    job = shell_template(script, KillTimeout=SECOND // 2, KillSignal=asked_for)
    cluster, child_id = run(start, job, small_node)
    wait_for(
        lambda: has_said(cluster, child_id, "ready"),
        "it runs",
    )

    cluster.ask("DELETE", f"/v1/job/{child_id}")

    state = ended(cluster, child_id)
    assert has_said(cluster, child_id, "asked")
    types = [event["Type"] for event in state["Events"]]
    assert types[-3:] == ["Killing", "Terminated", "Killed"]


def has_said(cluster: Cluster, child_id: str, word: str) -> bool:
    placed = cluster.allocations_of(child_id)
    if not placed:
        return False
    path = f"/v1/client/fs/logs/{placed[-1]['ID']}?task=tc&type=stdout&plain=true"
    reply = cluster.ask("GET", path)
    return reply.status_code == 200 and word in reply.text


def test_an_allocation_that_is_stopped_runs_again(start: Start, small_node: NodeSpec) -> None:
    cluster, child_id = run(start, shell_template("sleep 60"), small_node)
    wait_for(
        lambda: [item["ClientStatus"] for item in cluster.allocations_of(child_id)] == ["running"],
        "it runs",
    )

    done = cluster.put(f"/v1/allocation/{cluster.allocations_of(child_id)[0]['ID']}/stop")

    assert done.keys() == {"EvalID", "Index"}
    wait_for(lambda: len(cluster.allocations_of(child_id)) == 2, "it runs again")
