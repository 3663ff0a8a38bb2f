"""The FAQ that is live: read from the file, shared through the database, exchanged while questions are asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread

import structlog

from bot.clock import Clock, city_day
from bot.conversation import Decide
from bot.errors import BotError, ConflictError
from bot.filewatch import FileWatch
from bot.ports import FaqVersion, FaqVersions, Understanding
from intents.decision import Decision
from intents.errors import FaqError
from intents.faq import DEFAULT_NAME, FaqBase, parse_faq, read_faq
from intents.query import Query

AUTHOR = DEFAULT_NAME
"""Who wrote a form that came from the file."""

_AT_ONCE = 2
"""Questions that are matched at the same time, whatever FAQ they were asked of: more would only wait for the cores."""
_LOOK_SECONDS = 1.0
_SECOND_LOOK_SECONDS = 0.3
"""How long a file that changed has to stay the same before it is read."""
_STOP_SECONDS = 1.0
_TRIES = 5
_MOST_FINDINGS = 20

Build = Callable[[FaqBase, date], Understanding]
"""Prepares an FAQ for questions of a day."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Live:
    """An FAQ and what was prepared from it; whoever works on a question keeps one and the same."""

    faq: FaqBase
    decide: Decide
    model: str
    """Hash of the models."""
    day: date
    """The day on which entries have to be valid."""

    @property
    def hash(self) -> str:
        """Content hash of the FAQ."""
        return self.faq.hash


class LiveFaq:
    """Holds the FAQ that is live; `load` first, then `start` to follow the file, the database and the calendar."""

    def __init__(self, path: Path, versions: FaqVersions, clock: Clock, build: Build, *, reload: bool = True) -> None:
        self._path = path
        self._versions = versions
        self._clock = clock
        self._build = build
        self._reload = reload
        self._file = FileWatch(path)
        self._file_hash: str | None = None
        """Of the last usable content of the file."""
        self._is_due = False
        """The file has changed and is not dealt with yet."""
        self._refused: str | None = None
        """Hash of a published form that this program cannot read."""
        self._problems: dict[str, str] = {}
        self._live: Live | None = None
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="faq-watch", daemon=True)

    # -------------------------------------------------------------- what others ask

    def current(self) -> Live:
        """Return what is live now."""
        if self._live is None:
            raise RuntimeError("load comes first")
        return self._live

    @property
    def is_loaded(self) -> bool:
        """Say whether questions can be answered."""
        return self._live is not None

    def problem(self) -> str | None:
        """Say what keeps a newer form from going live; a line for each finding."""
        return "\n".join(self._problems.values()) or None

    # -------------------------------------------------------------- start and stop

    def load(self) -> None:
        """Import the file if its content is new, and prepare what is live; raises FaqError where there is nothing."""
        self._file.mark()
        try:
            faq, text = self._read()
        except FaqError as error:
            if self._versions.active_hash() is None:
                raise
            self._tell("file", error)
        else:
            if faq.hash != self._versions.last_hash(AUTHOR):
                self._publish(faq, text)
            self._file_hash = faq.hash
        self._live = self._prepared(self._published())

    def start(self) -> None:
        """Follow changes in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that is just preparing an FAQ is not waited for."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _watch(self) -> None:
        try:
            while not self._stop.wait(_SECOND_LOOK_SECONDS if self._file.is_moving else _LOOK_SECONDS):
                self.look()
        finally:
            if not self._stop.is_set():
                self._problems["watch"] = "Die FAQ wird nicht mehr beobachtet. Bitte den Bot neu starten."
                log.error("faq_watch_ended")

    # -------------------------------------------------------------- one look

    def look(self) -> None:
        """Take in what has changed in the file, the database and the calendar; what is wrong is told once."""
        try:
            self._look_at_file()
            self._look_at_versions()
            self._look_at_calendar()
            self._problems.pop("watch", None)
        except (BotError, ConflictError) as error:
            if not self._stop.is_set():
                self._tell("watch", error)

    def _look_at_file(self) -> None:
        """Publish another content of the file; a trouble of the database leaves it due."""
        self._is_due = (self._reload and self._file.look()) or self._is_due
        if not self._is_due:
            return
        try:
            faq, text = self._read()
            if faq.hash != self._file_hash:
                self._publish(faq, text)
            self._problems.pop("file", None)
        except FaqError as error:
            self._tell("file", error)
        self._is_due = False

    def _look_at_versions(self) -> None:
        """Prepare another form that was made live, here or elsewhere."""
        hash_ = self._versions.active_hash()
        if hash_ in (None, self._refused):
            return
        try:
            if hash_ != self.current().hash:
                self._live = self._prepared(self._published())
            self._refused = None
            self._problems.pop("version", None)
        except FaqError as error:
            self._refused = hash_
            self._tell("version", error)

    def _look_at_calendar(self) -> None:
        """Let entries begin and end with the city's day."""
        live, today = self.current(), city_day(self._clock.now())
        if today == live.day:
            return
        changed = any(entry.is_valid_on(today) != entry.is_valid_on(live.day) for entry in live.faq.entries)
        self._live = self._prepared(live.faq) if changed else replace(live, day=today)

    # -------------------------------------------------------------- file and database

    def _read(self) -> tuple[FaqBase, str]:
        """Return the file's FAQ and text; raises FaqError."""
        content = read_faq(self._path)
        return parse_faq(content, str(self._path)), content.decode()

    def _publish(self, faq: FaqBase, text: str) -> None:
        """Make the file's form live, whatever is live now; raises ConflictError when others publish all the time."""
        for left in reversed(range(_TRIES)):
            live = self._versions.active_hash()
            if live == faq.hash:
                break
            try:
                version = FaqVersion(faq.hash, text, AUTHOR, self._clock.now())
                self._versions.publish(version, instead_of=live)
                break
            except ConflictError:
                if not left:
                    raise
        self._file_hash = faq.hash

    def _published(self) -> FaqBase:
        """Return the FAQ that is live in the database; raises FaqError when this program cannot read it."""
        version = self._versions.active()
        if version is None:
            raise ConflictError
        return parse_faq(version.yaml, str(self._path) if version.author == AUTHOR else version.author)

    def _prepared(self, faq: FaqBase) -> Live:
        """Prepare an FAQ for today; seconds."""
        today = city_day(self._clock.now())
        understanding = self._build(faq, today)
        log.info("faq_live", faq=faq.hash, model=understanding.model, entries=len(faq.entries), day=str(today))
        return Live(faq, self._in_turn(understanding.match), understanding.model, today)

    def _in_turn(self, match: Decide) -> Decide:
        """Let few questions be matched at once."""

        def decide(query: Query) -> Decision:
            with self._turns:
                return match(query)

        return decide

    def _tell(self, topic: str, error: Exception) -> None:
        """Log a problem when it is new, and keep it for who asks."""
        text = str(error) or "Die veröffentlichte FAQ wird gerade an anderer Stelle geändert."
        if self._problems.get(topic) == text:
            return
        self._problems[topic] = text
        for line in text.splitlines()[:_MOST_FINDINGS]:
            log.error("faq_not_taken", topic=topic, finding=line)
