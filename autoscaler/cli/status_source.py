"""
Where ``autoscaler status`` has its picture from: the running daemon, else the journal.

Imports the adapters, status, config, clock and errors.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from autoscaler.adapters.control_client import DaemonSilent, ask_nodes, ask_status
from autoscaler.adapters.control_socket import FILE_NAME
from autoscaler.adapters.journal import Journal, open_journal
from autoscaler.adapters.journal_records import CycleRecord
from autoscaler.alarms import Alarms
from autoscaler.clock import SystemClock
from autoscaler.config import Config
from autoscaler.core.explaining import listing
from autoscaler.core.memory import Memory
from autoscaler.core.settings import PoolSettings
from autoscaler.errors import InputError
from autoscaler.ports import CycleReport
from autoscaler.status.board import Facts, StatusBoard
from autoscaler.status.documents import Nodes, Status

#: So many of a pool's last cycles are read from the journal, for the changes among them.
_RECORDS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for."""

    #: None: all.
    pool: str | None = None
    nodes: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture."""

    status: Status
    #: Where they are asked for.
    nodes: Nodes | None
    #: When it is looked at.
    now: datetime
    #: From the daemon; else it is as old as its decisions are.
    live: bool = True


class Source:
    """Asks again each time."""

    def __init__(self, directory: Path, config: Config | None, question: Question) -> None:
        self._directory = directory
        self._config = config
        self._question = question
        self._clock = SystemClock()
        #: Why the daemon could not be asked, and the mend.
        self.why_not = ""

    def now(self) -> datetime:
        """The instant."""
        return self._clock.now()

    def from_daemon(self) -> Shown | None:
        """None where it cannot be asked.  Raises ``InputError`` for a pool that it has not."""
        path = self._directory / FILE_NAME
        try:
            status = ask_status(path)
            nodes = ask_nodes(path) if status is not None and self._question.nodes else None
        except DaemonSilent as error:
            self.why_not = str(error)
            return None
        if status is None or (self._question.nodes and nodes is None):
            self.why_not = _nobody(self._directory)
            return None
        return self._asked(Shown(status, nodes, self._clock.now()))

    def from_journal(self) -> Shown | None:
        """The last picture that was written down; None where there is none."""
        now = self._clock.now()
        journal = open_journal(self._directory, now, read_only=True)
        if journal is None:
            return None
        try:
            reports = self._written(journal)
        finally:
            journal.close()
        if not reports:
            return None
        board = StatusBoard(self._clock, Alarms(self._clock.now))
        # The newest settings of each pool, in the order of the configuration.
        settings = {report.pool: report.settings for report in reports}
        board.configure(Facts(tuple(settings.values()), _interval(self._config)))
        for report in reports:
            board.report(report)
        nodes = board.nodes() if self._question.nodes else None
        return self._asked(Shown(board.status(), nodes, now, live=False))

    def _written(self, journal: Journal) -> list[CycleReport]:
        configured = {one.name: one for one in self._config.pools} if self._config else {}
        reports = [
            _report(record, configured.get(pool))
            for pool in dict.fromkeys((*configured, *journal.pools()))
            for record in journal.cycles(pool, last=_RECORDS)
        ]
        return [one for one in reports if one is not None]

    def _asked(self, shown: Shown) -> Shown:
        pool, status, nodes = self._question.pool, shown.status, shown.nodes
        if pool is None:
            return shown
        known = [one.name for one in status.pools]
        if pool not in known:
            raise InputError(f"no pool {pool!r}; there are {listing(known) or 'none'}")
        status = replace(
            status,
            pools=tuple(one for one in status.pools if one.name == pool),
            changes=tuple(one for one in status.changes if one.pool == pool),
            wrongs=tuple(one for one in status.wrongs if one.pool in (pool, None)),
        )
        if nodes is not None:
            nodes = replace(
                nodes,
                nodes=tuple(one for one in nodes.nodes if one.pool == pool),
                unread=tuple(one for one in nodes.unread if one == pool),
            )
        return replace(shown, status=status, nodes=nodes)


def _interval(config: Config | None) -> timedelta:
    return config.interval if config is not None else timedelta(seconds=10)


def _report(record: CycleRecord, configured: PoolSettings | None) -> CycleReport | None:
    """None of a record of an old version, where no configuration says what it was made with."""
    settings = record.settings or configured
    if settings is None:
        return None
    return CycleReport(
        pool=record.pool,
        cycle_id=record.cycle_id,
        observation=record.observation,
        decision=record.decision,
        actions=record.actions,
        memory=record.decision.memory,
        ended_at=record.at,
        duration_seconds=record.seconds,
        settings=settings,
        memory_before=record.memory or Memory(),
        now=record.now or record.at,
    )


def _nobody(directory: Path) -> str:
    where = f"no daemon answers in {directory}"
    if not directory.is_dir():
        where = f"there is no directory {directory}, so no daemon has its state there"
    return (
        f"{where}: is it running (`systemctl status autoscaler`), and is that the state_dir that "
        "it has? Name another with --state-dir; a dry run cannot be asked"
    )
