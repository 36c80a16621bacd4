"""
Ask a running daemon for its last cycles, or for what it shows, by its control socket.

Imports control_forms, status.documents and errors.
"""

import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from autoscaler.adapters.control_forms import (
    ANSWER_BYTES_MAX,
    Answer,
    read_answer,
    read_document,
    request,
)
from autoscaler.errors import AutoscalerError
from autoscaler.status.documents import Nodes, Status

_T = TypeVar("_T")

_CHUNK_BYTES = 1 << 20
#: A daemon answers at once, or hangs.
_TIMEOUT_SECONDS = 5.0
#: What the system allows a socket's path.
_PATH_BYTES_MAX = 107


class DaemonSilent(AutoscalerError):
    """There is a daemon's socket, and no answer from it; the message says why."""


def ask(path: Path, pool: str | None = None) -> Answer | None:
    """The last cycles; None where no daemon runs.  Raises ``DaemonSilent``."""
    return _asked(path, request(pool), read_answer)


def ask_status(path: Path) -> Status | None:
    """What it shows; None where no daemon runs.  Raises ``DaemonSilent``."""
    return _asked(path, request(wanted="status"), partial(read_document, Status))


def ask_nodes(path: Path) -> Nodes | None:
    """Its nodes; None where no daemon runs.  Raises ``DaemonSilent``."""
    return _asked(path, request(wanted="nodes"), partial(read_document, Nodes))


def _asked(path: Path, line: bytes, read: Callable[[bytes], _T]) -> _T | None:
    if len(os.fsencode(path)) > _PATH_BYTES_MAX:
        return None  # No daemon could have one there.
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_TIMEOUT_SECONDS)
        try:
            connection.connect(str(path))
            connection.sendall(line)
            return read(_received(connection))
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            return None
        except PermissionError as error:
            mend = "ask as the user that the daemon runs as, or as root"
            raise DaemonSilent(f"{path} is another user's: {mend}") from error
        except TimeoutError as error:
            raise DaemonSilent(f"the daemon at {path} does not answer: it hangs") from error
        except OSError as error:
            raise DaemonSilent(f"the daemon at {path} cannot be asked: {error}") from error
        except ValueError as error:
            raise DaemonSilent(f"the daemon at {path} is not understood: {error}") from error


def _received(connection: socket.socket) -> bytes:
    """To the end of the line; raises ``ValueError`` where that is too far."""
    received = bytearray()
    while not received.endswith(b"\n"):
        chunk = connection.recv(_CHUNK_BYTES)
        if not chunk:
            break
        received += chunk
        if len(received) > ANSWER_BYTES_MAX:
            raise ValueError(f"it says more than {ANSWER_BYTES_MAX} bytes")
    return bytes(received)
