"""
The status page and its files, as they are in the package.

Imports answers, starlette and the standard library only.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from autoscaler.web.answers import Refusal, accepts_gzip, as_is, refused

PAGE = Path(__file__).with_name("page")
INDEX = "index.html"

#: What is not among these is not served.
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".ico": "image/x-icon",
    }
)
#: Kept, but asked about each time: an upgrade must not leave half of an old page in a browser.
_KEEP = "no-cache"


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read."""

    version: tuple[int, int]
    body: bytes
    gzipped: bytes
    etag: str


class PageFiles:
    """Serves them from memory; one that has changed is read again.  For the loop's thread."""

    def __init__(self, directory: Path = PAGE) -> None:
        self._directory = directory
        self._read: dict[str, _File] = {}

    async def index(self, request: Request) -> Response:
        """The page."""
        return self._serve(request, INDEX)

    async def file(self, request: Request, name: str) -> Response:
        """One of its files."""
        return self._serve(request, name)

    def _serve(self, request: Request, name: str) -> Response:
        file = self._file(name)
        if file is None:
            path: str = request.scope["path"]
            refusal = Refusal("there is nothing here", "the status page is at /")
            return refused(path, 404, refusal)
        headers = {"Cache-Control": _KEEP, "ETag": file.etag}
        if _has(request.headers.get("if-none-match", ""), file.etag):
            return Response(status_code=304, headers={"Vary": "Accept-Encoding", **headers})
        gzipped = accepts_gzip(request.headers.get("accept-encoding", ""))
        body = file.gzipped if gzipped else file.body
        return as_is(body, _TYPES[Path(name).suffix], headers, gzipped=gzipped)

    def _file(self, name: str) -> _File | None:
        if "/" in name or name.startswith(".") or Path(name).suffix not in _TYPES:
            return None
        path = self._directory / name
        try:
            found = path.stat()
            version = (found.st_mtime_ns, found.st_size)
            kept = self._read.get(name)
            if kept is None or kept.version != version:
                kept = self._read[name] = _file_of(path.read_bytes(), version)
        except (OSError, ValueError):
            self._read.pop(name, None)
            return None
        return kept


def _file_of(body: bytes, version: tuple[int, int]) -> _File:
    # Weak: both encodings have the same.
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    return _File(version, body, gzip.compress(body, mtime=0), etag)


def _has(if_none_match: str, etag: str) -> bool:
    return etag in (one.strip() for one in if_none_match.split(","))
