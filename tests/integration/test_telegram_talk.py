"""The conversation on Telegram with a real store: claimed, handled, finished, sent, on both engines."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.bootstrap import forget_old
from bot.channels.telegram.handler import TelegramHandler
from bot.content import Content
from bot.delivery import DONE_KEPT, Arrival, MessageKind, Sending
from bot.rights import ERASE
from bot.settings import load_settings
from bot.store.addresses import SqlAddresses
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox
from bot.store.retention import purge
from bot.texts import Texts
from botapi.server import Server
from intents.faq import FaqBase, FaqEntry
from tests.botapi.clients import updates
from tests.fakes import FAQ, NOW, FakeClock, FakeUnderstanding, answer, clarify, emergency
from tests.store_actor import opened
from tests.telegram_updates import ME, changed, labels, pressed, problems, said

CITIZEN = 700
LONG = "\n\n".join(f"{number}. {'Absatz mit Wörtern. ' * 150}" for number in range(1, 4))
ENTRIES = (*FAQ.entries, FaqEntry("lang", "Wie lang?", LONG))
TABLE = {
    "wer?": answer("beschluss"),
    "begleitung?": answer("begleitung"),
    "welche?": clarify("beschluss", "begleitung"),
    "lang?": answer("lang"),
    "es brennt": emergency("feuer"),
}


class Bot:
    """A bot without HTTP: updates go in, messages come out."""

    def __init__(self, store: Database, texts: Texts, faq: FaqBase) -> None:
        content = Content(faq, FakeUnderstanding(TABLE).match, texts, keep_days=30)
        self.store = store
        self.inbox = SqlInbox(store)
        self.outbox = SqlOutbox(store)
        self.handler = TelegramHandler(ME, lambda: content, SqlRecords(store))
        self.now = NOW
        self._numbers = 0
        self._arrived = 900

    def receive(self, raw: bytes, chat: int = CITIZEN, album: str | None = None) -> None:
        """Keep an update."""
        self._numbers += 1
        self.inbox.put([Arrival(ME.id, self._numbers, chat, raw, album)], self.now)

    def work(self) -> None:
        """Handle everything that is there."""
        while claim := self.inbox.claim(self.now):
            self.inbox.finish(claim, self.handler.handle(claim, self.now), self.now)

    def do(self, raw: bytes) -> None:
        """Keep an update, and handle it."""
        self.receive(raw)
        self.work()

    def take(self) -> tuple[Sending, ...]:
        """Take what may be sent."""
        return self.outbox.take(self.now, most=10)

    def send(self) -> list[Any]:
        """Send everything; return the payloads. New messages get ids from 901."""
        gone: list[Any] = []
        while taken := self.take():
            for sending in taken:
                gone.append(sending.payload)
                self.arrive(sending)
        assert [problems(payload) for payload in gone] == [[]] * len(gone)
        return gone

    def arrive(self, sending: Sending) -> None:
        """Note that a message is at the citizen's."""
        self._arrived += 1
        number = self._arrived if sending.kind is MessageKind.TEXT else None
        self.outbox.sent(sending.id, number, self.now)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return self.store.read(lambda connection: [tuple(row) for row in connection.execute(sa.text(statement))])

    @property
    def log(self) -> list[tuple[Any, ...]]:
        """Number, text and feedback of all logged questions; a changed one is logged anew, under the next number."""
        return self.rows("SELECT number, text, feedback FROM question ORDER BY chat_key, number")


@pytest.fixture
def bot(store: Database, texts: Texts) -> Iterator[Bot]:
    """Return a bot with a store of its own, to which the citizen has spoken before."""
    made = Bot(store, texts, FaqBase(ENTRIES, FAQ.title, contact=FAQ.contact))
    made.do(said("/hilfe", 1))
    made.send()
    yield made
    made.inbox.close()


def methods(payloads: list[Any]) -> list[str]:
    """Return what is called."""
    return [payload["method"] for payload in payloads]


def text(payload: Any) -> str:
    """Return what a payload says."""
    return str(payload["params"]["text"])


# ------------------------------------------------------------------ changed questions


def test_checklist_18_a_change_before_sending_replaces_the_answer(bot: Bot) -> None:
    """One message goes out, with the new answer and nothing but it; one question is logged."""
    bot.do(said("wer?", 10))
    bot.do(changed("begleitung?", 10))
    (payload,) = bot.send()
    assert payload["method"] == "sendMessage"
    assert "Ein Unternehmen." in text(payload)
    assert bot.log == [(2, "begleitung?", None)]


def test_checklist_18_a_change_after_sending_edits_the_answer(bot: Bot) -> None:
    """The message that was sent is named by its row; a second change edits it again."""
    bot.do(said("welche?", 10))
    (row,) = bot.take()
    bot.arrive(row)
    bot.do(changed("begleitung?", 10))
    (payload,) = bot.send()
    assert (payload["method"], payload["message"]) == ("editMessageText", row.id)
    assert "Ein Unternehmen." in text(payload)
    bot.do(changed("wer?", 10, after=120))
    bot.do(changed("begleitung?", 10, after=180))
    (payload,) = bot.send()
    assert (payload["method"], payload["message"]) == ("editMessageText", row.id)
    assert "Ein Unternehmen." in text(payload)
    assert bot.log == [(4, "begleitung?", None)]


def test_a_change_while_sending_waits_for_the_message(bot: Bot) -> None:
    """The edit goes out when the message has arrived, and not before."""
    bot.do(said("wer?", 10))
    (row,) = bot.take()
    bot.do(changed("begleitung?", 10))
    assert bot.take() == ()
    bot.arrive(row)
    (payload,) = bot.send()
    assert (payload["method"], payload["message"]) == ("editMessageText", row.id)


def test_a_change_of_a_message_that_fails_fails_with_it(bot: Bot) -> None:
    """It waits for the message, and there is none."""
    bot.do(said("wer?", 10))
    (row,) = bot.take()
    bot.do(changed("begleitung?", 10))
    bot.outbox.failed(row.id, bot.now)
    assert bot.send() == []


def test_a_message_that_never_arrived_is_sent_anew(bot: Bot) -> None:
    """There is nothing to edit."""
    bot.do(said("wer?", 10))
    (row,) = bot.take()
    bot.outbox.failed(row.id, bot.now)
    bot.do(changed("begleitung?", 10))
    assert methods(bot.send()) == ["sendMessage"]


def test_fewer_parts_leave_no_rest(bot: Bot) -> None:
    """The first part is edited, those that are at the citizen's are deleted, those that wait go."""
    bot.do(said("lang?", 10))
    assert bot.rows("SELECT count(*) FROM outbox WHERE state = 'queued'") == [(3,)]
    first = bot.take()[0]
    bot.arrive(first)
    second = bot.take()[0]
    bot.arrive(second)
    bot.do(changed("wer?", 10))
    edit, deletion = bot.send()
    assert (edit["method"], edit["message"]) == ("editMessageText", first.id)
    assert labels(edit)
    assert deletion == {"method": "deleteMessage", "params": {}, "message": second.id}
    bot.do(changed("begleitung?", 10, after=120))
    assert methods(bot.send()) == ["editMessageText"]


def test_more_parts_are_sent_as_new(bot: Bot) -> None:
    """After the first, in their order, the buttons on the last."""
    bot.do(said("wer?", 10))
    (row,) = bot.take()
    bot.arrive(row)
    bot.do(changed("lang?", 10))
    payloads = bot.send()
    assert methods(payloads) == ["editMessageText", "sendMessage", "sendMessage"]
    assert [text(payload)[:2] for payload in payloads] == ["1.", "2.", "3."]
    assert [bool(labels(payload)) for payload in payloads] == [False, False, True]
    bot.do(changed("wer?", 10, after=90))
    assert methods(bot.send()) == ["editMessageText", "deleteMessage", "deleteMessage"]


def test_an_older_change_is_answered_anew_and_counted_once(bot: Bot) -> None:
    """The old answer stays; a later change of the same message edits the new one."""
    bot.do(said("wer?", 10))
    bot.do(said("welche?", 11))
    bot.send()
    bot.do(changed("begleitung?", 10))
    (row,) = bot.take()
    assert row.payload["method"] == "sendMessage"
    assert row.payload["params"]["reply_parameters"]["message_id"] == 10
    bot.arrive(row)
    assert bot.log == [(2, "welche?", None), (3, "begleitung?", None)]
    bot.do(changed("wer?", 10, after=90))
    (payload,) = bot.send()
    assert (payload["method"], payload["message"]) == ("editMessageText", row.id)
    assert bot.log == [(2, "welche?", None), (4, "wer?", None)]


def test_a_change_into_an_emergency_is_a_new_message(bot: Bot) -> None:
    """It comes with a sound, and the log counts one."""
    bot.do(said("wer?", 10))
    bot.send()
    bot.do(changed("es brennt", 10))
    assert methods(bot.send()) == ["sendMessage"]
    assert bot.log == [(2, None, None)]


def test_feedback_reaches_the_log(bot: Bot) -> None:
    """And a changed question has none any more."""
    bot.do(said("wer?", 10))
    bot.do(pressed("f:w:1"))
    assert bot.log == [(1, "wer?", "wrong")]
    bot.do(changed("begleitung?", 10))
    assert bot.log == [(2, "begleitung?", None)]


def test_a_rating_that_a_change_overtook_brings_no_old_answer_back(bot: Bot) -> None:
    """👍 below the old answer, handled after the change: the new answer stays as it is."""
    bot.do(said("wer?", 10))
    bot.arrive(bot.take()[0])
    bot.do(changed("begleitung?", 10))
    bot.do(pressed("f:y:1"))
    (payload,) = bot.send()
    assert "Ein Unternehmen." in text(payload)
    assert bot.log == [(2, "begleitung?", None)]


def test_a_change_and_the_sender_at_once_lose_nothing(bot: Bot) -> None:
    """Whoever is first: in the end the new answer is at the citizen's, sent or edited in, exactly once."""
    for number in range(100, 130):
        bot.do(said("wer?", number))
        bot.receive(changed("begleitung?", number))
        gone: list[Sending] = []
        sender = threading.Thread(target=lambda taken=gone: taken.extend(bot.take()))
        sender.start()
        bot.work()
        sender.join()
        for row in gone:
            bot.arrive(row)
        payloads = [*(row.payload for row in gone), *bot.send()]
        assert "Ein Unternehmen." in text(payloads[-1])
        assert methods(payloads) in (["sendMessage"], ["sendMessage", "editMessageText"])


# ------------------------------------------------------------------ what is stored


def test_checklist_24_erasing_leaves_nothing(bot: Bot, place: str, texts: Texts) -> None:
    """No row, no id, no file knows the chat; another chat is untouched, and it holds after a restart."""
    bot.receive(said("wer?", 5), chat=701)
    bot.work()
    SqlAddresses(bot.store).person(CITIZEN, bot.now)
    bot.do(said("mein Geheimnis", 10))
    bot.do(pressed("e:beschluss", [[]]))
    assert bot.rows("SELECT entry FROM opening") == [("beschluss",)]
    bot.do(said("/loeschen", 11))
    (key,) = next(iter(bot.rows(f"SELECT key FROM chat WHERE telegram_id = {CITIZEN}")))
    bot.receive(pressed(ERASE, [[]]))
    bot.receive(said("danach?", 12))
    claim = bot.inbox.claim(bot.now)
    assert claim
    bot.inbox.finish(claim, bot.handler.handle(claim, bot.now), bot.now)
    tables = [(name, "chat_key") for name in ("question", "opening", "inbox", "outbox")]
    for table, column in (*tables, ("chat", "key")):
        assert bot.rows(f"SELECT count(*) FROM {table} WHERE {column} = '{key}'") == [(0,)]
    assert bot.rows("SELECT count(*) FROM person") == [(0,)]
    assert len(bot.log) == 1
    with closing(opened(place)) as again:
        restarted = Bot(again, texts, FAQ)
        restarted.now = bot.now
        farewells = [p for p in restarted.send() if p["method"] == "editMessageText"]
        assert [text(payload) for payload in farewells] == [texts.erase_done]
        restarted.work()
        (payload,) = restarted.send()
        assert "Ich bin ein Programm" in text(payload)
        assert [number for number, *_ in restarted.log] == [1, 1]
        restarted.inbox.close()
    if not bot.store.is_server:
        files = [path for path in bot.store.path.parent.glob("*.sqlite*") if b"Geheimnis" in path.read_bytes()]
        assert files == []


def test_checklist_24_the_chat_goes_when_its_farewell_is_over(bot: Bot) -> None:
    """Its Telegram id goes with it; a chat that is in use stays."""
    bot.receive(said("wer?", 5), chat=701)
    bot.work()
    bot.do(pressed(ERASE, [[]]))
    bot.send()
    purge(bot.store, bot.now + DONE_KEPT / 2, NOW)
    assert len(bot.rows("SELECT key FROM chat")) == 2
    purge(bot.store, bot.now + DONE_KEPT + timedelta(seconds=1), NOW)
    assert bot.rows("SELECT telegram_id FROM chat") == [(701,)]


def test_a_chat_that_fell_silent_is_nobodys(bot: Bot) -> None:
    """Id, key and memory go after the retention time, what was asked stays; whoever writes again is new."""
    bot.do(said("wer?", 5))
    bot.send()
    ((key,),) = bot.rows("SELECT key FROM chat")
    later = bot.now + timedelta(days=30)
    purge(bot.store, later, bot.now)
    assert bot.rows("SELECT key, telegram_id FROM chat") == [(key, CITIZEN)]
    purge(bot.store, later, bot.now + timedelta(seconds=1))
    ((nobody, channel, number),) = bot.rows("SELECT key, channel, telegram_id FROM chat")
    assert (nobody != key, channel, number) == (True, "telegram", None)
    assert bot.rows("SELECT chat_key, number, message FROM question") == [(nobody, 1, None)]
    bot.now = later
    bot.do(said("wer?", 6))
    assert [number for number, *_ in bot.log] == [1, 1]


def test_a_silent_chat_without_questions_goes(bot: Bot) -> None:
    """Two days are the least: so long an answer may change, and a message counts that comes twice."""
    bot.send()
    purge(bot.store, bot.now + DONE_KEPT / 2, bot.now + DONE_KEPT)
    assert bot.rows("SELECT telegram_id FROM chat") == [(CITIZEN,)]
    bot.receive(said("wer?", 5))
    purge(bot.store, bot.now + DONE_KEPT + timedelta(seconds=1), bot.now + DONE_KEPT)
    assert bot.rows("SELECT telegram_id FROM chat") == [(CITIZEN,)]
    bot.work()
    bot.send()
    purge(bot.store, bot.now + DONE_KEPT + timedelta(seconds=1), bot.now + DONE_KEPT)
    assert bot.rows("SELECT count(*) FROM chat WHERE telegram_id IS NOT NULL") == [(0,)]


def test_an_update_that_comes_while_erasing_is_kept(bot: Bot) -> None:
    """It waits for the end, and belongs to the new chat."""
    for number in range(20, 50):
        bot.receive(pressed(ERASE, [[]]))
        claim = bot.inbox.claim(bot.now)
        assert claim
        outcome = bot.handler.handle(claim, bot.now)
        receiver = threading.Thread(target=bot.receive, args=(said("wer?", number),))
        receiver.start()
        bot.inbox.finish(claim, outcome, bot.now)
        receiver.join()
        bot.work()
        assert bot.rows("SELECT number FROM question") == [(1,)]


def test_what_is_stored_is_told_from_the_store(bot: Bot, texts: Texts) -> None:
    """The question and its day, a dead letter, and a message that waits."""
    bot.do(said("wer?", 10))
    bot.receive(said("/hilfe", 11))
    broken = bot.inbox.claim(bot.now)
    assert broken
    bot.inbox.park(broken, [], bot.now)
    bot.do(said("/auskunft", 12))
    told = text(bot.send()[-1])
    assert "22.11.2026: «wer?» – beantwortet: «Wer hat die Strategie beschlossen?»" in told
    assert texts.stored_dead.format(anzahl=1, tage=7) in told
    assert texts.stored_unsent.format(anzahl=1) in told


def test_without_retention_a_dead_letter_has_no_words(store: Database) -> None:
    """The row stays, for its number."""
    inbox = SqlInbox(store, keeps_dead=False)
    inbox.put([Arrival(ME.id, 1, CITIZEN, said("mein Geheimnis"))], NOW)
    claim = inbox.claim(NOW)
    assert claim
    inbox.park(claim, [], NOW)
    inbox.close()
    found = sa.text("SELECT state, raw FROM inbox")
    assert store.read(lambda connection: connection.execute(found).all()) == [("dead", None)]


def test_checklist_25_the_words_of_a_dead_letter_go_with_those_of_questions(bot: Bot) -> None:
    """Where less is kept than a week; the running bot tidies so every hour."""
    settings = load_settings(env_file=None, question_retention_days=1)
    bot.receive(said("mein Geheimnis"))
    claim = bot.inbox.claim(bot.now)
    assert claim
    bot.inbox.park(claim, [], bot.now)
    forget_old(bot.store, settings, FakeClock(bot.now + timedelta(hours=23)))
    assert bot.rows("SELECT count(*) FROM inbox WHERE state = 'dead' AND raw IS NOT NULL") == [(1,)]
    forget_old(bot.store, settings, FakeClock(bot.now + timedelta(hours=25)))
    assert bot.rows("SELECT state, raw FROM inbox WHERE state = 'dead'") == [("dead", None)]


# ------------------------------------------------------------------ updates of a real server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a Bot API server."""
    with Server() as made:
        yield made


Act = Callable[[Server, int], Any]


@pytest.mark.parametrize(
    ("act", "part"),
    [
        (lambda s, p: s.people.text(p, "wer?"), "Gemeinderat"),
        (lambda s, p: s.people.text(p, "/start faq_begleitung"), "Ein Unternehmen."),
        (lambda s, p: s.people.text(p, "/themen"), "Themen"),
        (lambda s, p: s.people.photo(p, "wer?"), "Gemeinderat"),
        (lambda s, p: s.people.album(p, 3, "wer?"), "Gemeinderat"),
        (lambda s, p: s.people.album(p, 3), "Bilder"),
        (lambda s, p: s.people.voice(p), "Sprachnachrichten"),
        (lambda s, p: s.people.sticker(p), "Sticker"),
        (lambda s, p: s.people.document(p), "Dateien"),
        (lambda s, p: s.people.location(p), "Standort"),
        (lambda s, p: s.people.contact(p), "Kontakte"),
    ],
)
def test_updates_of_a_server_get_one_answer(bot: Bot, server: Server, act: Act, part: str) -> None:
    """Real JSON goes in; one message, that Telegram takes, comes out."""
    person = server.people.citizen()
    drain(server)
    act(server, person)
    for update in drain(server):
        body = update["message"]
        bot.receive(json.dumps(update).encode(), chat=person, album=body.get("media_group_id"))
    bot.now += timedelta(seconds=2)
    bot.work()
    (payload,) = bot.send()
    assert part in text(payload)


def test_a_server_group_is_answered_in_its_topic(bot: Bot, server: Server) -> None:
    """A mention in a topic of a forum; talk between people is left alone."""
    person = server.people.citizen()
    group = server.people.group("Nachbarn", [person])
    topic = server.people.open_topic(person, group, "Stadt")
    drain(server)
    server.people.text(person, "wer kommt?", group, thread=topic)
    server.people.text(person, "/mensch", group, thread=topic)
    for update in drain(server):
        bot.receive(json.dumps(update).encode(), chat=group)
    bot.work()
    (payload,) = bot.send()
    assert payload["params"]["message_thread_id"] == topic
    assert "privaten Chat" in text(payload)


def drain(server: Server) -> list[Any]:
    """Return what waits, and confirm it."""
    found = updates(server, timeout=0)
    if found:
        updates(server, offset=found[-1]["update_id"] + 1, timeout=0)
    return found
