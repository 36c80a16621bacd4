"""
Hold the tables, and let readers wait for a change.

One lock guards everything.  Each ``write`` is what one entry of Nomad's raft log would be: it takes
the next index, and every object and table that it touches carries that index from then on.  May
import the rest of ``devstack.standin.state`` and ``devstack.standin.model``.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devstack.standin.model import Allocation, Ask, Evaluation, Job, Node, Summary
from devstack.standin.state.write import Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLES = ("jobs", "job_summary", "evals", "allocs", "nodes")


class Store:
    """The whole state.  Read and write it while holding ``lock``."""

    def __init__(self, now: Callable[[], int] = time.time_ns) -> None:
        self.now = now
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._listeners: list[Callable[[Write], None]] = []
        self._closed = False
        self.leader = True
        # A fresh server has a few entries behind it: its own election and configuration.
        self.index = 6
        self.table_index = dict.fromkeys(TABLES, 0)
        self.jobs: dict[str, Job] = {}
        self.summaries: dict[str, Summary] = {}
        self.evals: dict[str, Evaluation] = {}
        self.allocs: dict[str, Allocation] = {}
        self.nodes: dict[str, Node] = {}
        self.evals_of_job: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.allocs_of_job: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.allocs_of_node: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.idempotent: dict[tuple[str, str], str] = {}
        #: What the allocations that are not over hold, by node.
        self.usage: defaultdict[str, Ask] = defaultdict(Ask)
        #: Grows whenever a node, or what is used on one, changes.
        self.placing_version = 0

    def listen(self, listener: Callable[[Write], None]) -> None:
        """Have ``listener`` called, under the lock, with each write once it is done."""
        self._listeners.append(listener)

    @contextmanager
    def write(self, kind: str) -> Iterator[Write]:
        """Make one entry; ``kind`` is its name in the event stream, such as ``JobRegistered``."""
        with self.lock:
            entry = Write(self, self.index + 1, kind)
            yield entry
            entry.settle()
            self.index = entry.index
            for listener in self._listeners:
                listener(entry)
            self._changed.notify_all()

    def wait_above(self, index_of: Callable[[], int], minimum: int, seconds: float) -> None:
        """Return once ``index_of()`` is above ``minimum``, after ``seconds``, or at the close."""
        deadline = time.monotonic() + seconds
        with self.lock:
            while index_of() <= minimum and not self._closed and self.leader:
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)

    def nudge(self) -> None:
        """Wake every waiting reader without a change."""
        with self.lock:
            self._changed.notify_all()

    def close(self) -> None:
        """Let every waiting reader go."""
        with self.lock:
            self._closed = True
            self._changed.notify_all()

    def job_evals(self, job_id: str) -> list[Evaluation]:
        return [self.evals[key] for key in self.evals_of_job.get(job_id, ())]

    def job_allocs(self, job_id: str) -> list[Allocation]:
        return [self.allocs[key] for key in self.allocs_of_job.get(job_id, ())]

    def node_allocs(self, node_id: str) -> list[Allocation]:
        return [self.allocs[key] for key in self.allocs_of_node.get(node_id, ())]
