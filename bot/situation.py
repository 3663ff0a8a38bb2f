"""Everything a turn of the conversation depends on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import city_day
from bot.standby import Standby
from bot.state import ChatState
from bot.texts import Texts
from intents.faq import FaqBase, FaqEntry


@dataclass(frozen=True)
class Situation:
    """The chat, the moment, and what the bot knows."""

    state: ChatState
    now: datetime
    faq: FaqBase
    texts: Texts
    keep_days: int = 30
    """How many days the text of a question is kept."""
    rights: bool = False
    """The channel knows /auskunft and /loeschen."""
    standby: Callable[[], Standby] | None = None
    """Who may be spoken to instead of the bot; None where the bot hands over to nobody."""
    stays_open: Callable[[int], bool] | None = None
    """Whether a question, by its number, has no answer yet; None where the bot cannot tell it later."""

    @property
    def today(self) -> date:
        """The calendar day in the city."""
        return city_day(self.now)

    def entry(self, entry_id: str | None) -> FaqEntry | None:
        """Return an entry that may be shown today, None when it is unknown or out of date."""
        found = self.faq.get(entry_id) if entry_id else None
        return found if found and found.is_valid_on(self.today) else None
