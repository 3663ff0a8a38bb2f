"""Sending: in order, within the limits, and what is done about every kind of failure."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.telegram import send
from bot.channels.telegram.options import Limits
from bot.channels.telegram.outage import AT_ONCE, Outage
from bot.delivery import Message, MessageKind, as_edit
from botapi.faults import Fault
from botapi.limits import Limits as ServerLimits
from botapi.server import Server
from tests.telegram.running import Running, message, payload
from tests.telegram.test_receiving import calls, has_heard, waits

Run = Callable[..., AbstractContextManager[Running]]


def states(running: Running) -> list[str]:
    """Return the states of all messages."""
    query = sa.text("SELECT state FROM outbox ORDER BY id")
    return running.database.read(lambda connection: list(connection.scalars(query)))


def sends(server: Server, chat_id: int) -> list[float]:
    """Return when messages to a chat were tried."""
    return [call.at for call in server.calls if call.method == "sendmessage" and call.chat_id == chat_id]


def meet(server: Server, running: Running, *names: str) -> list[tuple[int, str]]:
    """Return citizens who wrote to the bot: their ids and their chats' keys."""
    people = [server.people.citizen(name) for name in names]
    return [(person, running.chat(person)) for person in people]


def test_checklist_12_a_429_is_obeyed_for_its_chat_alone(run_here: Run, server: Server) -> None:
    """No call to that chat for three seconds, others are unaffected, the message arrives once."""
    with run_here() as running:
        (erika, slow), (max_, quick) = meet(server, running, "Erika", "Max")
        server.fault(Fault("error", "sendMessage", chat_id=erika, code=429, parameters={"retry_after": 3}))
        running.outbox.add([message(slow, "1"), message(slow, "2")])
        assert server.until(lambda: len(sends(server, erika)) == 1)
        running.outbox.add([message(quick, "a")])
        assert server.until(lambda: server.people.said(max_) == ["a"], 2.0)
        assert server.until(lambda: server.people.said(erika) == ["1", "2"], 6.0)
    first, second, _ = sends(server, erika)
    assert 3.0 <= second - first < 4.5


def test_checklist_13_the_real_limits_are_never_met(run_here: Run, server: Server) -> None:
    """A flood to a group, one citizen's burst and many citizens at once: no 429, and nobody waits for the group."""
    server.room.limit(real=True)
    with run_here(limits=Limits()) as running:
        group = server.people.group()
        people = meet(server, running, *(f"Mensch {number}" for number in range(40)))
        staff = running.chat(group)
        running.outbox.add([message(staff, str(n), lane=f"fall-{n}", priority=0) for n in range(25)])
        running.outbox.add([message(people[0][1], str(n), priority=2) for n in range(7)])
        running.outbox.add([message(chat, "Antwort", priority=2) for _, chat in people])
        started = time.monotonic()
        assert server.until(lambda: all(server.people.said(person) for person, _ in people[1:]), 10.0)
        assert time.monotonic() - started < 5.0
        assert server.until(lambda: len(server.people.said(people[0][0])) == 8, 15.0)
        assert len(server.people.said(group)) == 20
    assert not [call for call in server.calls if call.status == 429]


def test_checklist_13_the_group_s_budget_is_known_after_a_restart(run_here: Run, server: Server) -> None:
    """Twenty a minute, whoever counts."""
    with run_here(limits=Limits()) as running:
        group = server.people.group()
        staff = running.chat(group)
        running.outbox.add([message(staff, str(n), lane=f"fall-{n}") for n in range(22)])
        assert server.until(lambda: len(server.people.said(group)) == 20, 10.0)
    with run_here(limits=Limits()) as running:
        ((erika, chat),) = meet(server, running, "Erika")
        running.outbox.add([message(chat, "Antwort")])
        assert server.until(lambda: server.people.said(erika) == ["Antwort"])
        assert len(server.people.said(group)) == 20


def test_the_urgent_goes_first_and_lanes_keep_their_order(run_here: Run, server: Server) -> None:
    """Emergencies before answers before the rest, whatever was queued first."""
    with run_here(limits=Limits(overall_per_second=5)) as running:
        people = meet(server, running, *(f"Mensch {number}" for number in range(12)))
        messages = [message(chat, "Antwort", priority=2) for _, chat in people[:11]]
        alarm = [message(people[11][1], "Notruf 112", priority=0), message(people[11][1], "Alles Gute", priority=5)]
        running.outbox.add([*messages, *alarm])
        assert server.until(lambda: len(server.people.said(people[11][0])) == 2, 10.0)
        assert server.people.said(people[11][0]) == ["Notruf 112", "Alles Gute"]
        order = [call.chat_id for call in server.calls if call.method == "sendmessage"]
        assert order.index(people[11][0]) < 5 + 1
        assert server.until(lambda: len([c for c in server.calls if c.method == "sendmessage"]) == 13, 10.0)


@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_checklist_14_a_doubtful_text_is_repeated_once(run_here: Run, server: Server, kind: str) -> None:
    """It arrived, but nobody heard: the citizen sees it twice rather than never; a clerk's words are not repeated."""
    with run_here() as running:
        (erika, chat), (max_, other) = meet(server, running, "Erika", "Max")
        for person in (erika, max_):
            server.fault(Fault(kind, "sendMessage", chat_id=person, done=True, times=1, seconds=0.3))
        running.outbox.add([message(chat, "a"), message(chat, "b")])
        running.outbox.add([Message(other, MessageKind.CLERK, payload("c")), message(other, "d")])
        assert server.until(lambda: server.people.said(erika) == ["a", "a", "b"])
        assert server.until(lambda: server.people.said(max_) == ["c", "d"])
        assert waits(lambda: states(running) == ["sent", "sent", "unknown", "sent"])


def test_a_second_doubt_leaves_it_unknown_and_the_lane_goes_on(run_here: Run, server: Server) -> None:
    """Up to nine copies were seen elsewhere."""
    with run_here() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        server.fault(Fault("drop", "sendMessage", done=True, times=2))
        running.outbox.add([message(chat, "a"), message(chat, "b")])
        assert server.until(lambda: server.people.said(erika) == ["a", "a", "b"], 10)
        assert waits(lambda: states(running) == ["unknown", "sent"])


def test_checklist_14_what_was_surely_not_sent_waits(run_here: Run, server: Server) -> None:
    """Telegram is away: nothing counts as an attempt, nothing is lost, the order stays."""
    with run_here() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        server.fault(Fault("status", "sendMessage", times=2))
        running.outbox.add([message(chat, str(number)) for number in range(5)])
        assert server.until(lambda: server.people.said(erika) == ["0", "1", "2", "3", "4"], 15)
        attempts = sa.text("SELECT max(attempts) FROM outbox")
        assert running.database.read(lambda connection: connection.scalar(attempts)) == 1


def test_during_an_outage_one_message_at_a_time_is_tried() -> None:
    """The queue is not burnt; those that fail together are one failure, and one success ends it."""
    outage = Outage()
    assert outage.room(0.0, 2) == AT_ONCE - 2
    assert [outage.failed(0.0) for _ in range(8)] == [1.0] * 8
    assert outage.room(0.5, 0) == 0
    assert (outage.room(1.0, 0), outage.room(1.0, 1)) == (1, 0)
    assert outage.failed(1.0) == 2.0
    assert [outage.failed(100.0 * number) for number in range(1, 6)][-1] == 15.0
    outage.over()
    assert outage.room(600.0, 0) == AT_ONCE


def test_one_message_that_always_fails_holds_nobody_up(
    run_here: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others find out that Telegram is well; what fails while they get through is given up in the end."""
    monkeypatch.setattr(send, "MOST_SETBACKS", 2)
    with run_here() as running:
        (bad, *fine) = meet(server, running, *(f"Mensch {number}" for number in range(6)))
        server.fault(Fault("error", "sendMessage", chat_id=bad[0], code=500, times=1000))
        running.outbox.add([message(bad[1], "a")])
        assert waits(lambda: len(sends(server, bad[0])) == 2)
        for person, chat in fine:
            running.outbox.add([message(chat, "b", priority=2)])
            assert server.until(partial(has_heard, server, person, 1), 10)
        assert waits(lambda: states(running) == ["failed", *["sent"] * 5], 15)


def test_checklist_16_who_blocked_the_bot_gets_nothing_until_they_let_it_in(run: Run, server: Server) -> None:
    """One refused call, no more; what waits fails; `my_chat_member` lifts it."""
    with run() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        server.fault(Fault("error", "sendMessage", code=403, description="Forbidden: bot was blocked by the user"))
        running.outbox.add([message(chat, str(number)) for number in range(3)])
        assert waits(lambda: states(running) == ["failed"] * 3)
        running.outbox.add([message(chat, "noch eine")])
        assert waits(lambda: states(running) == ["failed"] * 4)
        assert len(sends(server, erika)) == 1
        server.people.block(erika)
        server.people.unblock(erika)
        server.people.text(erika, "wieder da")
        assert server.until(lambda: server.people.said(erika) == ["Echo: wieder da"])


def test_checklist_16_blocking_is_heard_before_anything_is_sent(run_here: Run, server: Server) -> None:
    """`my_chat_member` says so; and who writes again has let the bot in, even if nobody told."""
    with run_here() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        server.people.block(erika)
        assert waits(lambda: running.service.inbox.oldest_waiting() is None and "" in running.echo.heard)
        running.outbox.add([message(chat, "a")])
        assert waits(lambda: states(running) == ["failed"])
        assert sends(server, erika) == []
        server.world.updates.allow(["message"])
        server.people.unblock(erika)
        time.sleep(1.1)  # Telegram's dates have whole seconds
        server.people.text(erika, "wieder da")
        assert server.until(lambda: server.people.said(erika) == ["Echo: wieder da"])


@pytest.mark.parametrize("code", [400, 403, 404])
def test_a_proxy_s_page_loses_nothing(run_here: Run, server: Server, code: int) -> None:
    """The citizen is not taken for one who blocked the bot, the token not for a wrong one."""
    with run_here() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        server.fault(Fault("status", "sendMessage", code=code))
        running.outbox.add([message(chat, "a")])
        assert server.until(lambda: server.people.said(erika) == ["a"], 10)
        assert not running.ended


def test_checklist_17_a_group_that_moved_gets_its_message(run: Run, server: Server) -> None:
    """The new id is stored and used; what came from the new group already belongs to the same chat."""
    with run() as running:
        clerk = server.people.citizen("Kim")
        group = server.people.basic_group(clerks=[clerk])
        staff = running.chat(group)
        new = server.people.migrate(clerk, group)
        running.outbox.add([message(staff, "Fall 1"), message(staff, "Fall 2")])
        assert server.until(lambda: server.people.said(new) == ["Fall 1", "Fall 2"])
        assert running.chat(new) == staff
        assert len(sends(server, group)) <= 1


def test_checklist_17_a_refusal_tells_of_the_move_as_well(run: Run, server: Server) -> None:
    """The update that told so never came."""
    with run() as running:
        clerk = server.people.citizen("Kim")
        group, new = server.people.basic_group(clerks=[clerk]), server.people.group(clerks=[clerk])
        staff = running.chat(group)
        moved = Fault("error", "sendMessage", group, code=400, parameters={"migrate_to_chat_id": new})
        server.fault(moved)
        running.outbox.add([message(staff, "Fall 1"), message(staff, "Fall 2")])
        assert server.until(lambda: server.people.said(new) == ["Fall 1", "Fall 2"])
        assert running.chat(new) == staff
        assert len(sends(server, group)) == 1


def test_checklist_21_mark_up_that_cannot_be_read_goes_as_plain_text(run_here: Run, server: Server) -> None:
    """Once; where there is no plain text it fails, and the lane goes on."""
    with run_here() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        broken = {"method": "sendMessage", "params": {"text": "<b>offen", "parse_mode": "HTML"}}
        running.outbox.add([Message(chat, MessageKind.TEXT, {**broken, "plain": "offen"})])
        running.outbox.add([Message(chat, MessageKind.TEXT, broken), message(chat, "weiter")])
        assert server.until(lambda: server.people.said(erika) == ["offen", "weiter"])
        assert waits(lambda: states(running) == ["sent", "failed", "sent"])


def test_checklist_22_an_edit_that_changes_nothing_has_succeeded(run_here: Run, server: Server) -> None:
    """And an edit finds the message of an earlier row by that row's id."""
    with run_here() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        (first,) = running.outbox.add([message(chat, "alt")])
        running.outbox.add([edit(chat, first, "neu"), edit(chat, first, "neu")])
        assert server.until(lambda: len(calls(server, "editMessageText")) == 2)
        assert waits(lambda: states(running) == ["sent", "sent", "sent"])
        assert server.people.said(erika) == ["neu"]


def test_an_edit_of_what_was_never_sent_fails(run_here: Run, server: Server) -> None:
    """Nothing is called for it."""
    with run_here() as running:
        ((_, chat),) = meet(server, running, "Erika")
        server.fault(Fault("error", "sendMessage", code=400, description="Bad Request: nein"))
        (first,) = running.outbox.add([message(chat, "alt")])
        running.outbox.add([edit(chat, first, "neu"), Message(chat, MessageKind.TEXT, {"params": {}})])
        assert waits(lambda: states(running) == ["failed", "failed", "failed"])
        assert not calls(server, "editMessageText")
        assert running.service.pulse.failed_messages == 3


def test_a_change_of_what_may_not_have_arrived_is_sent_as_new(run_here: Run, server: Server) -> None:
    """Else the citizen would never read the new answer."""
    with run_here() as running:
        ((erika, chat),) = meet(server, running, "Erika")
        server.fault(Fault("drop", "sendMessage", times=2))
        (first,) = running.outbox.add([message(chat, "alt")])
        running.outbox.add([Message(chat, MessageKind.EDIT, as_edit(payload("neu"), first), depends_on=first)])
        assert server.until(lambda: server.people.said(erika) == ["neu"], 10)
        assert waits(lambda: states(running) == ["unknown", "sent"])


def edit(chat: str, first: int, text: str) -> Message:
    """Return a change of an earlier message."""
    changed: dict[str, Any] = {"method": "editMessageText", "params": {"text": text}, "message": first}
    return Message(chat, MessageKind.EDIT, changed)


def test_a_refused_token_stops_the_sender(run_here: Run, server: Server) -> None:
    """By webhook nobody else would notice."""
    with run_here(webhook=True) as running:
        ((_, chat),) = meet(server, running, "Erika")
        assert waits(lambda: bool(calls(server, "getWebhookInfo")))
        server.fault(Fault("error", "sendMessage", code=401, description="Unauthorized"))
        running.outbox.add([message(chat, "a")])
        assert waits(lambda: bool(running.ended))
        assert type(running.ended[0]).__name__ == "TokenError"
        assert states(running) == ["queued"]


def test_the_server_s_limits_are_the_ones_kept() -> None:
    """If Telegram's limits are told otherwise, the settings follow."""
    assert (ServerLimits().group.count, ServerLimits().overall.count) == (
        Limits().group_per_minute,
        Limits().overall_per_second,
    )
