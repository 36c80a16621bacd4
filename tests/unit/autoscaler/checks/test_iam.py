"""The rights in AWS: which there must be, how each is tried, and what is said of each."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autoscaler.checks.aws import Clients, PoolGroups
from autoscaler.checks.group_facts import GroupFacts
from autoscaler.checks.iam import ACTIONS, RightsFacts, judge_rights, read_rights
from autoscaler.checks.simulator import Right, principal_of
from tests.builders import a_group, an_instance

ROLE = "arn:aws:sts::123456789012:assumed-role/nomad-server/i-0123"
ARN = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:id:autoScalingGroupName/g"
ALL = {action.name: Right("yes") for action in ACTIONS}
#: What the adapters call a client of each service.
SERVICES = {"autoscaling", "ec2", "sqs"}
#: One of the API's calls that IAM knows by another name.
OTHERWISE = {"sqs:DeleteMessageBatch": "sqs:DeleteMessage"}


def called(source: str) -> Iterator[str]:
    """Every action that a module asks a client for, directly or by a paginator's name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr != "get_paginator":
            service = service_of(node.value)
            yield from [f"{service}:{camel(node.attr)}"] if service else []
        if isinstance(node, ast.Call):
            yield from named(node)


def named(call: ast.Call) -> Iterator[str]:
    """``ec2.get_paginator("describe_tags")``, and calls that are handed a client and a name."""
    clients = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    services = [one for part in (*clients, *call.args) if (one := service_of(part))]
    texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
    for text in texts:
        if services and isinstance(text, str) and text.startswith("describe_"):
            yield f"{services[0]}:{camel(text)}"


def service_of(node: ast.AST) -> str | None:
    """Of ``self._ec2`` and ``ec2``: ec2."""
    name = getattr(node, "attr", None) or getattr(node, "id", None) or ""
    return name.lstrip("_") if name.lstrip("_") in SERVICES else None


def camel(operation: str) -> str:
    """``DescribeTags`` of ``describe_tags``."""
    return "".join(part.title() for part in operation.split("_"))


def test_the_list_names_just_the_actions_that_the_adapters_call() -> None:
    found = {
        OTHERWISE.get(one, one)
        for path in Path("autoscaler/adapters").glob("*.py")
        for one in called(path.read_text(encoding="utf-8"))
    }

    assert found == {action.name for action in ACTIONS}


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        (ROLE, "arn:aws:iam::123456789012:role/nomad-server"),
        (
            "arn:aws-cn:sts::123456789012:assumed-role/r/s",
            "arn:aws-cn:iam::123456789012:role/r",
        ),
        ("arn:aws:iam::123456789012:user/ops", "arn:aws:iam::123456789012:user/ops"),
        ("arn:aws:iam::123456789012:root", None),
        ("arn:aws:sts::123456789012:federated-user/f", None),
    ],
)
def test_the_simulator_is_asked_about_the_role_behind_a_session(
    arn: str, principal: str | None
) -> None:
    assert principal_of(arn) == principal


class FakeClient:
    """Does what a test says of each operation; others give an empty answer."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**asked: Any) -> Any:
            self.asked.append((operation, asked))
            answer = self.answers.get(operation, {})
            return answer(asked) if callable(answer) else answer

        return call


def a_simulation(decision: str, *missing: str) -> Any:
    """The simulator's answer, the same for each action."""

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalDecision": decision,
                    "MissingContextValues": list(missing),
                }
                for action in asked["ActionNames"]
            ]
        }

    return answer


def rights_of(
    iam: FakeClient, *, instances: int = 1, queue: str | None = None, ec2: FakeClient | None = None
) -> RightsFacts:
    """Of a pool with a group of so many instances."""
    group = a_group(*(an_instance(one + 1) for one in range(instances)))
    tags = {"team": "video", "managed": "yes"}
    facts = GroupFacts(group=group, arn=ARN, tags=tags, propagated={"team": "video"})
    clients = Clients(FakeClient(), ec2 or FakeClient(), FakeClient(), iam, FakeClient(), {})
    return read_rights(clients, ROLE, [PoolGroups((facts,), (group,))], queue)


def test_reads_are_tried_and_tags_by_a_dry_run_on_an_instance() -> None:
    ec2 = FakeClient()

    found = rights_of(FakeClient(simulate_principal_policy=a_simulation("allowed")), ec2=ec2)

    assert {name: right.given for name, right in found.rights.items()} == {
        name: "yes" for name in ALL if not name.startswith("sqs:")
    }
    writes = [asked for name, asked in ec2.asked if name.endswith("_tags") and "create" in name]
    assert writes
    assert all(asked["DryRun"] is True for _, asked in ec2.asked if "Resources" in asked)


def test_the_simulator_is_asked_about_the_very_group_with_its_tags() -> None:
    iam = FakeClient(simulate_principal_policy=a_simulation("allowed"))

    rights_of(iam)

    (_, asked), *_ = iam.asked
    assert asked["PolicySourceArn"] == "arn:aws:iam::123456789012:role/nomad-server"
    assert asked["ResourceArns"] == [ARN]
    context = {one["ContextKeyName"]: one["ContextKeyValues"] for one in asked["ContextEntries"]}
    assert context["autoscaling:ResourceTag/managed"] == ["yes"]


def test_without_an_instance_tags_are_simulated_on_what_instances_would_carry() -> None:
    iam = FakeClient(simulate_principal_policy=a_simulation("allowed"))

    found = rights_of(iam, instances=0)

    _, asked = iam.asked[-1]
    context = {one["ContextKeyName"] for one in asked["ContextEntries"]}
    assert asked["ActionNames"] == ["ec2:CreateTags", "ec2:DeleteTags"]
    assert "ec2:ResourceTag/team" in context
    assert "ec2:ResourceTag/managed" not in context
    assert found.rights["ec2:CreateTags"].given == "yes"


def test_a_queue_has_rights_of_its_own() -> None:
    iam = FakeClient(simulate_principal_policy=a_simulation("implicitDeny"))

    found = rights_of(iam, queue="arn:aws:sqs:us-east-1:123456789012:q")

    assert found.rights["sqs:ReceiveMessage"] == Right(
        "no", "IAM: implicitDeny", "arn:aws:sqs:us-east-1:123456789012:q"
    )


def test_a_denial_under_conditions_that_cannot_be_given_is_untold() -> None:
    iam = FakeClient(simulate_principal_policy=a_simulation("implicitDeny", "aws:SourceVpc"))

    right = rights_of(iam).rights["autoscaling:SetDesiredCapacity"]

    assert right.given == "untold"
    assert "aws:SourceVpc" in right.why


def test_of_several_groups_the_worst_counts() -> None:
    """The second group is one that the policy does not name."""

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        second = asked["ResourceArns"] == ["arn:aws:other:::second"]
        return dict(a_simulation("implicitDeny" if second else "allowed")(asked))

    group = a_group(an_instance(1))
    pools = [
        PoolGroups((GroupFacts(group=group, arn=arn),), (group,))
        for arn in ("arn:aws:other:::first", "arn:aws:other:::second")
    ]
    iam = FakeClient(simulate_principal_policy=answer)
    clients = Clients(FakeClient(), FakeClient(), FakeClient(), iam, None, {})

    found = read_rights(clients, ROLE, pools, None).rights["autoscaling:SetDesiredCapacity"]

    assert (found.given, found.on) == ("no", "arn:aws:other:::second")


def judged(rights: dict[str, Right], *, hooked: bool = False, queue: bool = True, **more: Any):
    """What is said."""
    facts = RightsFacts(ROLE, rights, **more)
    return list(judge_rights(facts, hooked=hooked, queue=queue))


def test_all_rights_given_is_one_line() -> None:
    (found,) = judged(ALL)

    assert (found.verdict, found.says) == (
        "ok",
        f"may do {len(ALL)} of the {len(ALL)} actions that the daemon needs",
    )


def test_a_vital_right_refused_is_wrong_and_says_what_does_not_work() -> None:
    refused = {"autoscaling:SetDesiredCapacity": Right("no", "IAM: implicitDeny", ARN)}

    found = judged(ALL | refused)[0]

    assert found.verdict == "wrong"
    assert "so nothing can be bought" in found.says
    assert found.mend == f"allow it to {ROLE} on {ARN}"


@pytest.mark.parametrize(("hooked", "verdict"), [(True, "wrong"), (False, "warning")])
def test_rights_to_hooks_are_vital_only_where_there_is_one(*, hooked: bool, verdict: str) -> None:
    refused = {"autoscaling:CompleteLifecycleAction": Right("no", "no")}

    assert judged(ALL | refused, hooked=hooked)[0].verdict == verdict


def test_a_refused_tag_names_the_tags_that_instances_do_not_get() -> None:
    found = judged(ALL | {"ec2:CreateTags": Right("no", "no")}, unpropagated=("managed",))[0]

    assert found.mend.endswith("propagated at launch: managed are not")


def test_what_could_not_be_tried_is_unknown_in_one_line_for_each_reason() -> None:
    untold = {
        "autoscaling:SetDesiredCapacity": Right("untold", "AWS refuses SimulatePrincipalPolicy"),
        "autoscaling:CompleteLifecycleAction": Right(
            "untold", "AWS refuses SimulatePrincipalPolicy"
        ),
    }

    found = [one for one in judged(ALL | untold) if one.verdict == "unknown"]

    assert len(found) == 1
    assert "SetDesiredCapacity, autoscaling:CompleteLifecycleAction" in found[0].says
    assert "iam:SimulatePrincipalPolicy" in found[0].mend


def test_without_a_queue_its_rights_are_not_missed() -> None:
    rights = {name: right for name, right in ALL.items() if not name.startswith("sqs:")}

    assert [one.verdict for one in judged(rights, queue=False)] == ["ok"]
