"""What the store promises, on a real SQLite file and on a real PostgreSQL."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from bot.delivery import (
    ANSWER,
    DEAD_KEPT,
    DONE_KEPT,
    MOST_ATTEMPTS,
    MOST_CRASHES,
    URGENCY_KEPT,
    URGENT,
    Arrival,
    Arrived,
    Message,
    MessageKind,
    SendState,
    pause,
)
from bot.effects import Feedback, Mark
from bot.errors import ConflictError, StoreError
from bot.journal import Question
from bot.ports import Claim, FaqVersion, Outcome, Saved
from bot.state import ChatState
from bot.store.addresses import SqlAddresses
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.faq_versions import SqlFaqVersions
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox
from bot.store.questions import forget, questions_since
from bot.store.retention import purge
from bot.store.schema import metadata
from bot.store.wakeup import listening
from tests.fakes import NOW
from tests.forking import FORK
from tests.postgres import Server as Postgres
from tests.store_actor import ARRIVAL, BOT, MEANING, live, live_until, outcome_of, work_all

T = TypeVar("T")

CHAT, OTHER = 700, 701
SECOND = timedelta(seconds=1)


@pytest.fixture
def inbox(store: Database) -> Iterator[SqlInbox]:
    """Return the inbox."""
    made = SqlInbox(store)
    yield made
    made.close()


@pytest.fixture
def outbox(store: Database) -> SqlOutbox:
    """Return the outbox."""
    return SqlOutbox(store)


@pytest.fixture
def chat(store: Database) -> str:
    """Return the key of a chat."""
    return SqlAddresses(store).chat(CHAT, NOW)


def said(number: int, chat: int = CHAT, *, bot: int = BOT, album: str | None = None) -> Arrival:
    """Return an update whose raw form is its number."""
    return Arrival(bot, number, chat, str(number).encode(), album)


def taken(inbox: SqlInbox, now: datetime = NOW) -> Claim:
    """Claim an update that is there."""
    claim = inbox.claim(now)
    assert claim
    return claim


def raws(claim: Claim) -> list[bytes]:
    """Return the raw updates of a claim."""
    return [part.raw for part in claim.parts]


def rows(store: Database, statement: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    return store.read(lambda connection: [tuple(row) for row in connection.execute(sa.text(statement))])


def text(chat: str, words: str = "Antwort", **more: Any) -> Message:
    """Return a text of the bot."""
    return Message(chat, MessageKind.TEXT, {"text": words}, **more)


def clerk(chat: str, **more: Any) -> Message:
    """Return a clerk's words."""
    return Message(chat, MessageKind.CLERK, {"text": "Guten Tag"}, **more)


def state_of(store: Database, message: int) -> str:
    """Return the state of a message."""
    return str(rows(store, f"SELECT state FROM outbox WHERE id = {message}")[0][0])


# ------------------------------------------------------------------ inbox


def test_an_update_is_kept_once(inbox: SqlInbox) -> None:
    """Another bot may use the same number; a lower number after a silent week is new as well."""
    assert inbox.put([said(9), said(9)], NOW) == 1
    assert inbox.put([said(9), said(9, bot=BOT + 1), said(3)], NOW) == 2


def test_the_order_is_the_order_of_arrival(inbox: SqlInbox) -> None:
    """Update numbers say nothing."""
    inbox.put([said(9), said(3), said(5)], NOW)
    seen = []
    while claim := inbox.claim(NOW):
        seen += raws(claim)
        inbox.finish(claim, outcome_of(claim), NOW)
    assert seen == [b"9", b"3", b"5"]


def test_an_urgent_update_brings_its_chat_forward(inbox: SqlInbox) -> None:
    """What the chat said before comes first even so; afterwards it waits its turn like all others."""
    third = CHAT + 2
    inbox.put([said(1), said(2, OTHER), said(3, third)], NOW)
    inbox.put([replace(said(4, third), urgent=True), said(5, third)], NOW)
    order = []
    while claim := inbox.claim(NOW):
        order += raws(claim)
        inbox.finish(claim, Outcome(claim.saved.state), NOW)
    assert order == [b"3", b"4", b"1", b"2", b"5"]


def test_an_urgent_chat_is_one_workers_alone_and_holds_up_nobody(inbox: SqlInbox) -> None:
    """While its first update is handled, others work on; urgency ends with the update or after some minutes."""
    inbox.put([said(1, OTHER), said(2), replace(said(3), urgent=True)], NOW)
    first, second = taken(inbox), taken(inbox)
    assert (raws(first), raws(second)) == ([b"2"], [b"1"])
    assert inbox.claim(NOW) is None
    for claim in (first, second):
        inbox.finish(claim, Outcome(claim.saved.state), NOW)
    inbox.put([said(4, OTHER)], NOW)
    inbox.claim(NOW + 2 * URGENCY_KEPT)  # forgets it at the end
    assert raws(taken(inbox, NOW + 2 * URGENCY_KEPT)) == [b"4"]


def test_an_urgent_update_that_comes_again_changes_nothing(inbox: SqlInbox) -> None:
    """It was handled the first time."""
    inbox.put([said(1)], NOW)
    claim = taken(inbox)
    inbox.finish(claim, Outcome(claim.saved.state), NOW)
    inbox.put([said(2, OTHER), said(3)], NOW)
    assert inbox.put([replace(said(1), urgent=True)], NOW) == 0
    assert raws(taken(inbox)) == [b"2"]


def test_a_busy_chat_is_nobody_elses(inbox: SqlInbox) -> None:
    """Its later updates wait, other chats go on, and new updates of it come in meanwhile."""
    inbox.put([said(1), said(2), said(3, OTHER)], NOW)
    first, second = taken(inbox), taken(inbox)
    assert (raws(first), raws(second)) == ([b"1"], [b"3"])
    assert inbox.put([said(4)], NOW) == 1
    assert inbox.claim(NOW) is None
    inbox.finish(first, outcome_of(first), NOW)
    assert raws(taken(inbox)) == [b"2"]


def test_checklist_25_finishing_writes_everything_at_once(store: Database, inbox: SqlInbox, outbox: SqlOutbox) -> None:
    """State, log, messages; the raw update goes, and the same update never comes back."""
    inbox.put([said(1)], NOW)
    claim = taken(inbox)
    inbox.finish(claim, outcome_of(claim, text(claim.chat)), NOW)
    assert rows(store, "SELECT state, raw FROM inbox") == [("done", None)]
    assert [q.text for q in questions_since(store, NOW)] == ["1"]
    assert SqlChats(store, "telegram").load(claim.chat) == Saved(ChatState(asked=1), 1)
    assert [s.chat_id for s in outbox.take(NOW, most=9)] == [CHAT]
    assert inbox.put([said(1)], NOW) == 0
    assert inbox.claim(NOW) is None


def test_a_conflict_changes_nothing(store: Database, inbox: SqlInbox, outbox: SqlOutbox) -> None:
    """Whoever knows another version of the chat writes nothing, and the update comes again."""
    inbox.put([said(1)], NOW)
    claim = taken(inbox)
    with pytest.raises(ConflictError):
        inbox.finish(replace(claim, saved=Saved(ChatState(), 7)), outcome_of(claim, text(claim.chat)), NOW)
    assert (questions_since(store, NOW), outbox.take(NOW, most=9)) == ([], ())
    again = taken(inbox)
    assert raws(again) == [b"1"]
    inbox.finish(again, outcome_of(again), NOW)


def test_a_failing_row_undoes_all(store: Database, inbox: SqlInbox) -> None:
    """A question that is logged already ends in a conflict, without half a transaction."""
    inbox.put([said(1), said(2)], NOW)
    first = taken(inbox)
    inbox.finish(first, outcome_of(first), NOW)
    second = taken(inbox)
    with pytest.raises(ConflictError):
        inbox.finish(second, outcome_of(replace(second, saved=Saved(ChatState(), 1))), NOW)
    assert SqlChats(store, "telegram").load(second.chat).version == 1
    assert raws(taken(inbox)) == [b"2"]


def test_a_claim_ends_once(inbox: SqlInbox) -> None:
    """Whoever lost a chat can neither write to it nor take it from the next one."""
    inbox.put([said(1)], NOW)
    old = taken(inbox)
    inbox.release(old)
    new = taken(inbox)
    inbox.release(old)
    assert inbox.claim(NOW) is None
    with pytest.raises(ConflictError):
        inbox.finish(old, outcome_of(old), NOW)
    inbox.finish(new, outcome_of(new), NOW)


@pytest.mark.parametrize("album", [None, "album"])
def test_a_clock_that_is_set_back_lets_no_chat_wait(inbox: SqlInbox, album: str | None) -> None:
    """What was to be looked at in a minute would else wait for as long as the clock was wrong."""
    inbox.put([said(1, album=album)], NOW)
    assert inbox.retry(taken(inbox, NOW + 6 * SECOND), NOW)
    assert inbox.claim(NOW - 2 * SECOND) is None
    inbox.put([said(2, album=album)], NOW)
    assert taken(inbox, NOW - timedelta(hours=1)).parts[0].raw == b"1"


def test_a_failed_update_waits_and_its_chat_with_it(inbox: SqlInbox) -> None:
    """Order in the chat is kept; other chats do not wait."""
    inbox.put([said(1), said(2), said(3, OTHER)], NOW)
    assert inbox.retry(taken(inbox), NOW)
    other = taken(inbox)
    assert raws(other) == [b"3"]
    inbox.finish(other, outcome_of(other), NOW)
    assert inbox.claim(NOW) is None
    again = taken(inbox, NOW + pause(1))
    assert (raws(again), again.parts[0].attempts) == ([b"1"], 1)


def test_a_poison_update_is_parked_alone(store: Database, inbox: SqlInbox, outbox: SqlOutbox) -> None:
    """After the last attempt it is set aside with its raw form, the citizen is told once, the chat goes on."""
    inbox.put([said(1), said(2)], NOW)
    now, failures = NOW, 1
    while inbox.retry(claim := taken(inbox, now), now):
        now += pause(failures)
        failures += 1
    inbox.park(claim, [text(claim.chat, "Entschuldigung")], now)
    assert failures == MOST_ATTEMPTS
    assert rows(store, "SELECT state, attempts FROM inbox ORDER BY seq") == [("dead", MOST_ATTEMPTS), ("queued", 0)]
    assert rows(store, "SELECT raw FROM inbox WHERE state = 'dead'") == [(b"1",)]
    assert [s.payload["text"] for s in outbox.take(now, most=9)] == ["Entschuldigung"]
    assert raws(taken(inbox, now)) == [b"2"]


def test_an_album_comes_whole(inbox: SqlInbox) -> None:
    """One second after its last part, in order, and what was said afterwards comes afterwards."""
    for number in range(3):
        inbox.put([said(number, album="a")], NOW + number * SECOND / 2)
    inbox.put([said(9)], NOW + SECOND)
    assert inbox.claim(NOW + 1.9 * SECOND) is None
    claim = taken(inbox, NOW + 2 * SECOND)
    assert raws(claim) == [b"0", b"1", b"2"]
    inbox.finish(claim, outcome_of(claim), NOW)
    assert raws(taken(inbox, NOW + 2 * SECOND)) == [b"9"]


def test_an_album_without_end_is_taken_after_five_seconds(inbox: SqlInbox) -> None:
    """A part that comes later is an album of its own; albums of other chats do not count."""
    for number in range(9):
        inbox.put([said(number, album="a")], NOW + number * 0.6 * SECOND)
    inbox.put([said(90, OTHER, album="a")], NOW + 5 * SECOND)
    assert inbox.claim(NOW + 4.9 * SECOND) is None
    claim = taken(inbox, NOW + 5 * SECOND)
    assert len(claim.parts) == 9
    inbox.put([said(10, album="a")], NOW + 5.2 * SECOND)
    inbox.finish(claim, outcome_of(claim), NOW)
    assert raws(taken(inbox, NOW + 6.1 * SECOND)) == [b"90"]
    assert raws(taken(inbox, NOW + 6.2 * SECOND)) == [b"10"]


def test_checklist_25_what_is_over_is_deleted_in_time(store: Database, inbox: SqlInbox, outbox: SqlOutbox) -> None:
    """Finished updates and messages after 48 hours, dead letters and unclear messages after 7 days."""
    inbox.put([said(1), said(2, OTHER), said(3, OTHER)], NOW)
    done, dead = taken(inbox), taken(inbox)
    inbox.finish(done, outcome_of(done, text(done.chat, "a"), clerk(done.chat)), NOW)
    inbox.park(dead, [], NOW)
    for _ in range(2):
        (message,) = outbox.take(NOW, most=1)
        outbox.sent(message.id, 5, NOW) if message.kind is MessageKind.TEXT else outbox.doubt(message.id, NOW)
    assert purge(store, NOW + DONE_KEPT, NOW) == 0
    assert purge(store, NOW + DONE_KEPT + SECOND, NOW) == 2
    assert rows(store, "SELECT state FROM inbox ORDER BY seq") == [("dead",), ("queued",)]
    assert rows(store, "SELECT state, depends_on FROM outbox") == [("unknown", None)]
    assert purge(store, NOW + DEAD_KEPT + SECOND, NOW) == 2
    assert rows(store, "SELECT state FROM inbox") == [("queued",)]


# ------------------------------------------------------------------ outbox


def drained(outbox: SqlOutbox, now: datetime = NOW) -> list[str]:
    """Send all that may go, one after the other; return the words."""
    words = []
    while found := outbox.take(now, most=1):
        words.append(found[0].payload["text"])
        outbox.sent(found[0].id, 1, now)
    return words


def test_a_lane_keeps_its_order(outbox: SqlOutbox, chat: str) -> None:
    """Only its first message is under way, whatever the priorities within it."""
    outbox.add([text(chat, "1", priority=5), text(chat, "2", priority=0)])
    (first,) = outbox.take(NOW, most=9)
    assert first.payload == {"text": "1"}
    assert outbox.take(NOW, most=9) == ()
    outbox.sent(first.id, 1, NOW)
    assert drained(outbox) == ["2"]


def test_what_stands_before_an_urgent_message_is_as_urgent(store: Database, outbox: SqlOutbox, chat: str) -> None:
    """Nothing is overtaken in a lane, but the lane overtakes others."""
    other = SqlAddresses(store).chat(OTHER, NOW)
    waiting, before = outbox.add([text(other, priority=ANSWER), text(chat, priority=ANSWER)])
    (urgent,) = outbox.add([text(chat, priority=URGENT)])
    order = []
    while sendings := outbox.take(NOW, most=1):
        order += [sending.id for sending in sendings]
        outbox.sent(sendings[0].id, 1, NOW)
    assert order == [before, urgent, waiting]


def test_lanes_do_not_wait_for_each_other(outbox: SqlOutbox, chat: str) -> None:
    """The urgent lane first; a stuck case blocks no other case of the same group."""
    outbox.add([text(chat, "Fall 1", lane="f1", priority=9), text(chat, "Fall 2", lane="f2", priority=9)])
    outbox.add([text(chat, "Bürger")])
    assert [s.payload["text"] for s in outbox.take(NOW, most=2)] == ["Bürger", "Fall 1"]
    assert drained(outbox) == ["Fall 2"]


def test_chats_without_budget_are_left_out(store: Database, outbox: SqlOutbox, chat: str) -> None:
    """They keep their messages."""
    other = SqlAddresses(store).chat(OTHER, NOW)
    outbox.add([text(chat, "a"), text(other, "b")])
    assert [s.chat for s in outbox.take(NOW, most=9, without={chat})] == [other]
    assert [s.chat for s in outbox.take(NOW, most=9)] == [chat]


def test_a_message_waits_for_its_time_and_its_lane_with_it(outbox: SqlOutbox, chat: str) -> None:
    """As after «too many requests»: surely not sent, so it does not count as an attempt."""
    outbox.add([text(chat, "1"), text(chat, "2")])
    (first,) = outbox.take(NOW, most=9)
    outbox.postpone(first.id, NOW + 3 * SECOND)
    assert outbox.take(NOW + 2 * SECOND, most=9) == ()
    (again,) = outbox.take(NOW + 3 * SECOND, most=9)
    assert (again.payload, again.attempts) == ({"text": "1"}, 1)


def test_a_message_waits_for_what_it_depends_on(store: Database, outbox: SqlOutbox, chat: str) -> None:
    """Also in another lane; when that fails, all that depends on it fails."""
    topic = Message(chat, MessageKind.TOPIC, {"text": "Fall"}, lane="f1")
    first, second, third = outbox.add([topic, text(chat, "a", follows=True), text(chat, "b", follows=True)])
    (only,) = outbox.take(NOW, most=9)
    assert only.id == first
    assert outbox.doubt(first, NOW) is SendState.UNKNOWN
    assert outbox.take(NOW, most=9) == ()
    outbox.sent(first, 77, NOW)
    assert [s.id for s in outbox.take(NOW, most=9)] == [second]
    outbox.failed(second, NOW)
    assert (state_of(store, second), state_of(store, third)) == ("failed", "failed")
    assert rows(store, "SELECT payload FROM outbox WHERE payload IS NOT NULL") == []


def test_a_sent_message_keeps_its_id_and_loses_its_words(store: Database, outbox: SqlOutbox, chat: str) -> None:
    """Payload NULL, not a JSON null."""
    outbox.add([text(chat)])
    assert drained(outbox) == ["Antwort"]
    assert rows(store, "SELECT state, message_id FROM outbox WHERE payload IS NULL") == [("sent", 1)]


def test_a_doubtful_text_is_repeated_once(store: Database, outbox: SqlOutbox, chat: str) -> None:
    """A second time-out leaves it unknown, without its words: nobody decides about it; the lane goes on."""
    message, _ = outbox.add([text(chat, "1"), text(chat, "2", follows=True)])
    for expected in (SendState.QUEUED, SendState.UNKNOWN):
        assert [s.id for s in outbox.take(NOW, most=9)] == [message]
        assert outbox.doubt(message, NOW) is expected
    assert outbox.doubt(message, NOW) is SendState.UNKNOWN
    assert rows(store, f"SELECT payload FROM outbox WHERE id = {message}") == [(None,)]
    assert drained(outbox) == ["2"]


def test_a_clerks_words_are_never_repeated_by_themselves(outbox: SqlOutbox, chat: str) -> None:
    """A person says «erneut senden», which is a message of its own."""
    outbox.add([clerk(chat)])
    (sending,) = outbox.take(NOW, most=1)
    assert outbox.doubt(sending.id, NOW) is SendState.UNKNOWN
    assert outbox.take(NOW, most=1) == ()


def test_after_a_crash_the_same_rule_holds(store: Database, outbox: SqlOutbox, chat: str) -> None:
    """Each crash repeats a harmless text once; one that is always there when it crashes is given up."""
    words, bot = outbox.add([clerk(chat, lane="f1"), text(chat)])
    outbox.take(NOW, most=9)
    assert outbox.recover(NOW) == (words,)
    for _ in range(MOST_CRASHES - 2):
        assert [s.id for s in outbox.take(NOW, most=9)] == [bot]
        assert outbox.recover(NOW) == ()
    outbox.take(NOW, most=9)
    assert outbox.recover(NOW) == (bot,)
    assert state_of(store, bot) == "unknown"


def test_budgets_are_known_after_a_restart(outbox: SqlOutbox, chat: str) -> None:
    """What went out in the last minute, or may have; what never went does not count."""
    outbox.add([text(chat, str(n), lane=str(n)) for n in range(5)] + [clerk(chat, lane="f1")])
    sending = outbox.take(NOW, most=9)
    for number, message in enumerate(sending[:3]):
        outbox.sent(message.id, number, NOW + number * 30 * SECOND)
    outbox.failed(sending[3].id, NOW)
    outbox.postpone(sending[4].id, NOW)
    outbox.doubt(sending[5].id, NOW + 61 * SECOND)
    spent = outbox.spent(NOW + 61 * SECOND)
    assert [(s.chat, (s.at - NOW).seconds) for s in spent] == [(chat, 30), (chat, 60), (chat, 61)]


def test_a_chat_gets_few_at_once_if_wanted(outbox: SqlOutbox, chat: str) -> None:
    """So that all lanes of a group keep its one budget; what arrived is noted in the same breath."""
    first, second = outbox.add([text(chat, "Fall 1", lane="f1"), text(chat, "Fall 2", lane="f2")])
    assert [s.id for s in outbox.take(NOW, most=9, each=1)] == [first]
    assert [s.id for s in outbox.take(NOW, most=9, each=1, arrived=[Arrived(first, 5, NOW)])] == [second]
    assert [(s.chat, s.chat_id) for s in outbox.spent(NOW)] == [(chat, CHAT)]


def test_a_payload_finds_the_message_it_changes(outbox: SqlOutbox, chat: str) -> None:
    """By the id of its row; one that was never sent is not found."""
    (first,) = outbox.add([text(chat)])
    outbox.add([Message(chat, MessageKind.EDIT, {"message": first}), Message(chat, MessageKind.EDIT, {"message": 999})])
    (sending,) = outbox.take(NOW, most=1)
    targets = [sending.target]
    while found := outbox.take(NOW, most=1, arrived=[Arrived(sending.id, 55, NOW)]):
        (sending,) = found
        targets.append(sending.target)
    assert targets == [None, 55, None]


def test_a_blocked_chat_is_written_to_no_more(inbox: SqlInbox, outbox: SqlOutbox, store: Database, chat: str) -> None:
    """What waits fails, what comes has no address; also while an update of the chat is being handled."""
    addresses = SqlAddresses(store)
    (waiting,) = outbox.add([text(chat)])
    inbox.put([said(1)], NOW)
    claim = taken(inbox)
    assert claim.blocked_at is None
    addresses.set_blocked(chat, NOW, is_blocked=True)
    addresses.set_blocked(chat, NOW + SECOND, is_blocked=True)
    assert state_of(store, waiting) == "failed"
    outbox.add([text(chat)])
    assert [s.chat_id for s in outbox.take(NOW, most=1)] == [None]
    inbox.release(claim)
    again = taken(inbox)
    assert again.blocked_at == NOW
    addresses.set_blocked(chat, NOW, is_blocked=False)
    inbox.finish(again, outcome_of(again, text(chat, lane="neu")), NOW)
    assert [s.chat_id for s in outbox.take(NOW, most=1)] == [CHAT]


def test_what_became_of_a_message_may_come_after_the_erasure(
    store: Database, inbox: SqlInbox, outbox: SqlOutbox
) -> None:
    """A citizen has everything deleted while their answer is under way: there is nothing left to note."""
    inbox.put([said(1), said(2, OTHER)], NOW)
    claim, other = taken(inbox), taken(inbox)
    (message,) = outbox.add([text(claim.chat)])
    (sending,) = outbox.take(NOW, most=1)
    inbox.finish(claim, Outcome(ChatState(), erases=True), NOW)
    assert outbox.doubt(message, NOW) is SendState.FAILED
    addresses = SqlAddresses(store)
    addresses.set_blocked(sending.chat, NOW, is_blocked=True)
    addresses.migrate(sending.chat, OTHER, NOW)
    assert rows(store, "SELECT * FROM blocked") == []
    assert addresses.chat(OTHER, NOW) == other.chat


def test_a_group_keeps_its_key_when_it_moves(inbox: SqlInbox, outbox: SqlOutbox, store: Database, chat: str) -> None:
    """What came from its new id before is handled in the old chat, in order; answers go to the new id."""
    inbox.put([said(1), said(2, OTHER)], NOW)
    new = SqlAddresses(store).chat(OTHER, NOW)
    outbox.add([text(new, "an das neue")])
    for _ in range(2):
        SqlAddresses(store).migrate(chat, OTHER, NOW)
    assert SqlAddresses(store).chat(OTHER, NOW) == chat
    outbox.add([text(chat, "an das alte")])
    for number in (b"1", b"2"):
        claim = taken(inbox)
        assert (claim.chat, raws(claim)) == (chat, [number])
        inbox.finish(claim, outcome_of(claim), NOW)
    (sending,) = outbox.take(NOW, most=9)
    assert (sending.chat_id, sending.payload["text"]) == (OTHER, "an das neue")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_claim_ends_with_a_conflict_when_its_group_becomes_another(
    store: Database, inbox: SqlInbox, outbox: SqlOutbox, chat: str
) -> None:
    """Its answer would go to a chat without an address; on a server moving the group waits for the claim."""
    inbox.put([said(1, OTHER)], NOW)
    claim = taken(inbox)
    SqlAddresses(store).migrate(chat, OTHER, NOW)
    with pytest.raises(ConflictError):
        inbox.finish(claim, outcome_of(claim, text(claim.chat)), NOW)
    again = taken(inbox)
    inbox.finish(again, outcome_of(again, text(again.chat)), NOW)
    assert again.chat == chat
    assert [sending.chat_id for sending in outbox.take(NOW, most=9)] == [OTHER]


def test_what_may_have_brought_the_process_down_is_counted(store: Database, inbox: SqlInbox) -> None:
    """Only what was there at the start costs a second write; twice under way means alone."""
    inbox.put([said(1), said(2, OTHER)], NOW)
    inbox.recover()
    inbox.put([said(3, OTHER + 1)], NOW)
    first = taken(inbox)
    assert (first.alone, first.parts[0].attempts) == (False, 0)
    attempts = "SELECT attempts FROM inbox ORDER BY seq"
    assert rows(store, attempts) == [(1,), (0,), (0,)]
    inbox.release(first)
    second = taken(inbox)
    assert (second.alone, second.parts[0].attempts) == (True, 1)
    assert inbox.retry(second, NOW)
    assert rows(store, attempts) == [(2,), (0,), (0,)]
    assert [taken(inbox).alone for _ in range(2)] == [False, False]
    assert rows(store, attempts) == [(2,), (1,), (0,)]


def test_the_oldest_update_that_waits_is_known(inbox: SqlInbox) -> None:
    """Also one that is being handled."""
    assert inbox.oldest_waiting() is None
    inbox.put([said(1)], NOW)
    inbox.put([said(2)], NOW + SECOND)
    claim = taken(inbox)
    assert inbox.oldest_waiting() == NOW
    inbox.finish(claim, outcome_of(claim), NOW)
    assert inbox.oldest_waiting() == NOW + SECOND


def test_other_processes_are_woken(store: Database, inbox: SqlInbox, place: str, tmp_path: Path) -> None:
    """By commits alone, and not by their own; on SQLite there are none."""
    if not store.is_server:
        return
    heard: list[str] = []
    process = FORK.Process(target=live_until, args=(place, str(tmp_path / "sent"), 10_000))
    with listening(place, heard.append):
        wait_for(lambda: bool(rows(store, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")))
        inbox.put([said(77)], NOW)
        process.start()
        process.join(60)
        wait_for(lambda: "send" in heard)
    assert set(heard) == {"work", "send"}


def wait_for(condition: Callable[[], bool]) -> None:
    """Look until something is so."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


# ------------------------------------------------------------------ chats, addresses, FAQ


def test_a_chat_comes_back_as_it_was(store: Database) -> None:
    """Any letters; feedback reaches its question; only the known version can be changed."""
    chats = SqlChats(store, "console")
    words = "Wie läuft's? 🙈 «Straße» \u202e \\u0000"
    state = ChatState(True, True, 1, words, "a", ("a",), ((1, "e:a"),), True, NOW)
    chats.commit("c", 0, Outcome(state), NOW)
    assert chats.load("c") == Saved(state, 1)
    for version in (0, 2):
        with pytest.raises(ConflictError):
            chats.commit("c", version, Outcome(ChatState()), NOW)


def test_texts_are_forgotten_on_both_engines(store: Database, inbox: SqlInbox) -> None:
    """The question's text and embedding and the silent chat's last words go."""
    inbox.put([said(1)], NOW)
    claim = taken(inbox)
    outcome = outcome_of(claim)
    heard = replace(outcome, state=replace(outcome.state, last_question="wer?"), marks=(Mark(1, Feedback.NONE),))
    inbox.finish(claim, heard, NOW)
    assert questions_since(store, NOW)[0].embedding == MEANING
    later = NOW + timedelta(days=31)
    assert forget(store, now=later, before=NOW + SECOND) == 1
    assert questions_since(store, NOW) == []
    assert SqlChats(store, "telegram").load(claim.chat).state.last_question == ""
    assert rows(store, "SELECT text, embedding, encoder, feedback FROM question") == [(None, None, None, "none")]


def test_a_question_may_have_no_embedding(store: Database) -> None:
    """As those that are redacted, and those from before embeddings were kept."""
    question = Question(1, NOW, "wer? [Telefon]", "fallback", "gate", None, 0.1, (), "f", "m")
    SqlChats(store, "console").commit("c", 0, Outcome(ChatState(), (question,)), NOW)
    assert questions_since(store, NOW) == [question]


def test_what_stood_before_the_last_question_is_forgotten(store: Database) -> None:
    """Also where that one was empty, as a message of invisible signs."""
    chats = SqlChats(store, "telegram")
    state = ChatState(at=NOW).asked_in(3, ChatState(last_question="MEINGEHEIMNIS"))
    chats.commit("c", 0, Outcome(state), NOW)
    forget(store, now=NOW + timedelta(hours=1), before=NOW)
    assert "MEINGEHEIMNIS" not in str(rows(store, "SELECT state FROM chat"))


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_forgetting_takes_nothing_back(store: Database, inbox: SqlInbox) -> None:
    """A silent chat that speaks again in the moment of tidying keeps its new state."""
    later = NOW + timedelta(hours=1)
    for moment in (NOW, later):
        inbox.put([said(moment.hour)], moment)
        claim = taken(inbox, moment)
        if moment == later:
            tidying = threading.Thread(target=forget, args=(store,), kwargs={"now": later, "before": NOW})
            tidying.start()
            wait_for(lambda: rows(store, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'") != [])
        outcome = outcome_of(claim)
        inbox.finish(claim, replace(outcome, state=replace(outcome.state, last_question="wer?", at=moment)), moment)
    tidying.join()
    state = SqlChats(store, "telegram").load(claim.chat).state
    assert (state.asked, state.last_question) == (2, "wer?")


def test_a_state_that_cannot_be_read_counts_on(store: Database, inbox: SqlInbox) -> None:
    """A question's number is never given twice, or the chat could not be answered any more."""
    inbox.put([said(1), said(2)], NOW)
    claim = taken(inbox)
    inbox.finish(claim, outcome_of(claim), NOW)
    store.write(lambda connection: connection.execute(sa.text("UPDATE chat SET state = '{}'")))
    claim = taken(inbox)
    inbox.finish(claim, outcome_of(claim), NOW)
    assert rows(store, "SELECT number FROM question ORDER BY id") == [(1,), (2,)]


def test_reading_cannot_write(store: Database, chat: str) -> None:
    """A unit of work that only reads has no way to change anything."""
    with pytest.raises(StoreError):
        store.read(lambda connection: connection.execute(sa.text("DELETE FROM chat")))
    assert rows(store, "SELECT key FROM chat") == [(chat,)]


def test_ids_of_telegram_stand_in_one_column(store: Database, inbox: SqlInbox, outbox: SqlOutbox) -> None:
    """After a question, and with a message queued, no other table holds the citizen's number."""
    number = 7_123_456_789
    inbox.put([Arrival(BOT, 1, number, str(number).encode())], NOW)
    claim = taken(inbox)
    quiet = replace(outcome_of(claim, text(claim.chat)), questions=())
    inbox.finish(claim, quiet, NOW)
    outbox.add([text(claim.chat)])
    SqlAddresses(store).person(number, NOW)
    found = [
        (table, column)
        for table, row in everything(store)
        for column, value in row.items()
        if str(number) in str(value)
    ]
    assert sorted(found) == [("chat", "telegram_id"), ("person", "telegram_id")]


def everything(store: Database) -> list[tuple[str, dict[str, Any]]]:
    """Return all rows of all tables, each with the table's name."""

    def work(connection: sa.Connection) -> list[tuple[str, dict[str, Any]]]:
        tables = metadata.sorted_tables
        return [(t.name, dict(row)) for t in tables for row in connection.execute(sa.select(t)).mappings()]

    return store.read(work)


def test_a_new_chat_gets_one_key(store: Database) -> None:
    """Also when it is met by several threads at once."""
    addresses = SqlAddresses(store)
    keys = together(lambda _: addresses.chat(CHAT, NOW), range(8))
    assert len(set(keys)) == 1
    assert addresses.chat(OTHER, NOW) not in keys
    assert addresses.person(CHAT, NOW) == addresses.person(CHAT, NOW)


def faq(name: str) -> FaqVersion:
    """Return a form of the FAQ."""
    return FaqVersion(name, f"title: {name}", "Redaktion", NOW)


def test_one_form_of_the_faq_is_live(store: Database) -> None:
    """A draft is not; publishing replaces what it names; an old form can come back."""
    versions = SqlFaqVersions(store)
    assert versions.draft(faq("a"))
    assert not versions.draft(faq("a"))
    assert versions.active() is None
    versions.publish(faq("a"), instead_of=None)
    versions.publish(faq("b"), instead_of="a")
    versions.publish(faq("a"), instead_of="b")
    assert versions.active() == faq("a")
    with pytest.raises(ConflictError):
        versions.publish(faq("c"), instead_of="b")
    with pytest.raises(ConflictError):
        versions.publish(faq("c"), instead_of=None)
    assert rows(store, "SELECT hash, state FROM faq_version ORDER BY hash") == [("a", "active"), ("b", "retired")]


@pytest.mark.parametrize("live_now", [None, "a"])
def test_of_several_publishers_one_wins(store: Database, live_now: str | None) -> None:
    """The others learn that what they looked at is live no more."""
    versions = SqlFaqVersions(store)
    if live_now:
        versions.publish(faq(live_now), instead_of=None)

    def publish(number: int) -> bool:
        try:
            versions.publish(faq(f"neu{number}"), instead_of=live_now)
        except ConflictError:
            return False
        return True

    assert sum(together(publish, range(6))) == 1


# ------------------------------------------------------------------ side by side


def together(work: Callable[[int], T], numbers: Sequence[int]) -> list[T]:
    """Do the work for each number in a thread of its own."""
    done: list[T] = []
    threads = [threading.Thread(target=lambda n=number: done.append(work(n))) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(numbers)
    return done


CHATS, UPDATES = 25, 2000


def test_two_workers_never_hold_one_chat(store: Database, place: str, tmp_path: Path) -> None:
    """Thousands of updates, most of them delivered twice: each is handled once, each chat in order."""
    marks = tmp_path / "marks"
    marks.mkdir()
    processes, threads = (3, 3) if store.is_server else (1, 8)
    work = (place, str(marks), threads, UPDATES)
    workers = [FORK.Process(target=work_all, args=work, daemon=True) for _ in range(processes)]
    for worker in workers:
        worker.start()
    arrivals = [said(number, CHAT + number % CHATS) for number in range(UPDATES)]
    inbox = SqlInbox(store)
    new = sum(inbox.put(arrivals[max(start - 30, 0) : start + 50], NOW) for start in range(0, UPDATES, 50))
    for worker in workers:
        worker.join(timeout=120)
    assert [worker.exitcode for worker in workers] == [0] * processes
    assert (new, list(marks.iterdir())) == (UPDATES, [])
    logged = rows(store, "SELECT telegram_id, text FROM question JOIN chat ON key = chat_key ORDER BY number")
    for number in range(CHATS):
        mine = [int(words) for chat, words in logged if chat == CHAT + number]
        assert mine == list(range(number, UPDATES, CHATS))


def test_a_killed_process_loses_nothing(store: Database, place: str, tmp_path: Path) -> None:
    """Killed before every statement, commit and call in turn; what is begun afterwards ends it."""
    for moment in range(200):
        sent = tmp_path / f"sent-{moment}"
        sent.touch()
        process = FORK.Process(target=live_until, args=(place, str(sent), moment))
        process.start()
        process.join(timeout=60)
        finish_after_crash(store, sent)
        check_nothing_lost(store, sent.read_text(encoding="utf-8").split(), f"moment {moment}")
        if process.exitcode == 0:
            break
        store.write(lambda connection: connection.execute(sa.text("DELETE FROM chat")))
    assert process.exitcode == 0
    assert moment > 25


def finish_after_crash(store: Database, sent: Path) -> None:
    """Start again as the bot does: Telegram delivers once more, the sender recovers."""
    end = time.monotonic() + 30
    SqlOutbox(store).recover(NOW)
    while time.monotonic() < end:
        live(store, sent)
        waiting = "SELECT 1 FROM inbox WHERE state = 'queued' UNION ALL SELECT 1 FROM outbox WHERE state = 'queued'"
        if not rows(store, waiting):
            return
        time.sleep(0.01)  # the server has not yet seen that the other process is dead
    pytest.fail("the update stays locked")


def check_nothing_lost(store: Database, sent: list[str], moment: str) -> None:
    """Handled once, logged once; the text arrived, at most twice; the clerk's words once or visibly uncertain."""
    assert rows(store, "SELECT update_id, state FROM inbox") == [(ARRIVAL.update_id, "done")], moment
    assert [q.number for q in questions_since(store, NOW)] == [1], moment
    assert sent.count("text") in (1, 2), moment
    assert sent.count("clerk") <= 1, moment
    states = dict(rows(store, "SELECT kind, state FROM outbox"))
    assert states["text"] == "sent", moment
    assert states["clerk"] == "unknown" or (states["clerk"], sent.count("clerk")) == ("sent", 1), moment


def test_a_value_that_the_server_refuses_is_not_quoted(postgres: Postgres) -> None:
    """What the database complains of stands in the log; the value may be a citizen's words."""
    words = sa.select(sa.cast(sa.literal("Geheim", sa.String), sa.Integer))
    with closing(Database.on_server(postgres.ready())) as database, pytest.raises(StoreError) as caught:
        database.read(lambda connection: connection.scalar(words))
    assert "Geheim" not in str(caught.value)
