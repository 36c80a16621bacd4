"""
A made-up board, served by a process of its own, for what measures the web and its page.

The process is ``tests.made_up_board``.  May import the standard library only.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def served(node_count: int) -> Iterator[tuple[int, str]]:
    """Its process id and its URL; the queue changes every second."""
    command = [sys.executable, "-m", "tests.made_up_board", "--listen", "127.0.0.1:0"]
    command += ["--nodes", str(node_count), "--every", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.pid, _url(process)
        finally:
            process.terminate()


def _url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("http://"):
            return line.strip()
    raise RuntimeError("the made-up board was not served")
