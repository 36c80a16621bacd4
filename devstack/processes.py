"""
Child processes of the devstack: started apart from the terminal, ended for certain.

Every child carries ``MARKER`` in its environment, and so does all that it starts: that is how
leftovers are found whoever started them.  May import ``devstack.errors`` and the standard library.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from devstack.errors import DevstackError

#: The environment variable whose value, the stack's directory, says whose child a process is.
MARKER = "AUTOSCALER_DEVSTACK"


class Process:
    """
    A child process in a session of its own, its output in a file.

    A session of its own, so that Ctrl-C reaches the owner alone, who then ends the children in
    order.  ``stop`` ends what the child started too, as far as that stayed in its group.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        pass_fds: Sequence[int] = (),
    ) -> None:
        """Start ``argv``; raises DevstackError if it cannot be run at all."""
        self.name = name
        self.log = log
        with log.open("ab") as output:
            try:
                # The open stdin tells the child of its owner's end, even of a SIGKILL.
                self._popen = subprocess.Popen(  # ended by stop()
                    [os.fspath(part) for part in argv],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    env=dict(env),
                    start_new_session=True,
                    pass_fds=pass_fds,
                    cwd=log.parent,
                )
            except OSError as error:
                raise DevstackError(f"{name} cannot be started: {error}") from error

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._popen.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send one signal to the child alone; nothing if it has ended."""
        self._popen.send_signal(number)

    def wait(self, seconds: float) -> int:
        """Its exit code; raises DevstackError if it still runs after ``seconds``."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise DevstackError(f"{self.name} still runs after {seconds:g} s") from error

    def stop(self, grace_seconds: float = 5.0) -> int:
        """SIGTERM, then SIGKILL to the whole group after ``grace_seconds``; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(grace_seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        code = self._popen.wait(grace_seconds)
        if self._popen.stdin is not None:
            self._popen.stdin.close()
        return code

    def last_words(self, lines: int = 5) -> str:
        """The end of its output, for error messages; an empty text if it wrote none."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def belonging_to(directory: Path) -> tuple[int, ...]:
    """The pids of all live processes, our own aside, marked by or told of ``directory``."""
    others = (
        entry
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) != os.getpid()
    )
    return tuple(sorted(int(entry.name) for entry in others if _mentions(entry, directory)))


def _mentions(entry: Path, directory: Path) -> bool:
    marker = f"{MARKER}={directory}".encode()
    try:
        if (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False  # Dead already, waiting for its parent to notice.
        told = os.fsencode(directory) in (entry / "cmdline").read_bytes()
        return told or marker in (entry / "environ").read_bytes().split(b"\0")
    except OSError:  # Gone meanwhile, or another user's.
        return False


def kill_all(directory: Path, seconds: float = 5.0) -> tuple[int, ...]:
    """SIGKILL everything that belongs to ``directory`` until nothing does; who was killed."""
    killed: set[int] = set()
    deadline = time.monotonic() + seconds
    while (pids := belonging_to(directory)) and time.monotonic() < deadline:
        killed.update(pids)
        _kill(pids)
        time.sleep(0.02)
    return tuple(sorted(killed))


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
