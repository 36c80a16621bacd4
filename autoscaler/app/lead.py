"""
Which lock there is, kept across reloads: whether this daemon acts, or stands by.

Imports the locks and their way to AWS, core.lease, alarms, clock, config and status.documents.
"""

import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autoscaler.adapters.aws import AwsConnection
from autoscaler.adapters.fence import Fence
from autoscaler.adapters.lease_keeper import Clocks, LeaseKeeper
from autoscaler.adapters.lease_s3 import S3Lease
from autoscaler.adapters.state_lock import StateLock
from autoscaler.alarms import Alarms
from autoscaler.clock import SystemClock, elapsed_seconds
from autoscaler.config import Config
from autoscaler.core.lease import Holder
from autoscaler.status.documents import ALONE, Leadership


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a lock is made of; while that stays, a reload keeps it."""

    s3: str | None
    ttl_seconds: float
    region: str
    endpoint_url: str | None
    state_dir: str | None


class Lead:
    """The lock of the configuration in force; none of a dry run, which changes nothing."""

    def __init__(self, alarms: Alarms, *, dry_run: bool = False) -> None:
        self._alarms = alarms
        self._dry_run = dry_run
        self._me = Holder(uuid.uuid4().hex, f"{socket.gethostname()}, pid {os.getpid()}")
        self._terms: _Terms | None = None
        self._lock: LeaseKeeper | StateLock | None = None
        #: Is told, from any thread, whenever it begins or ceases to lead.
        self.on_change: Callable[[], None] = lambda: None

    def take_in(self, config: Config, *, idle: bool = True) -> None:
        """
        Open the lock of this configuration; the one that is open is kept where it is the same.

        ``idle``: no call of before is under way, so that an old lock can be handed over.  Raises
        ``ConfigError``.
        """
        terms = _terms(config)
        if self._dry_run or terms == self._terms:
            return
        self.close(idle=idle)
        if terms.s3 is not None:
            self._lock = self._keeper(terms.s3, terms)
            self._lock.start()
        elif terms.state_dir is not None:
            self._lock = StateLock(Path(terms.state_dir), self._me.name, self._alarms)
        self._terms = terms

    def close(self, *, idle: bool) -> None:
        """Act no more; where nothing is under way the lock is free for another at once."""
        lock, self._lock, self._terms = self._lock, None, None
        if isinstance(lock, LeaseKeeper):
            lock.stop(release=idle)
        elif lock is not None:
            lock.close()

    def await_verdict(self) -> None:
        """Until it leads, or another is known to: what a single cycle needs."""
        if isinstance(self._lock, LeaseKeeper) and self._terms is not None:
            self._lock.await_verdict(2 * self._terms.ttl_seconds)

    @property
    def signature(self) -> str:
        """What this daemon signs its marks with, in characters that AWS's tags may have."""
        return f"{socket.gethostname()} pid {os.getpid()} {self._me.id[:8]}"

    @property
    def fence(self) -> Fence | None:
        """What to ask before each call that changes something."""
        return None if self._lock is None else self._lock.fence

    def leads(self) -> bool:
        """Whether this daemon may act now."""
        return self._lock is None or self._lock.leads()

    def standing_by(self) -> str:
        """Why it does not act, in a clause; empty where it does."""
        return "" if self._lock is None else self._lock.standing_by()

    def leadership(self) -> Leadership:
        """For people."""
        return ALONE if self._lock is None else self._lock.leadership()

    def _tell(self) -> None:
        # Looked up when it is told: each configuration has a listener of its own.
        self.on_change()

    def _keeper(self, uri: str, terms: _Terms) -> LeaseKeeper:
        connection = AwsConnection(terms.region, terms.endpoint_url)
        return LeaseKeeper(
            S3Lease(connection, uri, terms.ttl_seconds),
            self._me,
            terms.ttl_seconds,
            clocks=Clocks(SystemClock().now, elapsed_seconds),
            alarms=self._alarms,
            changed=self._tell,
        )


def _terms(config: Config) -> _Terms:
    return _Terms(
        s3=config.lock.s3,
        ttl_seconds=config.lock.ttl.total_seconds(),
        region=config.aws.region,
        endpoint_url=config.aws.endpoint_url,
        state_dir=config.state_dir,
    )
