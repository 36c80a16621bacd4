"""
``/healthz`` and ``/readyz``: for supervisors and load balancers, who need no token.

Imports access, board, fastapi and starlette.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from autoscaler.web.access import Access
from autoscaler.web.board import Board


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is well, and why; where a token is asked for, those who signed in are told why."""

    ok: bool
    detail: str


_UNWELL: dict[int | str, dict[str, Any]] = {503: {"model": Verdict, "description": "It is not."}}


class HealthRoutes:
    """Their endpoints."""

    def __init__(self, board: Board, access: Access) -> None:
        self._board = board
        self._access = access

    def router(self) -> APIRouter:
        """Both of them."""
        router = APIRouter(tags=["health"])
        for path, endpoint in (("/healthz", self.alive), ("/readyz", self.ready)):
            router.add_api_route(
                path,
                endpoint,
                response_model=Verdict,
                responses=_UNWELL,
                response_description="It is.",
            )
        return router

    async def alive(self, request: Request) -> Response:
        """Whether the loop is alive: cycles end."""
        health = self._board.health()
        return self._verdict(request, health.detail, ok=health.alive)

    async def ready(self, request: Request) -> Response:
        """Whether the last cycle of every pool was good."""
        health = self._board.health()
        return self._verdict(request, health.detail, ok=health.alive and health.ready)

    def _verdict(self, request: Request, detail: str, *, ok: bool) -> Response:
        # A detail can name pools, addresses and what is wrong with them.
        told = detail if self._access.may_be_told(request) else ""
        return JSONResponse({"ok": ok, "detail": told}, 200 if ok else 503)
