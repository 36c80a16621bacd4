"""What must hold of the AWS set-up so that no work is ended and nobody comes in."""

import re
from typing import Any

import pytest

from tests.unit.tf.aws_files import TF, blocks, resources, the_only

IMDS = {
    "server": lambda: resources("aws_instance")["server"],
    "client": lambda: resources("aws_launch_template")["client"],
}
ALL_THE_WORLD = ("0.0.0.0/0", "::/0")


def ingress() -> dict[str, dict[str, Any]]:
    return resources("aws_vpc_security_group_ingress_rule")


def test_there_are_rules_of_one_kind_only() -> None:
    """Others would not be looked at below."""
    kinds = {kind for block in blocks("resource") for kind in block}

    assert not {"aws_security_group_rule", "aws_network_acl", "aws_lb"} & kinds
    for group in resources("aws_security_group").values():
        assert not {"ingress", "egress"} & group.keys()


@pytest.mark.parametrize("name", ingress())
def test_nobody_comes_in_from_all_the_world(name: str) -> None:
    assert not [network for network in ALL_THE_WORLD if network in str(ingress()[name])]


@pytest.mark.parametrize("name", ingress())
def test_only_nomads_ports_are_open_and_never_ssh(name: str) -> None:
    rule = ingress()[name]

    assert rule["from_port"] == rule["to_port"]
    assert rule["from_port"] in (4646, 4647, 4648)


def test_networks_may_come_to_the_http_api_alone_and_all_else_is_between_members() -> None:
    by_network = {name for name, rule in ingress().items() if "cidr_ipv4" in rule}
    between = {name for name, rule in ingress().items() if "referenced_security_group_id" in rule}

    assert by_network == {"http_api"}
    assert by_network | between == ingress().keys()
    assert ingress()["http_api"]["for_each"] == "${toset(var.allowed_cidrs)}"


def test_nothing_comes_to_a_client() -> None:
    assert not [name for name, rule in ingress().items() if "clients" in rule["security_group_id"]]


def test_who_may_come_has_to_be_said() -> None:
    (cidrs,) = (one["allowed_cidrs"] for one in blocks("variable") if "allowed_cidrs" in one)

    assert "default" not in cidrs


@pytest.mark.parametrize("role", IMDS)
def test_the_metadata_service_wants_a_token_and_is_one_hop_away(role: str) -> None:
    options = the_only(IMDS[role]()["metadata_options"])

    assert options["http_tokens"] == "required"
    assert options["http_put_response_hop_limit"] == 1


@pytest.mark.parametrize("role", IMDS)
def test_no_instance_has_an_ssh_key(role: str) -> None:
    assert "key_name" not in IMDS[role]()


def test_aws_ends_no_client_by_its_own_choice() -> None:
    group = resources("aws_autoscaling_group")["clients"]

    assert group["protect_from_scale_in"] is True
    assert group["suspended_processes"] == ["AZRebalance"]
    assert "max_instance_lifetime" not in group
    assert not {"aws_autoscaling_policy", "aws_autoscaling_schedule"} & {
        kind for block in blocks("resource") for kind in block
    }


def test_the_desired_capacity_is_left_to_the_daemon() -> None:
    group = resources("aws_autoscaling_group")["clients"]

    assert "desired_capacity" not in group
    assert the_only(group["lifecycle"])["ignore_changes"] == ["desired_capacity"]


def test_no_instance_weighs_more_than_another() -> None:
    assert "weighted_capacity" not in (TF / "clients.tf").read_text(encoding="utf-8")


def test_an_instance_that_goes_waits_at_a_hook() -> None:
    hook = resources("aws_autoscaling_lifecycle_hook")["termination"]

    assert hook["lifecycle_transition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert hook["default_result"] == "CONTINUE"
    assert hook["heartbeat_timeout"] >= 300


def test_a_new_image_or_script_does_not_replace_the_server_and_its_queue() -> None:
    lifecycle = the_only(resources("aws_instance")["server"]["lifecycle"])

    assert {"ami", "user_data_base64"} <= set(lifecycle["ignore_changes"])


def test_no_secret_comes_into_the_state() -> None:
    """Only write-only arguments: of ``value``, Terraform keeps what it reads back."""
    parameters = resources("aws_ssm_parameter")
    assert parameters

    for parameter in parameters.values():
        assert parameter["type"] == "SecureString"
        assert "value_wo" in parameter
        assert not {"value", "insecure_value"} & parameter.keys()


def test_keys_of_datadog_are_never_kept() -> None:
    keys = {
        name: body
        for block in blocks("variable")
        for name, body in block.items()
        if re.search("(api|app)_key$", name)
    }
    assert len(keys) == 2

    assert all(body["ephemeral"] and body["sensitive"] for body in keys.values())


def test_all_disks_are_encrypted() -> None:
    server = the_only(resources("aws_instance")["server"]["root_block_device"])
    client = the_only(resources("aws_launch_template")["client"]["block_device_mappings"])

    assert server["encrypted"] is True
    assert the_only(client["ebs"])["encrypted"] is True


def test_the_bucket_speaks_tls_only_is_encrypted_and_private() -> None:
    (deny,) = resources("aws_iam_policy_document", "data")["bucket"]["statement"]
    block = resources("aws_s3_bucket_public_access_block")["videos"]

    assert (deny["effect"], deny["actions"]) == ("Deny", ["s3:*"])
    assert the_only(deny["condition"])["variable"] == "aws:SecureTransport"
    assert [value for value in block.values() if isinstance(value, bool)] == [True] * 5
    assert "videos" in resources("aws_s3_bucket_server_side_encryption_configuration")


def test_the_bucket_throws_away_broken_uploads_after_a_day_and_notes_after_a_month() -> None:
    rules = resources("aws_s3_bucket_lifecycle_configuration")["videos"]["rule"]
    uploads, notes = rules

    assert the_only(uploads["abort_incomplete_multipart_upload"])["days_after_initiation"] == 1
    assert the_only(notes["filter"])["prefix"] == "videos/.transcoder/"
    assert the_only(notes["expiration"])["days"] == 30
