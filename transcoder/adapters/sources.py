"""
Inputs of every kind, as the Source port: http(s), s3, and files in place.

The SDKs are imported only for the inputs that need them.  Imports ``core``, ``ports``, ``errors``
and its neighbours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from transcoder.adapters.arrival import coming
from transcoder.adapters.download import Limits, Remote
from transcoder.adapters.in_place import in_place
from transcoder.core.identity import Identity
from transcoder.core.naming import is_host_named, parse_s3_object, scheme_of
from transcoder.core.redact import redacted
from transcoder.errors import Reason, TaskError, TranscoderError
from transcoder.ports import Arrival

if TYPE_CHECKING:
    from urllib3 import PoolManager


class Sources:
    """Brings any input here."""

    def __init__(self, limits: Limits, *, allow_private: bool) -> None:
        self._limits = limits
        self._allow_private = allow_private

    def identify(self, given: str) -> Identity | None:
        """Which version the source has now; None where it does not tell, and for files here."""
        if _is_here(given):
            return None
        try:
            return self._remote(given).identify()
        except (TranscoderError, OSError, ValueError):
            # Whatever it is, the fetch meets it too, and tells it better.
            return None

    def size(self, given: str) -> int | None:
        """How many bytes an input has, without reading any; None where nobody tells."""
        if not _is_here(given):
            identity = self.identify(given)
            return identity.bytes if identity else None
        try:
            return _path_of(given).stat().st_size
        except (TaskError, OSError):
            return None

    @contextmanager
    def open(self, given: str, scratch: Path) -> Iterator[Arrival]:
        """Let an input come: a file in place, anything else as ``scratch / "input"``."""
        if _is_here(given):
            file = in_place(_path_of(given), self._limits.most_bytes)
            yield file
            file.confirm()
            return
        remote = self._remote(given)
        with coming(remote, scratch / "input", self._limits, redacted(given)) as arrival:
            yield arrival

    def _remote(self, given: str) -> Remote:
        scheme = scheme_of(given)
        if scheme in ("http", "https"):
            if not is_host_named(given):
                raise TaskError(Reason.UNSUPPORTED_INPUT, f"{redacted(given)} names no host")
            from transcoder.adapters.http_source import HttpRemote

            return HttpRemote(self._manager, given)
        if scheme == "s3":
            from transcoder.adapters.s3_source import S3Remote

            try:
                bucket, key = parse_s3_object(given)
            except ValueError as error:
                raise TaskError(Reason.UNSUPPORTED_INPUT, str(error)) from error
            return S3Remote(self._s3, bucket, key)
        detail = f"{redacted(given)}: {scheme}:// is not known; http, https, s3 and files are"
        raise TaskError(Reason.UNSUPPORTED_INPUT, detail)

    @cached_property
    def _manager(self) -> "PoolManager":
        from transcoder.adapters.http_guard import guarded_manager

        return guarded_manager(allow_private=self._allow_private)

    @cached_property
    def _s3(self) -> Any:
        from transcoder.adapters.s3 import make_client

        return make_client()


def _is_here(given: str) -> bool:
    return scheme_of(given) in ("", "file")


def _path_of(given: str) -> Path:
    if scheme_of(given) != "file":
        return Path(given)
    parts = urlsplit(given)
    if parts.netloc not in ("", "localhost"):
        raise TaskError(Reason.UNSUPPORTED_INPUT, f"{given} names a file of another host")
    # Only the scheme is cut off: `?` and `#` are ordinary characters of file names.
    return Path(unquote(given.partition("://")[2].removeprefix("localhost")))
