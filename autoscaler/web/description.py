"""
The OpenAPI description, served as ``/api/v1/openapi.json``.

Imports api, autoscaler, fastapi and starlette.
"""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from autoscaler import __version__
from autoscaler.web.api import PREFIX

PATH = f"{PREFIX}/openapi.json"

#: FastAPI's own form of a refused parameter, which is not ours.
_NOT_OURS = ("HTTPValidationError", "ValidationError")
_ABOUT = """\
What the autoscaler sees, decides and does.  Read only.

Instants are in UTC, lengths in seconds, and null is unknown, never zero.  Errors have the form of
`Refusal`.  Where a token is asked for, it is shown as `Authorization: Bearer ...`; browsers sign in
with it at `/sign-in` and get a cookie.
"""
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "What the file of `http.token_file` holds; where there is none, nothing.",
}
#: Told to all: supervisors have no token.
_OPEN = ("/healthz", "/readyz")


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole of it, as what is served by these routes."""
    routes: Iterable[BaseRoute] = app.routes
    document: dict[str, Any] = get_openapi(
        title="nomad-queue-autoscaler",
        version=__version__,
        description=_ABOUT,
        routes=list(routes),
    )
    components = document.setdefault("components", {})
    for name in _NOT_OURS:
        components.get("schemas", {}).pop(name, None)
    components["securitySchemes"] = {"token": _BEARER}
    document["security"] = [{"token": []}, {}]
    for path in _OPEN:
        for operation in document["paths"][path].values():
            operation["security"] = []
    return document
