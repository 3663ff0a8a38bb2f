"""The way of a call to the Bot API through the proxies of a town hall."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bot.channels.telegram.api import Api, NotSentError
from bot.channels.telegram.options import TelegramOptions

FAR = "http://telegram.invalid"
"""An address that nobody but a proxy can reach."""


class Proxy(ThreadingHTTPServer):
    """Answers for Telegram, and remembers who asked for what."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[tuple[str, str | None]] = []

    def address(self, who: str = "") -> str:
        """Return its address for a user."""
        return f"http://{who}127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Proxy

    def do_POST(self) -> None:
        """Answer any call with true."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers.get("Proxy-Authorization")))
        body = b'{"ok": true, "result": true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Run a proxy."""
    with Proxy() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def call(options: TelegramOptions) -> Any:
    """Make a call as the bot does."""

    async def work() -> Any:
        api = Api(options)
        try:
            return await api.call("getMe")
        finally:
            await api.close()

    return asyncio.run(work())


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_calls_go_through_the_proxy_of_the_setting() -> None:
    """With its user and password, which Telegram does not see."""
    with proxy() as server:
        options = TelegramOptions("1:a", api_url=FAR, proxy_url=server.address("amt:geheim@"))
        assert call(options) is True
    word = base64.b64encode(b"amt:geheim").decode()
    assert server.asked == [(f"{FAR}/bot1:a/getMe", f"Basic {word}")]


def test_calls_go_through_the_machines_usual_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the environment names it, unless it says that an address needs none."""
    with proxy() as server:
        monkeypatch.setenv("http_proxy", server.address())
        assert call(TelegramOptions("1:a", api_url=FAR)) is True
        monkeypatch.setenv("no_proxy", "telegram.invalid")
        with pytest.raises(NotSentError):
            call(TelegramOptions("1:a", api_url=FAR))
    assert len(server.asked) == 1
