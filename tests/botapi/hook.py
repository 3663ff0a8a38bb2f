"""A bot's webhook: takes updates over real HTTP and answers what the test wants."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any


class Hook:
    """What came, and what is to be answered: a list of statuses, 200 once it is empty."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, Any], str | None]] = []
        """Updates and secrets, repetitions included."""
        self.answers: list[int] = []
        self.retry_after: int | None = None
        self.open = Condition()
        self.held = False
        """While set, answers wait."""
        self.url = ""
        self.most_at_once = 0
        self._at_once = 0

    def take(self, update: dict[str, Any], secret: str | None) -> int:
        """Note an update and return the status to answer."""
        with self.open:
            self.came.append((update, secret))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self.open.notify_all()
            self.open.wait_for(lambda: not self.held, 5)
            self._at_once -= 1
            return self.answers.pop(0) if self.answers else 200

    def release(self) -> None:
        """Let all answers go."""
        with self.open:
            self.held = False
            self.open.notify_all()

    def wait(self, count: int, seconds: float = 2.0) -> bool:
        """Wait for so many deliveries."""
        with self.open:
            return self.open.wait_for(lambda: len(self.came) >= count, seconds)

    def ids(self) -> list[int]:
        """Return the ids of all deliveries."""
        return [update["update_id"] for update, _ in self.came]


@contextmanager
def hook() -> Iterator[Hook]:
    """Serve a webhook on a free port."""
    made = Hook()
    web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{web.server_address[1]}/telegram"
    thread = Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.release()
    web.shutdown()
    web.server_close()


def _handler(made: Hook) -> type[BaseHTTPRequestHandler]:
    """Return a handler that hands updates over."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = made.take(json.loads(body), self.headers.get("X-Telegram-Bot-Api-Secret-Token"))
            self.send_response(status)
            if made.retry_after is not None and status != 200:
                self.send_header("Retry-After", str(made.retry_after))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    return Handler
