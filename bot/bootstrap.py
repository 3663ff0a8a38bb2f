"""The composition root: puts store, channel, conversation and language understanding together."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from rich.console import Console

from bot.channels.console import chat_at_terminal, chat_in_pipe, is_terminal
from bot.channels.telegram.options import Limits, TelegramOptions, Webhook
from bot.clock import Clock, SystemClock, city_day
from bot.delivery import DEAD_KEPT, DONE_KEPT
from bot.errors import BotError, SettingsError
from bot.events import Event
from bot.going_live import GoingLive, Rules
from bot.jobs import Launcher, Processes
from bot.journal import Question
from bot.live import LiveFaq
from bot.logins import WINDOW
from bot.ports import Understanding
from bot.publishing import Publishing
from bot.recall import UnwrittenChats
from bot.settings import Settings
from bot.situation import Situation
from bot.state import ChatState
from bot.store.addresses import new_key
from bot.store.case_words import forget_topics, forget_words
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from bot.store.locks import running
from bot.store.questions import forget, questions_since
from bot.store.retention import forget_copies, forget_dead_letters, purge
from bot.store.staff import SqlStaff
from bot.texts import Texts, load_texts
from bot.understanding import Progress, build_understanding
from bot.worker import Handled, Worker
from intents.decision import Decision
from intents.errors import Finding
from intents.faq import FaqBase, load_faq
from intents.query import Query

if TYPE_CHECKING:
    from bot.store.migrate import Status

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Wiring:
    """The parts that a test replaces."""

    clock: Clock
    understanding: Callable[[Settings, FaqBase, date, Progress | None], Understanding]
    launcher: Launcher = field(default_factory=Processes)
    """Starts long jobs."""


PRODUCTION = Wiring(SystemClock(), build_understanding)


@dataclass(frozen=True)
class App:
    """Settings, parts and content of one run of the program."""

    settings: Settings
    wiring: Wiring
    texts: Texts
    faq: FaqBase

    @classmethod
    def from_settings(cls, settings: Settings, wiring: Wiring, faq: Path | None = None) -> "App":
        """Load the content; raises FaqError, SettingsError and TextsError."""
        if faq is None:
            _look_for(settings.faq_path)
        return cls(settings, wiring, load_texts(), load_faq(faq or settings.faq_path))

    def understanding(self) -> Understanding:
        """Prepare the language understanding, with progress for a person who waits."""
        progress = progress_line(self.texts.console_preparing) if sys.stderr.isatty() else None
        today = city_day(self.wiring.clock.now())
        return self.wiring.understanding(self.settings, self.faq, today, progress)

    def situation(self) -> Situation:
        """Return the situation of a chat in which nothing was said but who the bot is."""
        state = ChatState(introduced=True)
        days = self.settings.question_retention_days
        return Situation(state, self.wiring.clock.now(), self.faq, self.texts, days)


def _look_for(path: Path) -> None:
    """Name the setting if there is no such file; what else is wrong with it is told when it is read."""
    try:
        path.stat()
    except FileNotFoundError:
        raise SettingsError(f"FAQ_PATH: {path.absolute()}: Datei nicht gefunden") from None
    except OSError:
        return


def talk(app: App) -> None:
    """Hold a terminal chat, or answer the lines of a pipe; Ctrl-C ends it at any moment."""
    with suppress(KeyboardInterrupt):
        _talk(app)


def _talk(app: App) -> None:
    database = open_database(app.settings)
    try:
        forget_old(database, app.settings, app.wiring.clock)
        with console_chat(app, database) as handle:
            if is_terminal():
                chat_at_terminal(handle, app.texts, Console(highlight=False))
            else:
                chat_in_pipe(handle, sys.stdin.buffer, sys.stdout)
    finally:
        database.close()


@contextmanager
def console_chat(app: App, database: Database) -> Iterator[Callable[[Event], Handled]]:
    """Give what takes the events of one new terminal chat; however it ends, what was said last is forgotten."""
    days = app.settings.question_retention_days
    stored = SqlChats(database, "console")
    chats = stored if days else UnwrittenChats(stored)
    decide = app.understanding().match
    worker = Worker(chats, app.wiring.clock, decide, app.faq, app.texts, days)
    key = new_key()
    try:
        yield lambda event: worker.handle(key, event)
    finally:
        worker.end(key)


def live_faq(settings: Settings, wiring: Wiring, database: Database) -> LiveFaq:
    """Return the FAQ that follows file, database and calendar; nothing is read yet."""

    def build(faq: FaqBase, today: date) -> Understanding:
        return wiring.understanding(settings, faq, today, None)

    place = f"{os.uname().nodename}:{settings.faq_path}" if database.is_server else str(settings.faq_path)
    return LiveFaq(
        settings.faq_path,
        SqlFaqVersions(database),
        wiring.clock,
        build,
        reload=settings.faq_reload,
        place=place,
        propose=going_live(settings, database).propose,
        four_eyes=settings.four_eyes,
    )


def going_live(settings: Settings, database: Database) -> GoingLive:
    """Return what may happen to drafts of the FAQ."""
    return GoingLive(Publishing(SqlDrafts(database)), Rules(settings.four_eyes))


def telegram_options(settings: Settings) -> TelegramOptions | None:
    """Return how to reach Telegram; None without a token."""
    if settings.telegram_bot_token is None:
        return None
    return TelegramOptions(
        token=settings.telegram_bot_token.get_secret_value(),
        api_url=settings.telegram_api_url,
        proxy_url=settings.telegram_proxy_url.get_secret_value() if settings.telegram_proxy_url else None,
        ca_file=settings.telegram_ca_file,
        webhook=_webhook(settings),
        limits=Limits(
            overall_per_second=settings.send_per_second,
            private_per_second=settings.send_per_chat,
            private_burst=settings.send_chat_burst,
            group_per_minute=settings.send_per_group_minute,
        ),
    )


def _webhook(settings: Settings) -> Webhook | None:
    """Return where Telegram delivers; the settings hold both parts or none."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    return Webhook(settings.webhook_url, settings.webhook_secret.get_secret_value())


def lint_file(app: App, path: Path, tests: Path | None = None) -> tuple[Finding, ...]:
    """Return what is to be improved in the FAQ that was read from a file.

    `tests` is the folder of test wordings; without it the one beside the file counts, if it names its entries.
    """
    from intents.lint import lint
    from intents.lint_coverage import FOLDER, names_entries
    from intents.matcher import Matcher

    understanding = app.understanding()
    beside = path.parent / FOLDER
    today = city_day(app.wiring.clock.now())
    progress = progress_line(app.texts.console_checking) if sys.stderr.isatty() else None

    def ask(texts: Sequence[str]) -> list[Decision]:
        return understanding.match_many([Query(text) for text in texts])

    findings = lint(
        app.faq,
        today=today,
        match=ask,
        index=understanding.index if isinstance(understanding, Matcher) else None,
        tests=tests or (beside if names_entries(app.faq, beside) else None),
        progress=progress,
    )
    return tuple(findings)


def progress_line(template: str) -> Progress:
    """Return a progress line on stderr that vanishes when all is done."""

    def tell(done: int, total: int) -> None:
        line = template.format(prozent=100 * done // max(total, 1))
        end = f"\r{' ' * len(line)}\r" if done >= total else ""
        sys.stderr.write(f"\r{line}{end}")
        sys.stderr.flush()

    return tell


def open_database(settings: Settings) -> Database:
    """Open the database in its current form."""
    from bot.store.migrate import make_ready  # alembic is slow to import, and `ask` needs no database

    database = connect(settings)
    try:
        make_ready(database)
    except BaseException:
        database.close()
        raise
    return database


def connect(settings: Settings) -> Database:
    """Return the database that the settings name; it connects at the first unit of work."""
    url = settings.server_url
    return Database.on_server(url) if url else Database.at(settings.database_path)


def upgrade_database(settings: Settings) -> str:
    """Create or migrate the tables; return where."""
    from bot.store.migrate import upgrade

    with closing(connect(settings)) as database:
        upgrade(database)
        return str(database.place)


def database_status(settings: Settings) -> tuple[str, "Status"]:
    """Return where the database is, and in which form."""
    from bot.store.migrate import status

    with closing(connect(settings)) as database:
        return str(database.place), status(database)


def back_up(settings: Settings, target: Path) -> Path:
    """Copy the database whole; a server has its own tools for that."""
    from bot.store.migrate import backup

    if settings.server_url:
        raise BotError("«db backup» sichert nur SQLite. Eine PostgreSQL-Datenbank sichert pg_dump.")
    return backup(settings.database_path, target)


@contextmanager
def sole_run(settings: Settings) -> Iterator[None]:
    """Keep a second bot from running on the same SQLite file; a server is made for several."""
    if settings.server_url:
        yield
        return
    with running(settings.database_path):
        yield


def forget_old(database: Database, settings: Settings, clock: Clock) -> int:
    """Delete what was handled long ago and the question texts whose time is over; return how many texts."""
    now = clock.now()
    before = now - timedelta(days=settings.question_retention_days)
    purge(database, now, before)
    forget_dead_letters(database, before)
    forget_copies(database, max(now - DEAD_KEPT, min(before, now - DONE_KEPT)))
    database.write(lambda connection: forget_words(connection, before))
    database.write(lambda connection: forget_topics(connection, before, now))
    SqlStaff(database).tidy(now, WINDOW)
    return forget(database, now=now, before=before)


def logged_questions(database: Database, days: int, clock: Clock) -> list[Question]:
    """Return the logged questions of the last days whose text is still there."""
    return questions_since(database, clock.now() - timedelta(days=days))
