"""
Requests as the handlers read them, and replies as they give them.

May import ``devstack.standin.admission`` (for ``Refused``) and ``devstack.standin.model``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from devstack.standin.admission import Refused
from devstack.standin.model import in_go

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = TypeVar("Kind")

TRUE = {"1", "t", "T", "TRUE", "true", "True"}
FALSE = {"0", "f", "F", "FALSE", "false", "False"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``path`` is decoded, ``query`` has the first value of each parameter."""

    method: str
    path: str
    query: Mapping[str, str]
    queries: Mapping[str, list[str]]
    token: str
    body: bytes

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A parameter that is true or false, as Go reads one."""
        text = self.query.get(name, "")
        if not text:
            return default
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        raise Refused(
            f'Failed to parse value of "{name}" ({text}) as a bool: '
            f'strconv.ParseBool: parsing "{text}": invalid syntax'
        )

    def json(self) -> dict[str, Any]:
        """The body, which has to be a JSON object."""
        if not self.body:
            raise Refused("Request body is empty", 400)
        try:
            body = json.loads(self.body)
        except ValueError as error:
            raise Refused(f"the body is not JSON: {error}", 400) from error
        if not isinstance(body, dict):
            raise Refused("json: cannot unmarshal into Go value: not an object", 400)
        return body


def field_of(body: dict[str, Any], name: str, kind: type[Kind], default: Kind) -> Kind:
    """A field of a request's body, null and absent being the default.  Raises Refused."""
    value = body.get(name)
    if value is None:
        return default
    if type(value) is not kind or (isinstance(value, int) and not in_go(value)):
        raise Refused(f"json: cannot unmarshal {name}: its kind is {kind.__name__}", 400)
    return value


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; with ``stream``, the body is what that yields, until it ends."""

    status: int = 200
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def in_json(value: Any, index: int | None = None) -> Reply:
    """A value as the body; with ``index``, the header that a write answers with."""
    headers = {} if index is None else {"X-Nomad-Index": str(index)}
    return Reply(body=encoded(value), content_type="application/json", headers=headers)


def in_words(status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """An error, which Nomad tells in plain text."""
    return Reply(
        status=status,
        body=message.encode(),
        content_type="text/plain; charset=utf-8" if message else "",
        headers=headers or {},
    )
