"""Which nodes may run a group at all, and in which words they are refused."""

import pytest

from devstack.standin.schedule.feasible import is_met, reason_against
from tests.unit.devstack.standin.builders import a_job, a_node, constraint


@pytest.mark.parametrize(
    ("left", "operand", "right", "met"),
    [
        ("${node.class}", "=", "transcode", True),
        ("${node.class}", "=", "web", False),
        ("${node.class}", "!=", "web", True),
        ("${node.datacenter}", "=", "dc1", True),
        ("${node.unique.name}", "=", "i-1", True),
        ("${attr.kernel.name}", "regexp", "^lin", True),
        ("${attr.kernel.name}", "regexp", "^win", False),
        ("${attr.kernel.name}", "regexp", "(", False),
        ("${meta.rack}", "set_contains", "r1", True),
        ("${meta.rack}", "set_contains_any", "r2, r1", True),
        ("${meta.rack}", "set_contains_all", "r1,r2", False),
        ("${attr.os.version}", "version", ">= 12, < 13", True),
        ("${attr.os.version}", "version", "~> 12.10", True),
        ("${attr.os.version}", "version", "> 12.11", False),
        ("${attr.kernel.name}", "version", ">= 1", False),
        ("${meta.rack}", "<", "r2", True),
        ("${meta.rack}", ">=", "r2", False),
        ("${attr.none}", "is_set", "", False),
        ("${attr.none}", "is_not_set", "", True),
        ("${attr.none}", "=", "x", False),
        ("${attr.none}", "!=", "x", True),
        ("a", "=", "a", True),
        ("${node.colour}", "=", "red", False),
        ("${meta.rack}", "resembles", "r1", False),
    ],
)
def test_a_constraint_is_judged_by_what_the_node_is(
    left: str, operand: str, right: str, met: bool
) -> None:
    assert is_met(constraint(left, operand, right), a_node()) is met


def test_a_node_that_may_run_a_group_has_nothing_against_it() -> None:
    job = a_job()

    assert reason_against(a_node(), job, job.groups[0]) == ""


def test_the_jobs_constraints_are_looked_at_before_its_drivers() -> None:
    wants_web = {"LTarget": "${node.class}", "Operand": "=", "RTarget": "web"}
    job = a_job(Constraints=[wants_web])

    assert reason_against(a_node(drivers={}), job, job.groups[0]) == "${node.class} = web"


@pytest.mark.parametrize("healthy", [False, None])
def test_a_driver_that_is_not_there_or_not_well_is_missing(healthy: bool | None) -> None:
    job = a_job()
    drivers = {} if healthy is None else {"raw_exec": {"Detected": True, "Healthy": healthy}}

    assert reason_against(a_node(drivers=drivers), job, job.groups[0]) == "missing drivers"


def test_no_node_has_devices() -> None:
    job = a_job()
    group = job.spec["TaskGroups"][0]
    task = group["Tasks"][0]
    resources = {**task["Resources"], "Devices": [{"Name": "nvidia/gpu", "Count": 1}]}
    wanting = a_job(TaskGroups=[{**group, "Tasks": [{**task, "Resources": resources}]}])

    assert reason_against(a_node(), wanting, wanting.groups[0]) == "missing devices"
