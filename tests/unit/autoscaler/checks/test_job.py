"""A job judged: can it be dispatched to, and do its children fit?"""

from dataclasses import replace
from typing import Any

import pytest

from autoscaler.adapters.nomad_asks import job_ask
from autoscaler.checks.finding import Finding
from autoscaler.checks.job import JobFacts, judge_job
from autoscaler.checks.reading import Unread
from autoscaler.core.model import Node, NodeFacts
from autoscaler.core.resources import Resources
from autoscaler.core.settings import NodeSelector, NodeShape, PoolSettings
from tests.builders import a_node, a_queue, some_settings
from tests.unit.autoscaler.adapters.fake_nomad import a_job

#: What the recorded job asks fits into.
LARGE = NodeShape(cpu=100_000, memory=100_000)
SETTINGS = replace(some_settings(), node=LARGE, nodes=NodeSelector(datacenter="dc1"))
ROOM = Resources(100_000, 100_000, 100_000)


def the_job(**changes: Any) -> JobFacts:
    """The recorded one, but for some fields, with its ask as the adapters read it."""
    form = a_job(**changes)
    groups = job_ask(form).groups if form["ParameterizedJob"] else Unread("none", "missing")
    return JobFacts("transcode", form, groups, a_queue(3, 2))


def judged(
    *nodes: Node, settings: PoolSettings = SETTINGS, facts: JobFacts | None = None, **changes: Any
) -> dict[str, Finding]:
    """By code."""
    one = facts or the_job(**changes)
    return {found.code: found for found in judge_job(one, settings, nodes, "default")}


def test_a_job_that_fits_is_well_and_says_how_many_to_a_node() -> None:
    found = judged()["job.dispatchable"]

    assert found.verdict == "ok"
    assert "3 wait, 2 run" in found.says
    assert "to a node" in found.says


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ParameterizedJob": None}, "job.not_parameterized"),
        ({"Type": "sysbatch"}, "job.type"),
        ({"Stop": True}, "job.stopped"),
    ],
)
def test_what_cannot_be_dispatched_to_is_wrong(changes: dict[str, Any], code: str) -> None:
    found = judged(**changes)

    assert {one.code: one.verdict for one in found.values()} == {code: "wrong"}


@pytest.mark.parametrize(
    ("form", "code", "verdict"),
    [
        (Unread("404", "missing"), "job.missing", "wrong"),
        (Unread("403", "denied"), "job.denied", "wrong"),
        (Unread("timed out", "failed"), "job.unread", "unknown"),
    ],
)
def test_a_job_that_is_not_read_is_told_by_why(form: Unread, code: str, verdict: str) -> None:
    found = judged(facts=JobFacts("transcode", form, form, form))

    assert {one.code: one.verdict for one in found.values()} == {code: verdict}


def test_an_ask_above_the_configured_node_is_wrong_while_no_node_is_known() -> None:
    """Nothing would ever be bought for it."""
    small = replace(SETTINGS, node=NodeShape(cpu=10, memory=10))

    found = judged(settings=small)["job.fits_no_node"]

    assert found.verdict == "wrong"
    assert "of 10 MHz" in found.says


def test_an_ask_above_the_configured_node_alone_is_a_warning_with_what_to_write_instead() -> None:
    small = replace(SETTINGS, node=NodeShape(cpu=10, memory=10))

    found = judged(a_node(capacity=ROOM), settings=small)

    assert found["job.fits_not_as_configured"].verdict == "warning"
    assert found["job.fits_not_as_configured"].mend.endswith("{cpu: 100000, memory: 100000}")
    assert found["job.dispatchable"].verdict == "ok"


def test_an_ask_above_every_node_that_is_there_is_wrong() -> None:
    found = judged(
        a_node(1, capacity=Resources(10, 10, 10)), a_node(2, capacity=Resources(5, 5, 5))
    )

    assert found["job.fits_no_node"].verdict == "wrong"
    assert "job.dispatchable" not in found


def test_a_datacenter_that_the_pool_has_not_is_wrong() -> None:
    found = judged(Datacenters=["dc9"])["job.fits_no_node"]

    assert "datacenters dc9" in found.says
    assert "datacenters" in found.mend


def test_a_constraint_that_no_node_meets_is_wrong() -> None:
    facts = NodeFacts(
        "k", {"node.class": "transcode", "node.datacenter": "dc1", "node.pool": "default"}
    )
    constraint = {"LTarget": "${attr.cpu.arch}", "Operand": "=", "RTarget": "arm64"}

    found = judged(a_node(capacity=ROOM, facts=facts), Constraints=[constraint])

    assert found["job.fits_no_node"].verdict == "wrong"


def test_children_that_cannot_be_counted_are_wrong() -> None:
    facts = replace(the_job(), queue=Unread("403", "denied"))

    assert judged(facts=facts)["job.queue"].verdict == "wrong"


def test_an_ask_that_is_not_understood_is_unknown() -> None:
    facts = replace(the_job(), groups=Unread("a job of another form"))

    assert {one.verdict for one in judged(facts=facts).values()} == {"unknown"}


def test_the_meta_that_a_dispatch_needs_is_named() -> None:
    assert "a dispatch needs meta input" in judged()["job.dispatchable"].says
