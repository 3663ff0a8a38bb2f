"""Staff accounts and their sessions in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.accounts import Role
from bot.errors import ConflictError
from bot.staff import DEEDS_KEPT, IDLE, LONGEST_SESSION, Member, Notice, Session, folded
from bot.store.attempts import attempt, forgive, tidy_attempts
from bot.store.audit import note
from bot.store.database import Database
from bot.store.staff_tables import audit, staff_session, staff_user


class SqlStaff:
    """The staff's accounts, sessions and failed logins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -------------------------------------------------------------- accounts

    def members(self) -> Sequence[Member]:
        """Return all accounts, in no order."""
        query = sa.select(staff_user)
        return [_member(row) for row in self._database.read(lambda connection: connection.execute(query).all())]

    def member(self, *, name: str = "", key: str = "", subject: str = "") -> Member | None:
        """Return the account of a name, whatever its case, of a key, or of a subject."""
        columns = {staff_user.c.login: folded(name), staff_user.c.key: key, staff_user.c.subject: subject}
        wanted = [column == value for column, value in columns.items() if value]
        query = sa.select(staff_user).where(sa.and_(sa.true(), *wanted))
        row = self._database.read(lambda connection: connection.execute(query).first()) if wanted else None
        return _member(row) if row else None

    def add(self, member: Member, who: str, now: datetime) -> None:
        """Keep a new account; raise ConflictError when the name is taken."""

        def work(connection: Connection) -> None:
            connection.execute(sa.insert(staff_user).values(**_columns(member)))
            note(connection, who, f"Konto angelegt: {member.role.word}", member.name, now)

        try:
            self._database.write(work)
        except IntegrityError as error:
            raise ConflictError from error

    def change(self, key: str, values: Mapping[str, Any], deed: tuple[str, str], now: datetime) -> None:
        """Change an account: its values by field, and (who, action) for the record; nothing is noted without one."""
        who, action = deed
        update = sa.update(staff_user).where(staff_user.c.key == key).values(**values).returning(staff_user.c.name)

        def work(connection: Connection) -> None:
            name = connection.scalar(update)
            if name is None:
                raise ConflictError
            if action:
                note(connection, who, action, name, now)

        self._database.write(work)

    def remove(self, key: str, who: str, now: datetime) -> None:
        """Delete an account and end its sessions."""
        delete = sa.delete(staff_user).where(staff_user.c.key == key).returning(staff_user.c.name)

        def work(connection: Connection) -> None:
            name = connection.scalar(delete)
            if name is not None:
                note(connection, who, "Konto gelöscht", name, now)

        self._database.write(work)

    # -------------------------------------------------------------- sessions

    def begin(self, token_hash: str, session: Session) -> None:
        """Keep a session and note the login."""
        member, at = session.member, session.started_at
        own = staff_user.c.key == member.key
        row = {"key": session.key, "user_key": member.key, "browser": session.browser, "started_at": at, "seen_at": at}

        def work(connection: Connection) -> None:
            connection.execute(sa.insert(staff_session).values(token_hash=token_hash, **row))
            connection.execute(sa.update(staff_user).where(own).values(login_at=at))
            note(connection, member.name, "Angemeldet", member.name, at)

        self._database.write(work)

    def session(self, token_hash: str) -> Session | None:
        """Return the session of a token."""
        found = self._sessions(staff_session.c.token_hash == token_hash)
        return found[0] if found else None

    def sessions(self, member: str) -> Sequence[Session]:
        """Return the sessions of an account, the latest first."""
        return self._sessions(staff_session.c.user_key == member)

    def _sessions(self, condition: sa.ColumnElement[bool]) -> Sequence[Session]:
        joined = sa.select(*_SESSION, staff_user).join(staff_user).where(condition)
        query = joined.order_by(staff_session.c.seen_at.desc())
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return [_session(row) for row in rows]

    def touch(self, session: str, now: datetime) -> None:
        """Note that something was done in a session."""
        self._set(session, seen_at=now)

    def leave(self, session: str, notice: Notice | None) -> None:
        """Leave a notice for the next page, or take it away."""
        self._set(session, notice=dict(notice) if notice else None)

    def _set(self, session: str, **values: Any) -> None:
        update = sa.update(staff_session).where(staff_session.c.key == session).values(**values)
        self._database.write(lambda connection: connection.execute(update))

    def end(self, member: str, *, session: str = "", but: str = "") -> int:
        """End sessions of an account: one, or all but one; return how many."""
        own = staff_session.c.user_key == member
        which = staff_session.c.key == session if session else staff_session.c.key != but
        delete = sa.delete(staff_session).where(own, which)
        return self._database.write(lambda connection: connection.execute(delete).rowcount)

    # -------------------------------------------------------------- failed logins

    def attempt(self, keys: Mapping[str, int], now: datetime, window: timedelta) -> datetime | None:
        """Count an attempt under each key; return when the next may be made if one has more than its most."""
        return self._database.write(lambda connection: attempt(connection, keys, now, window))

    def forgive(self, whole: str, once: str) -> None:
        """Forget all attempts that were counted under the one key, and one attempt under the other."""
        self._database.write(lambda connection: forgive(connection, whole, once))

    def tidy(self, now: datetime, window: timedelta) -> None:
        """Delete sessions that are over, attempts and deeds of long ago."""
        old = (staff_session.c.seen_at < now - IDLE) | (staff_session.c.started_at < now - LONGEST_SESSION)

        def work(connection: Connection) -> None:
            connection.execute(sa.delete(staff_session).where(old))
            tidy_attempts(connection, now - window)
            connection.execute(sa.delete(audit).where(audit.c.at < now - DEEDS_KEPT))

        self._database.write(work)


_SESSION = [
    staff_session.c.key.label("session_key"),
    *(staff_session.c[name] for name in ("browser", "started_at", "seen_at", "notice")),
]


def _session(row: Any) -> Session:
    return Session(row.session_key, _member(row), row.browser, row.started_at, row.seen_at, row.notice)


def _member(row: Any) -> Member:
    return Member(
        key=row.key,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        password=row.password,
        first_until=row.first_until,
        locked=row.locked,
        subject=row.subject,
        login_at=row.login_at,
    )


def _columns(member: Member) -> dict[str, Any]:
    return {
        "key": member.key,
        "name": member.name,
        "login": folded(member.name),
        "role": int(member.role),
        "password": member.password,
        "first_until": member.first_until,
        "locked": member.locked,
        "subject": member.subject,
        "created_at": member.created_at,
        "login_at": member.login_at,
    }
