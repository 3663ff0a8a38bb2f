"""Tells citizens that an earlier answer was wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.answers import quoted
from bot.content import Content
from bot.delivery import ASIDE, Message
from bot.notices import Render, news
from bot.replies import Reply
from bot.texts import Texts
from intents.faq import FaqBase


@dataclass(frozen=True)
class Correction:
    """What is sent to everybody who got an entry's answer since a moment."""

    key: str
    """Of the form that it was written in: the same form is sent once."""
    entry: str
    since: datetime
    text: str
    author: str
    at: datetime
    chats: int = 0
    """How many get it."""
    left: int = 0
    """How many of them are still to be handed to the outbox: 0 unless a send was cut off."""


class Corrections(Protocol):
    """Keeps what was corrected, and knows who got what."""

    def start(self, correction: Correction) -> bool:
        """Write down a correction and who gets it; return False when that was done before."""

    def hand_over(self, key: str, compose: Callable[[str], Sequence[Message]]) -> int:
        """Hand some messages to the outbox, each once; return how many, 0 when nobody is left."""

    def latest(self, most: int) -> Sequence[Correction]:
        """Return what was corrected, the latest first."""

    def find(self, key: str) -> Correction | None:
        """Return a correction."""


@dataclass(frozen=True)
class Correcting:
    """Sends corrections."""

    corrections: Corrections
    render: Render
    content: Callable[[], Content]

    def __call__(self, key: str, entry: str, since: datetime, text: str, who: str, now: datetime, /) -> int:
        """Send a text to who got an entry since a moment; return to how many chats. Each key is sent once."""
        self.corrections.start(Correction(key, entry, since, text, who, now))
        self.resume(key)
        found = self.corrections.find(key)
        return found.chats if found else 0

    def resume(self, key: str) -> int:
        """Hand over what is left of a correction, as after a crash; return how many messages that were."""
        found, sent = self.corrections.find(key), 0
        if found is None:
            return 0
        payloads = self.render(self.reply(found.entry, found.text))
        while count := self.corrections.hand_over(key, lambda chat: news(chat, payloads, ASIDE)):
            sent += count
        return sent

    def words(self, entry: str, text: str, /) -> tuple[str, ...]:
        """Return what citizens would read, without its mark-up."""
        return tuple(str(payload["plain"]) for payload in self.render(self.reply(entry, text)))

    def reply(self, entry: str, text: str) -> Reply:
        """Return what citizens read."""
        content = self.content()
        return correction_reply(content.texts, content.faq, entry, text)


def correction_reply(texts: Texts, faq: FaqBase, entry: str, text: str) -> Reply:
    """Return what citizens read: which answer was wrong, and what an editor wrote."""
    found = faq.get(entry)
    lead = texts.correction.format(frage=quoted(found.question)) if found else texts.correction_plain
    return Reply(f"{lead}\n\n{text.strip()}")
