"""What both sides of a case work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.answers import ways
from bot.case_rules import Rules
from bot.channels.telegram.desk import Desk
from bot.content import Content
from bot.ports import Cases, Records
from bot.standby import Standby


@dataclass(frozen=True)
class Attachments:
    """What may be passed on beside text."""

    kinds: frozenset[str] = frozenset(("photo", "document", "voice"))
    megabytes: int = 20

    def refuses(self, kind: str, size: int) -> str | None:
        """Return why something is not passed on: «unsupported» or «too_large»."""
        if kind not in self.kinds:
            return "unsupported"
        return "too_large" if size > self.megabytes * 1_000_000 else None


@dataclass(frozen=True)
class Bureau:
    """The cases, the rules, and where the clerks are."""

    group: str
    """Key of the staff group's chat; nothing where there is none any more."""
    content: Callable[[], Content]
    cases: Cases
    records: Records
    """What citizens asked the bot."""
    rules: Rules
    attachments: Attachments = Attachments()

    def standby(self, now: datetime) -> Standby:
        """Return what a citizen is told before they decide for a human."""
        hours = self.rules.hours
        opens = "" if hours.is_open(now) else hours.spoken(hours.next_opening(now), now)
        return Standby(hours.described(), opens, len(self.cases.waiting()))

    def is_out_of_reach(self) -> bool:
        """Say whether no clerk would read anything."""
        return not self.group or self.cases.is_blocked(self.group)

    def contact(self) -> str:
        """Return where else citizens may turn, a line each."""
        known = self.content()
        return "\n".join(ways(known.texts, known.faq.contact))

    def desk(self) -> Desk:
        """Return what writes the steps of cases down."""
        content = self.content()
        has_offices = any(entry.department for entry in content.faq.entries)
        return Desk(self.group, content.texts, self.rules.hours, has_offices=has_offices)
