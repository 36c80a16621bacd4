"""
Answers that are no document: refusals, each with its mend, and bytes as they are.

Imports starlette only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import JSONResponse, PlainTextResponse, Response

API = "/api/"

#: What the page may do in a browser: nothing but what comes from here.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)
GZIP = {"Content-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, and what helps."""

    error: str
    mend: str


def refused(
    path: str,
    status: int,
    refusal: Refusal,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """In the API's form below ``/api/``, else as a line or two for people."""
    if path.startswith(API):
        content = {"error": refusal.error, "mend": refusal.mend}
        return JSONResponse(content, status, headers=dict(headers or {}))
    text = f"{status}: {refusal.error}\n{refusal.mend}\n"
    return PlainTextResponse(text, status, headers=dict(headers or {}))


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether who asks can read gzip."""
    for one in accept_encoding.split(","):
        name, _, weight = one.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def as_is(body: bytes, media_type: str, headers: Mapping[str, str], *, gzipped: bool) -> Response:
    """Bytes that are ready; who asks next may be one who cannot read gzip."""
    encoding = GZIP if gzipped else {}
    every = {"Vary": "Accept-Encoding", **headers, **encoding}
    return Response(body, media_type=media_type, headers=every)
