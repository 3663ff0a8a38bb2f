"""What the bot knows at a moment; a changed FAQ swaps it as a whole."""

from dataclasses import dataclass
from datetime import datetime

from bot.conversation import Decide
from bot.situation import Situation
from bot.state import ChatState
from bot.texts import Texts
from intents.faq import FaqBase


@dataclass(frozen=True)
class Content:
    """The FAQ, what decides about questions to it, and the bot's own sentences."""

    faq: FaqBase
    decide: Decide
    texts: Texts
    keep_days: int
    """How many days the text of a question is kept."""

    def situation(self, state: ChatState, now: datetime, *, rights: bool = False) -> Situation:
        """Return the situation of a chat at a moment."""
        return Situation(state.forgetting(now), now, self.faq, self.texts, self.keep_days, rights)
