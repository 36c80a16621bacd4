"""
What a request asks of which service, whatever protocol it is in.

May import ``devstack.awscalls`` and the standard library.
"""

import io
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devstack.awscalls import OWN_CLIENT

_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Question:
    """One request, understood."""

    service: str
    #: The operation; for S3 the HTTP method.
    action: str
    #: Flat as the query protocol has them; for S3 the path; for JSON protocols none.
    parameters: Mapping[str, str]
    #: Whether a client of the devstack's own asks.
    own: bool


def question(environ: dict[str, Any]) -> Question:
    """Understand a WSGI request; its body can be read again afterwards."""
    signed = _SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    action, parameters = _asked(environ)
    return Question(
        service=signed.group(1) if signed else "s3",
        action=action,
        parameters=parameters,
        own=OWN_CLIENT in environ.get("HTTP_USER_AGENT", ""),
    )


def body(environ: dict[str, Any]) -> bytes:
    """The body of a WSGI request."""
    content: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return content


def _asked(environ: dict[str, Any]) -> tuple[str, Mapping[str, str]]:
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target.rpartition(".")[2], {}
    kind = environ.get("CONTENT_TYPE", "")
    if environ["REQUEST_METHOD"] != "POST" or "x-www-form-urlencoded" not in kind:
        return environ["REQUEST_METHOD"], {"path": environ.get("PATH_INFO", "")}
    content = body(environ)
    environ["wsgi.input"] = io.BytesIO(content)
    parameters = dict(urllib.parse.parse_qsl(content.decode()))
    return parameters.get("Action", "POST"), parameters
