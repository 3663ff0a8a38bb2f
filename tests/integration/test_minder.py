"""What is due about cases, while other things happen to them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from structlog.testing import capture_logs

from bot.always import AlwaysOpen
from bot.bootstrap import App, Wiring, live_faq, telegram_options
from bot.case_rules import Rules
from bot.cases import Case, CaseChange, CaseState, Due, DueKind
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.minder import Minder
from bot.content import Content
from bot.delivery import Message
from bot.ports import Outcome
from bot.running import service
from bot.settings import Settings
from bot.state import ChatState
from bot.store.addresses import SqlAddresses
from bot.store.cases import SqlCases
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.store.outbox import SqlOutbox
from bot.texts import load_texts
from tests.fakes import FAQ, NOW, FakeClock, FakeUnderstanding


class Interrupted(SqlCases):
    """Cases to which something happens right before the first thing due is written down."""

    happens: Callable[[], None] | None = None

    def done(self, due: Due, change: CaseChange, messages: Sequence[Message], now: datetime) -> None:
        """Let it happen, then write."""
        if self.happens:
            happening, self.happens = self.happens, None
            happening()
        super().done(due, change, messages, now)


def test_a_card_shows_what_happened_while_it_was_written(store: Database) -> None:
    """Nothing of an old case is sent; the next look sends the new one."""
    addresses, cases = SqlAddresses(store), Interrupted(store)
    citizen, group = addresses.chat(700, NOW), addresses.group(-100500, NOW)
    content = Content(FAQ, FakeUnderstanding().match, load_texts(), 30)
    bureau = Bureau(group, lambda: content, cases, SqlRecords(store), Rules(AlwaysOpen()))
    _change(store, citizen, CaseChange(Case(1, citizen, NOW, thread=7, card=8), due=(Due(1, DueKind.CARD, NOW),)))
    case = cases.of_number(1)
    assert case
    taken = Case(1, citizen, NOW, thread=7, card=8, clerk="Anna", version=case.version)
    cases.happens = lambda: _change(store, group, CaseChange(taken, due=(Due(1, DueKind.CARD, NOW),)))
    minder = Minder(bureau, FakeClock(NOW))
    minder.mind()
    assert SqlOutbox(store).take(NOW, most=9) == ()
    minder.mind()
    (note,) = _payloads(store)
    assert "Freigeben" in note
    assert cases.due(NOW + timedelta(days=1), 9) == ()


def _change(store: Database, chat: str, change: CaseChange) -> None:
    chats = SqlChats(store, "telegram")
    chats.commit(chat, chats.load(chat).version, Outcome(ChatState(), cases=change), NOW)


def _payloads(store: Database) -> list[str]:
    rows = store.read(lambda connection: connection.exec_driver_sql("SELECT payload FROM outbox").all())
    return [str(row.payload) for row in rows]


def test_cases_end_when_no_staff_group_is_named_any_more(store: Database, tmp_path: Path) -> None:
    """The citizens of open cases learn of it; what was due about the cases of old sends nothing and is over."""
    addresses, cases = SqlAddresses(store), SqlCases(store)
    citizen, other = addresses.chat(700, NOW), addresses.chat(701, NOW)
    over = Case(2, other, NOW, thread=8, card=9, state=CaseState.CLOSED, closed_at=NOW)
    for case in (Case(1, citizen, NOW, thread=7, card=8), over):
        dues = tuple(Due(case.number, kind, NOW) for kind in (DueKind.CARD, DueKind.REMIND))
        _change(store, str(case.chat), CaseChange(case, due=dues))
    settings = Settings.model_validate({"data_dir": tmp_path, "telegram_bot_token": "1:A"})
    app = App(settings, Wiring(FakeClock(NOW), lambda *_: FakeUnderstanding()), load_texts(), FAQ)
    options = telegram_options(settings)
    assert options
    faq = live_faq(settings, app.wiring, store)
    faq.load()
    with capture_logs() as logs:
        mind = service(app, options, store, faq, lambda: None).mind
    assert [(line["event"], line["count"]) for line in logs] == [("cases_without_group", 1)]
    assert mind
    mind()
    (told,) = SqlOutbox(store).take(NOW, most=9)
    assert (told.chat, "Ihr Fall #1 ist beendet" in str(told.payload)) == (citizen, True)
    assert cases.open_of(citizen) is None
    assert cases.due(NOW + timedelta(days=30), 9) == ()
    assert service(app, options, store, faq, lambda: None).mind is None
