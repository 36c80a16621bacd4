"""
Read the facts side by side, until one moment by which all is told.

What cannot be read is an ``Unread`` that says why: no reading stops another.  Imports errors and
the Nomad client's word for a 404.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, TypeVar

from autoscaler.adapters.nomad_client import NotFound
from autoscaler.errors import (
    AutoscalerError,
    ConfigError,
    GroupDenied,
    GroupMissing,
    JobMissing,
    NomadDenied,
)

_T = TypeVar("_T")

_DENIED = (NomadDenied, GroupDenied)
_MISSING = (NotFound, JobMissing, GroupMissing)


@dataclass(frozen=True, slots=True)
class Unread:
    """A fact that could not be read."""

    why: str
    #: ``late``: no answer came in time.
    kind: Literal["denied", "missing", "failed", "late"] = "failed"


class NotKnown(Exception):
    """What a reading needs could itself not be read."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.why)
        self.unread = unread


def tried(do: Callable[[], _T]) -> _T | Unread:
    """The fact, or why there is none."""
    try:
        return do()
    except NotKnown as error:
        return error.unread
    except (AutoscalerError, NotFound, OSError) as error:
        return _unread(error)


def need(fact: _T | Unread) -> _T:
    """The fact; raises ``NotKnown`` where there is none."""
    if isinstance(fact, Unread):
        raise NotKnown(fact)
    return fact


class Readings:
    """Readings at the same time, each in a thread of its own, that all end by one moment."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._ends = monotonic() + seconds

    def begin(self, name: str, do: Callable[[], _T]) -> "Future[_T | Unread]":
        """
        Begin one.

        Its thread ends with the process: a call that hangs holds nothing up.
        """
        future: Future[_T | Unread] = Future()

        def run() -> None:
            try:
                future.set_result(tried(do))
            except Exception as error:  # noqa: BLE001 - a defect of one check must not hide the others
                future.set_result(Unread(f"the check itself failed: {error!r}"))

        threading.Thread(target=run, name=f"check-{name}", daemon=True).start()
        return future

    def end(self, future: "Future[_T | Unread]") -> _T | Unread:
        """What came of it by the moment when all must end."""
        try:
            return future.result(max(0.0, self._ends - self._monotonic()))
        except TimeoutError:
            return Unread(f"no answer within {self._seconds:g} s", "late")


def _unread(error: Exception) -> Unread:
    if isinstance(error, NotFound):
        return Unread(f"{error}: 404 not found", "missing")
    if isinstance(error, ConfigError):
        return Unread("; ".join(error.problems))
    kind: Literal["denied", "missing", "failed"] = "failed"
    if isinstance(error, _DENIED):
        kind = "denied"
    elif isinstance(error, _MISSING):
        kind = "missing"
    return Unread(str(error), kind)
