"""What each child of a job wants placed, from the job's specification."""

import pytest

from autoscaler.adapters.nomad_asks import job_ask
from autoscaler.core.model import Constraint, GroupAsk
from autoscaler.core.resources import Ask
from autoscaler.errors import JobMissing
from tests.unit.autoscaler.adapters.fake_nomad import a_job

DATACENTERS = Constraint("${node.datacenter}", "datacenters", "dc1")
DRIVER = Constraint("${attr.driver.raw_exec}", "is_set", "")


def a_group(name="tc", *, tasks=None, **fields):
    """A task group of one task."""
    return {
        "Name": name,
        "Count": 1,
        "EphemeralDisk": {"SizeMB": 50},
        "Constraints": None,
        "Tasks": tasks or [a_task()],
        **fields,
    }


def a_task(driver="raw_exec", *, constraints=None, lifecycle=None, **resources):
    return {
        "Name": "tc",
        "Driver": driver,
        "Constraints": constraints,
        "Lifecycle": lifecycle,
        "Resources": {"CPU": 900, "MemoryMB": 200, "Devices": None, **resources},
    }


def a_constraint(target, operator, value):
    return {"LTarget": target, "Operand": operator, "RTarget": value}


def only_group(**fields):
    (group,) = job_ask(a_job(**fields)).groups
    return group


def test_a_recorded_job_asks_for_its_one_group_by_datacenter_and_driver():
    ask = job_ask(a_job())

    assert ask.groups == (GroupAsk("tc", Ask(900, 200, 50), constraints=(DATACENTERS, DRIVER)),)
    assert (ask.priority, ask.node_pool) == (50, "")


def test_a_job_that_is_not_parameterized_is_refused_with_the_mend():
    with pytest.raises(JobMissing, match="not parameterized"):
        job_ask(a_job(ParameterizedJob=None))


def test_each_group_asks_for_itself_as_often_as_its_count_says():
    groups = [a_group("tc", Count=3), a_group("report"), a_group("off", Count=0)]

    asks = job_ask(a_job(TaskGroups=groups)).groups

    assert [(one.name, one.count) for one in asks] == [("tc", 3), ("report", 1)]


def test_tasks_of_different_phases_share():
    tasks = [
        a_task(CPU=500, MemoryMB=800, lifecycle={"Hook": "prestart", "Sidecar": False}),
        a_task(),
        a_task(CPU=100, MemoryMB=50, lifecycle={"Hook": "prestart", "Sidecar": True}),
        a_task(CPU=1200, MemoryMB=50, lifecycle={"Hook": "poststop", "Sidecar": False}),
    ]

    assert only_group(TaskGroups=[a_group(tasks=tasks)]).ask == Ask(1300, 850, 50)


def test_cores_take_the_place_of_cpu_and_memory_max_is_no_part_of_the_ask():
    """Newer servers' fields: ``Cores`` (1.1) and ``MemoryMaxMB`` (1.1)."""
    task = a_task(CPU=1000, Cores=2, MemoryMaxMB=4000)

    assert only_group(TaskGroups=[a_group(tasks=[task])]).ask == Ask(0, 200, 50, cores=2)


def test_devices_are_asked_for_by_the_jobs_own_words():
    tasks = [
        a_task(Devices=[{"Name": "nvidia/gpu", "Count": 2, "Constraints": None}]),
        a_task(Devices=[{"Name": "nvidia/gpu", "Count": None}, {"Name": "fpga", "Count": 1}]),
    ]

    assert only_group(TaskGroups=[a_group(tasks=tasks)]).ask.devices == (
        ("nvidia/gpu", 3),
        ("fpga", 1),
    )


def test_constraints_of_the_job_the_group_and_the_tasks_all_hold():
    on_class = a_constraint("${node.class}", "=", "transcode")
    on_kernel = a_constraint("${attr.kernel.name}", "=", "linux")
    on_cores = a_constraint("${attr.cpu.numcores}", ">=", "4")
    group = a_group(Constraints=[on_kernel], tasks=[a_task(constraints=[on_cores, on_kernel])])

    assert only_group(Constraints=[on_class], TaskGroups=[group]).constraints == (
        DATACENTERS,
        DRIVER,
        Constraint("${node.class}", "=", "transcode"),
        Constraint("${attr.kernel.name}", "=", "linux"),
        Constraint("${attr.cpu.numcores}", ">=", "4"),
    )


def test_a_constraint_without_a_value_keeps_its_operator():
    is_set = {"LTarget": "${meta.gpu}", "Operand": "is_set", "RTarget": ""}

    assert Constraint("${meta.gpu}", "is_set", "") in only_group(Constraints=[is_set]).constraints


@pytest.mark.parametrize(
    ("value", "distinct"),
    [("true", True), ("", True), ("false", False), ("0", False), ("whatever", True)],
)
def test_distinct_hosts_is_told_apart_from_constraints_on_the_node(value, distinct):
    """As ``hasDistinctHostsConstraint`` of hashicorp/nomad:scheduler/feasible/feasible.go."""
    group = only_group(Constraints=[a_constraint("", "distinct_hosts", value)])

    assert group.distinct_hosts is distinct
    assert group.constraints == (DATACENTERS, DRIVER)


def test_distinct_hosts_can_be_the_groups_own():
    distinct = a_group(Constraints=[a_constraint("", "distinct_hosts", "true")])

    groups = job_ask(a_job(TaskGroups=[distinct, a_group("other")])).groups

    assert [one.distinct_hosts for one in groups] == [True, False]


def test_distinct_property_is_about_other_allocations_and_left_out():
    item = a_constraint("${meta.rack}", "distinct_property", "1")

    assert only_group(Constraints=[item]).constraints == (DATACENTERS, DRIVER)


def test_datacenters_may_be_several_and_patterns():
    """Patterns: from 1.5 on."""
    constraint = only_group(Datacenters=["dc1", "eu-*"]).constraints[0]

    assert constraint == Constraint("${node.datacenter}", "datacenters", "dc1,eu-*")


@pytest.mark.parametrize(
    ("pool", "demands"),
    [
        ("video", [Constraint("${node.pool}", "=", "video")]),
        ("default", [Constraint("${node.pool}", "=", "default")]),
        ("all", []),
        ("", []),
    ],
)
def test_a_node_pool_is_demanded_from_1_6_on(pool, demands):
    ask = job_ask(a_job(NodePool=pool))

    assert ask.node_pool == pool
    assert list(ask.groups[0].constraints) == [DATACENTERS, *demands, DRIVER]


def test_every_tasks_driver_is_demanded():
    group = only_group(TaskGroups=[a_group(tasks=[a_task("docker"), a_task("exec")])])

    assert group.constraints[1:] == (
        Constraint("${attr.driver.docker}", "is_set", ""),
        Constraint("${attr.driver.exec}", "is_set", ""),
    )


@pytest.mark.parametrize(
    ("required", "optional", "varies"),
    [(["input"], ["profile"], True), (["profile"], None, True), (["input"], None, False)],
)
def test_a_jobs_profile_can_be_named_at_dispatch_or_is_its_own(required, optional, varies):
    named = {"MetaRequired": required, "MetaOptional": optional, "Payload": "optional"}

    ask = job_ask(a_job(ParameterizedJob=named, Meta={"profile": "small"}))

    assert (ask.profile, ask.profile_varies) == ("small", varies)
