"""Requests are understood and answers given in AWS's protocols."""

import io
import json
from typing import Any

import pytest

from devstack.awsanswers import Refusal, answer, filters, listed, refused
from devstack.awsfaults import Fault, Faults, refusal
from devstack.awsrequests import question

SIGNED = "AWS4-HMAC-SHA256 Credential=AK/20260301/us-east-1/{}/aws4_request, SignedHeaders=host"


def a_request(body: str = "", **headers: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body.encode()),
        **headers,
    }


def test_the_query_protocol_is_read_and_can_be_read_again() -> None:
    request = a_request(
        "Action=SetDesiredCapacity&AutoScalingGroupName=a%20b",
        CONTENT_TYPE="application/x-www-form-urlencoded; charset=utf-8",
        HTTP_AUTHORIZATION=SIGNED.format("autoscaling"),
        HTTP_USER_AGENT="Boto3/1.36 devstack",
    )
    asked = question(request)

    assert (asked.service, asked.action, asked.own) == ("autoscaling", "SetDesiredCapacity", True)
    assert asked.parameters["AutoScalingGroupName"] == "a b"
    assert request["wsgi.input"].read().startswith(b"Action=")


def test_a_json_protocol_names_its_action_in_a_header() -> None:
    request = a_request(
        "{}",
        HTTP_X_AMZ_TARGET="AmazonSQS.ReceiveMessage",
        CONTENT_TYPE="application/x-amz-json-1.0",
        HTTP_AUTHORIZATION=SIGNED.format("sqs"),
    )
    asked = question(request)

    assert (asked.service, asked.action, asked.own) == ("sqs", "ReceiveMessage", False)
    assert request["wsgi.input"].read() == b"{}"


def test_anything_else_is_an_object_of_s3() -> None:
    request = a_request() | {"REQUEST_METHOD": "PUT", "PATH_INFO": "/videos/a.mp4"}
    asked = question(request)

    assert (asked.service, asked.action) == ("s3", "PUT")
    assert asked.parameters == {"path": "/videos/a.mp4"}


def test_lists_and_filters_are_gathered() -> None:
    parameters = {
        "Names.member.1": "a",
        "Names.member.2": "b",
        "Names.member.4": "beyond a gap",
        "Filter.1.Name": "state",
        "Filter.1.Value.1": "active",
        "Filter.1.Value.2": "open",
        "Filter.2.Name": "type",
        "Filter.2.Value.1": "one-time",
    }

    assert listed(parameters, "Names.member") == ["a", "b"]
    assert filters(parameters) == {"state": ["active", "open"], "type": ["one-time"]}


def test_an_answer_is_xml_with_the_members_of_the_model() -> None:
    given = answer("autoscaling", "DescribeLifecycleHooks", {"LifecycleHooks": []})

    assert (given.status, given.content_type) == (200, "text/xml")
    assert b"<DescribeLifecycleHooksResult>" in given.body


@pytest.mark.parametrize("service", ["autoscaling", "ec2", "s3"])
def test_an_error_is_escaped_xml(service: str) -> None:
    given = refused(service, Refusal("Code", "a < b"))

    assert given.status == 400
    assert b"<Code>Code</Code><Message>a &lt; b</Message>" in given.body


def test_an_error_of_sqs_is_json() -> None:
    given = refused("sqs", Refusal("ThrottlingException", "slow", 400))

    told = json.loads(given.body)
    assert told == {"__type": "com.amazonaws.sqs#ThrottlingException", "message": "slow"}


def test_faults_are_counted_off_by_operation() -> None:
    faults = Faults()
    faults.set("SetDesiredCapacity", 2, Fault.THROTTLED)

    assert faults.meet("autoscaling", "DescribeTags") is None
    met = [faults.meet("autoscaling", "SetDesiredCapacity") for _ in range(3)]
    assert [one and one.code for one in met] == ["Throttling", "Throttling", None]


def test_a_fault_with_a_count_of_none_is_lifted() -> None:
    faults = Faults()
    faults.set("SetDesiredCapacity", 9, Fault.DENIED)
    faults.set("SetDesiredCapacity", 0, Fault.DENIED)

    assert faults.meet("autoscaling", "SetDesiredCapacity") is None


def test_a_denied_call_is_named() -> None:
    told = refusal(Fault.DENIED, "autoscaling", "SetDesiredCapacity")

    assert (told.code, told.status) == ("AccessDenied", 403)
    assert "is not authorized to perform: autoscaling:SetDesiredCapacity" in told.message
