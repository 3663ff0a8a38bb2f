"""Citizens who want to hear when there is an answer, and corrections: what the store promises, on both engines."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.delivery import Arrival, Message, MessageKind
from bot.effects import Wish
from bot.notices import Asker, news
from bot.ports import Outcome, Remains
from bot.state import ChatState
from bot.store.addresses import SqlAddresses
from bot.store.audit import SqlAudit
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.store.inbox import SqlInbox
from bot.store.notices import SqlNotices
from bot.store.outbox import SqlOutbox
from bot.store.questions import forget
from bot.store.review_tables import review_change, review_item, review_step
from tests.askers import asked
from tests.fakes import NOW

ERIKA, OTTO = 700, 701
DAY = timedelta(days=1)
OPEN_CASE = """INSERT INTO ticket (number, key, chat_key, state, topic, topic_gen, clerk, opened_at, theme, department,
    close_reason, closed_by, barred, hinted, version)
    VALUES (1, 'k', :chat, 'open', 'none', 0, '', '2026-11-22 09:30:00', '', '', '', '', false, '[]', 0)"""


def wished(store: Database, chat: str, number: int, *, is_on: bool) -> None:
    """Press the button."""
    chats = SqlChats(store, "telegram")
    saved = chats.load(chat)
    chats.commit(chat, saved.version, Outcome(saved.state, wishes=(Wish(number, is_on),)), NOW)


def message_to(asker: Asker) -> tuple[Message, ...]:
    """Return two messages, as of a long answer."""
    text = f"{asker.text} {'leicht' if asker.plain else 'amtlich'}"
    return news(asker.chat, [{"text": text}, {"text": "zweiter Teil"}])


def told(store: Database, wanted: list[int] | None = None) -> int:
    """Tell everybody, or those who wait for these questions."""
    notices = SqlNotices(store, at_once=5)
    return notices.tell(wanted or [one.question for one in notices.waiting()], "eintrag", message_to, "Petra", NOW)


def sent(store: Database) -> list[str]:
    """Return what goes out, first messages of each lane."""
    return [str(one.payload["text"]) for one in SqlOutbox(store).take(NOW, most=99)]


def test_who_waits_is_told_once(store: Database) -> None:
    """In their way of speaking; pressed again, nobody is left."""
    asked(store, ERIKA, "wann?", plain=True)
    asked(store, OTTO, "wie?")
    assert [(one.text, one.at, one.is_held) for one in SqlNotices(store).waiting()] == [
        ("wann?", NOW, False),
        ("wie?", NOW, False),
    ]
    assert told(store) == 2
    assert sorted(sent(store)) == ["wann? leicht", "wie? amtlich"]
    assert (SqlNotices(store).waiting(), told(store, [1, 2])) == ((), 0)


def test_only_the_wanted_questions_are_answered(store: Database) -> None:
    """Others go on waiting."""
    asked(store, ERIKA, "wann?", "wo?")
    first, second = SqlNotices(store).waiting()
    assert told(store, [second.question]) == 1
    assert [one.question for one in SqlNotices(store).waiting()] == [first.question]


def test_what_waits_is_told_with_its_group_and_the_entry_for_it(store: Database) -> None:
    """The one that the group's wordings were last given to, unless that was taken back."""
    asked(store, ERIKA, "wann?", "wo?")
    change = {"at": NOW, "who": "Petra", "action": "wordings", "entry": "alt", "undone_at": None}
    step = {"item_id": 1, "cluster": 7, "before": "new", "after": "done", "added": True}

    def work(connection: sa.Connection) -> None:
        item = {"question_id": 1, "why": "unanswered", "state": "done", "cluster": 7, "at": NOW}
        connection.execute(sa.insert(review_item).values(**item))
        for entry, undone in (("alt", None), ("neu", None), ("zurück", NOW)):
            values = {**change, "entry": entry, "undone_at": undone}
            key = connection.execute(sa.insert(review_change).values(**values)).inserted_primary_key
            assert key
            connection.execute(sa.insert(review_step).values(**step, change_id=key[0]))

    store.write(work)
    assert [one.group for one in SqlNotices(store).waiting()] == [7, None]
    assert SqlNotices(store).answered_by() == {7: "neu"}


def test_two_questions_of_a_citizen_are_answered_in_one_message(store: Database) -> None:
    """They ask the same; the first one is quoted."""
    asked(store, ERIKA, "wann?", "wann denn?")
    assert told(store) == 1
    assert sent(store) == ["wann? amtlich"]


def test_more_than_a_handful_are_told_in_several_turns(store: Database) -> None:
    """A citizen is never split between two of them."""
    for number in range(7):
        asked(store, 1000 + number, "wann?", "wie?")
    counts = []
    while count := told(store, list(range(1, 15))):
        counts.append(count)
    assert counts == [5, 2]
    assert len(sent(store)) == 7
    deeds = [(deed.who, deed.action, deed.subject) for deed in SqlAudit(store).find()]
    assert deeds == [("Petra", "Bescheid gegeben", f"eintrag: {count} Chats") for count in (2, 5)]


def test_pressed_in_the_same_moment_is_once(store: Database) -> None:
    """Two people may press at a time."""
    for number in range(5):
        asked(store, 1000 + number, "wann?")
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(told(store, list(range(1, 6))))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 5]
    assert len(sent(store)) == 5


def test_a_failure_before_the_end_tells_nobody(store: Database) -> None:
    """Message and note are written together; afterwards all are told."""
    for number in range(3):
        asked(store, 1000 + number, "wann?")
    composed: list[str] = []

    def breaking(asker: Asker) -> tuple[Message, ...]:
        composed.append(asker.chat)
        if len(composed) == 3:
            raise ZeroDivisionError
        return message_to(asker)

    with pytest.raises(ZeroDivisionError):
        SqlNotices(store).tell([1, 2, 3], "eintrag", breaking, "Petra", NOW)
    assert (sent(store), len(SqlNotices(store).waiting())) == ([], 3)
    assert told(store) == 3


def test_who_cannot_be_told_just_now_goes_on_waiting(store: Database) -> None:
    """Who blocked the bot, and who speaks with a person; afterwards they are told."""
    blocked, in_case = asked(store, ERIKA, "wann?"), asked(store, OTTO, "wie?")
    SqlAddresses(store).set_blocked(blocked, NOW, is_blocked=True)
    store.write(lambda c: c.execute(sa.text(OPEN_CASE), {"chat": in_case}))
    assert [one.is_held for one in SqlNotices(store).waiting()] == [True, True]
    assert told(store) == 0
    SqlAddresses(store).set_blocked(blocked, NOW, is_blocked=False)
    store.write(lambda c: c.execute(sa.text("UPDATE ticket SET state = 'closed'")))
    assert told(store) == 2


def test_a_wish_can_be_taken_back(store: Database) -> None:
    """Pressed twice is as pressed once; taken back before nothing was wished is nothing."""
    chat = asked(store, ERIKA, "wann?", wishes=False)
    records = SqlRecords(store)
    wished(store, chat, 1, is_on=False)
    assert records.remains(chat) == Remains()
    for _ in range(2):
        wished(store, chat, 1, is_on=True)
    wished(store, chat, 2, is_on=True)  # no such question
    assert records.remains(chat) == Remains(awaited=(1,))
    wished(store, chat, 1, is_on=False)
    assert (records.remains(chat), SqlNotices(store).waiting()) == (Remains(), ())


def test_what_was_told_is_open_no_more(store: Database) -> None:
    """The old button says that it is out of date; so it does of what was never asked, or was answered."""
    chat = asked(store, ERIKA, "wann?", "")
    records = SqlRecords(store)
    assert [records.stays_open(chat, number) for number in (1, 2, 3)] == [True, False, False]
    told(store)
    assert not records.stays_open(chat, 1)
    wished(store, chat, 1, is_on=False)
    assert (records.remains(chat).awaited, SqlNotices(store).waiting()) == ((), ())


def test_a_wish_goes_with_the_words(store: Database) -> None:
    """What cannot be quoted any more is answered to nobody."""
    chat = asked(store, ERIKA, "wann?")
    forget(store, now=NOW, before=NOW)
    assert SqlRecords(store).remains(chat).awaited == (1,)
    forget(store, now=NOW + 2 * DAY, before=NOW + DAY)
    assert SqlRecords(store).remains(chat) == Remains()
    assert not SqlRecords(store).stays_open(chat, 1)
    assert told(store, [1]) == 0


def test_erasing_a_chat_takes_its_wishes(store: Database) -> None:
    """And what waits in the outbox because of them."""
    chat = asked(store, ERIKA, "wann?", "wie?")
    told(store, [1])
    inbox = SqlInbox(store)
    inbox.put([Arrival(1, 1, ERIKA, b"{}")], NOW)
    claim = inbox.claim(NOW)
    assert claim
    assert claim.chat == chat
    inbox.finish(claim, Outcome(ChatState(), erases=True), NOW)
    inbox.close()
    left = store.read(lambda c: [c.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in ("notice", "outbox")])
    assert left == [0, 0]


def test_answers_overtake_news(store: Database) -> None:
    """They have a lane of their own and go last; a citizen who asks meanwhile waits for nothing."""
    chat = asked(store, ERIKA, "wann?")
    told(store)
    SqlOutbox(store).add([Message(chat, MessageKind.TEXT, {"text": "Antwort"}, priority=2)])
    assert sent(store) == ["Antwort", "wann? amtlich"]
