"""What the store promises about cases, on both engines."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cases import Case, CaseChange, CaseState, Due, DueKind, LinkState, Side, TopicState
from bot.delivery import Arrived, Carried, Message, MessageKind, SendState
from bot.errors import ConflictError
from bot.ports import Outcome
from bot.state import ChatState
from bot.store.addresses import SqlAddresses
from bot.store.case_words import forget_words
from bot.store.cases import SqlCases, save_change
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.erasure import erase
from bot.store.outbox import SqlOutbox
from bot.store.retention import purge
from tests.fakes import NOW
from tests.postgres import Server
from tests.store_actor import opened

CITIZEN, GROUP = 700, -100500


@pytest.fixture
def chat(store: Database) -> str:
    """Return the key of a citizen's chat."""
    return SqlAddresses(store).chat(CITIZEN, NOW)


@pytest.fixture
def group(store: Database) -> str:
    """Return the key of the staff group."""
    return SqlAddresses(store).group(GROUP, NOW)


def save(store: Database, chat: str, change: CaseChange, *messages: Message) -> None:
    """Write what an update of a chat changes."""
    chats = SqlChats(store, "telegram")
    chats.commit(chat, chats.load(chat).version, Outcome(ChatState(), cases=change, messages=messages), NOW)


def relayed(chat: str, number: int, message: int) -> Message:
    """Return a clerk's words on their way to a citizen."""
    payload = {"method": "copyMessage", "from": chat, "params": {"message_id": message}}
    carried = Carried(number, Side.STAFF, (message,), NOW, "Guten Tag", "Anna")
    return Message(chat, MessageKind.CLERK, payload, carries=carried)


def test_a_citizen_has_one_open_case(store: Database, chat: str) -> None:
    """The database itself refuses a second one; after the end of the first there may be another."""
    cases = SqlCases(store)
    first = Case(cases.next_number(), chat, NOW)
    save(store, chat, CaseChange(first))
    with pytest.raises(ConflictError):
        save(store, chat, CaseChange(Case(cases.next_number(), chat, NOW)))
    found = cases.open_of(chat)
    assert found
    save(store, chat, CaseChange(replace(found, state=CaseState.CLOSED, closed_at=NOW)))
    save(store, chat, CaseChange(Case(cases.next_number(), chat, NOW)))
    assert [case.number for case in cases.of_chat(chat)] == [1, 3]


def test_a_case_that_changed_meanwhile_is_a_conflict(store: Database, chat: str, group: str) -> None:
    """Whoever read an older version writes nothing, neither case nor message."""
    cases = SqlCases(store)
    save(store, chat, CaseChange(Case(1, chat, NOW)))
    old = cases.of_number(1)
    assert old
    save(store, group, CaseChange(replace(old, clerk="Anna")))
    with pytest.raises(ConflictError):
        save(store, group, CaseChange(replace(old, clerk="Bernd")), relayed(chat, 1, 5))
    assert cases.links(1) == ()
    assert SqlOutbox(store).take(NOW, most=9) == ()


def test_words_into_a_topic_wait_until_it_is_there(store: Database, chat: str, group: str) -> None:
    """They know its id then; without an answer it stays open, and becomes due in a minute."""
    outbox, cases = SqlOutbox(store), SqlCases(store)
    topic = Message(group, MessageKind.TOPIC, {"method": "createForumTopic"}, lane="open:1", topic_of=1)
    note = Message(group, MessageKind.TEXT, {"method": "sendMessage"}, lane="case:1", topic_of=1)
    save(store, chat, CaseChange(Case(1, chat, NOW)), topic, note)
    (only,) = outbox.take(NOW, most=9)
    assert only.kind is MessageKind.TOPIC
    assert outbox.doubt(only.id, NOW) is SendState.UNKNOWN
    found = cases.of_number(1)
    assert found
    assert found.topic is TopicState.UNKNOWN
    assert outbox.take(NOW, most=9) == ()
    assert cases.due(NOW + timedelta(seconds=60), 9) == (Due(1, DueKind.TOPIC, NOW + timedelta(seconds=60)),)
    outbox.take(NOW, most=0, arrived=[Arrived(only.id, 77, NOW, is_of_case=True)])
    assert [sending.thread for sending in outbox.take(NOW, most=9)] == [77]
    assert cases.due(NOW + timedelta(seconds=60), 9) == ()


def test_without_a_topic_the_card_goes_first(store: Database, chat: str, group: str) -> None:
    """What the citizen wrote hangs below it: nobody would know else which case it belongs to."""
    outbox = SqlOutbox(store)
    topic = Message(group, MessageKind.TOPIC, {"method": "createForumTopic"}, lane="open:1", topic_of=1)
    card = Message(group, MessageKind.CARD, {"method": "sendMessage"}, lane="card:1", priority=8, topic_of=1)
    words = Message(group, MessageKind.COPY, {"method": "copyMessage"}, lane="case:1", priority=7, topic_of=1)
    save(store, chat, CaseChange(Case(1, chat, NOW)), topic, card, words)
    kinds = []
    for answer in (None, 80, 81):
        (sending,) = outbox.take(NOW, most=9)
        kinds.append((sending.kind, sending.card))
        if answer is None:
            outbox.failed(sending.id, NOW)
        else:
            outbox.take(NOW, most=0, arrived=[Arrived(sending.id, answer, NOW, is_of_case=True)])
    assert kinds == [(MessageKind.TOPIC, None), (MessageKind.CARD, None), (MessageKind.COPY, 80)]


def test_what_became_of_a_clerks_words_is_kept(store: Database, chat: str) -> None:
    """Delivered only with Telegram's id; uncertain and failed become due, to be told."""
    outbox, cases = SqlOutbox(store), SqlCases(store)
    save(store, chat, CaseChange(Case(1, chat, NOW)), *(relayed(chat, 1, number) for number in (5, 6, 7)))
    states = []
    for fate in ("sent", "doubt", "failed"):
        (sending,) = outbox.take(NOW, most=1)
        if fate == "sent":
            outbox.take(NOW, most=0, arrived=[Arrived(sending.id, 900, NOW, is_of_case=True)])
        else:
            getattr(outbox, fate)(sending.id, NOW)
        states = [link.state for link in cases.links(1)]
    assert states == [LinkState.SENT, LinkState.UNKNOWN, LinkState.FAILED]
    assert [link.copy for link in cases.links(1)] == [900, None, None]
    assert [link.message for link in cases.untold(1)] == [6, 7]
    assert DueKind.FAILURE in [due.kind for due in cases.due(NOW, 9)]


def test_what_fails_while_a_failure_is_told_is_told_as_well(store: Database, chat: str) -> None:
    """Whoever read the failures before the second one may not end the matter."""
    outbox, cases = SqlOutbox(store), SqlCases(store)
    save(store, chat, CaseChange(Case(1, chat, NOW)), *(relayed(chat, 1, number) for number in (5, 6)))
    outbox.failed(outbox.take(NOW, most=1)[0].id, NOW)
    (due,), case, (first,) = cases.due(NOW, 9), cases.of_number(1), cases.untold(1)
    outbox.failed(outbox.take(NOW, most=1)[0].id, NOW)
    with pytest.raises(ConflictError):
        cases.done(due, CaseChange(case, told=(first.id,)), (), NOW)
    assert cases.due(NOW, 9) == (due,)
    assert [link.message for link in cases.untold(1)] == [5, 6]


@pytest.mark.parametrize(
    ("fate", "state"), [("sent", LinkState.SENT), ("doubt", LinkState.UNKNOWN), ("failed", LinkState.UNKNOWN)]
)
def test_a_long_text_is_delivered_with_its_last_part(store: Database, chat: str, fate: str, state: LinkState) -> None:
    """Where the beginning has arrived, but not surely the rest, the clerk hears of it."""
    outbox, cases = SqlOutbox(store), SqlCases(store)
    rest = [Message(chat, MessageKind.CLERK, {"method": "sendMessage"}, follows=True) for _ in range(2)]
    save(store, chat, CaseChange(Case(1, chat, NOW)), relayed(chat, 1, 5), *rest)
    for number in range(2):
        (sending,) = outbox.take(NOW, most=1)
        outbox.take(NOW, most=0, arrived=[Arrived(sending.id, 900 + number, NOW, is_of_case=True)])
    (last,) = outbox.take(NOW, most=1)
    if fate == "sent":
        outbox.take(NOW, most=0, arrived=[Arrived(last.id, 902, NOW, is_of_case=True)])
    else:
        getattr(outbox, fate)(last.id, NOW)
    assert [link.state for link in cases.links(1)] == [state]
    assert [link.message for link in cases.untold(1)] == ([] if fate == "sent" else [5])


def test_a_long_text_that_fails_at_once_has_failed(store: Database, chat: str) -> None:
    """Its other parts go with the first one, and say nothing else."""
    outbox, cases = SqlOutbox(store), SqlCases(store)
    rest = Message(chat, MessageKind.CLERK, {"method": "sendMessage"}, follows=True)
    save(store, chat, CaseChange(Case(1, chat, NOW)), relayed(chat, 1, 5), rest)
    outbox.failed(outbox.take(NOW, most=1)[0].id, NOW)
    assert [link.state for link in cases.links(1)] == [LinkState.FAILED]


def test_something_due_is_done_once(store: Database, chat: str) -> None:
    """The second process finds it done."""
    cases, due = SqlCases(store), Due(1, DueKind.REMIND, NOW)
    save(store, chat, CaseChange(Case(1, chat, NOW), due=(due,)))
    cases.done(due, CaseChange(), (), NOW)
    with pytest.raises(ConflictError):
        cases.done(due, CaseChange(), (), NOW)


def test_something_due_waits_for_who_changes_its_case(postgres: Server) -> None:
    """Both want the case and what is due about it: in the same order, so that none is thrown out."""
    due = Due(1, DueKind.REMIND, NOW)
    with (
        closing(opened(postgres.ready())) as server,
        closing(server.hold()) as worker,
        ThreadPoolExecutor(1) as threads,
    ):
        chat = SqlAddresses(server).chat(CITIZEN, NOW)
        save(server, chat, CaseChange(Case(1, chat, NOW), due=(due,)))
        case = SqlCases(server).of_number(1)
        save_change(worker, CaseChange(case), NOW)
        minding = threads.submit(SqlCases(server).done, due, CaseChange(case), (), NOW)
        deadline = time.monotonic() + 10
        while not _blocked(server) and time.monotonic() < deadline:
            time.sleep(0.02)
        save_change(worker, CaseChange(undue=((1, DueKind.REMIND),)), NOW)
        worker.commit()
        with pytest.raises(ConflictError):
            minding.result(10)


def _blocked(server: Database) -> bool:
    """Say whether somebody waits for a lock."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return bool(server.read(lambda connection: connection.exec_driver_sql(query).scalar()))


def test_silence_ends_neither_an_open_case_nor_the_staff_group(store: Database, chat: str, group: str) -> None:
    """Other chats that fell silent go."""
    save(store, chat, CaseChange(Case(1, chat, NOW)))
    SqlAddresses(store).chat(CITIZEN + 1, NOW)
    later = NOW + timedelta(days=400)
    purge(store, later, later)
    addresses = SqlAddresses(store)
    assert (addresses.chat(CITIZEN, later), addresses.group(GROUP, later)) == (chat, group)


def test_the_words_of_a_case_go_in_time(store: Database, chat: str) -> None:
    """Those of open cases stay."""
    cases = SqlCases(store)
    case = Case(1, chat, NOW, state=CaseState.CLOSED, closed_at=NOW, summary="- «wer?»")
    save(store, chat, CaseChange(case), relayed(chat, 1, 5))
    store.write(lambda connection: forget_words(connection, NOW))
    assert cases.links(1)[0].text == "Guten Tag"
    store.write(lambda connection: forget_words(connection, NOW + timedelta(seconds=1)))
    found = cases.of_number(1)
    assert found
    assert (cases.links(1)[0].text, found.summary) == (None, "")


def test_a_clerks_case_without_a_topic_is_found_while_it_is_open(store: Database, chat: str) -> None:
    """Not one that has a topic, nor somebody else's."""
    cases, person = SqlCases(store), SqlAddresses(store).person(800, NOW)
    save(store, chat, CaseChange(Case(1, chat, NOW, topic=TopicState.NONE, assignee=person, clerk="Anna")))
    found = cases.without_topic(person)
    assert found
    assert cases.without_topic("anybody") is None
    save(store, chat, CaseChange(replace(found, topic=TopicState.THERE, thread=7)))
    assert cases.without_topic(person) is None


def test_after_a_move_of_the_group_old_numbers_stand_for_nothing(store: Database, chat: str, group: str) -> None:
    """A reply to a message of the new group reaches no stranger, whose words had the same number in the old one."""
    cases, addresses = SqlCases(store), SqlAddresses(store)
    words = Message(group, MessageKind.COPY, {"method": "copyMessage"}, lane="case:1", topic_of=1)
    heard = replace(words, carries=Carried(1, Side.CITIZEN, (70,), NOW, "Hallo"))
    save(store, chat, CaseChange(Case(1, chat, NOW, topic=TopicState.NONE, card=8)), heard, relayed(chat, 1, 9))
    for sending in SqlOutbox(store).take(NOW, most=9):
        SqlOutbox(store).take(NOW, most=0, arrived=[Arrived(sending.id, 10, NOW, is_of_case=True)])
    assert (cases.of_card(8), cases.carried(Side.CITIZEN, 10)) != (None, None)
    addresses.migrate(group, GROUP - 1, NOW)
    assert (cases.of_card(8), cases.carried(Side.CITIZEN, 10), cases.written_by_staff(9)) == (None, None, None)
    assert [due.kind for due in cases.due(NOW, 9)] == [DueKind.MOVED]
    assert addresses.telegram_id(group) == GROUP - 1


def test_the_move_of_another_group_leaves_the_cases_alone(store: Database, chat: str) -> None:
    """Only the group that the operator named is the clerks'."""
    cases, addresses = SqlCases(store), SqlAddresses(store)
    save(store, chat, CaseChange(Case(1, chat, NOW, card=8)))
    addresses.migrate(addresses.chat(GROUP - 7, NOW), GROUP - 8, NOW)
    assert cases.of_card(8)


def test_a_chat_stays_while_its_cases_hold_words(store: Database, chat: str) -> None:
    """Only by it could the citizen have them deleted."""
    later = NOW + timedelta(days=40)
    case = Case(1, chat, NOW, state=CaseState.CLOSED, closed_at=later)
    save(store, chat, CaseChange(case), relayed(chat, 1, 5))
    SqlOutbox(store).take(NOW, most=1)
    SqlOutbox(store).failed(1, NOW)
    purge(store, later, later)
    assert [found.number for found in SqlCases(store).of_chat(chat)] == [1]
    store.write(lambda connection: forget_words(connection, later + timedelta(seconds=1)))
    purge(store, later, later)
    assert SqlCases(store).of_chat(chat) == ()


def test_a_clerk_who_has_all_deleted_leaves_the_case_to_others(store: Database, chat: str) -> None:
    """Their name goes, also from cases that are over; somebody is reminded of those that are not."""
    cases, addresses = SqlCases(store), SqlAddresses(store)
    private, person = addresses.chat(800, NOW), addresses.person(800, NOW)
    open_ = Case(1, chat, NOW, state=CaseState.ASSIGNED, assignee=person, clerk="Anna")
    save(store, chat, CaseChange(open_))
    chats = SqlChats(store, "telegram")
    store.write(lambda connection: erase(connection, private, (), NOW))
    found = cases.of_number(1)
    assert found
    assert (found.state, found.clerk, found.assignee) == (CaseState.OPEN, "", None)
    assert {due.kind for due in cases.due(NOW, 9)} == {DueKind.REMIND, DueKind.CARD}
    assert chats.load(chat).version == 1
