"""Staff accounts and their sessions as values, and the store that keeps them."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.accounts import Account, Role
from bot.clock import CITY_ZONE

LONGEST_NAME = 64
IDLE = timedelta(hours=2)
"""After that long without a page a session is over."""
LONGEST_SESSION = timedelta(hours=12)
DEEDS_KEPT = timedelta(days=730)
"""How long it is known who did what."""
FIRST_PASSWORD_DAYS = 7
"""How long a first password works."""

Notice = Mapping[str, Any]
"""What a page is to show once, as JSON."""


@dataclass(frozen=True)
class Member:
    """A staff account."""

    key: str
    name: str
    role: Role
    created_at: datetime
    password: str | None = None
    """Its hash; None: no password works."""
    first_until: datetime | None = None
    """The password is the first one, works until then, and has to be changed."""
    locked: bool = False
    subject: str | None = None
    """Who it is in the city's single sign-on."""
    login_at: datetime | None = None

    @property
    def account(self) -> Account:
        """What pages know of it."""
        return Account(self.name, self.role, self.key)

    @property
    def state(self) -> str:
        """How it is, in German."""
        if self.locked:
            return "gesperrt"
        if self.first_until:
            return f"Erstpasswort, gültig bis {self.first_until.astimezone(CITY_ZONE):%d.%m.%Y}"
        return "zentrale Anmeldung" if self.subject else "aktiv"


@dataclass(frozen=True)
class Session:
    """Somebody's stay, from login to logout."""

    key: str
    member: Member
    browser: str
    started_at: datetime
    seen_at: datetime
    notice: Notice | None = None

    def is_over(self, now: datetime) -> bool:
        """Say whether it lasted too long, or nothing was done in it for too long."""
        return now - self.seen_at > IDLE or now - self.started_at > LONGEST_SESSION


class StaffStore(Protocol):
    """Keeps accounts, sessions and failed logins; each change is noted in the record as the deed of `who`."""

    def members(self) -> Sequence[Member]:
        """Return all accounts, in no order."""

    def member(self, *, name: str = "", key: str = "", subject: str = "") -> Member | None:
        """Return the account of a name, whatever its case, of a key, or of a subject."""

    def add(self, member: Member, who: str, now: datetime) -> None:
        """Keep a new account; raise ConflictError when the name is taken."""

    def change(self, key: str, values: Mapping[str, Any], deed: tuple[str, str], now: datetime) -> None:
        """Change an account: its values by field, and (who, action) for the record."""

    def remove(self, key: str, who: str, now: datetime) -> None:
        """Delete an account and end its sessions."""

    def begin(self, token_hash: str, session: Session) -> None:
        """Keep a session and note the login."""

    def session(self, token_hash: str) -> Session | None:
        """Return the session of a token."""

    def sessions(self, member: str) -> Sequence[Session]:
        """Return the sessions of an account, the latest first."""

    def touch(self, session: str, now: datetime) -> None:
        """Note that something was done in a session."""

    def leave(self, session: str, notice: Notice | None) -> None:
        """Leave a notice for the next page, or take it away."""

    def end(self, member: str, *, session: str = "", but: str = "") -> int:
        """End sessions of an account: one, or all but one; return how many."""

    def attempt(self, keys: Mapping[str, int], now: datetime, window: timedelta) -> datetime | None:
        """Count an attempt under each key; return when the next may be made if one has more than its most."""

    def forgive(self, whole: str, once: str) -> None:
        """Forget all attempts that were counted under the one key, and one attempt under the other."""

    def tidy(self, now: datetime, window: timedelta) -> None:
        """Delete sessions that are over, attempts and deeds of long ago."""


def folded(name: str) -> str:
    """Return what tells names apart: not their case, not the number of spaces."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def plain_name(name: str) -> str:
    """Return a name without what cannot be seen; raises ValueError, with a German sentence, for one that cannot be."""
    found = " ".join(unicodedata.normalize("NFC", name).split())
    if not found:
        raise ValueError("Der Name fehlt.")
    if len(found) > LONGEST_NAME:
        raise ValueError(f"Der Name darf höchstens {LONGEST_NAME} Zeichen haben.")
    if not found.isprintable():
        raise ValueError("Der Name enthält Zeichen, die man nicht sieht.")
    return found
