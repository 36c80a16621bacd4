"""
Child processes of the devstack: started apart from the terminal, ended for certain.

May import ``devstack.errors`` and the standard library.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.errors import DevstackError


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
            code = self._popen.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise DevstackError(f"{self.name} still runs after {seconds:g} s") from error
        self._let_go()
        return code

    def stop(self, grace_seconds: float = 5.0) -> int:
        """SIGTERM, then SIGKILL to the whole group after ``grace_seconds``; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(grace_seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        code = self._popen.wait(grace_seconds)
        self._let_go()
        return code

    def _let_go(self) -> None:
        if self._popen.stdin is not None:
            self._popen.stdin.close()

    def last_words(self, lines: int = 5) -> str:
        """The end of its output, for error messages; an empty text if it wrote none."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
