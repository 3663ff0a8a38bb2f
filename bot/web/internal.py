"""For the city's own machines alone: whether the process is alive, whether it can work, and the staff pages."""

import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from bot.clock import Clock
from bot.vitals import Content, Vitals, readiness
from bot.web.guard import Guard

_NOT_STORED = {"Cache-Control": "no-store"}


def internal_app(vitals: Vitals, content: Content, clock: Clock, staff: ASGIApp | None = None) -> Starlette:
    """Return the app; `staff` are the staff pages."""

    async def alive(_request: Request) -> JSONResponse:
        return JSONResponse({"alive": True}, headers=_NOT_STORED)

    async def ready(_request: Request) -> JSONResponse:
        checks = await asyncio.to_thread(readiness, vitals, content, clock.now())
        fine = all(check["ok"] for check in checks.values())
        return JSONResponse({"ready": fine, "checks": checks}, 200 if fine else 503, headers=_NOT_STORED)

    async def staff_start(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/staff/", 307)

    routes: list[BaseRoute] = [Route("/healthz", alive), Route("/readyz", ready)]
    if staff:
        routes += [Route("/staff", staff_start), Mount("/staff", staff)]
    app = Starlette(routes=routes, middleware=[Middleware(Guard)])
    app.router.redirect_slashes = False  # it would send people to whatever host they claim to have asked
    return app
