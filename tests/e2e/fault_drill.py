"""
A running system whose ways to Nomad and to AWS are broken, one fault after another.

Two children work on one node all the time; before each fault another node has just become idle and
is about to be let go.  While the fault lasts nothing may end an instance, lower what is desired or
storm the servers; when it is over the daemon must be right again within two cycles.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autoscaler.adapters.control_client import ask_status
from autoscaler.adapters.control_socket import FILE_NAME
from autoscaler.adapters.live import AWS_TIMEOUT_SECONDS
from autoscaler.status.documents import Wrong
from devstack import faultproxy as faults
from devstack.daemon import Daemon, LogLine
from devstack.deadline import wait_until
from devstack.faultproxy import Fault, FaultProxy
from tests.e2e.system import System, running, tail

FAULT_SECONDS = 3.5
#: Cycles that may fail after the end of a fault: the one under way, and one more.
FAILED_AFTER_MAX = 2
#: To one server: a cycle a second of some ten calls, and the watcher's own.
CALLS_PER_SECOND_MAX = 20.0

_ENDINGS = ("TerminateInstanceInAutoScalingGroup", "CompleteLifecycleAction")
_XML = "text/xml"
_JSON = "application/json"
_OTHER_XML = b'<?xml version="1.0"?><html><head><title>It works</title></head></html>'
_GATEWAY = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Case:
    """A fault on the way to one system."""

    name: str
    way: Literal["nomad", "aws"]
    fault: Callable[[FaultProxy], Fault]
    #: Whether the daemon cannot read that system meanwhile, and says so.
    blinds: bool = True
    #: Whether it may let the idle node go: it sees what there is, if late.
    lets_go: bool = False
    seconds: float = FAULT_SECONDS
    #: Left to ``python -m bench.faults``: the adapters' own tests have it, for each of their calls.
    more: bool = False


def _always(fault: Fault) -> Callable[[FaultProxy], Fault]:
    return lambda _: fault


def _both(name: str, fault: Callable[[FaultProxy], Fault], *, blinds: bool = True) -> list[Case]:
    ways: tuple[Literal["nomad", "aws"], ...] = ("nomad", "aws")
    return [Case(name, way, fault, blinds, lets_go=not blinds) for way in ways]


def _answers(
    way: Literal["nomad", "aws"], status: int, body: bytes, kind: str, *, more: bool = False
) -> Case:
    name = f"answers {status}: {body.decode()[:24]}"
    return Case(name, way, _always(faults.answering(status, body, kind)), more=more)


CASES: tuple[Case, ...] = (
    # Until what is tried twice with a timeout of a second, or what AWS may take, has run out.
    Case("hangs", "nomad", faults.hanging, seconds=6.0),
    Case("hangs", "aws", faults.hanging, seconds=AWS_TIMEOUT_SECONDS + 3),
    *_both("resets connections", _always(faults.reset)),
    *_both("breaks off in its answers", _always(faults.truncated)),
    *_both("answers by halves", _always(faults.halved)),
    *_both("is slow", _always(faults.delayed(0.3)), blinds=False),
    *_both("answers what was true before", faults.stale, blinds=False),
    _answers("nomad", 429, b"Too Many Requests", "text/plain"),
    _answers("nomad", 500, b"No cluster leader", "text/plain"),
    _answers("nomad", 502, _GATEWAY, "text/html", more=True),
    _answers("nomad", 403, b"Permission denied", "text/plain", more=True),
    _answers("nomad", 404, b"404 page not found", "text/plain"),
    _answers("nomad", 200, b"{}", _JSON, more=True),
    _answers("nomad", 200, b"[null]", _JSON, more=True),
    _answers("nomad", 200, _OTHER_XML, "text/html", more=True),
    Case("forgot its nodes", "nomad", _always(faults.forgotten), blinds=False),
    Case(
        "was restored, its indexes behind",
        "nomad",
        _always(faults.rewound(50)),
        blinds=False,
        lets_go=True,
    ),
    Case("does not block", "nomad", _always(faults.impatient), blinds=False, lets_go=True),
    _answers("aws", 429, b"", _XML),
    _answers("aws", 503, b"Service Unavailable", "text/plain"),
    _answers("aws", 502, _GATEWAY, "text/html", more=True),
    _answers("aws", 200, b"", _XML, more=True),
    _answers("aws", 200, _OTHER_XML, "text/html"),
    _answers("aws", 200, b'<DescribeAutoScalingGroupsResponse xmlns="x"/>', _XML, more=True),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a fault."""

    case: Case
    #: Errors that were told, as they were.
    told: tuple[LogLine, ...]
    #: What the status showed last while it stood.
    wrongs: tuple[Wrong, ...]
    #: What was asked of AWS or Nomad that ends or lowers anything.
    endings: tuple[str, ...]
    calls_per_second: float
    #: Cycles that failed after the end, and how long after it the first good one had ended.
    failed_after: int
    recovery_seconds: float
    killed: int

    @property
    def says(self) -> str:
        """The first thing that was told, in one line."""
        if not self.told:
            return "(nothing)"
        return str(self.told[0].get("error") or self.told[0]["event"])

    def violations(self) -> Iterator[str]:
        """What of it must not be."""
        if self.endings:
            yield f"{', '.join(self.endings)} meanwhile"
        if self.killed:
            yield f"{self.killed} children were killed"
        if self.calls_per_second > CALLS_PER_SECOND_MAX:
            yield f"a storm of {self.calls_per_second:.0f} calls a second"
        if self.failed_after > FAILED_AFTER_MAX:
            yield f"{self.failed_after} cycles failed after its end"
        if self.case.blinds:
            yield from self._untold()

    def _untold(self) -> Iterator[str]:
        """What people were not told as they should be."""
        stages = [line["stage"] for line in self.told if line["event"] == "observation.failed"]
        if not stages or set(stages) != {self.case.way}:
            yield f"it was told of as {stages}"
        errors = [line.get("error") for line in self.told]
        if len(errors) != len(set(errors)):
            yield f"the same was told again: {errors}"
        standing = [one for one in self.wrongs if one.code == f"{self.case.way}.unread"]
        if not standing or not all(one.mend for one in standing):
            yield f"the status does not show it with its mend: {self.wrongs}"


class Drill:
    """A system and its daemon, for one fault after another."""

    def __init__(self, system: System, ways: dict[str, FaultProxy], daemon: Daemon) -> None:
        self._system = system
        self._ways = ways
        self.daemon = daemon
        self._socket = Path(system.stack.daemon_settings()["state_dir"]) / FILE_NAME

    def outcome(self, case: Case) -> Outcome:
        """Let it go wrong for a while, and right again."""
        self._make_ready()
        way, lines = self._ways[case.way], len(self.daemon.lines())
        before = {name: len(one.asked()) for name, one in self._ways.items()}
        began = time.monotonic()
        way.begin(case.fault(way))
        time.sleep(case.seconds)
        status = ask_status(self._socket)
        assert status is not None
        asked = {name: one.asked(before[name]) for name, one in self._ways.items()}
        lasted = time.monotonic() - began
        told = self.daemon.lines()[lines:]
        way.end()
        failed_after, seconds = self._recovery(len(self._cycles()))
        self._wait_for_rest()
        return Outcome(
            case=case,
            told=tuple(line for line in told if line.get("level") in ("error", "warning")),
            wrongs=status.wrongs,
            # Where it can see as it should, to let the idle node go is right.
            endings=() if case.lets_go else tuple(_endings(asked["aws"])),
            calls_per_second=max(len(one) for one in asked.values()) / lasted,
            failed_after=failed_after,
            recovery_seconds=seconds,
            killed=len(self._system.figures.killed),
        )

    def _make_ready(self) -> None:
        """One node at work, and another that has just become idle."""
        self._system.dispatch(0.3)
        self._system.wait(
            lambda scene: scene.all_ended or running(scene) == 3, "a third child", self.daemon
        )
        self._system.wait(lambda scene: running(scene) == 2, "its end", self.daemon)

    def _wait_for_rest(self) -> None:
        """Scale-in works again: the idle node is let go."""
        self._system.wait(
            lambda scene: scene.desired == 1 and len(scene.nodes) == 1, "one node", self.daemon
        )

    def _cycles(self) -> list[LogLine]:
        return list(self.daemon.events("cycle.finished"))

    def _recovery(self, done: int) -> tuple[int, float]:
        """How many cycles fail yet, and the seconds until one has not."""
        ended, found = time.monotonic(), []

        def recovered() -> bool:
            found[:] = [line["outcome"] != "failed" for line in self._cycles()[done:]]
            return any(found)

        wait_until(recovered, seconds=20, what="a good cycle", hint=lambda: tail(self.daemon))
        return found.index(True), time.monotonic() - ended


def _endings(asked: list[faults.Asked]) -> Iterator[str]:
    for one in asked:
        if one.what in _ENDINGS:
            yield one.what
        elif one.what == "SetDesiredCapacity":
            yield "SetDesiredCapacity"


@contextmanager
def drilled(system: System) -> Iterator[Drill]:
    """A system with two children at work on one node, behind two ways that can be broken."""
    stack = system.stack
    with ExitStack() as running_too:
        ways = {
            "nomad": running_too.enter_context(FaultProxy(stack.nomad.address)),
            "aws": running_too.enter_context(FaultProxy(stack.aws.endpoint)),
        }
        daemon = running_too.enter_context(system.daemon(**_settings(ways)))
        system.dispatch(600, 600)
        system.wait(lambda scene: running(scene) == 2, "two children at work", daemon)
        yield Drill(system, ways, daemon)


def _settings(ways: dict[str, FaultProxy]) -> dict[str, Any]:
    return {
        "nomad": {"address": ways["nomad"].url, "timeout": "1s"},
        "aws": {"endpoint_url": ways["aws"].url},
        # Each cycle is to be seen.
        "log": {"level": "debug"},
    }
