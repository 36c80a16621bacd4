"""
The daemon under test: its configuration, its process, and what it logs.

The autoscaler is started as its users start it, from its command line; nothing of it is imported.
May import ``devstack.children``, ``devstack.errors``, yaml and the standard library.
"""

import json
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from devstack.children import Process
from devstack.errors import DevstackError

LogLine = Mapping[str, Any]


class Daemon:
    """One run of ``autoscaler``, for the length of a ``with`` block; it may be started again."""

    def __init__(
        self,
        config: Path,
        environment: Mapping[str, str],
        *arguments: str,
        log: Path,
    ) -> None:
        """``arguments`` follow ``--config FILE``, such as ``--dry-run``."""
        self.config = config
        self._argv = [sys.executable, "-m", "autoscaler", "--config", str(config), *arguments]
        self._environment = environment
        self.log = log
        self._read_bytes = 0
        self._lines: list[LogLine] = []
        self._reading = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.stop()

    def start(self) -> None:
        """Start it, also again after its end; its log goes on in the same file."""
        self.process = Process("autoscaler", self._argv, log=self.log, env=self._environment)

    def kill(self) -> None:
        """SIGKILL it, whatever it is at; it can be started again."""
        self.process.signal(signal.SIGKILL)
        self.process.wait(5)

    @property
    def alive(self) -> bool:
        return self.process.exit_code is None

    def lines(self) -> tuple[LogLine, ...]:
        """Every line it has logged as JSON so far; what is no JSON is left to ``last_words``."""
        with self._reading:
            with self.log.open("rb") as file:
                file.seek(self._read_bytes)
                whole, newline, _ = file.read().rpartition(b"\n")
            self._read_bytes += len(whole) + len(newline)
            self._lines.extend(filter(None, map(_line, whole.splitlines())))
            return tuple(self._lines)

    def events(self, event: str) -> tuple[LogLine, ...]:
        """Its log lines of one event, such as ``cycle.finished``."""
        return tuple(line for line in self.lines() if line.get("event") == event)

    def last_words(self) -> str:
        """The end of its log, for error messages."""
        return self.process.last_words()

    def require_alive(self) -> None:
        """Raise DevstackError, with its last words, if it has ended."""
        if not self.alive:
            code = self.process.exit_code
            raise DevstackError(f"the autoscaler ended (exit {code}):\n{self.last_words()}")


def write_config(path: Path, settings: Mapping[str, Any]) -> Path:
    """Write a configuration file of the daemon's; its path."""
    path.write_text(yaml.safe_dump(dict(settings), sort_keys=False))
    return path


def _line(raw: bytes) -> LogLine | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None
