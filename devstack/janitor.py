"""
Clean up after an owner that could not: the devstack's last line of defence.

``python -m devstack.janitor DIRECTORY`` reads its standard input, whose other end only the owner
holds.  A line there means that the owner has taken everything down.  Its end without a line means
that the owner died (SIGKILL, a crash): then all that belongs to the directory is killed, and
the directory removed.  May import ``devstack.leftovers``, ``devstack.mounts`` and the standard
library.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from devstack.leftovers import MARKER, kill_all
from devstack.mounts import unmount_beneath


class Janitor:
    """A janitor process for one directory, for the length of a ``with`` block."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "devstack.janitor", str(self._directory)],
            # Without the mark, or the janitor of a stack would kill that of a part of it.
            env={name: value for name, value in os.environ.items() if name != MARKER},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Send it home: the owner itself has cleaned up, or is about to."""
        self._process.communicate(b"done\n", timeout=10)


def main() -> None:
    """Wait for the owner's word or its end."""
    directory = Path(sys.argv[1])
    if sys.stdin.buffer.readline():
        return
    kill_all(directory)
    unmount_beneath(directory)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
