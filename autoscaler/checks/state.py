"""
The daemon's state: its directory, its journal, and whether a daemon runs on them.

Looks only: no file is made, nor changed.  Imports the journal's file, the control socket's client
and the finding beside it.
"""

import os
import pwd
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autoscaler.adapters.control_client import DaemonSilent, ask
from autoscaler.adapters.control_socket import FILE_NAME as SOCKET_NAME
from autoscaler.adapters.journal import FILE_NAME as JOURNAL_NAME
from autoscaler.adapters.journal_file import NEWEST_VERSION
from autoscaler.checks.finding import CONFIG, About, Finding
from autoscaler.checks.mounts import filesystem_of

_ABOUT = About(CONFIG)
_MIB = 1 << 20
#: What the journal may take, and what it cannot do without.
_ROOM_WANTED_MIB = 512
_ROOM_NEEDED_MIB = 16
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_ON_A_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.s3fs", "ceph", "9p"})
#: No pool has this name, so that a daemon answers with nothing but who it is.
_NO_POOL = ""


@dataclass(frozen=True, slots=True)
class DirectoryFacts:
    """Where the state is kept, or would be: a directory that is not there is made at the start."""

    path: Path
    #: The directory itself, or the nearest above it that there is.
    there: Path
    writable: bool
    user: str
    owner: str
    filesystem: str
    free_mib: int


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """The journal's file; ``version`` is None where there is none yet."""

    path: Path
    version: int | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StateFacts:
    """All of it."""

    directory: DirectoryFacts
    journal: JournalFacts
    #: The process that serves the control socket; None where nobody does.
    daemon_pid: int | None
    #: Why that cannot be told.
    daemon_silent: str | None


def read_state(state_dir: Path) -> StateFacts:
    """Raises ``OSError`` where not even the root of the path can be looked at."""
    pid, silent = None, None
    try:
        answer = ask(state_dir / SOCKET_NAME, _NO_POOL)
        pid = None if answer is None else answer.pid
    except DaemonSilent as error:
        silent = str(error)
    journal = _journal(state_dir / JOURNAL_NAME)
    return StateFacts(_directory(state_dir), journal, pid, silent)


def _directory(path: Path) -> DirectoryFacts:
    there = path.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    room = os.statvfs(there)
    return DirectoryFacts(
        path=path,
        there=there,
        writable=os.access(there, os.W_OK | os.X_OK) and not room.f_flag & os.ST_RDONLY,
        user=_user(os.geteuid()),
        owner=_user(there.stat().st_uid),
        filesystem=filesystem_of(there),
        free_mib=room.f_bavail * room.f_frsize // _MIB,
    )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _journal(path: Path) -> JournalFacts:
    try:
        if not path.exists():
            return JournalFacts(path, None)
        # SQLite makes side files even to read, unless it is told that nobody writes.
        beside = (path.with_name(f"{path.name}-{one}") for one in ("wal", "shm"))
        query = "mode=ro" if all(one.exists() for one in beside) else "mode=ro&immutable=1"
        uri = f"{path.resolve().as_uri()}?{query}"
        with closing(sqlite3.connect(uri, uri=True, timeout=1)) as connection:
            ((version,),) = connection.execute("PRAGMA user_version").fetchall()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except (OSError, sqlite3.Error) as error:
        return JournalFacts(path, None, " ".join(str(error).split()))
    return JournalFacts(path, version)


def judge_state(facts: StateFacts | None) -> Iterator[Finding]:
    """None: no ``state_dir`` is set."""
    if facts is None:
        yield _ABOUT.warning(
            "state.none",
            "state_dir is not set here: what is learned is lost at each restart, and explain, "
            "status and pause have nothing to go by",
            "set state_dir: /var/lib/autoscaler (a systemd unit's StateDirectory= sets it too)",
        )
        return
    yield from judge_directory(facts.directory)
    yield from judge_journal(facts.journal)
    yield _daemon(facts)


def judge_directory(facts: DirectoryFacts) -> Iterator[Finding]:
    """Writable, lasting, and with room."""
    where = f"state_dir {facts.path}"
    if not facts.writable:
        says = f"{where}: {facts.user} cannot write to {facts.there}, which is {facts.owner}'s"
        mend = f"chown {facts.user} {facts.path}, or check as the daemon's own user"
        yield _ABOUT.wrong("state.unwritable", says, mend)
    elif facts.user == "root" and facts.owner != "root":
        says = f"{where}: whether {facts.owner}, whose it is, may write; this is root, who may all"
        mend = f"check as the daemon's own user: sudo -u {facts.owner} autoscaler check …"
        yield _ABOUT.unknown("state.unwritable", says, mend)
    if facts.filesystem in _IN_MEMORY:
        says = f"{where} is in memory ({facts.filesystem}): what is learned is lost at a reboot"
        yield _ABOUT.warning("state.in_memory", says, "set state_dir to a directory on a disk")
    elif facts.filesystem in _ON_A_NETWORK:
        says = f"{where} is on a network ({facts.filesystem}), where SQLite's locks may not hold"
        yield _ABOUT.warning("state.on_network", says, "set state_dir to a local disk")
    yield _room(facts)


def _room(facts: DirectoryFacts) -> Finding:
    says = f"state_dir {facts.path}: {facts.free_mib} MiB free ({facts.filesystem})"
    mend = f"make room on the disk of {facts.there}: the journal takes up to {_ROOM_WANTED_MIB} MiB"
    if facts.free_mib < _ROOM_NEEDED_MIB:
        return _ABOUT.wrong("state.room", says, mend)
    if facts.free_mib < _ROOM_WANTED_MIB:
        return _ABOUT.warning("state.room", says, mend)
    return _ABOUT.ok("state.room", says)


def judge_journal(facts: JournalFacts) -> Iterator[Finding]:
    """Whether it can be read, and by this version of the program."""
    if facts.error is not None:
        says = f"the journal {facts.path} cannot be read: {facts.error}"
        mend = "give this user the right to read it; one that is broken the daemon sets aside"
        yield _ABOUT.wrong("journal.unreadable", says, mend)
    elif facts.version is None:
        yield _ABOUT.ok("journal.opens", "no journal yet; the daemon begins one")
    elif facts.version > NEWEST_VERSION:
        says = (
            f"the journal {facts.path} is of version {facts.version}, and this program knows up "
            f"to {NEWEST_VERSION}"
        )
        yield _ABOUT.wrong(
            "journal.too_new", says, "run the newer program again, or move the file away"
        )
    else:
        yield _ABOUT.ok("journal.opens", f"the journal opens (version {facts.version})")


def _daemon(facts: StateFacts) -> Finding:
    if facts.daemon_silent is not None:
        mend = "check as the daemon's user; of one that hangs see its log, and restart it"
        return _ABOUT.warning("daemon.silent", facts.daemon_silent, mend)
    if facts.daemon_pid is None:
        return _ABOUT.ok("daemon.running", "no daemon runs on this state_dir")
    return _ABOUT.ok("daemon.running", f"a daemon runs on this state_dir (pid {facts.daemon_pid})")
