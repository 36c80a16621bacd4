"""The ACL policies: what they give, by the daemon's own check and by the file."""

import pytest

from autoscaler.checks.acl import judge_policies, rules_of
from tests.unit.nomad.files import POLICIES, policy, rules_json, without


def verdicts(text: str, namespace: str = "default") -> dict[str, str]:
    """What the daemon's check says of a token with this policy, by code."""
    rules = rules_of({"RulesJSON": rules_json(text)})
    return {one.code: one.verdict for one in judge_policies({"p": rules}, namespace)}


@pytest.mark.parametrize("namespace", ["default", "prod"])
def test_the_autoscalers_policy_is_all_that_the_daemon_asks_for(namespace: str) -> None:
    assert verdicts(policy("autoscaler"), namespace) == {"acl.token": "ok"}


@pytest.mark.parametrize(
    ("right", "code"),
    [
        ("list-jobs", "acl.jobs"),
        ("read-job", "acl.jobs"),
        ("node:write", "acl.node_write"),
    ],
)
def test_and_it_is_no_more_each_right_is_missed(right: str, code: str) -> None:
    assert verdicts(without(policy("autoscaler"), right))[code] == "wrong"


@pytest.mark.parametrize("name", ["dispatcher", "operator", "task"])
def test_no_other_policy_would_do_for_the_daemon(name: str) -> None:
    assert "wrong" in verdicts(policy(name)).values()


def test_nobody_may_write_jobs_or_more_than_nodes() -> None:
    """The coarse right ``write`` of a namespace would let its holder run anything."""
    for path in POLICIES:
        rules = rules_json(path.read_text(encoding="utf-8"))
        for namespace in rules["Namespaces"]:
            assert namespace["Policy"] in ("", "read", "deny"), path.name
            assert "submit-job" not in namespace["Capabilities"], path.name
            assert not any("alloc-" in one for one in namespace["Capabilities"]), path.name


def test_a_task_is_denied_everything() -> None:
    rules = rules_json(policy("task"))

    assert rules == {
        "Namespaces": [{"Name": "*", "Policy": "deny", "Capabilities": []}],
        "Node": {"Policy": "deny"},
    }


def test_each_policy_says_how_it_is_applied_under_its_own_name() -> None:
    assert {path.name.partition(".")[0] for path in POLICIES} == {
        "autoscaler",
        "dispatcher",
        "operator",
        "task",
    }
    for path in POLICIES:
        text = path.read_text(encoding="utf-8")
        assert f"nomad/policies/{path.name}" in text
