"""Asks the web as a client that is no browser does, over real sockets."""

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

TIMEOUT_SECONDS = 10.0
#: Longer than what the web sends now and then in silence would be a hang.
_LINES_MAX = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; the headers' names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, where it is JSON."""
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


def _connection(address: str, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    if context is None:
        return http.client.HTTPConnection(address, timeout=TIMEOUT_SECONDS)
    return http.client.HTTPSConnection(address, timeout=TIMEOUT_SECONDS, context=context)


def ask(
    address: str,
    path: str,
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """One request on a connection of its own."""
    connection = _connection(address, context)
    try:
        connection.request(method, path, body, headers=dict(headers or {}))
        reply = connection.getresponse()
        found = {name.lower(): value for name, value in reply.getheaders()}
        return Answer(reply.status, found, reply.read())
    finally:
        connection.close()


class Listening:
    """A stream of events, as it comes."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        self._connection = _connection(address, None)
        self._connection.request("GET", "/api/v1/events", headers=dict(headers or {}))
        self._reply = self._connection.getresponse()
        self.status = self._reply.status
        self.headers = {name.lower(): value for name, value in self._reply.getheaders()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Go away, without a word."""
        self._connection.close()
        self._reply.close()

    def frame(self) -> dict[str, str] | None:
        """The next frame, its fields by name (a comment's is empty); None at the end."""
        fields: dict[str, str] = {}
        for _ in range(_LINES_MAX):
            line = self._reply.readline()
            if not line:
                return None
            text = line.decode().rstrip("\n")
            if not text:
                return fields
            name, _, value = text.partition(":")
            fields[name] = value.removeprefix(" ")
        raise AssertionError("a frame without end")

    def status_event(self) -> Any:
        """The data of the next event named status."""
        for _ in range(_LINES_MAX):
            frame = self.frame()
            assert frame is not None, "the stream ended"
            if frame.get("event") == "status":
                return json.loads(frame["data"])
        raise AssertionError("no event")
