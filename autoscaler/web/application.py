"""
The routes put together, behind the gate.

Imports the other modules of the package, alarms, config, fastapi and starlette.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from autoscaler.alarms import Alarms
from autoscaler.config import HttpSettings
from autoscaler.web import description
from autoscaler.web.access import SIGN_IN, Access
from autoscaler.web.answers import Refusal, refused
from autoscaler.web.api import Api
from autoscaler.web.board import Board
from autoscaler.web.events import EventHub
from autoscaler.web.exposition import Exposition, Figures
from autoscaler.web.files import PageFiles
from autoscaler.web.gate import SIGN_OUT, Gate
from autoscaler.web.health import HealthRoutes
from autoscaler.web.hosts import Hosts
from autoscaler.web.serialised import Serialised
from autoscaler.web.sessions import Brake, Sessions
from autoscaler.web.sign_in import SignIn
from autoscaler.web.token import TokenFile


@dataclass(frozen=True, slots=True)
class Sources:
    """What is shown, and where what is wrong is told."""

    board: Board
    figures: Figures
    alarms: Alarms
    #: Of the metrics' names.
    prefix: str = "autoscaler"
    monotonic: Callable[[], float] = field(default=time.monotonic)


def application(
    sources: Sources, settings: HttpSettings, serialised: Serialised, events: EventHub
) -> ASGIApp:
    """Everything that is served, for one event loop."""
    token = TokenFile(settings.token_file) if settings.token_file is not None else None
    access = Access(token, Sessions(sources.monotonic), Brake(), sources.alarms)
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(Api(sources.board, serialised, events).router())
    app.include_router(HealthRoutes(sources.board, access).router())
    app.include_router(Exposition(sources.figures, sources.prefix).router())
    document = description.describe(app)
    _add_hidden(app, document, access)
    app.add_exception_handler(HTTPException, _http_refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _broken)
    return Gate(app, Hosts(settings), access)


def _add_hidden(app: FastAPI, document: object, access: Access) -> None:
    """What is not of the API: its own description, the sign-in and the page."""

    async def described() -> Response:
        return JSONResponse(document)

    sign_in, files = SignIn(access), PageFiles()
    app.add_api_route(description.PATH, described, include_in_schema=False)
    app.add_api_route(SIGN_IN, sign_in.form, include_in_schema=False)
    app.add_api_route(SIGN_IN, sign_in.enter, methods=["POST"], include_in_schema=False)
    app.add_api_route(SIGN_OUT, sign_in.leave, methods=["POST"], include_in_schema=False)
    app.add_api_route("/sign-in.css", sign_in.style, include_in_schema=False)
    app.add_api_route("/", files.index, include_in_schema=False)
    app.add_api_route("/{name}", files.file, include_in_schema=False)


async def _http_refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    path: str = request.scope["path"]
    headers = error.headers if isinstance(error, HTTPException) else None
    if status == 404:
        refusal = Refusal("there is nothing here", f"{description.PATH} tells what there is")
    else:
        refusal = Refusal("that is not served", f"{description.PATH} tells what is")
    return refused(path, status, refusal, headers)


async def _invalid(request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else ()
    # Where it is and what it should be; what it was is the asker's own, and can be long.
    told = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in problems)
    mend = f"{description.PATH} tells what a parameter can be"
    return refused(request.scope["path"], 422, Refusal(told or "a parameter is wrong", mend))


async def _broken(request: Request, _: Exception) -> Response:
    # The server logs the traceback; the client gets none.
    refusal = Refusal("a defect of the autoscaler's own", "its log has the traceback; report it")
    return refused(request.scope["path"], 500, refusal)
