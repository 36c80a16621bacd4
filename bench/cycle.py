"""
How long one cycle takes with a long queue and many nodes.

``python -m bench.cycle [--nomad real]``.  10,000 pending children, 500 nodes at work, over HTTP
against the devstack; then the decision alone, on the very observation of those cycles.  May import
``bench``, ``devstack`` and ``autoscaler``.
"""

import contextlib
import http.client
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit

import yaml

from autoscaler import logs
from autoscaler.app import App
from autoscaler.clock import SystemClock
from autoscaler.config import parse
from autoscaler.core.memory import Memory
from autoscaler.core.model import Observation
from autoscaler.core.policy import decide
from autoscaler.core.settings import PoolSettings
from autoscaler.daemon import PoolRunner
from autoscaler.ports import CycleReport
from bench.figure import Figure, tell
from bench.nomad import chosen_nomad
from devstack.deadline import wait_until
from devstack.fleet import BootTimes
from devstack.stack import GROUP, JOB, Stack, StackSettings

PENDING = 10_000
NODES = 500
CYCLES = 7
_T = TypeVar("_T")
_AT_ONCE = BootTimes(least_seconds=0, most_seconds=0)


def figures(nomad: Path | None) -> tuple[Figure, ...]:
    """Measure against the Nomad executable, or against the stand-in where it is None."""
    if nomad is not None:
        return ()  # 500 real agents are more than one machine bears.
    sizes = StackSettings(
        max_size=NODES, children_per_node=1, boot=_AT_ONCE, task_script="exec sleep 3600"
    )
    with Stack(sizes) as stack:
        stack.aws.client("autoscaling").set_desired_capacity(
            AutoScalingGroupName=GROUP, DesiredCapacity=NODES
        )
        _dispatch(stack.nomad.address, NODES + PENDING)
        wait_until(
            lambda: _running(stack.nomad.address) == NODES, seconds=180, what=f"{NODES} running"
        )
        return _measured(stack)


def _measured(stack: Stack) -> tuple[Figure, ...]:
    logs.configure("console", "error")
    config = parse(yaml.safe_dump(stack.daemon_settings()), {})
    with patch.dict(os.environ, stack.client_environment):
        app = App(config, dry_run=False)
    try:
        (runner,) = app.runners
        first, _ = _timed(lambda: _cycle(runner))
        taken = [_timed(lambda: _cycle(runner)) for _ in range(CYCLES)]
        report = taken[-1][1]
    finally:
        app.close()
    if report.observation.pending_count != PENDING or report.decision.counts.busy != NODES:
        raise RuntimeError(f"another picture than was set up: {report.decision.why}")
    about = f"{PENDING} pending on {NODES} nodes"
    cycle = statistics.median(seconds for seconds, _ in taken)
    return (
        Figure(f"one cycle, {about}, median of {CYCLES}", cycle, "ms", 1000),
        Figure(f"the first cycle, each node looked at once, {about}", first, "ms"),
        _decision(f"its decision alone, {about}", report.observation, runner.settings),
    )


def _cycle(runner: PoolRunner) -> CycleReport:
    report = runner.run()
    if report is None or report.outcome == "failed":
        raise RuntimeError("the cycle failed; its log says why")
    return report


def _decision(what: str, observation: Observation, settings: PoolSettings) -> Figure:
    free = replace(settings, size=replace(settings.size, max=100_000))
    memory, now = Memory(), SystemClock().now()
    taken = [_timed(lambda: decide(observation, free, memory, now))[0] for _ in range(CYCLES)]
    return Figure(f"{what}, median of {CYCLES}", statistics.median(taken), "ms", 100)


def _timed(do: Callable[[], _T]) -> tuple[float, _T]:
    began = time.monotonic()
    result = do()
    return (time.monotonic() - began) * 1000, result


def _dispatch(address: str, count: int) -> None:
    body = {"JobID": JOB, "Count": count, "Meta": {"input": "/nothing.mp4"}}
    _request(address, "POST", "/v1/standin/bulk", body)


def _running(address: str) -> int:
    summary = _request(address, "GET", f"/v1/job/{JOB}/summary", None)
    return int(summary["Children"]["Running"])


def _request(address: str, method: str, path: str, body: object) -> dict[str, dict[str, int]]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    with contextlib.closing(connection):
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        reply: dict[str, dict[str, int]] = json.loads(answer.read())
        return reply


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    return tell(figures(chosen_nomad()))


if __name__ == "__main__":
    sys.exit(main())
