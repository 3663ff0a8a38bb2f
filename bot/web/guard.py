"""The web app's last resort: an unexpected error is an answer, not a traceback."""

from collections.abc import Callable

import structlog
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.logs import places

log = structlog.get_logger(__name__)


def _as_json() -> Response:
    return JSONResponse({"error": "internal"}, status_code=500)


class Guard:
    """Answers 500 where the app fails; what the request held is not logged."""

    def __init__(self, app: ASGIApp, failed: Callable[[], Response] = _as_json) -> None:
        self._app = app
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 - one bad request must not end the service
            log.error("request_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may quote a citizen
            log.debug("request_failed_at", at=places(error))
            if not begun:
                await self._failed()(scope, receive, send)
