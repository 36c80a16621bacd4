"""
Who may read: those who show the token, or the cookie of one who has signed in with it.

Imports answers, sessions, token, trouble, alarms, structlog and starlette.
"""

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from autoscaler.alarms import Alarms
from autoscaler.web.answers import API, Refusal, refused
from autoscaler.web.sessions import Brake, Sessions
from autoscaler.web.token import TokenFile
from autoscaler.web.trouble import HttpUnavailable

_log = structlog.get_logger()

SIGN_IN = "/sign-in"
_ALARM = "http.token_unreadable"
_BEARER = {"WWW-Authenticate": 'Bearer realm="autoscaler"'}
#: A browser that comes from another site, by a link in a chat, leaves a strict cookie out; asked
#: again by our own page it does not.
_AGAIN = '<!doctype html><title>autoscaler</title><meta http-equiv="refresh" content="0; url=/">'


class Access:
    """Tells who may read.  For the loop's thread."""

    def __init__(
        self, token: TokenFile | None, sessions: Sessions, brake: Brake, alarms: Alarms
    ) -> None:
        self.sessions = sessions
        self._token = token
        self._brake = brake
        self._alarms = alarms

    def knows(self, request: Request) -> bool:
        """Whether they have signed in; no token is looked at."""
        if self._token is None:
            return True
        session_id = request.cookies.get(cookie_name(request), "")
        return bool(session_id) and self.sessions.holds(session_id, self._digest())

    def may_be_told(self, request: Request) -> bool:
        """As ``knows``, and False where that cannot be told."""
        try:
            return self.knows(request)
        except HttpUnavailable:
            return False

    async def refusal(self, request: Request) -> Response | None:
        """Why they may not read; None where they may."""
        try:
            return await self._refusal(request)
        except HttpUnavailable as error:
            return refused(
                request.scope["path"], 503, Refusal("the token cannot be read", error.mend)
            )

    async def _refusal(self, request: Request) -> Response | None:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None if self.knows(request) else _unknown(request)
        if self._token is None:
            return None
        refusal, _ = await self.check(request, shown.strip())
        return refusal

    async def check(self, request: Request, shown: str) -> tuple[Response | None, bytes]:
        """
        Why a token does not let them in, None where it does; and the right one's digest.

        Raises ``HttpUnavailable`` where the right one cannot be read.
        """
        path: str = request.scope["path"]
        if self._brake.is_full:
            refusal = Refusal("too many wrong tokens were shown", "try again in a second")
            return refused(path, 429, refusal, {"Retry-After": "1"}), b""
        digest = self._digest()
        if self._token is None or self._token.is_token(shown):
            return None, digest
        peer = request.client.host if request.client else "unknown"
        _log.info("http.token_refused", path=path, peer=peer)
        await self._brake.hold()
        mend = "show what the file of http.token_file holds"
        return refused(path, 401, Refusal("the token is wrong", mend), _BEARER), b""

    def _digest(self) -> bytes:
        if self._token is None:
            return b""
        try:
            digest = self._token.digest()
        except HttpUnavailable as error:
            self._alarms.sound(_ALARM, what=error.what, mend=error.mend, severity="error")
            raise
        self._alarms.clear(_ALARM)
        return digest


def cookie_name(request: Request) -> str:
    """Browsers tell no ports apart: two daemons on one machine must not take each other's."""
    server = request.scope.get("server")
    return f"autoscaler_{server[1] if server else 0}"


def _unknown(request: Request) -> Response:
    path: str = request.scope["path"]
    if path.startswith(API) or path == "/metrics":
        mend = f"show the token: `Authorization: Bearer …`, or sign in at {SIGN_IN}"
        return refused(path, 401, Refusal("a token is needed", mend), _BEARER)
    if path == "/" and request.headers.get("sec-fetch-site") == "cross-site":
        return HTMLResponse(_AGAIN)
    return RedirectResponse(SIGN_IN, 303)
