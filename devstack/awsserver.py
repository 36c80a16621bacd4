"""
The local AWS's process: moto's server behind a thin layer that makes it keep AWS's rules.

``python -m devstack.awsserver FD RECORD`` serves on the listening socket FD and records every call
in RECORD.  The layer refuses what AWS refuses (``devstack.awsrules``), shows instances as Pending
until ``PUT /_devstack/launched/INSTANCE`` says that they are up (moto has them in service at
once), and carries out one EC2 or Auto Scaling call at a time, for moto guards nothing itself.

What still differs from AWS: instances are in the group as soon as they are asked for and out of it
as soon as they are terminated, never ``Terminating``; a terminated one loses the tag of its group;
all are launched in the first subnet; ``DescribeScalingActivities`` is always empty, and no launch
fails.  May import ``devstack.awscalls``, ``devstack.awsrules``, moto, werkzeug and the standard
library.
"""

import contextlib
import io
import logging
import os
import re
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from devstack.awscalls import LAUNCHED_PATH, OWN_CLIENT, REGION, AwsCall, CallRecord
from devstack.awsrules import GroupSize, refusal

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_ERROR = """<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error>
<Type>Sender</Type><Code>ValidationError</Code><Message>{message}</Message>
</Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"""


class TruthfulAws:
    """The WSGI application: records, refuses, shows launches, and hands the rest to moto."""

    def __init__(self, record: CallRecord) -> None:
        self._record = record
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._one_at_a_time = threading.Lock()
        self._launched: set[str] = set()

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        arrived_at = time.monotonic()
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(LAUNCHED_PATH):
            self._launched.add(path.removeprefix(LAUNCHED_PATH))
            start_response("204 No Content", [])
            return []
        action, parameters = _question(environ, path)
        status = 0

        def remember(line: str, *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, *rest)

        body = self._answer(environ, remember, action, parameters)
        self._record.add(
            AwsCall(
                arrived_at=arrived_at,
                service=_service(environ),
                action=action,
                parameters=parameters,
                status=status,
                seconds=time.monotonic() - arrived_at,
                own=OWN_CLIENT in environ.get("HTTP_USER_AGENT", ""),
            )
        )
        return body

    def _answer(
        self,
        environ: _Environ,
        start_response: _StartResponse,
        action: str,
        parameters: dict[str, str],
    ) -> Iterable[bytes]:
        if "Action" not in parameters:  # S3: big bodies, and none of our rules.
            stored: Iterable[bytes] = self._moto(environ, start_response)
            return stored
        with self._one_at_a_time, self._launching_instances_shown(action):
            message = refusal(action, parameters, map(_size, _groups()))
            if message is not None:
                return _refuse(start_response, message)
            answer: Iterable[bytes] = self._moto(environ, start_response)
            return answer

    @contextlib.contextmanager
    def _launching_instances_shown(self, action: str) -> Iterator[None]:
        # Only to those who look: moto's own arithmetic wants every instance in service.
        launching = [
            state
            for group in _groups()
            for state in group.instance_states
            if action.startswith("Describe") and state.instance.id not in self._launched
        ]
        for state in launching:
            state.lifecycle_state = "Pending"
        try:
            yield
        finally:
            for state in launching:
                state.lifecycle_state = "InService"


def _groups() -> list[Any]:
    backend = get_backend("autoscaling")[DEFAULT_ACCOUNT_ID][REGION]
    return list(backend.autoscaling_groups.values())


def _size(group: Any) -> GroupSize:
    return GroupSize(
        name=group.name,
        min_size=group.min_size,
        max_size=group.max_size,
        desired=group.desired_capacity,
        instances=frozenset(state.instance.id for state in group.instance_states),
    )


def _refuse(start_response: _StartResponse, message: str) -> list[bytes]:
    body = _ERROR.format(message=escape(message)).encode()
    headers = [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))]
    start_response("400 Bad Request", headers)
    return [body]


def _service(environ: _Environ) -> str:
    signed = _SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return signed.group(1) if signed else "s3"


def _question(environ: _Environ, path: str) -> tuple[str, dict[str, str]]:
    """What is asked: an action of the query protocol, or an S3 request as method and path."""
    kind = environ.get("CONTENT_TYPE", "")
    if environ["REQUEST_METHOD"] != "POST" or "x-www-form-urlencoded" not in kind:
        return environ["REQUEST_METHOD"], {"path": path}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    parameters = dict(urllib.parse.parse_qsl(body.decode()))
    return parameters.get("Action", "POST"), parameters


def _end_with_the_owner() -> None:
    # The owner holds the other end of our standard input; it never writes.
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serve until the owner ends or SIGTERM comes."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    threading.Thread(target=_end_with_the_owner, daemon=True).start()
    application = TruthfulAws(CallRecord(Path(sys.argv[2])))
    server = make_server(
        "127.0.0.1",
        0,
        application,
        threaded=True,
        request_handler=MotoRequestHandler,
        fd=int(sys.argv[1]),
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
