"""
Inputs over http and https.

urllib3 tells a body that ends early from one that is whole, which not every client does.
Redirects are followed here, one by one, so that each target is looked at.  Imports ``core``,
``errors``, urllib3 and its neighbours.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError, LocationValueError

from transcoder.adapters.download import CHUNK_BYTES, Body
from transcoder.core.identity import Identity, http_place
from transcoder.core.naming import is_host_named, scheme_of
from transcoder.core.redact import redacted
from transcoder.core.retry import parse_content_range, parse_retry_after
from transcoder.errors import Reason, TaskError, TransientError

_TIMEOUT = Timeout(connect=10, read=30)
# Only to save work: a server that is slow to answer is asked for the content instead.
_SHORT_TIMEOUT = Timeout(connect=3, read=5)
# Compressed on the way, neither lengths nor ranges would be those of the file.
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "transcoder"}
_REDIRECTS = (301, 302, 303, 307, 308)
_REDIRECTS_MOST = 5
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_RANGE_REFUSED = 416
# A URL that is signed for GET answers so to HEAD, and so does a server that does not know it.
_NO_HEAD = (400, 401, 403, 405, 501)


class HttpRemote:
    """One URL, read from a byte on."""

    def __init__(self, manager: PoolManager, url: str) -> None:
        self._manager = manager
        self._url = url

    @contextmanager
    def open(self, start: int, tag: str | None) -> Iterator[Body]:
        """Ask for the body from ``start`` on; see ``download.Remote``."""
        condition = {"Range": f"bytes={start}-", "If-Range": tag} if start and tag else {}
        response, url = self._follow("GET", condition, _TIMEOUT)
        try:
            if response.status == _RANGE_REFUSED and condition:
                response.close()
                response, url = self._follow("GET", {}, _TIMEOUT)
            yield self._body(response, url)
        finally:
            response.close()

    def identify(self) -> Identity | None:
        """Which version is there now; where HEAD is refused, by a request for the first byte."""
        response, url = self._follow("HEAD", {}, _SHORT_TIMEOUT)
        response.close()
        if response.status in _NO_HEAD:
            response, url = self._follow("GET", {"Range": "bytes=0-0"}, _SHORT_TIMEOUT)
            response.close()
        if response.status not in (200, 206):
            return None
        _, total = _extent(response)
        return self._identity(response, url, total)

    def _follow(
        self, method: str, condition: Mapping[str, str], timeout: Timeout
    ) -> tuple[BaseHTTPResponse, str]:
        """Ask, and ask where the answers lead to; the last of them, and whose it is."""
        url = self._url
        for _ in range(_REDIRECTS_MOST + 1):
            response = self._ask(method, url, condition, timeout)
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target:
                return response, url
            response.close()
            url = urljoin(url, target)
            if scheme_of(url) not in ("http", "https") or not is_host_named(url):
                detail = f"{redacted(self._url)} redirects to {redacted(url)}, which is no http URL"
                raise TaskError(Reason.UNSUPPORTED_INPUT, detail)
        detail = f"{redacted(self._url)} redirects more than {_REDIRECTS_MOST} times"
        raise TaskError(Reason.UNSUPPORTED_INPUT, detail)

    def _ask(
        self, method: str, url: str, condition: Mapping[str, str], timeout: Timeout
    ) -> BaseHTTPResponse:
        try:
            return self._manager.request(
                method,
                url,
                headers={**_HEADERS, **condition},
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=timeout,
            )
        except LocationValueError as error:
            detail = f"{redacted(url)} is no URL that can be asked: {error}"
            raise TaskError(Reason.UNSUPPORTED_INPUT, detail) from error
        except HTTPError as error:
            raise TransientError(f"{redacted(url)} cannot be fetched: {error}") from error

    def _body(self, response: BaseHTTPResponse, url: str) -> Body:
        if response.status not in (200, 206):
            self._refuse(response)
        start, total = _extent(response)
        if start is None:
            raise TransientError("the server answered a range without saying which")
        identity = self._identity(response, url, total)
        return Body(start, total, _strong_tag(response), self._chunks(response), identity)

    def _identity(self, response: BaseHTTPResponse, url: str, total: int | None) -> Identity | None:
        tag = _strong_tag(response)
        if tag is None:
            return None
        place, target = http_place(self._url), http_place(url)
        # A tag is told apart only from others of its own URL.
        return Identity(place if place == target else f"{place} {target}", tag, total)

    def _chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        try:
            # What has come, without waiting for a chunk to be full: somebody may be waiting for it.
            while chunk := response.read1(CHUNK_BYTES, decode_content=False):
                yield chunk
        except HTTPError as error:
            raise TransientError(f"the body was cut short: {error}") from error

    def _refuse(self, response: BaseHTTPResponse) -> NoReturn:
        said = f"{redacted(self._url)} answered {response.status} {response.reason or ''}".rstrip()
        if response.status in _PASSING:
            asked = response.headers.get("Retry-After")
            raise TransientError(said, parse_retry_after(asked, datetime.now(UTC)))
        forbidden = response.status in (401, 403, 407)
        raise TaskError(Reason.INPUT_FORBIDDEN if forbidden else Reason.MISSING_INPUT, said)


def _extent(response: BaseHTTPResponse) -> tuple[int | None, int | None]:
    """Where the answer starts and how long the whole is; no start where a range is not told."""
    if response.status == 206:
        return parse_content_range(response.headers.get("Content-Range")) or (None, None)
    text = response.headers.get("Content-Length", "")
    return 0, int(text) if text.isdigit() else None


def _strong_tag(response: BaseHTTPResponse) -> str | None:
    tag = response.headers.get("ETag")
    # A weak tag does not promise the same bytes.
    return tag if tag and not tag.startswith("W/") else None
