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
import json
import logging
import os
import sys
import threading
import time
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
from devstack.awscalls import CONTROL_PATH, LAUNCHED_PATH, AwsCall, CallRecord
from devstack.awsmachines import take_over
from devstack.awsorders import Disobeyed, Orders
from devstack.awsrequests import Question, body, question
from devstack.awsrules import GroupSize, refusal
from devstack.awsworld import World

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]
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
            began = time.monotonic()
            with self._one_at_a_time:
                changed = self._world.advance(_now())
            if changed:
                self._note(began, "Advance")

    def _note(self, began: float, what: str) -> None:
        # So that whoever watches the record for changes sees those that nobody called for.
        seconds = time.monotonic() - began
        self._record.add(AwsCall(began, "devstack", what, {}, 200, seconds, own=True))

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        arrived_at = time.monotonic()
        path: str = environ.get("PATH_INFO", "")
        if path.startswith("/_devstack/"):
            reply = self._obey(path, body(environ))
            self._note(arrived_at, path)
            return _send(start_response, reply)
        asked = question(environ)
        status = 0

        def remember(line: str, *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, *rest)

        content = self._answer(environ, remember, asked)
        self._record.add(
            AwsCall(
                arrived_at=arrived_at,
                service=asked.service,
                action=asked.action,
                parameters=asked.parameters,
                status=status,
                seconds=time.monotonic() - arrived_at,
                own=asked.own,
            )
        )
        return content

    def _obey(self, path: str, arguments: bytes) -> Answer:
        with self._one_at_a_time:
            now = _now()
            if path.startswith(LAUNCHED_PATH):
                joins = self._world.in_service(path.removeprefix(LAUNCHED_PATH), now)
                return Answer(200, "application/json", json.dumps(joins).encode())
            try:
                self._orders.obey(path.removeprefix(CONTROL_PATH), json.loads(arguments), now)
            except Disobeyed as error:
                return Answer(400, "text/plain", str(error).encode())
            self._world.advance(now)
            return Answer(204, "text/plain", b"")

    def _answer(
        self, environ: _Environ, start_response: _StartResponse, asked: Question
    ) -> Iterable[bytes]:
        fault = None if asked.own else self._world.faults.meet(asked.service, asked.action)
        if fault is not None:
            return _send(start_response, refused(asked.service, fault))
        if asked.service not in {"autoscaling", "ec2"}:
            # Big bodies, long polls, and no rules of ours.
            others: Iterable[bytes] = self._moto(environ, start_response)
            return others
        with self._one_at_a_time:
            self._world.advance(_now())
            try:
                ours = self._by_ourselves(asked)
            except Refusal as error:
                return _send(start_response, refused(asked.service, error))
            if ours is not None:
                content: Iterable[bytes] = _send(start_response, ours)
            else:
                content = self._moto(environ, start_response)
            self._world.advance(_now(), asked.action)
            return content

    def _by_ourselves(self, asked: Question) -> Answer | None:
        sizes = map(_size, self._world.machines.groups())
        message = refusal(asked.action, asked.parameters, sizes)
        if message is not None:
            raise Refusal("ValidationError", message)
        operation = self._world.operations.find(asked.action)
        if operation is None:
            return None
        return answer(asked.service, asked.action, operation(asked.parameters, _now()))


def _now() -> datetime:
    return datetime.now(UTC)


def _size(group: Any) -> GroupSize:
    return GroupSize(
        name=group.name,
        min_size=group.min_size,
        max_size=group.max_size,
        desired=group.desired_capacity,
        instances=frozenset(member.instance_id for member in group.instance_states),
    )


def _send(start_response: _StartResponse, reply: Answer) -> list[bytes]:
    headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
    start_response(f"{reply.status} {http.client.responses[reply.status]}", headers)
    return [reply.body]


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
