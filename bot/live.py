"""The FAQ that is live: read from the file, shared through the database, exchanged while questions are asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import BoundedSemaphore, Event, Lock, Thread

import structlog

from bot.clock import Clock, city_day
from bot.conversation import Decide
from bot.errors import BotError, ConflictError
from bot.faq_file import AUTHOR, FaqFile
from bot.filewatch import FileWatch
from bot.intake import Intake, Propose
from bot.ports import FaqVersions, Understanding
from intents.decision import Decision
from intents.errors import FaqError
from intents.faq import FaqBase, parse_faq
from intents.query import Query

_AT_ONCE = 2
"""Questions that are matched at the same time, whatever FAQ they were asked of: more would only wait for the cores."""
_LOOK_SECONDS = 1.0
_SECOND_LOOK_SECONDS = 0.5
"""How long a file that changed has to stay the same before it is read."""
_STOP_SECONDS = 0.2
_MOST_FINDINGS = 20

Build = Callable[[FaqBase, date], Understanding]
"""Prepares an FAQ for questions of a day."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Live:
    """An FAQ and what was prepared from it; whoever works on a question keeps one and the same."""

    faq: FaqBase
    """Blocked entries are marked in it."""
    understanding: Understanding
    decide: Decide
    day: date
    """The day on which entries have to be valid."""

    @property
    def hash(self) -> str:
        """Content hash of the FAQ."""
        return self.faq.hash

    @property
    def model(self) -> str:
        """Hash of the models."""
        return self.understanding.model


class LiveFaq:
    """Holds the FAQ that is live; `load` first, then `start` to follow the file, the database and the calendar."""

    def __init__(  # noqa: PLR0913 - the composition: each argument is a choice of its own
        self,
        path: Path,
        versions: FaqVersions,
        clock: Clock,
        build: Build,
        *,
        reload: bool = True,
        place: str = "",
        propose: Propose | None = None,
        four_eyes: bool = False,
    ) -> None:
        """Keep the parts; `propose` takes a file that must not go live at once: with `four_eyes` that is every one."""
        self._path = path
        self._versions = versions
        self._clock = clock
        self._build = build
        self._reload = reload
        self._file = FaqFile(path, versions, place)
        self._intake = Intake(self._file, versions, clock, propose, four_eyes=four_eyes)
        self._watched = FileWatch(path)
        self._is_due = False
        """The file has changed and is not dealt with yet."""
        self._is_mirrored = True
        """The file holds what is live, as far as it can."""
        self._refused: str | None = None
        """Hash of a published form that this program cannot read."""
        self._problems: dict[str, str] = {}
        self._live: Live | None = None
        self._blocked: frozenset[str] = frozenset()
        self._exchange = Lock()
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._stop = Event()
        self._threads = (
            Thread(target=self._watch, name="faq-watch", daemon=True),
            Thread(target=self._watch_blocks, name="faq-blocks", daemon=True),
        )

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
        self._file.sweep()
        self._watched.mark()
        try:
            faq, text = self._file.read()
        except FaqError as error:
            if self._versions.active_hash() is None:
                raise
            self._tell("file", error)
        else:
            self._intake.take(faq, text)
        self.look_at_blocks()
        self._show(self._published())
        self._look_at_mirror()

    def start(self) -> None:
        """Follow changes in threads of their own."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; one that is just preparing an FAQ is not waited for."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_STOP_SECONDS)

    def _watch(self) -> None:
        with self._told_at_its_end("watch"):
            while not self._stop.wait(_SECOND_LOOK_SECONDS if self._watched.is_moving else _LOOK_SECONDS):
                self.look()

    def _watch_blocks(self) -> None:
        """Look at blocked entries beside all else: preparing a large FAQ must not hold up a block."""
        with self._told_at_its_end("blocks"):
            while not self._stop.wait(_LOOK_SECONDS):
                try:
                    self.look_at_blocks()
                    self._problems.pop("blocks", None)
                except BotError as error:
                    self._tell("blocks", error)

    @contextmanager
    def _told_at_its_end(self, topic: str) -> Iterator[None]:
        """Tell when a thread ends that must not."""
        try:
            yield
        finally:
            if not self._stop.is_set():
                self._problems[topic] = "Die FAQ wird nicht mehr beobachtet. Bitte den Bot neu starten."
                log.error("faq_watch_ended")

    # -------------------------------------------------------------- one look

    def look(self) -> None:
        """Take in what has changed in the file, the database and the calendar; what is wrong is told once."""
        try:
            self._look_at_file()
            self._look_at_versions()
            self._look_at_calendar()
            if not self._is_mirrored:
                self._look_at_mirror()
            self._problems.pop("watch", None)
        except (BotError, ConflictError) as error:
            if not self._stop.is_set():
                self._tell("watch", error)

    def look_at_blocks(self) -> None:
        """Take blocked entries out of use, and released ones into it; nothing is prepared anew."""
        blocked = self._versions.blocked()
        with self._exchange:
            self._blocked = blocked
            if self._live is not None:
                self._live = self._with_blocks(self._live)

    def _look_at_file(self) -> None:
        """Take in another content of the file; a trouble of the database leaves it due."""
        self._is_due = (self._reload and self._watched.look()) or self._is_due
        if not self._is_due:
            return
        try:
            faq, text = self._file.read()
            self._intake.take(faq, text)
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
                self._show(self._published())
                self._is_mirrored = False
            self._refused = None
            self._problems.pop("version", None)
        except FaqError as error:
            self._refused = hash_
            self._tell("version", error)

    def _look_at_calendar(self) -> None:
        """Let entries begin and end with the city's day."""
        if city_day(self._clock.now()) != self.current().day:
            with self._exchange:
                self._live = self._with_blocks(self.current())

    def _look_at_mirror(self) -> None:
        """Let the file follow what is live, unless it has changed itself."""
        version = self._versions.active()
        moving = self._is_due or (self._reload and self._watched.is_moving)
        if version is None or moving or version.hash != self.current().hash:
            self._is_mirrored = False
            return
        self._is_mirrored = self._file.mirror(version) or not self._reload

    # -------------------------------------------------------------- file and database

    def _published(self) -> FaqBase:
        """Return the FAQ that is live in the database; raises FaqError when this program cannot read it."""
        version = self._versions.active()
        if version is None:
            raise ConflictError
        return parse_faq(version.yaml, str(self._path) if version.author == AUTHOR else version.author)

    def _show(self, faq: FaqBase) -> None:
        """Prepare an FAQ for today, which takes seconds, and exchange it for what is live."""
        today = city_day(self._clock.now())
        understanding = self._build(faq, today)
        made = Live(faq, understanding, self._in_turn(understanding), today)
        log.info("faq_live", faq=faq.hash, model=made.model, entries=len(faq.entries), day=str(today))
        with self._exchange:
            self._live = self._with_blocks(made)

    def _with_blocks(self, live: Live) -> Live:
        """Return the same for today, with the entries out of use that are blocked now."""
        faq, today = live.faq.blocking(self._blocked), city_day(self._clock.now())
        changed = any(
            new.is_valid_on(today) != old.is_valid_on(live.day)
            for new, old in zip(faq.entries, live.faq.entries, strict=True)
        )
        if not changed:
            return live if today == live.day else replace(live, day=today)
        understanding = live.understanding.on(faq, today)
        return Live(faq, understanding, self._in_turn(understanding), today)

    def _in_turn(self, understanding: Understanding) -> Decide:
        """Let few questions be matched at once."""

        def decide(query: Query) -> Decision:
            with self._turns:
                return understanding.match(query)

        return decide

    def _tell(self, topic: str, error: Exception) -> None:
        """Log a problem when it is new, and keep it for who asks."""
        text = str(error) or "Die veröffentlichte FAQ wird gerade an anderer Stelle geändert."
        if self._problems.get(topic) == text:
            return
        self._problems[topic] = text
        for line in text.splitlines()[:_MOST_FINDINGS]:
            log.error("faq_not_taken", topic=topic, finding=line)
