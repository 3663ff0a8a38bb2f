"""Handles one event of a chat: load, decide, commit, and only then reply."""

from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.conversation import Decide, step
from bot.effects import Effect, Leave, marks_in, notes_in, replies_in
from bot.errors import BotError, ConflictError
from bot.events import Event
from bot.journal import question_from
from bot.logs import places
from bot.ports import Chats, Outcome
from bot.replies import Reply
from bot.situation import Situation
from bot.state import ChatState
from bot.texts import Texts
from intents.faq import FaqBase

_ATTEMPTS = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Handled:
    """What the channel has to do after an event."""

    replies: tuple[Reply, ...]
    over: bool = False
    """The citizen has ended the chat."""


@dataclass(frozen=True)
class Worker:
    """Carries the conversation of all chats of one channel."""

    chats: Chats
    clock: Clock
    decide: Decide
    faq: FaqBase
    texts: Texts
    keep_days: int

    def handle(self, chat: str, event: Event) -> Handled:
        """Return the replies to an event; what it changes is committed before."""
        for _ in range(_ATTEMPTS):
            try:
                return self._turn(chat, event)
            except ConflictError:
                log.info("turn_repeated", chat=chat)
        return Handled((Reply(self.texts.error),))

    def _turn(self, chat: str, event: Event) -> Handled:
        """Take one turn; matching happens while no transaction is open."""
        saved = self.chats.load(chat)
        now = self.clock.now()
        situation = Situation(saved.state.forgetting(now), now, self.faq, self.texts, self.keep_days)
        stepped = self._stepped(situation, event)
        if stepped is None:
            return Handled((Reply(self.texts.error),))
        state, effects = stepped
        questions = tuple(question_from(note, now, self.keep_days) for note in notes_in(effects))
        outcome = Outcome(state.forgetting(now), questions, marks_in(effects))
        self.chats.commit(chat, saved.version, outcome, now)
        return handled(effects)

    def end(self, chat: str) -> None:
        """Forget what was said in a chat that is over."""
        for _ in range(_ATTEMPTS):  # a second look costs one read and finds nothing left
            saved = self.chats.load(chat)
            if saved.state.last_question:
                with suppress(ConflictError):
                    self.chats.commit(chat, saved.version, Outcome(saved.state.without_context()), self.clock.now())

    def _stepped(self, situation: Situation, event: Event) -> tuple[ChatState, tuple[Effect, ...]] | None:
        """Take the step; one that fails is logged without the citizen's words."""
        try:
            return step(situation, event, self.decide)
        except BotError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad message must not end the service
            log.error(  # noqa: TRY400 - a traceback may quote the citizen
                "turn_failed", event_kind=type(event).__name__, error=type(error).__name__
            )
            log.debug("turn_failed_at", at=places(error))
            return None


def handled(effects: tuple[Effect, ...]) -> Handled:
    """Return what is left to do for the channel."""
    return Handled(replies_in(effects), over=any(isinstance(effect, Leave) for effect in effects))
