"""Tells citizens later what the bot could not answer at first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from bot.answers import answer_reply, quoted, redirect_reply
from bot.content import Content
from bot.delivery import NEWS, Message, MessageKind
from bot.replies import Reply
from bot.situation import Situation
from bot.state import ChatState
from intents.faq import FaqEntry, Kind
from intents.query import Query

Render = Callable[[Reply], Sequence[Mapping[str, Any]]]
"""Turns a reply into what the channel sends."""


@dataclass(frozen=True)
class Waiting:
    """A question whose citizen wants to hear of an answer."""

    question: int
    """Id in the log."""
    at: datetime
    text: str
    is_held: bool
    """The citizen blocked the bot or speaks with a person, and is not told just now."""
    group: int | None = None
    """Of questions that ask the same; None: not grouped yet."""


@dataclass(frozen=True)
class Asker:
    """A citizen who is told now."""

    chat: str
    text: str
    """What they asked."""
    plain: bool
    """They want plain language."""


class Notices(Protocol):
    """Keeps who wants to hear of an answer."""

    def waiting(self) -> Sequence[Waiting]:
        """Return what citizens wait for, the oldest question first."""

    def answered_by(self) -> Mapping[int, str]:
        """Return, by group, the entry that its wordings were last given to."""

    def tell(
        self,
        wanted: Collection[int],
        entry: str,
        compose: Callable[[Asker], Sequence[Message]],
        who: str,
        now: datetime,
    ) -> int:
        """Hand some citizens' messages to the outbox, each once; return how many, 0 when nobody is left."""


@dataclass(frozen=True)
class Telling:
    """Tells citizens of answers that are live by now."""

    notices: Notices
    render: Render
    content: Callable[[], Content]

    def send(self, wanted: Collection[int], entry: str, who: str, now: datetime) -> int:
        """Tell who waits for these questions what an entry says, if it is live; return how many were told.

        To be called again after a crash: nobody is told twice.
        """
        situation = self._situation(now)
        found = situation.entry(entry)
        if found is None:
            return 0

        def compose(asker: Asker) -> tuple[Message, ...]:
            own = replace(situation, state=ChatState(plain=asker.plain))
            return news(asker.chat, self.render(answer_to(own, asker.text, found)))

        told = 0
        while count := self.notices.tell(wanted, entry, compose, who, now):
            told += count
        return told

    def waiting_in(self, group: int) -> int:
        """Count the questions of a group of whose answer somebody wants to hear."""
        return sum(one.group == group for one in self.notices.waiting())

    def live_entry(self, entry: str, now: datetime) -> FaqEntry | None:
        """Return an entry if citizens may get it now."""
        return self._situation(now).entry(entry)

    def words(self, question: str, entry: str, now: datetime) -> tuple[str, ...]:
        """Return what is sent to who asked a question, without its mark-up; nothing where the entry is not live."""
        found = self.live_entry(entry, now)
        reply = answer_to(self._situation(now), question, found) if found else None
        return tuple(str(payload["plain"]) for payload in self.render(reply)) if reply else ()

    def entry_for(self, question: str) -> str | None:
        """Return the entry with which the bot answers a question by now."""
        return self.content().decide(Query(question)).entry

    def _situation(self, now: datetime) -> Situation:
        return self.content().situation(ChatState(), now)


def answer_to(situation: Situation, question: str, entry: FaqEntry) -> Reply:
    """Return what a citizen is told: their question, and the answer that there is now."""
    full = (redirect_reply if entry.kind is Kind.REDIRECT else answer_reply)(situation, entry)
    lead = situation.texts.notice_answer.format(frage=quoted(question))
    return Reply(f"{lead}\n\n{full.text}", full.notes)


def news(chat: str, payloads: Sequence[Mapping[str, Any]], priority: int = NEWS) -> tuple[Message, ...]:
    """Return messages nobody waits for just now: in a lane of their own, so that answers overtake them."""
    return tuple(
        Message(chat, MessageKind.TEXT, payload, lane=f"news:{chat}", priority=priority, follows=place > 0)
        for place, payload in enumerate(payloads)
    )
