"""For the operator's machines alone: whether the process is alive, and whether it can work."""

import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.clock import Clock
from bot.vitals import Content, Vitals, readiness
from bot.web.guard import Guard

_NOT_STORED = {"Cache-Control": "no-store"}


def internal_app(vitals: Vitals, content: Content, clock: Clock) -> Starlette:
    """Return the app."""

    async def alive(_request: Request) -> JSONResponse:
        return JSONResponse({"alive": True}, headers=_NOT_STORED)

    async def ready(_request: Request) -> JSONResponse:
        checks = await asyncio.to_thread(readiness, vitals, content, clock.now())
        fine = all(check["ok"] for check in checks.values())
        return JSONResponse({"ready": fine, "checks": checks}, 200 if fine else 503, headers=_NOT_STORED)

    routes = [Route("/healthz", alive), Route("/readyz", ready)]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])
