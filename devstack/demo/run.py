"""
One run of the demo: dispatch, watch the daemon size the group, check what was published.

The stack and the daemon are handed in, running.  May import all of ``devstack`` but the demo's
app, and the standard library.
"""

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devstack.daemon import Daemon
from devstack.demo.check import Checker, Published
from devstack.demo.dispatch import dispatch, write_list
from devstack.demo.inputs import Input
from devstack.demo.media import probe_with
from devstack.demo.nomadview import NomadView
from devstack.demo.report import Outcome, Row
from devstack.demo.scene import Child, ChildState
from devstack.demo.telling import why_failed
from devstack.demo.view import View
from devstack.demo.watch import Limits, Watch
from devstack.errors import DevstackError
from devstack.stack import BUCKET, JOB, Stack

_CHECK_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is to do: every input once for each profile."""

    inputs: tuple[Input, ...]
    limits: Limits
    profiles: tuple[str, ...] = ("small", "large")

    @property
    def children(self) -> int:
        return len(self.inputs) * len(self.profiles)


def carry_out(stack: Stack, daemon: Daemon, order: Order, view: View) -> Outcome:
    """Do it all; raises DevstackError where it cannot go on, tells lesser problems at the end."""
    lists = _write_lists(stack.directory, order.inputs)
    view.say(f"dispatching {order.children} children: {', '.join(map(str, lists))}")
    dispatch(lists, order.profiles, JOB, stack.client_environment)
    began_at = time.monotonic()
    nomad = NomadView(stack.nomad.address, JOB)
    watch = Watch(stack, daemon, nomad, view)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="check") as pool:
        ends = _Ends(stack, nomad, order.inputs, pool)
        overdue = watch.until_empty(order.children, order.limits, ends.take)
        seconds = time.monotonic() - began_at
        rows = tuple(Row(child, ends.published(child)) for child in watch.scene.children)
    figures = stack.figures()
    problems = [overdue] if overdue else []
    if figures.killed:
        problems.append(f"work was killed: allocations {', '.join(figures.killed)}")
    for row in rows:
        problems += ends.failures.get(row.child.id, row.problems)
    problems += _metric_problems(stack)
    return Outcome(rows, figures, stack.statsd.received, seconds, tuple(problems))


class _Ends:
    """What became of the children: published objects are checked, one by one beside the watch."""

    def __init__(
        self, stack: Stack, nomad: NomadView, inputs: Iterable[Input], pool: ThreadPoolExecutor
    ) -> None:
        directory = stack.directory / "fetched"
        probe = probe_with(stack.client_environment, directory)
        self._checker = Checker(stack.aws.client("s3"), BUCKET, probe, directory)
        self._sources = {item.address: item for item in inputs}
        self._nomad = nomad
        self._pool = pool
        self._checks: dict[str, Future[Published]] = {}
        #: By child, why it failed.
        self.failures: dict[str, tuple[str, ...]] = {}

    def take(self, child: Child) -> None:
        """Look into a child that has ended, the first time; one not of this run is passed over."""
        source = self._sources.get(child.input)
        if source is None or child.id in self._checks or child.id in self.failures:
            return
        if child.state is ChildState.FAILED:
            # At once: what the task wrote goes with its node.
            self.failures[child.id] = (why_failed(child, self._nomad, JOB),)
        else:
            check = self._pool.submit(self._checker.check, source, child.profile)
            self._checks[child.id] = check

    def published(self, child: Child) -> Published | None:
        """What the check found, once it is made; None for a child that published nothing."""
        check = self._checks.get(child.id)
        return None if check is None else check.result(_CHECK_TIMEOUT_SECONDS)


def _write_lists(directory: Path, inputs: tuple[Input, ...]) -> list[Path]:
    # Two lists, as somebody with two folders would have.
    half = (len(inputs) + 1) // 2
    parts = [part for part in (inputs[:half], inputs[half:]) if part]
    return [
        write_list(directory / f"videos-{number}.txt", part)
        for number, part in enumerate(parts, start=1)
    ]


def _metric_problems(stack: Stack) -> list[str]:
    problems = []
    if not stack.statsd.metrics("autoscaler.queue.pending"):
        problems.append("no metric autoscaler.queue.pending reached the DogStatsD sink")
    if stack.statsd.malformed:
        problems.append(f"malformed DogStatsD: {stack.statsd.malformed[:3]}")
    return problems


def stop_daemon(daemon: Daemon) -> None:
    """SIGTERM, as systemd sends it; raises DevstackError if that is not a clean end."""
    if (code := daemon.process.stop(grace_seconds=10)) != 0:
        raise DevstackError(f"the autoscaler ended badly (exit {code}):\n{daemon.last_words()}")
