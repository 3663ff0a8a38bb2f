"""Who handles an update: the staff room what happens in the staff group, the hand-over all the rest."""

from datetime import datetime

from bot.channels.telegram.handler import TelegramHandler
from bot.channels.telegram.handover import Handover
from bot.channels.telegram.staff import StaffRoom
from bot.delivery import Message
from bot.ports import Claim, Outcome


class Switchboard:
    """Handles the updates of a bot that hands over to people."""

    def __init__(self, group: str, bot: TelegramHandler, handover: Handover, staff: StaffRoom) -> None:
        self._group = group
        self._bot = bot
        self._handover = handover
        self._staff = staff

    def handle(self, claim: Claim, now: datetime, /) -> Outcome:
        """Return all that an update brings about."""
        if claim.chat == self._group:
            return self._staff.handle(claim, now)
        return self._handover.handle(claim, now)

    def apology(self, claim: Claim, /) -> tuple[Message, ...]:
        """Return what is told to whoever wrote when their update failed too often."""
        return self._staff.apology(claim) if claim.chat == self._group else self._bot.apology(claim)
