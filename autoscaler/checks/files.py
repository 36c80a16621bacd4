"""
The files that the configuration names: readable by this user, and secrets by nobody else.

Imports config and the finding beside it.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autoscaler.checks.finding import CONFIG, About, Finding
from autoscaler.config import Config

_ABOUT = About(CONFIG)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file, as this user finds it."""

    #: The configuration's key.
    key: str
    path: str
    #: Whether what is in it must be kept from others.
    secret: bool
    #: Why it cannot be read; None where it can.
    error: str | None
    mode: int = 0
    size: int = 0


def read_files(config: Config) -> tuple[FileFacts, ...]:
    """Each file that is named; what is in them is not kept."""
    nomad, http = config.nomad, config.http
    named = (
        ("nomad.token_file", nomad.token_file, True),
        ("nomad.ca_cert", nomad.ca_cert, False),
        ("nomad.client_cert", nomad.client_cert, False),
        ("nomad.client_key", nomad.client_key, True),
        ("http.token_file", http.token_file, True),
        ("http.cert", http.cert, False),
        ("http.key", http.key, True),
    )
    return tuple(_looked_at(key, path, secret=secret) for key, path, secret in named if path)


def _looked_at(key: str, path: str, *, secret: bool) -> FileFacts:
    try:
        with Path(path).open("rb") as file:
            found = os.fstat(file.fileno())
            size = len(file.read(1 << 16).strip())
    except OSError as error:
        return FileFacts(key, path, secret, error.strerror or str(error))
    return FileFacts(key, path, secret, None, stat.S_IMODE(found.st_mode), size)


def judge_files(files: tuple[FileFacts, ...]) -> Iterator[Finding]:
    """One finding for each that is not well, and one for all that are."""
    well = []
    for file in files:
        found = _judged(file)
        if found is None:
            well.append(file.key)
        else:
            yield found
    if well:
        yield _ABOUT.ok("file.readable", f"readable: {', '.join(well)}")


def _judged(file: FileFacts) -> Finding | None:
    what = f"{file.key}: {file.path}"
    if file.error is not None:
        mend = f"give this user the right to read it, or mend {file.key}"
        return _ABOUT.wrong("file.unreadable", f"{what}: {file.error}", mend)
    if file.size == 0:
        return _ABOUT.wrong("file.empty", f"{what} is empty", "write into it what belongs there")
    if file.secret and file.mode & stat.S_IRWXO:
        says = f"{what} is open to every user (mode {file.mode:04o})"
        mend = f"chmod o= {file.path}"
        return _ABOUT.warning("file.open_to_all", says, mend)
    return None
