"""The environment of tasks, and variables within their configuration."""

from pathlib import Path

import pytest

from devstack.standin.client.environment import (
    Places,
    interpolated,
    interpolated_config,
    task_environment,
)
from devstack.standin.model import Job
from tests.unit.devstack.standin.builders import a_job, a_node, an_allocation

PLACES = Places(Path("/a/alloc"), Path("/a/t/local"), Path("/a/t/secrets"))


def environment(job: Job, host: dict[str, str], **of_node: object) -> dict[str, str]:
    (task,) = job.groups[0].tasks.values()
    return task_environment(an_allocation(job, 3), task, a_node(**of_node), PLACES, host)


def test_what_nomad_tells_wins_over_the_host_and_the_job_over_both() -> None:
    form = a_job().spec["TaskGroups"][0]
    task = {**form["Tasks"][0], "Env": {"NOMAD_DC": "mine", "HOME": "${NOMAD_TASK_DIR}"}}
    job = a_job(TaskGroups=[{**form, "Tasks": [task]}])

    found = environment(job, {"NOMAD_DC": "host", "HOME": "/root", "NOMAD_JOB_ID": "host"})

    assert (found["NOMAD_DC"], found["NOMAD_JOB_ID"]) == ("mine", "work")
    assert found["HOME"] == "/a/t/local"


def test_the_hosts_secrets_stay_with_it_and_the_nodes_own_variables_do_not() -> None:
    host = {"AWS_SECRET_ACCESS_KEY": "s", "VAULT_TOKEN": "t", "LANG": "C"}

    found = environment(a_job(), host, environment={"VAULT_TOKEN": "given"})

    assert "AWS_SECRET_ACCESS_KEY" not in found
    assert (found["VAULT_TOKEN"], found["LANG"]) == ("given", "C")


def test_meta_comes_as_written_and_in_capitals_with_odd_characters_replaced() -> None:
    found = environment(a_job(Meta={"in-put.x": "v"}), {})

    assert (found["NOMAD_META_in_put_x"], found["NOMAD_META_IN_PUT_X"]) == ("v", "v")


def test_the_number_of_an_instance_is_told() -> None:
    assert environment(a_job(), {})["NOMAD_ALLOC_INDEX"] == "3"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "1"),
        ("x${A}y${B}", "x1y2"),
        ("${env.A}", "1"),
        ('${env["A"]}', "1"),
        ("${node.class}", "${node.class}"),
        ("$A", "$A"),
        ("${unclosed", "${unclosed"),
    ],
)
def test_known_variables_are_filled_in_and_others_left(text: str, value: str) -> None:
    assert interpolated(text, {"A": "1", "B": "2"}) == value


def test_a_whole_configuration_is_filled_in() -> None:
    config = {"command": "${A}", "args": ["${A}", {"n": 1}], "flag": True}

    assert interpolated_config(config, {"A": "1"}) == {
        "command": "1",
        "args": ["1", {"n": 1}],
        "flag": True,
    }
