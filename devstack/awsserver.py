"""
The local AWS's process: moto's server behind a thin layer that makes it behave as AWS does.

``python -m devstack.awsserver FD RECORD`` serves on the listening socket FD and records every call
in RECORD.  The layer refuses what AWS refuses (``devstack.awsrules``), answers by itself what moto
does not know or does not do (``devstack.awsoperations``), does what AWS does by itself as time
goes by (``devstack.awsworld``), and carries out one EC2 or Auto Scaling call at a time, for moto
guards nothing itself.  Instances are Pending until ``PUT /_devstack/launched/INSTANCE`` says that
they are up.  ``PUT /_devstack/control/ORDER`` is a test's (``devstack.awscontrol``).

What still differs from AWS: instances are in the group as soon as they are asked for; hooks hold
only instances that terminate; weights and several instance types of a mixed instances policy,
warm pools and rebalancing are not there; an unhealthy instance is seen at once.  May import other
``devstack.aws*`` modules that serve a part of it, moto, werkzeug and the standard library.
"""

import http.client
import io
import json
import logging
import os
import re
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from devstack.awsanswers import Answer, Refusal, answer, refused
from devstack.awscalls import CONTROL_PATH, LAUNCHED_PATH, OWN_CLIENT, AwsCall, CallRecord
from devstack.awsmachines import take_over
from devstack.awsorders import Disobeyed, Orders
from devstack.awsrules import GroupSize, refusal
from devstack.awsworld import World

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
#: So often AWS does what is due although nobody calls.
_TICK_SECONDS = 0.1


class TruthfulAws:
    """The WSGI application: records, obeys controls, and answers as AWS does."""

    def __init__(self, record: CallRecord) -> None:
        self._record = record
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._one_at_a_time = threading.Lock()
        self._world = World()
        self._orders = Orders(self._world)

    def keep_time(self) -> None:
        """Do what is due, for ever."""
        while True:
            time.sleep(_TICK_SECONDS)
            with self._one_at_a_time:
                self._world.advance(_now())

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        arrived_at = time.monotonic()
        path: str = environ.get("PATH_INFO", "")
        if path.startswith("/_devstack/"):
            return _send(start_response, self._obey(path, _body(environ)))
        service = _service(environ)
        action, parameters = _question(environ, path)
        status = 0

        def remember(line: str, *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, *rest)

        body = self._answer(environ, remember, (service, action, parameters))
        self._record.add(
            AwsCall(
                arrived_at=arrived_at,
                service=service,
                action=action,
                parameters=parameters,
                status=status,
                seconds=time.monotonic() - arrived_at,
                own=_own(environ),
            )
        )
        return body

    def _obey(self, path: str, body: bytes) -> Answer:
        with self._one_at_a_time:
            now = _now()
            if path.startswith(LAUNCHED_PATH):
                joins = self._world.in_service(path.removeprefix(LAUNCHED_PATH), now)
                return Answer(200, "application/json", json.dumps(joins).encode())
            try:
                self._orders.obey(path.removeprefix(CONTROL_PATH), json.loads(body), now)
            except Disobeyed as error:
                return Answer(400, "text/plain", str(error).encode())
            self._world.advance(now)
            return Answer(204, "text/plain", b"")

    def _answer(
        self,
        environ: _Environ,
        start_response: _StartResponse,
        question: tuple[str, str, dict[str, str]],
    ) -> Iterable[bytes]:
        service, action, parameters = question
        fault = None if _own(environ) else self._world.faults.meet(service, action)
        if fault is not None:
            return _send(start_response, refused(service, fault))
        if service not in {"autoscaling", "ec2"}:  # Big bodies, long polls, and no rules of ours.
            others: Iterable[bytes] = self._moto(environ, start_response)
            return others
        with self._one_at_a_time:
            self._world.advance(_now())
            try:
                ours = self._by_ourselves(service, action, parameters)
            except Refusal as error:
                return _send(start_response, refused(service, error))
            if ours is not None:
                body: Iterable[bytes] = _send(start_response, ours)
            else:
                body = self._moto(environ, start_response)
            self._world.advance(_now(), action)
            return body

    def _by_ourselves(self, service: str, action: str, parameters: dict[str, str]) -> Answer | None:
        message = refusal(action, parameters, map(_size, self._world.machines.groups()))
        if message is not None:
            raise Refusal("ValidationError", message)
        operation = self._world.operations.find(action)
        return operation and answer(service, action, operation(parameters, _now()))


def _now() -> datetime:
    return datetime.now(UTC)


def _size(group: Any) -> GroupSize:
    return GroupSize(
        name=group.name,
        min_size=group.min_size,
        max_size=group.max_size,
        desired=group.desired_capacity,
        instances=frozenset(state.instance.id for state in group.instance_states),
    )


def _send(start_response: _StartResponse, reply: Answer) -> list[bytes]:
    headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
    start_response(f"{reply.status} {http.client.responses[reply.status]}", headers)
    return [reply.body]


def _service(environ: _Environ) -> str:
    signed = _SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return signed.group(1) if signed else "s3"


def _own(environ: _Environ) -> bool:
    return OWN_CLIENT in environ.get("HTTP_USER_AGENT", "")


def _question(environ: _Environ, path: str) -> tuple[str, dict[str, str]]:
    """What is asked: an action and its parameters, or an S3 request as method and path."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:  # A JSON protocol.
        return target.rpartition(".")[2], {}
    kind = environ.get("CONTENT_TYPE", "")
    if environ["REQUEST_METHOD"] != "POST" or "x-www-form-urlencoded" not in kind:
        return environ["REQUEST_METHOD"], {"path": path}
    body = _body(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    parameters = dict(urllib.parse.parse_qsl(body.decode()))
    return parameters.get("Action", "POST"), parameters


def _body(environ: _Environ) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _end_with_the_owner() -> None:
    # The owner holds the other end of our standard input; it never writes.
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serve until the owner ends or SIGTERM comes."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    threading.Thread(target=_end_with_the_owner, daemon=True).start()
    take_over()
    application = TruthfulAws(CallRecord(Path(sys.argv[2])))
    threading.Thread(target=application.keep_time, name="time", daemon=True).start()
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
