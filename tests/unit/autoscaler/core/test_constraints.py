"""What a node's facts say about a job's constraints, and what they leave open."""

import pytest

from autoscaler.core.constraints import unmet
from autoscaler.core.model import Constraint, NodeFacts

FACTS = NodeFacts(
    "v1:1",
    {
        "node.class": "transcode",
        "node.datacenter": "dc1-east",
        "attr.cpu.arch": "amd64",
        "attr.driver.raw_exec": "1",
        "meta.tags": "fast, local",
    },
)


@pytest.mark.parametrize(
    ("target", "operator", "value", "satisfied"),
    [
        ("${attr.cpu.arch}", "=", "amd64", True),
        ("${attr.cpu.arch}", "==", "arm64", False),
        ("${attr.cpu.arch}", "is", "amd64", True),
        ("${attr.cpu.arch}", "!=", "arm64", True),
        ("${attr.cpu.arch}", "not", "amd64", False),
        ("${attr.cpu.arch}", "<", "b", True),
        ("${attr.cpu.arch}", "<=", "amd64", True),
        ("${attr.cpu.arch}", ">", "b", False),
        ("${attr.cpu.arch}", ">=", "amd64", True),
        ("${meta.tags}", "set_contains", "local,fast", True),
        ("${meta.tags}", "set_contains_all", "local,slow", False),
        ("${meta.tags}", "set_contains_any", "slow,local", True),
        ("${node.datacenter}", "datacenters", "dc2,dc1-*", True),
        ("${node.datacenter}", "datacenters", "dc2", False),
        ("${attr.driver.raw_exec}", "is_set", "", True),
        ("${attr.driver.docker}", "is_set", "", False),
        ("${attr.driver.docker}", "is_not_set", "", True),
        ("${attr.cpu.arch}", "is_not_set", "", False),
        ("${attr.gpu}", "=", "x", False),
        ("${attr.gpu}", "!=", "x", True),
    ],
)
def test_nomads_operators(target, operator, value, satisfied):
    constraint = Constraint(target, operator, value)

    violated = unmet([constraint], FACTS, whole=True)

    assert (violated is None) is satisfied


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("${attr.nomad.version}", "version", ">= 1.4"),
        Constraint("${attr.cpu.arch}", "regexp", "arm.*"),
        Constraint("${attr.cpu.arch}", "an_operator_to_come", "x"),
        Constraint("${node.unique.name}", "=", "another"),
        Constraint("${attr.unique.hostname}", "=", "another"),
        Constraint("literal", "=", "other"),
        Constraint("", "distinct_property", "x"),
    ],
)
def test_what_cannot_be_told_counts_as_satisfied(constraint):
    """Nomad's own verdict on the children that wait settles it."""
    assert unmet([constraint], FACTS, whole=True) is None


def test_of_facts_that_are_not_whole_an_absent_one_says_nothing():
    wants_gpu = Constraint("${attr.driver.docker}", "is_set", "")

    assert unmet([wants_gpu], FACTS, whole=False) is None
    assert unmet([wants_gpu], None, whole=True) is None


def test_the_first_that_is_violated_is_named():
    fine = Constraint("${attr.cpu.arch}", "=", "amd64")
    first = Constraint("${node.class}", "=", "other")
    second = Constraint("${attr.cpu.arch}", "=", "arm64")

    assert unmet([fine, first, second], FACTS, whole=True) == first
