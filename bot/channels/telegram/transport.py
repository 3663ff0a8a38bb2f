"""HTTP to the Bot API: what python-telegram-bot's client sends its calls with."""

import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.options import TelegramOptions
from bot.errors import BotError
from bot.reasons import reason

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 10.0
POOL_SECONDS = 5.0
"""To wait for a free connection."""
IDLE_SECONDS = 5.0
"""A connection that rests longer is closed: the other side might do so just when the next call goes out."""

UNSENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
"""After these the call surely never reached Telegram."""
PROXY_FAILED = (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)

_HEADERS = {"User-Agent": BaseRequest.USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}


class Transport(BaseRequest):
    """Calls by aiohttp, whose parser is compiled: a quarter of the work of the client that the library brings.

    Nothing is uploaded, so all calls are forms.
    """

    def __init__(
        self,
        options: TelegramOptions,
        trusted: ssl.SSLContext,
        *,
        connections: int,
        answer_seconds: float = ANSWER_SECONDS,
        on_date: Callable[[str | None], None] | None = None,
    ) -> None:
        """Prepare at most so many connections; `on_date` gets the Date field of every answer."""
        self._trusted = trusted
        self._proxy = options.proxy_url or _usual_proxy(options.api_url)
        self._connections = connections
        self._answer_seconds = answer_seconds
        self._on_date = on_date
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self._answer_seconds

    async def initialize(self) -> None:
        """Do nothing: connections are opened by the first call."""

    async def shutdown(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        *_timeouts: Any,
        **_more_timeouts: Any,
    ) -> tuple[int, bytes]:
        """Make a request. Raises TimedOut or NetworkError from what happened, UnicodeError for a lone surrogate."""
        session = self._session = self._session or self._open()
        form = urlencode(request_data.json_parameters).encode() if request_data else None
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else self._answer_seconds
        asked = session.request(
            method,
            url,
            data=form,
            headers=_HEADERS,
            proxy=self._proxy,
            allow_redirects=False,
            timeout=_timeout(seconds),
        )
        try:
            async with asked as answer:
                if self._on_date:
                    self._on_date(answer.headers.get("Date"))
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(_told(error)) from error

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=self._connections, ssl=self._trusted, keepalive_timeout=IDLE_SECONDS)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _usual_proxy(address: str) -> str | None:
    """Return the proxy that the machine's environment (HTTPS_PROXY, NO_PROXY) names for an address.

    aiohttp would look it up for every call, in a thread.
    """
    parts = urlsplit(address)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def _told(error: aiohttp.ClientError) -> str:
    """Return what went wrong; words that name the address hold the token, those about a connection do not."""
    return str(error) if isinstance(error, aiohttp.ClientConnectorError) else type(error).__name__


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Return the patience with one call whose answer may take so many seconds."""
    waiting = POOL_SECONDS + CONNECT_SECONDS
    return aiohttp.ClientTimeout(
        total=waiting + 2 * seconds, connect=waiting, sock_connect=CONNECT_SECONDS, sock_read=seconds
    )


def trust(options: TelegramOptions) -> ssl.SSLContext:
    """Return whom to trust; plain HTTP needs nobody, and reading all authorities of the world takes time.

    Raises BotError for a file of authorities that cannot be read.
    """
    if options.api_url.startswith("http:") and not options.ca_file:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context()
    if options.ca_file:
        try:
            context.load_verify_locations(options.ca_file)
        except OSError as error:  # ssl.SSLError is one
            why = "keine Zertifikate im PEM-Format" if isinstance(error, ssl.SSLError) else reason(error)
            raise BotError(f"TELEGRAM_CA_FILE: {options.ca_file}: {why}") from error
    return context
