"""What processes of their own do with a store: work side by side, and die in the middle."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from bot.delivery import Arrival, Message, MessageKind
from bot.errors import ConflictError
from bot.journal import Question
from bot.ports import Claim, Outcome
from bot.store.database import Database
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox
from intents.decision import Embedding
from tests.fakes import NOW

BOT = 42
MEANING = Embedding("fake-1", bytes(range(256)) * 4)
ARRIVAL = Arrival(BOT, 1, 700, b"{}")


def opened(place: str) -> Database:
    """Open the database at an address or in a file."""
    return Database.on_server(place) if place.startswith("postgresql") else Database.at(Path(place))


def outcome_of(claim: Claim, *messages: Message) -> Outcome:
    """Return what one question brings about: it is counted, logged with its text, and answered."""
    number = claim.saved.state.asked + 1
    text = b" ".join(part.raw for part in claim.parts).decode()
    question = Question(number, NOW, text, "answer", "clear", "a", 0.9, (), "f", "m", embedding=MEANING)
    return Outcome(replace(claim.saved.state, asked=number), (question,), messages=messages)


@dataclass(frozen=True)
class Marks:
    """A folder in which whoever holds a chat puts a file of its name."""

    folder: Path

    def begin(self, chat: str) -> None:
        """Put the file; note when somebody else has put it."""
        try:
            os.close(os.open(self.folder / chat, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            (self.folder / "VIOLATED").touch()

    def end(self, chat: str) -> None:
        """Take the file away."""
        (self.folder / chat).unlink()


def work_all(place: str, folder: str, threads: int, total: int) -> None:
    """Handle updates with several threads until as many as wanted are logged."""
    with closing(opened(place)) as database:
        inbox, marks = SqlInbox(database), Marks(Path(folder))
        workers = [threading.Thread(target=_work, args=(database, inbox, marks, total)) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


def _work(database: Database, inbox: SqlInbox, marks: Marks, total: int) -> None:
    """Claim, hold for a moment, finish; stop when nothing is left."""
    count = sa.text("SELECT count(*) FROM question")
    while True:
        claim = inbox.claim(NOW)
        if claim is None:
            if database.read(lambda connection: connection.scalar(count)) >= total:
                return
            time.sleep(0.02)
            continue
        marks.begin(claim.chat)
        marks.end(claim.chat)
        try:
            inbox.finish(claim, outcome_of(claim), NOW)
        except ConflictError:
            (marks.folder / "CONFLICT").touch()


def live_until(place: str, sent: str, moment: int) -> None:
    """Take one question its whole way, and die at a moment: before a statement, a commit or a call."""
    ticks = iter(range(moment))

    def tick(*_: object) -> None:
        if next(ticks, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", tick)
    sa.event.listen(sa.Engine, "commit", tick)
    with closing(opened(place)) as database:
        live(database, Path(sent), tick)


def live(database: Database, sent: Path, tick: Callable[[], None] = lambda: None) -> None:
    """Take one question from its arrival to the last message sent."""
    inbox, outbox = SqlInbox(database), SqlOutbox(database)
    tick()
    inbox.put([ARRIVAL], NOW)
    tick()
    if claim := inbox.claim(NOW):
        tick()
        text = Message(claim.chat, MessageKind.TEXT, {"text": "Antwort"})
        clerk = Message(claim.chat, MessageKind.CLERK, {"text": "Guten Tag"}, follows=True)
        inbox.finish(claim, outcome_of(claim, text, clerk), NOW)
    tick()
    while taken := outbox.take(NOW, most=1):
        tick()
        with sent.open("a", encoding="utf-8") as file:
            file.write(f"{taken[0].kind}\n")
        tick()
        outbox.sent(taken[0].id, 1, NOW)
        tick()
