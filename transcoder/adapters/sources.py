"""
Inputs of every kind, as the Source port: http(s), s3, and files in place.

The SDKs are imported only for the inputs that need them.  Imports ``core``, ``ports``, ``errors``
and its neighbours.
"""

import hashlib
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from transcoder.adapters.download import Download, Limits, Remote
from transcoder.core.naming import is_host_named, parse_s3_object, scheme_of
from transcoder.core.redact import redacted
from transcoder.errors import Reason, TaskError
from transcoder.ports import Fetched


class Sources:
    """Brings any input here."""

    def __init__(self, limits: Limits, *, allow_private: bool) -> None:
        self._limits = limits
        self._allow_private = allow_private

    def fetch(self, given: str, scratch: Path) -> Fetched:
        """An input on this disk: a file in place, anything else under ``scratch``."""
        scheme = scheme_of(given)
        if scheme in ("", "file"):
            return self._in_place(_path_of(given))
        path = scratch / "input"
        md5, size = Download(self._remote(scheme, given), self._limits).to_file(path)
        return _not_empty(Fetched(path, md5, size), given)

    def _remote(self, scheme: str, given: str) -> Remote:
        if scheme in ("http", "https"):
            if not is_host_named(given):
                raise TaskError(Reason.UNSUPPORTED_INPUT, f"{redacted(given)} names no host")
            from transcoder.adapters.http_guard import guarded_manager
            from transcoder.adapters.http_source import HttpRemote

            return HttpRemote(guarded_manager(allow_private=self._allow_private), given)
        if scheme == "s3":
            from transcoder.adapters.s3 import make_client
            from transcoder.adapters.s3_source import S3Remote

            try:
                bucket, key = parse_s3_object(given)
            except ValueError as error:
                raise TaskError(Reason.UNSUPPORTED_INPUT, str(error)) from error
            return S3Remote(make_client(), bucket, key)
        detail = f"{redacted(given)}: {scheme}:// is not known; http, https, s3 and files are"
        raise TaskError(Reason.UNSUPPORTED_INPUT, detail)

    def _in_place(self, path: Path) -> Fetched:
        try:
            facts = path.stat()
            # A pipe or a device would never end, and cannot be read twice.
            if not stat.S_ISREG(facts.st_mode):
                raise TaskError(Reason.MISSING_INPUT, f"{path} is no regular file")
            if facts.st_size > self._limits.most_bytes:
                detail = f"{path} is larger than the limit of {self._limits.most_bytes} bytes"
                raise TaskError(Reason.TOO_LARGE, detail)
            with path.open("rb") as file:
                md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        except PermissionError as error:
            raise TaskError(Reason.INPUT_FORBIDDEN, f"{path} may not be read") from error
        except (OSError, ValueError) as error:
            raise TaskError(Reason.MISSING_INPUT, f"{path} cannot be read: {error}") from error
        return _not_empty(Fetched(path.absolute(), md5.hexdigest(), facts.st_size), str(path))


def _path_of(given: str) -> Path:
    if scheme_of(given) != "file":
        return Path(given)
    parts = urlsplit(given)
    if parts.netloc not in ("", "localhost"):
        raise TaskError(Reason.UNSUPPORTED_INPUT, f"{given} names a file of another host")
    # Only the scheme is cut off: `?` and `#` are ordinary characters of file names.
    return Path(unquote(given.partition("://")[2].removeprefix("localhost")))


def _not_empty(fetched: Fetched, given: str) -> Fetched:
    if fetched.bytes == 0:
        raise TaskError(Reason.EMPTY_INPUT, f"{redacted(given)} holds no byte")
    return fetched
