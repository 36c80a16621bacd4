"""
The token that who asks must show: read from its file, and again when that has changed.

Imports credentials, trouble, errors and the standard library only.
"""

import hashlib
import hmac
from pathlib import Path

from autoscaler.credentials import read_secret
from autoscaler.errors import ConfigError
from autoscaler.web.trouble import HttpUnavailable

_KEY = "http.token_file"

#: What tells one version of a file from another.
_Version = tuple[int, int, int, int]


class TokenFile:
    """One token; only its digest is kept, and digests are what is compared."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._version: _Version | None = None
        self._digest = b""

    def digest(self) -> bytes:
        """Of the token as it is now.  Raises ``HttpUnavailable``."""
        try:
            found = self._path.stat()
            version = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev)
            if version != self._version:
                # Else what cannot be read now would pass for unchanged the next time.
                self._version = None
                self._digest = _digest_of(read_secret(self._path, _KEY))
                self._version = version
        except OSError as error:
            self._version = None
            raise _unavailable(f"{_KEY}: {self._path}: {error.strerror}") from error
        except ConfigError as error:
            raise _unavailable("; ".join(error.problems)) from error
        return self._digest

    def is_token(self, shown: str) -> bool:
        """Whether it is the token; takes as long whatever is shown.  Raises as ``digest`` does."""
        return hmac.compare_digest(_digest_of(shown), self.digest())


def _digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _unavailable(what: str) -> HttpUnavailable:
    mend = "let the file hold the token in one line, readable by the daemon's user"
    return HttpUnavailable(what, mend)
