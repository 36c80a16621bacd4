"""
Inputs over http and https.

urllib3 tells a body that ends early from one that is whole, which not every client does.
Redirects are followed here, one by one, so that each target is looked at.  Imports ``core``,
``errors``, urllib3 and its neighbours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError, LocationValueError

from transcoder.adapters.download import CHUNK_BYTES, Body
from transcoder.core.naming import is_host_named, scheme_of
from transcoder.core.redact import redacted
from transcoder.core.retry import parse_content_range
from transcoder.errors import Reason, TaskError, TransientError

_TIMEOUT = Timeout(connect=10, read=30)
_REDIRECTS = (301, 302, 303, 307, 308)
_REDIRECTS_MOST = 5
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_RANGE_REFUSED = 416


class HttpRemote:
    """One URL, read from a byte on."""

    def __init__(self, manager: PoolManager, url: str) -> None:
        self._manager = manager
        self._url = url

    @contextmanager
    def open(self, start: int, tag: str | None) -> Iterator[Body]:
        """Ask for the body from ``start`` on; see ``download.Remote``."""
        # Compressed on the way, neither lengths nor ranges would be those of the file.
        headers = {"Accept-Encoding": "identity", "User-Agent": "transcoder"}
        if start and tag:
            headers |= {"Range": f"bytes={start}-", "If-Range": tag}
        response = self._follow(headers)
        try:
            if response.status == _RANGE_REFUSED and start:
                response.close()
                del headers["Range"], headers["If-Range"]
                response = self._follow(headers)
            yield self._body(response)
        finally:
            response.close()

    def _follow(self, headers: dict[str, str]) -> BaseHTTPResponse:
        url = self._url
        for _ in range(_REDIRECTS_MOST + 1):
            response = self._ask(url, headers)
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target:
                return response
            response.close()
            url = urljoin(url, target)
            if scheme_of(url) not in ("http", "https") or not is_host_named(url):
                detail = f"{redacted(self._url)} redirects to {redacted(url)}, which is no http URL"
                raise TaskError(Reason.UNSUPPORTED_INPUT, detail)
        detail = f"{redacted(self._url)} redirects more than {_REDIRECTS_MOST} times"
        raise TaskError(Reason.UNSUPPORTED_INPUT, detail)

    def _ask(self, url: str, headers: dict[str, str]) -> BaseHTTPResponse:
        try:
            return self._manager.request(
                "GET",
                url,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=_TIMEOUT,
            )
        except LocationValueError as error:
            detail = f"{redacted(url)} is no URL that can be asked: {error}"
            raise TaskError(Reason.UNSUPPORTED_INPUT, detail) from error
        except HTTPError as error:
            raise TransientError(f"{redacted(url)} cannot be fetched: {error}") from error

    def _body(self, response: BaseHTTPResponse) -> Body:
        if response.status not in (200, 206):
            self._refuse(response)
        start, total = 0, _length(response)
        if response.status == 206:
            found = parse_content_range(response.headers.get("Content-Range"))
            if found is None:
                raise TransientError("the server answered a range without saying which")
            start, total = found
        tag = response.headers.get("ETag")
        # A weak tag does not promise the same bytes.
        strong = tag if tag and not tag.startswith("W/") else None
        return Body(start, total, strong, self._chunks(response))

    def _chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        try:
            yield from response.stream(CHUNK_BYTES, decode_content=False)
        except HTTPError as error:
            raise TransientError(f"the body was cut short: {error}") from error

    def _refuse(self, response: BaseHTTPResponse) -> NoReturn:
        said = f"{redacted(self._url)} answered {response.status} {response.reason or ''}".rstrip()
        if response.status in _PASSING:
            asked = response.headers.get("Retry-After", "")
            raise TransientError(said, float(asked) if asked.isdigit() else None)
        forbidden = response.status in (401, 403, 407)
        raise TaskError(Reason.INPUT_FORBIDDEN if forbidden else Reason.MISSING_INPUT, said)


def _length(response: BaseHTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None
