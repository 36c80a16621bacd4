"""
Run one task: start its process, wait, restart it as its policy says, end it when told.

Reports each step through a callback and knows nothing of the store.  May import
``devstack.standin.client``, ``devstack.standin.model`` and the standard library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from devstack.standin.client import events
from devstack.standin.client.restarts import Restarts
from devstack.standin.model import DEAD, PENDING, RUNNING, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from devstack.standin.model import Json


@dataclass(frozen=True, slots=True)
class Launch:
    """All that is needed to start a task's process."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    stdout: Path
    stderr: Path


class TaskRun:
    """
    One task of one allocation.

    ``report`` is called at each change of ``state``.  Run ``run`` on a thread of its own; the
    others may be called from any.
    """

    def __init__(
        self,
        task: Json,
        restarts: Restarts,
        report: Callable[[], None],
        now: Callable[[], int],
    ) -> None:
        self._task = task
        self._restarts = restarts
        self._report = report
        self._now = now
        self._lock = threading.Lock()
        self._history = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._told_to_stop = threading.Event()
        self._gone = False
        self.state = TaskState()

    @property
    def running(self) -> bool:
        return self.state.state == RUNNING

    def run(self, prepare: Callable[[], Launch]) -> None:
        """
        Take the task from its start to its end; returns once it is over.

        ``prepare`` makes what the process needs; a task that it fails for has failed.
        """
        while not self._told_to_stop.is_set():
            code = self._start_and_wait(prepare)
            if code is None or self._told_to_stop.is_set():
                break
            verdict = self._restarts.after(self._now(), succeeded=code == 0)
            if not verdict.again:
                self._end(failed=verdict.failed, reason=verdict.reason)
                return
            now = self._now()
            self._note(
                events.restarting(now, verdict.delay, verdict.reason),
                state=PENDING,
                restarts=self.state.restarts + 1,
                last_restart=now,
            )
            self._told_to_stop.wait(verdict.delay / 1e9)
        if self.state.state != DEAD:
            now = self._now()
            self._note(events.killed(now), state=DEAD, finished_at=now)

    def _start_and_wait(self, prepare: Callable[[], Launch]) -> int | None:
        """The exit code (a signal's is 128 and its number), or None if it could not start."""
        try:
            process = self._start(prepare())
        except (OSError, ValueError, TypeError) as error:
            self._note(events.driver_failure(self._now(), f"failed to launch: {error}"))
            self._end(failed=True, reason="Error was unrecoverable")
            return None
        if process is None:
            return None
        now = self._now()
        self._note(events.started(now), state=RUNNING, started_at=now, finished_at=0)
        status = process.wait()
        # What the process started goes with it.
        _signal_group(process.pid, signal.SIGKILL)
        number = -status if status < 0 else 0
        code = 128 + number if number else status
        self._note(events.terminated(self._now(), code, number))
        return code

    def _start(self, launch: Launch) -> subprocess.Popen[bytes] | None:
        with self._lock, launch.stdout.open("ab") as stdout, launch.stderr.open("ab") as stderr:
            if self._told_to_stop.is_set():
                return None
            self._process = subprocess.Popen(
                list(launch.argv),
                cwd=launch.directory,
                env=dict(launch.environment),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            return self._process

    def _end(self, *, failed: bool, reason: str) -> None:
        now = self._now()
        happened = [events.not_restarting(now, reason)] if failed else []
        self._note(*happened, state=DEAD, failed=failed, finished_at=now)

    def note(self, *happened: Json) -> None:
        """Add to the task's history."""
        self._note(*happened)

    def _note(self, *happened: Json, **changes: Any) -> None:
        with self._history:
            self.state = replace(self.state, events=(*self.state.events, *happened), **changes)
        if not self._gone:
            self._report()

    def stop(self) -> None:
        """Ask the task to end; kill it if it has not done so within its ``kill_timeout``."""
        with self._lock:
            first = not self._told_to_stop.is_set()
            self._told_to_stop.set()
            process = self._process
        if not first or self.state.state == DEAD:
            return
        timeout = self._task["KillTimeout"]
        self.note(events.killing(self._now(), timeout))
        if process is None:
            return
        # Nomad's exec and raw_exec send SIGINT where the job does not say otherwise.
        number = getattr(signal, self._task["KillSignal"] or "SIGINT", signal.SIGINT)
        _signal_group(process.pid, number)
        try:
            process.wait(timeout / 1e9)
        except subprocess.TimeoutExpired:
            _signal_group(process.pid, signal.SIGKILL)

    def destroy(self) -> None:
        """End the task as a power cut would: at once, and with no word of it."""
        with self._lock:
            self._gone = True
            self._told_to_stop.set()
            process = self._process
        if process is not None:
            _signal_group(process.pid, signal.SIGKILL)


def _signal_group(group_id: int, number: int) -> None:
    try:
        os.killpg(group_id, number)
    except (ProcessLookupError, PermissionError):
        return  # It is gone already.
