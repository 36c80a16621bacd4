"""
The newest picture of each pool that can be had: from the running daemon, else from the journal.

Imports control_client, control_socket, the journal, core and errors.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autoscaler.adapters.control_client import DaemonSilent, ask
from autoscaler.adapters.control_forms import Answer
from autoscaler.adapters.control_socket import FILE_NAME as SOCKET_NAME
from autoscaler.adapters.journal import FILE_NAME as JOURNAL_NAME
from autoscaler.adapters.journal import open_journal
from autoscaler.adapters.journal_records import CycleRecord
from autoscaler.core.decision import Decision
from autoscaler.core.explaining_decisions import (
    DecisionRecord,
    Deed,
    Stretch,
    explain_decisions,
)
from autoscaler.core.memory import Memory
from autoscaler.core.plan import SetDesiredCapacity
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import AutoscalerError
from autoscaler.wording import sentence, verb

#: Records are read in portions, until enough decisions differ or so many have been read.
_PORTION = 25
_RECORDS_MAX = 6400


class NoPicture(AutoscalerError):
    """Neither a daemon nor a journal; the message says where was looked, and the mend."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a decision was made with, besides the observation."""

    settings: PoolSettings
    memory: Memory
    now: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """One pool as its last cycle saw it."""

    record: CycleRecord
    #: The daemon's process id; None: from the journal.
    pid: int | None
    #: Whether there is a daemon that does not answer.
    daemon_silent: bool = False

    @property
    def decision(self) -> Decision:
        """As it was carried out: without orders that AWS did not take."""
        record = self.record
        placed = {
            report.action.group
            for report in record.actions
            if isinstance(report.action, SetDesiredCapacity) and report.outcome == "applied"
        }
        return record.decision.placed_only(placed)

    def given(self, configured: PoolSettings | None) -> Given:
        """
        What the decision was made with; of an old version's record, as near as can be had.

        Raises ``NoPicture`` where that is nothing.
        """
        record = self.record
        settings = record.settings or configured
        if settings is None:
            raise NoPicture(
                f"the last cycle of {record.pool} was written down by an older version, without "
                "its settings: give --config FILE, or run the daemon for a cycle"
            )
        return Given(settings, record.memory or record.decision.memory, record.now or record.at)

    def age_seconds(self, now: datetime) -> float:
        """How old it is."""
        return max(0.0, (now - self.record.at).total_seconds())


class Pictures:
    """Where a state directory's pools can be looked at; open until it is closed."""

    def __init__(self, directory: Path, now: datetime) -> None:
        """Raises ``NoPicture``."""
        self.notes: list[str] = []
        self._known: dict[str, Picture | None] = {}
        self._answer = self._ask(directory / SOCKET_NAME)
        self._journal = open_journal(directory, now, read_only=True)
        if self._answer is None and self._journal is None:
            raise NoPicture(_nothing_in(directory, self.notes))

    def close(self) -> None:
        """Let the journal go."""
        if self._journal is not None:
            self._journal.close()

    @property
    def pools(self) -> tuple[str, ...]:
        """Those of the daemon, and those that the journal knows."""
        live = [record.pool for record in self._answer.records] if self._answer else []
        written = self._journal.pools() if self._journal is not None and not live else ()
        return tuple(dict.fromkeys((*live, *written)))

    def of(self, pool: str) -> Picture | None:
        """
        The newest when it was first asked for; None where there was none.

        Kept, so that all that is told of a pool rests on the same, however long it takes.
        """
        if pool not in self._known:
            self._known[pool] = self._newest(pool)
        return self._known[pool]

    def _newest(self, pool: str) -> Picture | None:
        if self._answer is not None:
            for record in self._answer.records:
                if record.pool == pool:
                    return Picture(record, self._answer.pid)
        if self._journal is None:
            return None
        records = self._journal.cycles(pool, last=1)
        return Picture(records[-1], None, bool(self.notes)) if records else None

    def decisions(self, pool: str, last: int) -> tuple[Stretch, ...]:
        """The last so many that differ, oldest first."""
        read, records = _PORTION, self._records(pool, _PORTION)
        told = explain_decisions(_told(records))
        while len(told) <= last and len(records) >= read and read < _RECORDS_MAX:
            read *= 2
            records = self._records(pool, read)
            told = explain_decisions(_told(records))
        return told[-last:]

    def _records(self, pool: str, count: int) -> tuple[CycleRecord, ...]:
        """What was written down, and the newest of the daemon's, which may not be yet."""
        written = () if self._journal is None else self._journal.cycles(pool, last=count)
        newest = self.of(pool)
        if newest is None or newest.pid is None:
            return written
        if any(record.cycle_id == newest.record.cycle_id for record in written[-1:]):
            return written
        return (*written, newest.record)

    def _ask(self, path: Path) -> Answer | None:
        try:
            return ask(path)
        except DaemonSilent as error:
            self.notes.append(str(error))
            return None


def _told(records: Iterable[CycleRecord]) -> Iterable[DecisionRecord]:
    for record in records:
        yield DecisionRecord(
            record.at,
            record.cycle_id,
            record.outcome,
            record.decision,
            tuple(
                Deed(verb(one.action), sentence(one.action), one.outcome, one.detail)
                for one in record.actions
            ),
            tuple(f"{one.part}: {one.detail}" for one in record.observation.missing),
        )


def _nothing_in(directory: Path, notes: Iterable[str]) -> str:
    why = "; ".join(notes)
    if why:
        return why
    if (directory / JOURNAL_NAME).exists():
        return f"no daemon runs, and the journal in {directory} cannot be read"
    found = f"{directory} holds neither a running daemon's {SOCKET_NAME} nor a {JOURNAL_NAME}"
    if not directory.is_dir():
        found = f"there is no directory {directory}"
    return f"{found}; start the daemon, or name the state_dir that it has with --state-dir"
