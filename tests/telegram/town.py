"""A town hall with a staff group: citizens ask, clerks answer, all through real HTTP."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.always import AlwaysOpen
from bot.case_rules import Hours, Rules
from bot.cases import Case
from bot.channels.telegram.bureau import Attachments, Bureau
from bot.channels.telegram.handler import TelegramHandler
from bot.channels.telegram.handover import Handover
from bot.channels.telegram.members import Members
from bot.channels.telegram.minder import Minder
from bot.channels.telegram.options import Limits, TelegramOptions
from bot.channels.telegram.staff import StaffRoom
from bot.channels.telegram.switchboard import Switchboard
from bot.channels.telegram.translate import Me
from bot.clock import SystemClock
from bot.content import Content
from bot.store.addresses import SqlAddresses
from bot.store.cases import SqlCases
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.texts import load_texts
from botapi.server import Server
from botapi.world import BOT_ID
from intents.faq import FaqBase
from tests.fakes import FAQ, FakeUnderstanding, answer, clarify, emergency, redirect, smalltalk
from tests.store_actor import opened
from tests.telegram.running import UNHURRIED, Running, _in_thread, build

ME = Me(BOT_ID, "local_faq_bot")
TABLE = {
    "wer?": answer("beschluss"),
    "welche?": clarify("beschluss", "begleitung"),
    "Ausweis?": redirect("begleitung"),
    "begleitung?": answer("begleitung"),
    "Mensch!": smalltalk("human"),
    "es brennt": emergency("feuer"),
    "Strategie": answer("beschluss"),
}
OFFICES = replace(FAQ, entries=tuple(replace(entry, department="Bürgeramt") for entry in FAQ.entries))
EVERYDAY = Attachments()
PATIENCE = 15.0

Json = dict[str, Any]


@dataclass
class ShiftedClock:
    """The machine's clock, moved on by what a test asks for."""

    ahead: timedelta = timedelta()
    system: SystemClock = field(default_factory=SystemClock)

    def now(self) -> datetime:
        """Return the moment."""
        return self.system.now() + self.ahead


@dataclass
class Town:
    """A running bot, a staff group with two clerks, a citizen."""

    server: Server
    running: Running
    clock: ShiftedClock
    group: int
    anna: int
    bernd: int
    erika: int

    @property
    def people(self) -> Any:
        """Who acts in the apps."""
        return self.server.people

    @property
    def cases(self) -> SqlCases:
        """The cases in the database."""
        return SqlCases(self.running.database)

    def case(self, number: int = 1) -> Case:
        """Return a case."""
        found = self.cases.of_number(number)
        assert found
        return found

    def wait(self, **duration: float) -> None:
        """Let time pass, for the bot."""
        self.clock.ahead += timedelta(**duration)

    # ------------------------------------------------------------------ the citizen

    def ask(self, citizen: int, text: str) -> int:
        """Write as a citizen."""
        return int(self.people.text(citizen, text))

    def wish(self, citizen: int | None = None) -> None:
        """Ask for a human, and confirm; wait until the case has its topic and its card."""
        who, before = citizen or self.erika, len(self.live_topics())
        self.accept(who)
        self.until(lambda: len(self.live_topics()) == before + 1)
        number = len(self.people.topics(self.group))
        self.until(lambda: any(f"Fall #{number}" in text for text in self.said_in(self.thread(number))))
        self.until_store(lambda: self.case(number).card is not None)

    def accept(self, who: int) -> None:
        """Ask for a human, and confirm."""
        self.ask(who, "/mensch")
        offer = self.seen(who, "Soll ich Sie mit einem Menschen verbinden?")
        self.people.press(who, offer["message_id"], "Ja, bitte verbinden")
        self.seen(who, "Ihr Fall hat die Nummer")

    # ------------------------------------------------------------------ the staff

    def live_topics(self) -> list[Json]:
        """Return the topics that are there."""
        return [topic for topic in self.people.topics(self.group) if not topic["deleted"]]

    def thread(self, number: int = 1) -> int:
        """Return the topic of a case: the newest with its number."""
        found = [topic for topic in self.people.topics(self.group) if topic["name"].startswith(f"#{number} ")]
        return int(found[-1]["message_thread_id"])

    def write(self, clerk: int, text: str, number: int = 1, **place: Any) -> int:
        """Write in a case's topic."""
        return int(self.people.text(clerk, text, chat=self.group, thread=self.thread(number), **place))

    def card(self, number: int = 1) -> Json:
        """Return the latest card of a case."""
        found = [m for m in self.shown(self.group) if f"Fall #{number}: " in m.get("text", "")]
        return found[-1]

    def press(self, clerk: int, button: str, number: int = 1) -> None:
        """Press a button of a card."""
        self.people.press(clerk, self.card(number)["message_id"], button, chat=self.group)

    def take(self, clerk: int | None = None, number: int = 1) -> None:
        """Take a case, and wait until it is taken."""
        self.press(clerk or self.anna, "Übernehmen", number)
        self.until_store(lambda: self.case(number).clerk != "")

    def finish(self, number: int = 1) -> None:
        """Close a case, and wait until it is over."""
        self.write(self.anna, "/abschliessen", number)
        self.until_store(lambda: not self.case(number).is_open)

    def rate(self, how: str) -> Json:
        """Say as a citizen how content they were; return what asks them whether that is all."""
        over = self.seen(self.erika, "Wie zufrieden waren Sie?")
        self.people.press(self.erika, over["message_id"], how)
        return self.seen(self.erika, "Ist Ihr Anliegen damit erledigt?")

    def said_in(self, thread: int) -> list[str]:
        """Return what the bot wrote in a topic."""
        return list(self.people.said(self.group, thread))

    # ------------------------------------------------------------------ looking

    def shown(self, chat: int, thread: int | None = None) -> list[Json]:
        """Return what a chat shows."""
        return list(self.people.shown(chat, thread))

    def texts(self, chat: int, thread: int | None = None) -> list[str]:
        """Return the texts and captions in a chat, service messages apart."""
        found = [m.get("text", m.get("caption", "")) for m in self.shown(chat, thread)]
        return [text for text in found if text]

    def seen(self, chat: int, words: str, thread: int | None = None) -> Json:
        """Wait for a message of the bot with these words; return the latest."""

        def found() -> list[Json]:
            messages = [m for m in self.shown(chat, thread) if m["from"]["id"] == BOT_ID]
            return [m for m in messages if words in str(m.get("text", m.get("caption", "")))]

        self.until(lambda: bool(found()), f"{words!r} in {self.texts(chat, thread)}")
        return found()[-1]

    def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Wait for something in Telegram."""
        assert self.server.until(condition, PATIENCE), what or self.texts(self.group)

    def until_store(self, condition: Callable[[], bool]) -> None:
        """Wait for something in the database."""
        deadline = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert condition()

    def settled(self) -> None:
        """Wait until nothing waits any more, in neither box and for no due moment that is near."""

        def idle() -> bool:
            found = self.running.database.read(
                lambda c: [
                    c.exec_driver_sql(query).scalar()
                    for query in (
                        "SELECT count(*) FROM inbox WHERE state = 'queued'",
                        "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')",
                        "SELECT count(*) FROM case_due WHERE kind IN ('card', 'failure', 'blocked', 'topic')",
                    )
                ]
            )
            return not any(found) and self.server.room.pending() == 0

        self.until_store(idle)
        time.sleep(0.1)  # an update that is confirmed but not kept yet is in no box
        self.until_store(idle)

    def calls(self, method: str) -> list[Json]:
        """Return the parameters of all calls of a method."""
        return [call.params for call in self.server.calls if call.method == method.lower()]

    def number_in(self, text: str) -> int:
        """Return the number of a case in a text."""
        found = re.search(r"#(\d+)", text)
        assert found
        return int(found[1])


def bureau_of(database: Database, group: int, clock: Any, rules: Rules, faq: FaqBase, attachments: Attachments) -> Any:
    """Put the parts of a hand-over together, as the program does."""
    texts = load_texts()
    content = Content(faq, FakeUnderstanding(TABLE).match, texts, 30)
    addresses = SqlAddresses(database)
    key = addresses.group(group, clock.now())
    records = SqlRecords(database)
    bureau = Bureau(key, lambda: content, SqlCases(database), records, rules, attachments)
    members = Members(clock, lambda: addresses.telegram_id(key))
    bot = TelegramHandler(ME, lambda: content, records, bureau.standby)
    handler = Switchboard(key, bot, Handover(ME, bot, bureau), StaffRoom(ME, bureau, addresses, members))
    return handler, members, Minder(bureau, clock).mind


def known_group(database: Database, group: int, clock: Any) -> str:
    """Return the key of the staff group."""
    return SqlAddresses(database).group(group, clock.now())


@contextmanager
def town(
    place: str,
    server: Server,
    *,
    limits: Limits = UNHURRIED,
    hours: Hours | None = None,
    faq: FaqBase = OFFICES,
    forum: bool = True,
    attachments: Attachments = EVERYDAY,
    clock: ShiftedClock | None = None,
    members: tuple[int, int, int, int] | None = None,
    **rules: Any,
) -> Iterator[Town]:
    """Run a town hall until the end of the block."""
    people = server.people
    if members is None:
        anna, bernd = people.citizen("Anna"), people.citizen("Bernd")
        members = (people.group("Team", [anna, bernd], forum=forum), anna, bernd, people.citizen("Erika"))
    group, anna, bernd, erika = members
    clock = clock or ShiftedClock()
    settled = Rules(hours or AlwaysOpen(), **rules)
    options = TelegramOptions(server.token, api_url=server.url, limits=limits)
    with closing(opened(place)) as database:
        handler, known, mind = bureau_of(database, group, clock, settled, faq, attachments)
        more = {"clock": clock, "members": known, "mind": mind, "staff_group": known_group(database, group, clock)}
        service = build(place, database, options, handler=handler, **more)
        running = Running(database, service, echo=None)  # type: ignore[arg-type]
        with _in_thread(running):
            yield Town(server, running, clock, group, anna, bernd, erika)
        assert running.ended == [None], running.ended


Open = Callable[..., AbstractContextManager[Town]]
"""Opens a town hall."""


def ids(messages: list[Json], words: str) -> list[int]:
    """Return the ids of the messages that say this."""
    return [m["message_id"] for m in messages if m.get("text", m.get("caption", "")) == words]
