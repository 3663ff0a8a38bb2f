"""What becomes of a change that somebody made in the FAQ's file: it goes live, or waits as a draft."""

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.errors import ConflictError
from bot.faq_file import AUTHOR, FaqFile
from bot.ports import FaqVersion, FaqVersions
from intents.faq import FaqBase

_TRIES = 5

Propose = Callable[[str, str, datetime], None]
"""Keeps a text as a draft, made of the form with this hash."""

log = structlog.get_logger(__name__)


class Intake:
    """Takes the file in; `propose` takes what must not go live at once, with `four_eyes` every change."""

    def __init__(
        self, file: FaqFile, versions: FaqVersions, clock: Clock, propose: Propose | None, *, four_eyes: bool
    ) -> None:
        self._file = file
        self._versions = versions
        self._clock = clock
        self._propose = propose
        self._four_eyes = four_eyes

    def take(self, faq: FaqBase, text: str) -> None:
        """Publish what is new in the file, or keep it as a draft; raises ConflictError while others publish."""
        if not self._file.is_new(faq.hash):
            return
        for left in reversed(range(_TRIES)):
            try:
                self._try(faq, text)
                break
            except ConflictError:
                if not left:
                    raise
        self._file.taken(faq.hash)

    def _try(self, faq: FaqBase, text: str) -> None:
        live = self._versions.active_hash()
        if live == faq.hash:
            return
        if self._propose and live and self._must_wait(live):
            self._wait(self._propose, text, live)
        else:
            version = FaqVersion(faq.hash, text, AUTHOR, self._clock.now())
            self._versions.publish(version, instead_of=live)

    def _must_wait(self, live: str) -> bool:
        """Say whether the file's change is a draft: each one with four eyes, else one that knows not what is live."""
        return self._four_eyes or (self._versions.author_of(live) != AUTHOR and live not in self._file.before())

    def _wait(self, propose: Propose, text: str, live: str) -> None:
        before = self._file.before()
        base = live if live in before or not before else sorted(before)[0]
        propose(text, base, self._clock.now())
        log.info("faq_draft_from_file", path=str(self._file.path), base=base)
