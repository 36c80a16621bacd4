"""The token's rights, by its policies."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from autoscaler.checks.acl import (
    Rules,
    TokenFacts,
    judge_policies,
    judge_token,
    may_read_jobs,
    rules_of,
)
from autoscaler.checks.reading import Unread
from tests.builders import EPOCH

READS = frozenset({"list-jobs", "read-job"})
ENOUGH = Rules({"*": READS}, "write")


def verdicts(policies: Mapping[str, Rules], namespace: str = "default") -> dict[str, str]:
    """By code."""
    return {one.code: one.verdict for one in judge_policies(policies, namespace)}


def told(facts: TokenFacts) -> dict[str, str]:
    """By code."""
    return {one.code: one.verdict for one in judge_token(facts, "default", EPOCH)}


def test_reading_jobs_everywhere_and_writing_nodes_is_enough() -> None:
    assert verdicts({"scaler": ENOUGH}) == {"acl.token": "ok"}


def test_rights_of_several_policies_add_up() -> None:
    jobs, nodes = Rules({"*": READS}), Rules({}, "write")

    assert verdicts({"jobs": jobs, "nodes": nodes}) == {"acl.token": "ok"}


def test_without_the_right_to_write_nodes_it_is_wrong() -> None:
    assert verdicts({"scaler": Rules({"*": READS}, "read")}) == {"acl.node_write": "wrong"}


def test_a_denial_in_one_policy_outweighs_a_right_in_another() -> None:
    assert verdicts({"a": ENOUGH, "b": Rules({}, "deny")}) == {"acl.node_write": "wrong"}
    assert verdicts({"a": ENOUGH, "b": Rules({"*": frozenset({"deny"})})})["acl.jobs"] == "wrong"


def test_other_namespaces_that_do_not_show_are_a_warning() -> None:
    """What runs there on a node of the pool would be taken for nothing."""
    found = verdicts({"scaler": Rules({"default": READS}, "write")})

    assert found == {"acl.namespaces": "warning", "acl.token": "ok"}


def test_half_of_the_rights_to_jobs_are_none() -> None:
    assert verdicts({"p": Rules({"*": frozenset({"list-jobs"})}, "write")}) == {"acl.jobs": "wrong"}


def test_the_pattern_that_is_nearest_to_the_namespace_counts() -> None:
    rules = Rules({"*": READS, "video-*": frozenset({"deny"}), "video-eu": READS})

    assert may_read_jobs([rules], "audio")
    assert not may_read_jobs([rules], "video-us")
    assert may_read_jobs([rules], "video-eu")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TokenFacts("off", given=False), {"acl.token": "ok"}),
        (TokenFacts("off", given=True), {"acl.token": "ok"}),
        (TokenFacts("on", given=False, refused="403"), {"acl.token": "wrong"}),
        (TokenFacts("on", given=True, refused="404"), {"acl.token": "wrong"}),
        (TokenFacts("unknown", given=False, refused="500"), {"acl.token": "unknown"}),
        (TokenFacts("on", given=True, management=True, policies={}), {"acl.token": "warning"}),
        (TokenFacts("on", given=True, policies=Unread("403")), {"acl.node_write": "unknown"}),
        (
            TokenFacts("on", given=True, policies={}),
            {"acl.jobs": "wrong", "acl.node_write": "wrong"},
        ),
    ],
)
def test_each_state_of_the_token_has_a_verdict(facts: TokenFacts, expected: dict[str, str]) -> None:
    assert told(facts) == expected


@pytest.mark.parametrize(("days", "warned"), [(6, True), (8, False)])
def test_a_token_that_soon_expires_is_a_warning(days: int, *, warned: bool) -> None:
    expires_at = EPOCH + timedelta(days=days)
    facts = TokenFacts("on", given=True, expires_at=expires_at, policies={"p": ENOUGH})

    assert ("acl.expires" in told(facts)) == warned


def test_rules_are_read_from_nomads_own_json() -> None:
    policy = {
        "Name": "scaler",
        "RulesJSON": {
            "Namespaces": [
                {"Name": "default", "Policy": "read", "Capabilities": None},
                {"Name": "*", "Policy": "", "Capabilities": ["list-jobs"]},
                {"Name": "secret", "Policy": "deny", "Capabilities": None},
            ],
            "Node": {"Policy": "write"},
        },
    }

    expected = {"default": READS, "*": frozenset({"list-jobs"}), "secret": frozenset({"deny"})}
    assert rules_of(policy) == Rules(expected, "write")
