"""
Signing in and out, for browsers: a form that takes the token once and gives a cookie for it.

Imports access, answers, sessions, trouble and starlette.
"""

import asyncio
import html
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from autoscaler.web.access import SIGN_IN, Access, cookie_name
from autoscaler.web.answers import Refusal, refused
from autoscaler.web.sessions import LENGTH_SECONDS
from autoscaler.web.trouble import HttpUnavailable

_BODY_BYTES_MAX = 16_384
_BODY_SECONDS = 5.0

_FORM = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in - autoscaler</title>
<link rel="stylesheet" href="/sign-in.css">
<main>
<h1>autoscaler</h1>
{wrong}<form method="post" action="/sign-in">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p>It is what the file of <code>http.token_file</code> holds.</p>
<button>Sign in</button>
</form>
</main>
</html>
"""
STYLE = """\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 24rem; margin: 15vh auto 0; padding: 0 1rem; }
h1 { font-size: 1.25rem; }
label, input, button { display: block; font: inherit; }
input { box-sizing: border-box; width: 100%; padding: .5rem; }
button { padding: .5rem 1.5rem; }
[role=alert] { border-left: .25rem solid #c62828; padding-left: .75rem; }
"""


class SignIn:
    """Its endpoints.  For the loop's thread."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def form(self, request: Request) -> Response:
        """The form; where nothing is asked for, or they are known already, the page."""
        if self._access.may_be_told(request):
            return RedirectResponse("/", 303)
        return HTMLResponse(_form())

    async def style(self) -> Response:
        """The form's looks."""
        return Response(STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})

    async def enter(self, request: Request) -> Response:
        """Take the token, and give a session's cookie."""
        try:
            shown = await _token_of(request)
        except (TimeoutError, ValueError, ClientDisconnect):
            mend = "send the form of /sign-in"
            return refused(request.scope["path"], 400, Refusal("no token was sent", mend))
        try:
            refusal, digest = await self._access.check(request, shown)
        except HttpUnavailable as error:
            return HTMLResponse(_form("The token cannot be read.", error.mend), 503)
        if refusal is not None:
            wrong = "That is not the token." if refusal.status_code == 401 else "Too many tries."
            return HTMLResponse(_form(wrong, "Try again."), refusal.status_code)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            cookie_name(request),
            self._access.sessions.open(digest),
            max_age=LENGTH_SECONDS,
            secure=request.scope["scheme"] == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    async def leave(self, request: Request) -> Response:
        """End the session."""
        name = cookie_name(request)
        self._access.sessions.close(request.cookies.get(name, ""))
        answer = RedirectResponse(SIGN_IN, 303)
        answer.delete_cookie(name, httponly=True, samesite="strict")
        return answer


def _form(*wrong: str) -> str:
    told = " ".join(html.escape(one) for one in wrong)
    return _FORM.format(wrong=f'<p role="alert">{told}</p>\n' if told else "")


async def _token_of(request: Request) -> str:
    """The form's token; raises ``ValueError`` or ``TimeoutError`` where none comes in time."""
    body = b""
    async with asyncio.timeout(_BODY_SECONDS):
        async for part in request.stream():
            body += part
            if len(body) > _BODY_BYTES_MAX:
                raise ValueError("too long")
    tokens = parse_qs(body.decode(), max_num_fields=10).get("token")
    if not tokens:
        raise ValueError("no token")
    return tokens[0].strip()
