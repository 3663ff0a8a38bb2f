"""Corrections of wrong answers: who gets one, and that each gets it once, on both engines."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.corrections import Correction
from bot.delivery import Message
from bot.effects import Wish
from bot.journal import Question
from bot.notices import Asker, news
from bot.ports import Outcome
from bot.state import ChatState
from bot.store.addresses import SqlAddresses
from bot.store.audit import SqlAudit
from bot.store.chats import SqlChats
from bot.store.corrections import SqlCorrections
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.store.notices import SqlNotices
from bot.store.outbox import SqlOutbox
from tests.fakes import NOW

HOUR = timedelta(hours=1)
WRONG = Correction("k1", "gebühr", NOW, "Es sind 5 Euro.", "Petra", NOW + HOUR)


def got(store: Database, telegram_id: int, entry: str | None, at: datetime, decision: str = "answer") -> str:
    """Let a citizen get an answer; return the chat's key."""
    chat = SqlAddresses(store).chat(telegram_id, NOW)
    chats = SqlChats(store, "telegram")
    saved = chats.load(chat)
    number = saved.state.asked + 1
    question = Question(number, at, "was kostet das?", decision, "clear", entry, 0.9, (), "f", "m")
    chats.commit(chat, saved.version, Outcome(ChatState(asked=number), (question,)), NOW)
    return chat


def message_to(chat: str) -> tuple[Message, ...]:
    """Return a message."""
    return news(chat, [{"text": "falsch"}])


def handed_over(store: Database, key: str = "k1") -> int:
    """Hand over all that is left."""
    corrections, total = SqlCorrections(store, at_once=2), 0
    while count := corrections.hand_over(key, message_to):
        total += count
    return total


def receivers(store: Database) -> set[str]:
    """Return the chats that get a message."""
    return {one.chat for one in SqlOutbox(store).take(NOW + HOUR, most=99)}


def test_who_got_the_answer_since_then_is_told_once(store: Database) -> None:
    """Answered, sent on or picked; not before, not another entry; twice got is once told."""
    wanted = {
        got(store, 1, "gebühr", NOW),
        got(store, 2, "gebühr", NOW + HOUR, "redirect"),
        got(store, 3, "gebühr", NOW, "clarify"),
    }
    got(store, 1, "gebühr", NOW + HOUR)
    got(store, 4, "gebühr", NOW - HOUR)
    got(store, 5, "anderes", NOW)
    corrections = SqlCorrections(store)
    assert corrections.given("gebühr", NOW) == (4, 3)
    assert set(corrections.receivers("gebühr", NOW)) == wanted
    assert corrections.start(WRONG)
    assert corrections.find("k1") == replace(WRONG, chats=3, left=3)
    assert handed_over(store) == 3
    assert receivers(store) == wanted
    assert (corrections.start(WRONG), handed_over(store)) == (False, 0)
    assert list(corrections.latest(9)) == [replace(WRONG, chats=3)]
    assert [(d.who, d.action, d.subject) for d in SqlAudit(store).find()] == [
        ("Petra", "Berichtigung gesendet", "gebühr: 3 Chats")
    ]


def test_who_cannot_be_reached_is_only_counted(store: Database) -> None:
    """Who blocked the bot, and whose chat fell silent and has no number any more."""
    blocked, silent = got(store, 1, "gebühr", NOW), got(store, 2, "gebühr", NOW)
    third = got(store, 3, "gebühr", NOW)
    SqlAddresses(store).set_blocked(blocked, NOW, is_blocked=True)
    no_number = sa.text("UPDATE chat SET telegram_id = NULL WHERE key = :key")
    store.write(lambda connection: connection.execute(no_number, {"key": silent}))
    corrections = SqlCorrections(store)
    assert (corrections.given("gebühr", NOW), corrections.receivers("gebühr", NOW)) == ((3, 3), (third,))
    corrections.start(WRONG)
    assert handed_over(store) == 1


def test_who_heard_the_answer_later_is_told_as_well(store: Database) -> None:
    """It came as news, to a question that had no answer."""
    chat = got(store, 1, None, NOW - HOUR, "fallback")
    chats = SqlChats(store, "telegram")
    saved = chats.load(chat)
    chats.commit(chat, saved.version, Outcome(saved.state, wishes=(Wish(1, is_on=True),)), NOW)

    def answered(asker: Asker) -> tuple[Message, ...]:
        return news(asker.chat, [{"text": asker.text}])

    SqlNotices(store).tell([1], "gebühr", answered, "Petra", NOW)
    corrections = SqlCorrections(store)
    assert (corrections.given("gebühr", NOW), corrections.receivers("gebühr", NOW)) == ((1, 1), (chat,))
    assert corrections.given("gebühr", NOW + HOUR) == (0, 0)


def test_a_send_that_was_cut_off_goes_on(store: Database) -> None:
    """What was handed over is not handed over again; what failed in the middle is."""
    for number in range(5):
        got(store, number, "gebühr", NOW)
    corrections = SqlCorrections(store, at_once=2)
    corrections.start(WRONG)
    assert corrections.hand_over("k1", message_to) == 2
    composed: list[str] = []

    def breaking(chat: str) -> tuple[Message, ...]:
        composed.append(chat)
        if len(composed) == 2:
            raise ZeroDivisionError
        return message_to(chat)

    with pytest.raises(ZeroDivisionError):
        corrections.hand_over("k1", breaking)
    found = corrections.find("k1")
    assert found
    assert (found.chats, found.left) == (5, 3)
    assert handed_over(store) == 3
    assert len(receivers(store)) == 5


def test_who_opened_the_answer_from_a_menu_is_told_as_well(store: Database) -> None:
    """Each time counts, each chat once; not what was opened before."""
    asked, chats, corrections = got(store, 1, "gebühr", NOW), SqlChats(store, "telegram"), SqlCorrections(store)
    opener = SqlAddresses(store).chat(2, NOW)
    for chat, at in ((opener, NOW - HOUR), (opener, NOW), (opener, NOW + HOUR), (asked, NOW)):
        saved = chats.load(chat)
        chats.commit(chat, saved.version, Outcome(saved.state, opened=("gebühr",)), at)
    assert corrections.given("gebühr", NOW) == (4, 2)
    assert corrections.given("gebühr", NOW + HOUR) == (1, 1)
    assert corrections.given("anderes", NOW) == (0, 0)
    assert set(corrections.receivers("gebühr", NOW)) == {asked, opener}
    assert [entry for _, entry in SqlRecords(store).remains(opener).opened] == ["gebühr"] * 3


def test_an_erased_chat_gets_nothing(store: Database) -> None:
    """What was still to be sent to it goes with it."""
    chat = got(store, 1, "gebühr", NOW)
    corrections = SqlCorrections(store)
    corrections.start(WRONG)
    store.write(lambda connection: connection.execute(sa.text("DELETE FROM question")))
    store.write(lambda connection: connection.execute(sa.text("DELETE FROM chat WHERE key = :key"), {"key": chat}))
    assert (handed_over(store), corrections.find("k1")) == (0, replace(WRONG, chats=1))
    assert corrections.find("k2") is None
