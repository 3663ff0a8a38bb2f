"""Logging in and out, passwords, sessions: use cases of staff accounts."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.accounts import Role
from bot.errors import ConflictError
from bot.passwords import Passwords, first_password, weakness
from bot.staff import FIRST_PASSWORD_DAYS, LONGEST_NAME, Member, Notice, Session, StaffStore, folded, plain_name

WINDOW = timedelta(minutes=15)
"""Failed logins count together for so long."""
MOST_PER_NAME, MOST_PER_ADDRESS = 5, 30
SSO = "Zentrale Anmeldung"
"""Who did it, in the record."""
_MOST_NAMESAKES = 100
_TOUCH = timedelta(minutes=1)
_LONGEST_BROWSER = 200


@dataclass(frozen=True)
class Opened:
    """A login that worked; the token goes into the cookie and is stored nowhere."""

    token: str


@dataclass(frozen=True)
class Refused:
    """A login that did not work."""

    retry_at: datetime | None = None
    """There were too many; the next counts from then on."""


class Logins:
    """What may be done with accounts and sessions."""

    def __init__(self, store: StaffStore, passwords: Passwords) -> None:
        self.store = store
        self._passwords = passwords

    # -------------------------------------------------------------- logging in and out

    def log_in(self, name: str, password: str, *, address: str, browser: str, now: datetime) -> Opened | Refused:
        """Check name and password; the attempt is counted before, so that many at once are not more than allowed."""
        by_name, by_address = _counted("name", folded(name)), _counted("address", address)
        retry_at = self.store.attempt({by_name: MOST_PER_NAME, by_address: MOST_PER_ADDRESS}, now, WINDOW)
        if retry_at:
            return Refused(retry_at)
        member = self.store.member(name=name)
        if (
            not self._passwords.is_right(_typed(password, member), member.password if member else None)
            or member is None
        ):
            return Refused()
        if member.locked or (member.first_until and now > member.first_until):
            return Refused()
        self.store.forgive(by_name, by_address)
        self._rehash(member, password, now)
        return self.open(member, browser=browser, now=now)

    def open(self, member: Member, *, browser: str, now: datetime) -> Opened:
        """Begin a session with a token that nobody knew before."""
        token = secrets.token_urlsafe(32)
        session = Session(secrets.token_hex(16), member, browser[:_LONGEST_BROWSER], now, now)
        self.store.begin(_hash(token), session)
        return Opened(token)

    def sign_on(self, subject: str, name: str, role: Role | None, *, browser: str, now: datetime) -> Opened | Refused:
        """Open a session for somebody whom single sign-on knows; role and account follow what it says."""
        member = self.store.member(subject=subject)
        if role is None or (member and member.locked):
            if member:
                self.store.end(member.key)
            return Refused()
        if member is None:
            member = self._joined(subject, name, role, now)
        elif member.role is not role:
            self._change(member, {"role": int(role)}, SSO, f"Rolle geändert: {role.word}", now)
        return self.open(replace(member, role=role), browser=browser, now=now)

    def _joined(self, subject: str, name: str, role: Role, now: datetime) -> Member:
        """Make an account for somebody who comes for the first time; a name that is taken is another person's."""
        wanted = _presentable(name)
        for number in range(1, _MOST_NAMESAKES):
            shown = wanted if number == 1 else f"{wanted} ({number})"
            member = Member(secrets.token_hex(16), shown, role, now, subject=subject)
            if self.store.member(name=shown) is None:
                self.store.add(member, SSO, now)
                return member
        raise ConflictError

    def session(self, token: str, now: datetime) -> Session | None:
        """Return the session of a token, if it still counts."""
        found = self.store.session(_hash(token)) if token else None
        if found is None or found.member.locked or found.is_over(now):
            return None
        if now - found.seen_at > _TOUCH:
            self.store.touch(found.key, now)
        return found

    def leave(self, session: str, notice: Notice | None) -> None:
        """Leave a notice for the next page of a session, or take it away."""
        self.store.leave(session, notice)

    def log_out(self, session: Session) -> None:
        """End a session."""
        self.store.end(session.member.key, session=session.key)

    def _rehash(self, member: Member, password: str, now: datetime) -> None:
        """Bring a hash to today's cost, while the password is known."""
        if member.password and self._passwords.is_outdated(member.password):
            self.store.change(member.key, {"password": self._passwords.hashed(password)}, ("", ""), now)

    # -------------------------------------------------------------- one's own account

    def change_password(self, session: str, member: str, old: str, new: str, *, now: datetime) -> Mapping[str, str]:
        """Change one's own password and end all other sessions; return what is wrong, by field."""
        own, by_member = self._member(member), _counted("change", member)
        if self.store.attempt({by_member: MOST_PER_NAME}, now, WINDOW):
            return {"old": "Zu viele Versuche. Bitte warten Sie eine Viertelstunde."}
        if not self._passwords.is_right(_typed(old, own), own.password):
            return {"old": "Das ist nicht Ihr bisheriges Passwort."}
        self.store.forgive(by_member, by_member)
        wrong = weakness(new, own.name) or ("Das ist Ihr bisheriges Passwort." if new == old else None)
        if wrong:
            return {"new": wrong}
        values = {"password": self._passwords.hashed(new), "first_until": None}
        self.store.change(member, values, (own.name, "Eigenes Passwort geändert"), now)
        self.store.end(member, but=session)
        return {}

    # -------------------------------------------------------------- others' accounts

    def add(self, name: str, role: Role, *, who: str, now: datetime) -> str:
        """Make an account; return its first password. Raises ValueError with a German sentence."""
        password = first_password()
        until = now + timedelta(days=FIRST_PASSWORD_DAYS)
        hashed = self._passwords.hashed(password)
        member = Member(secrets.token_hex(16), plain_name(name), role, now, password=hashed, first_until=until)
        try:
            self.store.add(member, who, now)
        except ConflictError:
            raise ValueError("Diesen Namen gibt es schon.") from None
        return password

    def reset(self, member: Member, *, who: str, now: datetime) -> str:
        """Give an account a new first password and end its sessions; return it."""
        password = first_password()
        until = now + timedelta(days=FIRST_PASSWORD_DAYS)
        values = {"password": self._passwords.hashed(password), "first_until": until}
        self._change(member, values, who, "Passwort zurückgesetzt", now)
        self.store.end(member.key)
        return password

    def set_role(self, member: Member, role: Role, *, who: str, now: datetime) -> None:
        """Change what an account may do, from its next page on."""
        self._change(member, {"role": int(role)}, who, f"Rolle geändert: {role.word}", now)

    def set_locked(self, member: Member, *, locked: bool, who: str, now: datetime) -> None:
        """Lock an account and end its sessions, or open it again."""
        self._change(member, {"locked": locked}, who, "Konto gesperrt" if locked else "Konto entsperrt", now)
        if locked:
            self.store.end(member.key)

    def remove(self, member: Member, *, who: str, now: datetime) -> None:
        """Delete an account; what it did stays in the record."""
        self.store.remove(member.key, who, now)

    def _change(self, member: Member, values: Mapping[str, Any], who: str, action: str, now: datetime) -> None:
        self.store.change(member.key, values, (who, action), now)

    def _member(self, key: str) -> Member:
        found = self.store.member(key=key)
        if found is None:
            raise ConflictError
        return found


def _hash(token: str) -> str:
    """Return what is stored of a token: whoever reads the database cannot log in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _typed(password: str, member: Member | None) -> str:
    """Return a password without the blanks that come along when a first one is copied."""
    return password.strip() if member and member.first_until else password


def _counted(kind: str, value: str) -> str:
    """Return the key under which attempts are counted; it does not show the name or address."""
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()


def _presentable(name: str) -> str:
    """Return a name from elsewhere as one of ours."""
    seen = "".join(sign if sign.isprintable() else " " for sign in name)
    return plain_name(seen[: LONGEST_NAME - len(" (99)")] or "Unbekannt")
