"""
The files that the configuration names: usable by this user, and secrets open to nobody else.

Imports config, credentials and the finding beside it.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autoscaler.checks.finding import CONFIG, About, Finding
from autoscaler.config import Config
from autoscaler.credentials import read_secret
from autoscaler.errors import ConfigError

_ABOUT = About(CONFIG)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file, as this user finds it; what is in it is not kept."""

    #: The configuration's key.
    key: str
    path: str
    #: Whether what is in it must be kept from others.
    secret: bool
    #: What is wrong with it, and after a semicolon the mend where that is known; None: nothing.
    problem: str | None
    mode: int = 0


def read_files(config: Config) -> tuple[FileFacts, ...]:
    """Each file that is named; tokens as the daemon reads them."""
    nomad, http = config.nomad, config.http
    tokens = (("nomad.token_file", nomad.token_file), ("http.token_file", http.token_file))
    keys = (("nomad.client_key", nomad.client_key), ("http.key", http.key))
    public = (
        ("nomad.ca_cert", nomad.ca_cert),
        ("nomad.client_cert", nomad.client_cert),
        ("http.cert", http.cert),
    )
    return (
        *(_token(key, path) for key, path in tokens if path),
        *(_file(key, path, secret=True) for key, path in keys if path),
        *(_file(key, path, secret=False) for key, path in public if path),
    )


def _token(key: str, path: str) -> FileFacts:
    try:
        read_secret(path, key)
    except ConfigError as error:
        return FileFacts(key, path, secret=True, problem="; ".join(error.problems))
    return FileFacts(key, path, secret=True, problem=None, mode=_mode(path))


def _file(key: str, path: str, *, secret: bool) -> FileFacts:
    try:
        with Path(path).open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        return FileFacts(key, path, secret, f"{key}: {path}: {error.strerror}")
    problem = f"{key}: {path}: is empty" if empty else None
    return FileFacts(key, path, secret, problem, _mode(path))


def _mode(path: str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def judge_files(files: tuple[FileFacts, ...]) -> Iterator[Finding]:
    """One finding for each that is not well, and one for all that are."""
    well = []
    for file in files:
        if file.problem is not None:
            says, _, mend = file.problem.partition("; ")
            instead = f"put there what belongs there, readable by this user, or mend {file.key}"
            yield _ABOUT.wrong("file.unusable", says, mend or instead)
        elif file.secret and file.mode & stat.S_IRWXO:
            says = f"{file.key}: {file.path}: is open to every user (mode {file.mode:04o})"
            yield _ABOUT.warning("file.open_to_all", says, f"chmod o= {file.path}")
        else:
            well.append(file.key)
    if well:
        yield _ABOUT.ok("file.usable", f"can be read: {', '.join(well)}")
