"""The rights of server and clients on AWS: what the code calls, and nothing besides."""

import ast
from collections.abc import Iterator

import botocore.session
import pytest
from botocore import xform_name

from autoscaler.adapters.asg_instances import MARK, SIGNATURE
from autoscaler.checks.iam import ACTIONS, CHECK_ACTIONS
from tests.unit.tf.aws_files import ROOT, Statement, policies_of, resources, statements

#: Anybody may call it, whatever their policies say.
FREE = {"sts:GetCallerIdentity"}
SESSION_MANAGER = {
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
#: What S3's calls are to IAM, where it knows them by other names.
S3_OTHERWISE = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "UploadPart": "PutObject",
}
#: AWS knows no resources for these.
OF_NOTHING = {
    *SESSION_MANAGER,
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:DescribeLifecycleHooks",
    "autoscaling:DescribePolicies",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:DescribeScheduledActions",
    "ec2:DescribeInstances",
    "ec2:DescribeSpotInstanceRequests",
    "ec2:DescribeTags",
}
ROLES = ("server", "client")


def actions(policy: str) -> set[str]:
    return {action for one in statements(policy) for action in one.actions}


def of(role: str) -> list[Statement]:
    return [one for policy in policies_of(role) for one in statements(policy)]


def the(policy: str, sid: str) -> Statement:
    (one,) = (one for one in statements(policy) if one.sid == sid)
    return one


def s3_calls() -> Iterator[str]:
    """Every operation of S3 that the transcoder's adapters ask a client for."""
    model = botocore.session.get_session().get_service_model("s3")
    operations = {xform_name(name): name for name in model.operation_names}
    for path in (ROOT / "transcoder" / "adapters").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from [operations[node.func.attr]] if node.func.attr in operations else []


def test_the_server_may_do_just_what_the_daemon_and_its_check_call() -> None:
    called = {action.name for action in ACTIONS} | set(CHECK_ACTIONS)

    assert actions("autoscaler") == called - FREE


def test_the_server_may_besides_fetch_its_set_up_keep_secrets_and_offer_sessions() -> None:
    beside = {action for one in of("server") for action in one.actions} - actions("autoscaler")

    assert beside == {"s3:GetObject", "ssm:GetParameter", "ssm:PutParameter", *SESSION_MANAGER}


def test_the_guide_shows_the_check_with_all_of_the_daemons_rights() -> None:
    guide = (ROOT / "docs" / "getting-started-aws.md").read_text(encoding="utf-8")

    assert f"may do {len(ACTIONS)} of the {len(ACTIONS)} actions that the daemon needs" in guide


def test_a_client_may_do_just_what_the_transcoder_calls_on_s3() -> None:
    calls = set(s3_calls())
    assert len(calls) > 6  # It found them at all.

    assert actions("transcoder") == {f"s3:{S3_OTHERWISE.get(one, one)}" for one in calls}


def test_a_client_may_besides_fetch_its_set_up_find_its_server_and_offer_sessions() -> None:
    beside = {action for one in of("client") for action in one.actions} - actions("transcoder")

    assert beside == {"ec2:DescribeInstances", "ssm:GetParameter", *SESSION_MANAGER}


def test_a_client_writes_below_videos_alone() -> None:
    writes = [one for one in of("client") if {"s3:PutObject", "s3:DeleteObject"} & one.actions]

    assert [one.resources for one in writes] == [("${aws_s3_bucket.videos.arn}/videos/*",)]


@pytest.mark.parametrize("role", ROLES)
def test_no_instance_may_write_what_instances_are_set_up_from(role: str) -> None:
    on_setup = [one for one in of(role) if any("setup_prefix" in on for on in one.resources)]

    assert [one.actions for one in on_setup] == [frozenset({"s3:GetObject"})]


@pytest.mark.parametrize("role", ROLES)
def test_no_right_has_a_wildcard_in_its_name(role: str) -> None:
    assert not [action for one in of(role) for action in one.actions if "*" in action]


@pytest.mark.parametrize("role", ROLES)
def test_only_what_aws_knows_no_resource_for_is_on_all_of_them(role: str) -> None:
    everywhere = {action for one in of(role) if "*" in one.resources for action in one.actions}

    assert everywhere <= OF_NOTHING


@pytest.mark.parametrize("role", ROLES)
def test_looking_is_bound_to_the_region(role: str) -> None:
    looking = [one for one in of(role) if any(":Describe" in action for action in one.actions)]
    assert looking

    bound = {("StringEquals", "aws:RequestedRegion"): ("${var.region}",)}
    assert all(one.conditions == bound for one in looking)


def test_only_the_group_by_its_name_and_tag_is_scaled() -> None:
    scale = the("autoscaler", "Scale")

    assert scale.resources == ("${local.group_arns}",)
    assert scale.conditions == {
        ("StringEquals", "aws:ResourceTag/${local.tag_key}"): ("${var.name}",)
    }


def test_only_the_daemons_mark_is_written_and_only_on_the_groups_instances() -> None:
    mark = the("autoscaler", "MarkCordoned")

    assert mark.conditions == {
        ("StringEquals", "aws:ResourceTag/aws:autoscaling:groupName"): ("${local.group_name}",),
        ("ForAllValues:StringLike", "aws:TagKeys"): ("autoscaler:*",),
        ("Null", "aws:TagKeys"): ("false",),
    }
    assert all(tag.startswith("autoscaler:") for tag in (MARK, SIGNATURE))


def test_the_server_asks_what_it_may_do_of_itself_alone() -> None:
    assert the("autoscaler", "AskWhatItMayDo").resources == ("${aws_iam_role.server.arn}",)


def test_secrets_are_read_one_by_one_and_never_by_a_wildcard() -> None:
    reads = [one for role in ROLES for one in of(role) if "ssm:GetParameter" in one.actions]
    assert len(reads) == 3

    assert not [on for one in reads for on in one.resources if "*" in on]


def test_no_policy_of_others_is_attached() -> None:
    """AmazonSSMManagedInstanceCore may read every parameter of the account."""
    assert not resources("aws_iam_role_policy_attachment")
