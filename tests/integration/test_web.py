"""The listeners over real HTTP: health, readiness, signals, proxies, and what goes wrong."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot import logs
from bot.errors import StoreError, WebError
from bot.live import LiveFaq
from bot.running import webhook_path
from bot.web import alone
from bot.web.guard import Guard
from bot.web.internal import internal_app
from bot.web.public import public_app
from bot.web.serving import listen
from tests.botapi.clients import NO_TLS
from tests.fakes import NOW, FakeClock
from tests.unit.test_live import BROKEN, Room, looks

SECRET = "Meine Katze heißt Mimi"


@dataclass(frozen=True)
class FakeVitals:
    """A bot that says what it is told to."""

    receiving: bool = True
    last_receive: datetime | None = NOW - timedelta(seconds=5)
    has_webhook: bool = False
    webhook_seen: datetime | None = None
    sending: bool = True
    last_send_turn: datetime | None = NOW - timedelta(seconds=1)
    dead_letters: int = 1
    conflicts: int = 2
    failed_messages: int = 3
    waiting: datetime | None = None
    works: bool = True
    pages_only: bool = False

    def oldest_waiting(self) -> datetime | None:
        """Return a moment, or fail."""
        self.database()
        return self.waiting

    def database(self) -> None:
        """Work, or fail with what nobody outside should read."""
        if not self.works:
            raise StoreError("postgresql://db.example.org ist nicht erreichbar")


def fetched(app: ASGIApp, *paths: str, headers: dict[str, str] | None = None, **options: Any) -> list[httpx.Response]:
    """Serve an app, get paths of it and stop."""

    async def talk() -> list[httpx.Response]:
        async with listen(app, "127.0.0.1", 0, **options) as port:
            return await _got(port, paths, headers or {})

    return asyncio.run(talk())


async def _got(port: int, paths: tuple[str, ...], headers: dict[str, str]) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", verify=NO_TLS, headers=headers) as client:
        return [await client.get(path) for path in paths]


@pytest.fixture
def room(tiny_faq: Path) -> Room:
    """Return a place with a small FAQ."""
    return Room(tiny_faq)


@pytest.fixture
def faq(room: Room) -> LiveFaq:
    """Return a live FAQ."""
    return room.faq()


def told(vitals: FakeVitals, faq: LiveFaq) -> tuple[int, dict[str, Any]]:
    """Return status and checks of /readyz."""
    (response,) = fetched(internal_app(vitals, faq, FakeClock()), "/readyz")
    body = response.json()
    assert body["ready"] == (response.status_code == 200)
    return response.status_code, body["checks"]


def test_a_healthy_bot_is_ready(faq: LiveFaq) -> None:
    """Each check is named; FAQ and models with their hashes."""
    status, checks = told(FakeVitals(waiting=NOW - timedelta(seconds=2)), faq)
    assert status == 200
    assert checks == {
        "database": {"ok": True},
        "receive": {"ok": True, "polling": True, "conflicts": 2, "seconds": 5.0},
        "queue": {"ok": True, "seconds": 2.0, "parked": 1},
        "send": {"ok": True, "sending": True, "failed": 3, "seconds": 1.0},
        "faq": {"ok": True, "hash": faq.current().hash, "problem": None},
        "models": {"ok": True, "hash": "modelhash"},
    }


@pytest.mark.parametrize(
    ("vitals", "failing"),
    [
        (FakeVitals(last_receive=None), {"receive"}),
        (FakeVitals(last_receive=NOW - timedelta(seconds=61)), {"receive"}),
        (FakeVitals(last_receive=None, receiving=False), set()),
        (FakeVitals(receiving=False, has_webhook=True), {"receive"}),
        (FakeVitals(receiving=False, has_webhook=True, webhook_seen=NOW - timedelta(seconds=151)), {"receive"}),
        (FakeVitals(receiving=False, has_webhook=True, webhook_seen=NOW - timedelta(seconds=149)), set()),
        (FakeVitals(last_send_turn=None), {"send"}),
        (FakeVitals(sending=False, last_send_turn=NOW - timedelta(seconds=61)), {"send"}),
        (FakeVitals(waiting=NOW - timedelta(seconds=61)), {"queue"}),
        (FakeVitals(works=False), {"database", "queue"}),
    ],
)
def test_checklist_06_what_is_wrong_is_named(vitals: FakeVitals, failing: set[str], faq: LiveFaq) -> None:
    """A stand-by is ready without polling; addresses of a database stay inside."""
    status, checks = told(vitals, faq)
    assert status == (503 if failing else 200)
    assert {name for name, check in checks.items() if not check["ok"]} == failing
    assert "example.org" not in json.dumps(checks)


def test_a_process_with_pages_alone_neither_receives_nor_sends(faq: LiveFaq) -> None:
    """It is ready when database and FAQ are."""
    status, checks = told(FakeVitals(last_receive=None, last_send_turn=None, pages_only=True), faq)
    assert (status, set(checks)) == (200, {"database", "faq", "models"})


def test_a_starting_bot_is_alive_and_not_ready(room: Room) -> None:
    """Until the FAQ is prepared."""
    starting = LiveFaq(room.path, room.versions, room.clock, room.build)
    alive, ready = fetched(internal_app(FakeVitals(), starting, FakeClock()), "/healthz", "/readyz")
    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (ready.status_code, ready.json()["checks"]["faq"]) == (503, {"ok": False})


def test_an_invalid_faq_is_shown_and_does_no_harm(room: Room, faq: LiveFaq) -> None:
    """The last good one answers."""
    room.write(BROKEN)
    looks(faq)
    status, checks = told(FakeVitals(), faq)
    assert status == 200
    assert checks["faq"]["problem"].startswith(f"{room.path}:2:")


def test_answers_say_nothing_about_the_server(faq: LiveFaq) -> None:
    """No name, no version, nothing to be kept by a cache; unknown paths are 404."""
    known, other = fetched(internal_app(FakeVitals(), faq, FakeClock()), "/healthz", "/anderes")
    assert "server" not in known.headers
    assert known.headers["cache-control"] == "no-store"
    assert other.status_code == 404


def _failing(*, late: bool = False) -> Starlette:
    """Return an app that fails, with a citizen's words in the error."""

    class Late(Response):
        async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise ValueError(SECRET)

    async def fail(_request: Request) -> Response:
        if late:
            return Late()
        raise ValueError(SECRET)

    return Starlette(routes=[Route("/", fail)], middleware=[Middleware(Guard)])


def test_an_unexpected_error_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """500 as JSON; neither answer nor log hold what was in the request, at any level."""
    logs.configure("DEBUG")
    (response,) = fetched(_failing(), "/")
    assert (response.status_code, response.json()) == (500, {"error": "internal"})
    err = capsys.readouterr().err
    assert "request_failed" in err
    assert "ValueError" in err
    assert SECRET not in err


def test_an_error_after_the_answer_began_ends_the_connection(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is added to half an answer."""
    with pytest.raises(httpx.RemoteProtocolError):
        fetched(_failing(late=True), "/")
    assert SECRET not in capsys.readouterr().err


@pytest.mark.parametrize("side", ["PUBLIC", "INTERNAL"])
def test_a_taken_port_is_told(side: str) -> None:
    """In one line, with the one setting to look at."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(WebError, match=rf"^127\.0\.0\.1:{port}: .*belegt\. Bitte {side}_PORT prüfen\.$"):
            asyncio.run(_nothing(port=port, side=side))


def test_a_foreign_address_is_told() -> None:
    """An address of another machine, and a name that nobody has."""
    for host in ("192.0.2.1", "gibt-es-nicht.invalid", "..", "x" * 64):
        with pytest.raises(WebError, match=host):
            asyncio.run(_nothing(host=host))


async def _nothing(host: str = "127.0.0.1", port: int = 0, side: str = "PUBLIC") -> None:
    async with listen(Starlette(), host, port, side=side):
        pass


def test_signals_stay_the_programs() -> None:
    """Uvicorn would take SIGTERM for itself."""

    async def handlers() -> list[Any]:
        async with listen(Starlette(), "127.0.0.1", 0):
            return [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]

    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    during = asyncio.run(handlers())
    assert during[0] is before[0]
    assert signal.getsignal(signal.SIGINT) is before[1]


def _seen() -> Starlette:
    """Return an app that says where a request came from."""

    async def show(request: Request) -> JSONResponse:
        assert request.client
        return JSONResponse([request.client.host, request.url.scheme, request.url.path])

    return Starlette(routes=[Route("/wer", show)])


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [((), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.9"), (("10.0.0.1",), "127.0.0.1")],
)
def test_only_trusted_proxies_say_who_asks(trusted: tuple[str, ...], seen: str) -> None:
    """Anybody else could claim any address."""
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    (response,) = fetched(_seen(), "/wer", headers=claimed, trusted=trusted)
    assert response.json()[:2] == [seen, "https" if seen != "127.0.0.1" else "http"]


async def _kept(_updates: Sequence[object]) -> bool:
    return True


@pytest.mark.parametrize(
    ("url", "root_path", "path"),
    [
        ("https://bot.example.org/faq/telegram", "/faq", "/telegram"),
        ("https://bot.example.org/faq/geheim/1", "/faq", "/geheim/1"),
        ("https://bot.example.org/haken", "", "/haken"),
        ("https://bot.example.org/faq-haken", "/faq", "/faq-haken"),
        ("https://bot.example.org/faq", "/faq", "/"),
        ("https://bot.example.org", "", "/"),
    ],
)
def test_the_webhook_listens_where_telegram_calls(url: str, root_path: str, path: str) -> None:
    """On the path of WEBHOOK_URL; it takes nothing but POST."""
    app = public_app(_kept, "x", webhook_path(url, root_path))
    here, elsewhere = fetched(app, path, "/anderswo", root_path=root_path)
    assert (here.status_code, elsewhere.status_code) == (405, 404)


def test_a_path_below_a_proxy_is_known() -> None:
    """The proxy takes it away, links carry it."""
    (response,) = fetched(_seen(), "/wer", root_path="/faq")
    assert (response.status_code, response.json()[2]) == (200, "/faq/wer")


def test_a_change_of_vitals_needs_no_restart(faq: LiveFaq) -> None:
    """Every request looks anew."""
    assert told(FakeVitals(), faq)[0] == 200
    assert told(replace(FakeVitals(), works=False), faq)[0] == 503


def test_pages_alone_see_to_what_is_old_and_what_is_new(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a bot or without one; a trouble of the database is told and ends nothing; SIGTERM does."""
    done: list[str] = []

    def tidy() -> None:
        done.append("tidy")
        raise StoreError("voll")

    def regroup() -> None:
        done.append("regroup")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(alone, "MINUTE", 0.01)
    logs.configure("INFO")
    alone.serve_alone((), lambda: done.append("prepare"), alone.Chores(regroup, tidy))
    assert done[:3] == ["prepare", "tidy", "regroup"]
    assert "tidying_failed" in capsys.readouterr().err
