"""The ASGI application: `/bot<token>/<method>` for clients, `/control/…` for tests in other processes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from botapi.clock import sleep
from botapi.control import Control
from botapi.gateway import Gateway


def build_app(gateway: Gateway, control: Control) -> Starlette:
    """Return the application."""

    async def call(request: Request) -> Response:
        path = request.path_params
        answer = await gateway.handle(path["token"], path["method"], await read_params(request))
        if answer.body is None:
            return await cut(request)
        kind = HTMLResponse if isinstance(answer.body, str) else JSONResponse
        return kind(answer.body, status_code=answer.status)

    async def act(request: Request) -> Response:
        path = request.path_params
        try:
            done = control.act(path["room"], path["verb"], await request.json())
        except (LookupError, TypeError, ValueError) as error:
            return JSONResponse({"error": repr(error)}, status_code=400)
        return JSONResponse({"result": done})

    return Starlette(
        routes=[
            Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
            Route("/control/{room}/{verb}", act, methods=["POST"]),
        ]
    )


async def read_params(request: Request) -> Mapping[str, Any]:
    """Return the parameters, whichever of Telegram's four ways they came."""
    query = dict(request.query_params)
    kind = request.headers.get("content-type", "").split(";")[0]
    if kind == "application/json":
        return {**query, **await request.json()}
    if kind == "application/x-www-form-urlencoded":
        return {**query, **dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))}
    if kind == "multipart/form-data":
        async with request.form() as form:
            return {**query, **{key: value for key, value in form.items() if isinstance(value, str)}}
    return query


async def cut(request: Request) -> Response:
    """Close the connection without an answer."""
    request.state.transport.abort()
    while not await request.is_disconnected():
        await sleep(0.001)
    return Response()
