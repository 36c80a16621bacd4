"""
AWS's protocols, as far as the local AWS answers by itself: requests in, answers and errors out.

The forms come from botocore's models of the services, by moto's serializers.  May import moto
and the standard library.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from moto.core.serialize import EC2Serializer, QuerySerializer
from moto.core.utils import get_service_model

_QUERY_ERROR = """<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error>
<Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message>
</Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"""
_EC2_ERROR = """<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>
</Errors><RequestID>00000000-0000-0000-0000-000000000000</RequestID></Response>"""
_S3_ERROR = "<Error><Code>{code}</Code><Message>{message}</Message></Error>"


class Refusal(Exception):
    """AWS refuses a call."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    content_type: str
    body: bytes


def answer(service: str, action: str, result: Mapping[str, Any]) -> Answer:
    """A result, members named as in the service's model, in the service's XML."""
    serializer = EC2Serializer if service == "ec2" else QuerySerializer
    serialized = serializer(get_service_model(service).operation_model(action)).serialize(result)
    return Answer(serialized["status_code"], "text/xml", serialized["body"].encode())


def refused(service: str, refusal: Refusal) -> Answer:
    """An error in the form of the service."""
    if service == "sqs":
        kind = f"com.amazonaws.sqs#{refusal.code}"
        body = json.dumps({"__type": kind, "message": refusal.message})
        return Answer(refusal.status, "application/x-amz-json-1.0", body.encode())
    form = {"ec2": _EC2_ERROR, "s3": _S3_ERROR}.get(service, _QUERY_ERROR)
    body = form.format(
        fault="Receiver" if refusal.status >= 500 else "Sender",
        code=refusal.code,
        message=escape(refusal.message),
    )
    return Answer(refusal.status, "text/xml", body.encode())


def listed(parameters: Mapping[str, str], name: str) -> list[str]:
    """The values of a list in the query protocol: ``name.1``, ``name.2`` and so on."""
    values: list[str] = []
    while (value := parameters.get(f"{name}.{len(values) + 1}")) is not None:
        values.append(value)
    return values


def filters(parameters: Mapping[str, str]) -> dict[str, list[str]]:
    """EC2's filters, by name."""
    found: dict[str, list[str]] = {}
    while (name := parameters.get(f"Filter.{len(found) + 1}.Name")) is not None:
        found[name] = listed(parameters, f"Filter.{len(found) + 1}.Value")
    return found
