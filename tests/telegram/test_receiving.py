"""Receiving: kept before it is confirmed, once, whatever happens on the way."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot.channels.telegram import receive
from bot.channels.telegram.arrivals import WANTED
from bot.clock import SystemClock
from bot.errors import TokenError
from botapi.control import ServerRoom
from botapi.faults import Fault
from botapi.server import Server
from tests.botapi.clients import NO_TLS, updates
from tests.fakes import FakeClock
from tests.telegram.running import SECRET, Running, free_port

Run = Callable[..., AbstractContextManager[Running]]


def waits(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Look until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def has_heard(server: Server, person: int, number: int) -> bool:
    """Say whether somebody got so many different messages."""
    return len(set(server.people.said(person))) >= number


def count(running: Running, condition: str = "1 = 1") -> int:
    """Count updates."""
    query = sa.text(f"SELECT count(*) FROM inbox WHERE {condition}")
    return int(running.database.read(lambda connection: connection.scalar(query)) or 0)


def calls(server: Server, method: str) -> list[dict[str, Any]]:
    """Return the parameters of all calls of a method."""
    return [call.params for call in server.calls if call.method == method.lower()]


def post(hook: str, content: bytes | str, secret: str | None = SECRET) -> int:
    """Call the webhook as anybody may; return the status."""
    headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()} if secret is not None else {}
    return httpx.post(hook, content=content, headers=headers, verify=NO_TLS, timeout=5).status_code


@pytest.mark.parametrize("webhook", [False, True])
def test_a_message_is_echoed_in_order(run: Run, server: Server, *, webhook: bool) -> None:
    """By polling and by webhook, on both engines."""
    erika, max_ = server.people.citizen("Erika"), server.people.citizen("Max")
    with run(webhook=webhook) as running:
        for number in range(10):
            server.people.text(erika, str(number))
            server.people.text(max_, str(number))
        for person in (erika, max_):
            assert server.until(partial(has_heard, server, person, 10))
            assert server.people.said(person) == [f"Echo: {number}" for number in range(10)]
        assert waits(lambda: running.service.inbox.oldest_waiting() is None)
        assert running.service.pulse.last_receive
    assert running.ended == [None]


def test_checklist_02_an_update_delivered_twice_has_one_effect(run: Run, server: Server) -> None:
    """As after an answer that Telegram did not hear."""
    erika = server.people.citizen("Erika")
    body = {
        "update_id": 77,
        "message": {"message_id": 1, "date": 1, "chat": {"id": erika, "type": "private"}, "text": "a"},
    }
    server.people.text(erika, "damit es den Chat gibt")
    with run(webhook=True) as running:
        for _ in range(3):
            assert (
                httpx.post(
                    running.hook, json=body, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}, verify=NO_TLS
                ).status_code
                == 200
            )
        server.people.text(erika, "b")
        assert server.until(lambda: "Echo: b" in server.people.said(erika))
        assert server.people.said(erika).count("Echo: a") == 1


class Broken:
    """An inbox whose database is away some times."""

    def __init__(self, inner: Any, times: int) -> None:
        self._inner = inner
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def put(self, *args: Any) -> int:
        """Fail, some times."""
        from bot.errors import StoreError

        if self.times:
            self.times -= 1
            raise StoreError("weg")
        return int(self._inner.put(*args))


@pytest.mark.parametrize("webhook", [False, True])
def test_checklist_03_nothing_is_confirmed_while_the_database_is_away(
    run_here: Run, server: Server, *, webhook: bool
) -> None:
    """The offset stays, the webhook answers 503; the update comes again."""
    erika = server.people.citizen("Erika")
    with run_here(webhook=webhook, breaking=lambda inbox: Broken(inbox, 2)):
        server.people.text(erika, "Hallo")
        assert server.until(lambda: server.people.said(erika) == ["Echo: Hallo"], 10)
    if not webhook:
        assert not any(int(params.get("offset", 0)) for params in calls(server, "getUpdates")[:3])


@pytest.mark.parametrize("code", [401, 404])
def test_checklist_06_a_refused_token_ends_the_process(run_here: Run, server: Server, code: int) -> None:
    """With an error that says why; never alive without polling."""
    server.fault(Fault("error", method="getUpdates", code=code, description="Unauthorized"))
    with run_here() as running:
        assert waits(lambda: bool(running.ended))
    assert isinstance(running.ended[0], TokenError)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", method="getUpdates", code=502),
        Fault("drop", method="getUpdates"),
        Fault("garbage", method="getUpdates"),
        Fault("error", method="getUpdates", code=409, description="Conflict"),
        Fault("error", method="getUpdates", code=429, parameters={"retry_after": 1}),
    ],
    ids=lambda fault: f"{fault.kind}{fault.code}",
)
def test_checklist_07_polling_resumes(run_here: Run, server: Server, fault: Fault) -> None:
    """After whatever comes in between; nothing is lost, a rival is told of."""
    erika = server.people.citizen("Erika")
    fault = Fault(**{**vars(fault), "times": 2})
    server.fault(fault)
    with capture_logs() as logs, run_here() as running:
        server.people.text(erika, "Hallo")
        assert server.until(lambda: server.people.said(erika) == ["Echo: Hallo"], 10)
        assert (running.service.pulse.conflicts > 0) is (fault.code == 409)
    assert any(line["event"] == "second_receiver" for line in logs) is (fault.code == 409)
    assert [line["event"] for line in logs].count("receiving_failed") == 1


def test_checklist_08_telegram_may_be_away_at_the_start(run_here: Run, server: Server) -> None:
    """The rest of the process lives: what is queued by webhook or before is worked on meanwhile."""
    server.fault(Fault("drop", times=3))
    erika = server.people.citizen("Erika")
    with run_here() as running:
        server.people.text(erika, "Hallo")
        assert waits(lambda: bool(server.calls))
        assert not running.ended
        assert server.until(lambda: server.people.said(erika) == ["Echo: Hallo"], 20)


def test_checklist_10_only_who_knows_the_secret_is_heard(run_here: Run) -> None:
    """Nothing is stored, and nothing is read, for anybody else."""
    with run_here(webhook=True) as running:
        body = '{"update_id": 1}'
        for secret in (None, "", "falsch", SECRET + "x", "ä"):
            assert post(running.hook, body, secret) == 403
        assert post(running.hook, "x" * 2_000_000, "falsch") == 403
        assert count(running) == 0
        assert post(running.hook, body) == 200
        assert count(running) == 1


def test_a_body_that_is_no_update_is_refused(run_here: Run) -> None:
    """400 for what cannot be kept, 413 for more than a megabyte, announced or not."""
    with run_here(webhook=True) as running:
        for body in ("kein JSON", "[]", "{}", '{"update_id": "1"}', "[" * 100_000):
            assert post(running.hook, body) == 400
        assert post(running.hook, "x" * 1_048_577) == 413
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        chunks = (b"x" * 65536 for _ in range(40))
        assert httpx.post(running.hook, content=chunks, headers=headers, verify=NO_TLS).status_code == 413
        assert count(running) == 0


def test_checklist_11_what_came_while_the_bot_was_off_is_answered(run_here: Run, server: Server) -> None:
    """Nothing is dropped at the start, also when a webhook was set before."""
    erika = server.people.citizen("Erika")
    with run_here(webhook=True):
        assert waits(lambda: bool(calls(server, "setWebhook")))
    server.people.text(erika, "inzwischen")
    with run_here():
        assert server.until(lambda: server.people.said(erika) == ["Echo: inzwischen"], 10)
    for method in ("setWebhook", "deleteWebhook"):
        assert [str(params.get("drop_pending_updates")).lower() for params in calls(server, method)] == ["false"]


@pytest.mark.parametrize("webhook", [False, True])
def test_checklist_18_a_good_a_broken_and_an_unknown_update_in_one_batch(
    run_here: Run, server: Server, *, webhook: bool
) -> None:
    """The good one is answered; the others do no harm."""
    erika = server.people.citizen("Erika")
    server.people.raw("message", {"chat": "kaputt"})
    server.people.raw("of_the_future", {"chat": {"id": erika}})
    server.people.raw("edited_channel_post", {"chat": {"id": -5, "type": "channel"}})
    server.people.text(erika, "gut")
    with run_here(webhook=webhook) as running:
        assert server.until(lambda: server.people.said(erika) == ["Echo: gut"], 10)
        assert waits(lambda: count(running, "state = 'done'") == 4)
        assert waits(lambda: not ServerRoom(server._gateway).pending(), 5)


@pytest.mark.parametrize("webhook", [False, True])
def test_checklist_19_the_wanted_kinds_are_told_at_every_start(run_here: Run, server: Server, *, webhook: bool) -> None:
    """Unset they would stay as somebody left them; Telegram's own word is compared."""
    server.world.updates.allow(["poll"])
    with capture_logs() as logs, run_here(webhook=webhook):
        assert waits(lambda: bool(calls(server, "getWebhookInfo")))
        assert waits(lambda: set(server.world.updates.asked or ()) == set(WANTED))
    assert not [line for line in logs if line["event"] == "webhook_info_differs"]


def test_a_webhook_that_somebody_removed_is_set_again(
    run_here: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the bot would be deaf and look well."""
    monkeypatch.setattr(receive, "CHECK_SECONDS", 0.2)
    erika = server.people.citizen("Erika")
    with run_here(webhook=True) as running:
        assert waits(lambda: running.service.pulse.webhook_seen is not None)
        httpx.post(f"{server.url}/bot{server.token}/deleteWebhook", verify=NO_TLS)
        server.people.text(erika, "a")
        assert server.until(lambda: server.people.said(erika) == ["Echo: a"], 10)


def test_a_webhook_that_telegram_cannot_reach_is_told(
    run_here: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here all looks well, for nothing comes; Telegram alone knows."""
    monkeypatch.setattr(receive, "CHECK_SECONDS", 0.2)
    erika = server.people.citizen("Erika")

    def told(event: str) -> list[str]:
        return [str(line.get("reason")) for line in logs if line["event"] == event]

    with capture_logs() as logs, run_here(webhook=True, breaking=lambda inbox: Broken(inbox, 2)) as running:
        assert waits(lambda: running.service.pulse.webhook_seen is not None)
        server.people.text(erika, "a")
        assert waits(lambda: bool(told("webhook_undelivered_over")))
    assert "503" in told("webhook_undelivered")[0]


def test_a_webhook_that_somebody_set_is_taken_away_again(run_here: Run, server: Server) -> None:
    """Also while the bot polls; nothing that waits is dropped."""
    erika = server.people.citizen("Erika")
    with run_here() as running:
        server.people.text(erika, "a")
        assert server.until(lambda: server.people.said(erika) == ["Echo: a"], 10)
        url = {"url": f"http://127.0.0.1:{free_port()}/"}
        httpx.post(f"{server.url}/bot{server.token}/setWebhook", json=url, verify=NO_TLS)
        server.people.text(erika, "b")
        assert server.until(lambda: "Echo: b" in server.people.said(erika), 15)
        assert running.service.pulse.conflicts > 0


def test_checklist_20_a_pressed_button_is_answered_at_once(run_here: Run, server: Server) -> None:
    """Before the update is handled, and beside it."""
    erika = server.people.citizen("Erika")
    keyboard = {"inline_keyboard": [[{"text": "Ja", "callback_data": "e:a"}]]}
    echo_slow = {"lange": 1.5}
    with run_here() as running:
        running.echo.slow.update(echo_slow)
        server.people.text(erika, "a")
        assert server.until(lambda: bool(server.people.said(erika)))
        params = {"chat_id": erika, "text": "Frage", "reply_markup": keyboard}
        sent = httpx.post(f"{server.url}/bot{server.token}/sendMessage", json=params, verify=NO_TLS).json()["result"]
        server.people.text(erika, "lange")
        query = server.people.press(erika, sent["message_id"], "Ja")
        assert server.until(lambda: server.people.answer_to(query) is not None, 1.0)
        assert "Echo: lange" not in server.people.said(erika)


def test_checklist_26_no_token_and_no_words_in_any_log(
    run_here: Run, server: Server, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, at the lowest level of ours and whatever the libraries say."""
    caplog.set_level("INFO")
    erika = server.people.citizen("Erika")
    for kind in ("garbage", "status"):
        server.fault(Fault(kind, method="getUpdates"))
        server.fault(Fault(kind, method="sendMessage"))
    with capture_logs() as logs, run_here() as running:
        running.echo.failing["Meine IBAN"] = 1
        server.people.text(erika, "Meine IBAN")
        assert server.until(lambda: server.people.said(erika) == ["Echo: Meine IBAN"], 15)
    output = capfd.readouterr()
    everything = f"{logs}{output.out}{output.err}{caplog.text}"
    assert "update_failed" in everything
    assert server.token not in everything
    assert "IBAN" not in everything


class Moving(SystemClock):
    """The real time, and a while more."""

    ahead = timedelta()

    def now(self) -> Any:
        """Return the time as moved."""
        return super().now() + self.ahead


def test_checklist_27_after_a_silent_week_lower_numbers_are_heard(run_here: Run, server: Server) -> None:
    """A stored offset would confirm them unread."""
    erika, clock = server.people.citizen("Erika"), Moving()
    with run_here(clock=clock):
        server.people.text(erika, "vorher")
        assert server.until(lambda: len(server.people.said(erika)) == 1)
        assert waits(lambda: "offset" in calls(server, "getUpdates")[-1])
        clock.ahead = timedelta(days=8)
        updates(server)  # ends the poll that waits, as its time does after 25 seconds
        before = len(calls(server, "getUpdates"))
        assert waits(lambda: any("offset" not in params for params in calls(server, "getUpdates")[before:]))
        server.people.next_update_id(3)
        server.people.text(erika, "danach")
        assert server.until(lambda: "Echo: danach" in server.people.said(erika), 10)


def test_checklist_28_clocks_may_disagree(run_here: Run, server: Server) -> None:
    """A message from yesterday, or from tomorrow, is answered like any other."""
    erika = server.people.citizen("Erika")
    with run_here(clock=FakeClock()) as running:
        server.people.text(erika, "a")
        assert server.until(lambda: server.people.said(erika) == ["Echo: a"], 10)
        assert running.service.pulse.last_receive == FakeClock().moment
