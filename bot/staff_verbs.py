"""What the verbs `staff` and `web` of the command line do; each returns the exit code."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.accounts import ROLE_WORDS, Role
from bot.bootstrap import Wiring, open_database
from bot.channels.safe import neutral
from bot.clock import CITY_ZONE
from bot.errors import UsageError
from bot.logins import Logins
from bot.passwords import Passwords
from bot.settings import Settings
from bot.sorting import german_key
from bot.staff import FIRST_PASSWORD_DAYS, Member
from bot.store.staff import SqlStaff
from bot.verbs import FINDING, OK, say

WHO = "Kommandozeile"
"""Who did it, in the record."""
_COLUMNS = ("Name", "Rolle", "Zustand", "Letzte Anmeldung")

Act = Callable[[Logins, Member], str]
"""Does something to an account; returns what is printed."""


def add(settings: Settings, wiring: Wiring, name: str, role: str) -> int:
    """Make an account and print its first password, this once."""
    wanted = role_of(role)
    with _logins(settings) as logins:
        try:
            password = logins.add(name, wanted, who=WHO, now=wiring.clock.now())
        except ValueError as error:
            say(str(error))
            return FINDING
    print(_first(password))
    return OK


def show(settings: Settings) -> int:
    """Print all accounts."""
    with _logins(settings) as logins:
        members = sorted(logins.store.members(), key=lambda member: german_key(member.name))
    if not members:
        print("Es gibt noch keine Konten. Das erste legt «staff add NAME --role verwalten» an.")
        return OK
    table = Table(*_COLUMNS)
    for member in members:
        table.add_row(*(Text(neutral(cell)) for cell in _row(member)))
    Console(highlight=False).print(table)
    return OK


def set_role(settings: Settings, wiring: Wiring, name: str, role: str) -> int:
    """Change what an account may do."""
    wanted = role_of(role)

    def act(logins: Logins, member: Member) -> str:
        logins.set_role(member, wanted, who=WHO, now=wiring.clock.now())
        return f"{member.name}: {wanted.word}"

    return _on(settings, name, act)


def set_locked(settings: Settings, wiring: Wiring, name: str, *, locked: bool) -> int:
    """Lock an account and end its sessions, or open it again."""

    def act(logins: Logins, member: Member) -> str:
        logins.set_locked(member, locked=locked, who=WHO, now=wiring.clock.now())
        return f"{member.name}: {'gesperrt, Sitzungen beendet' if locked else 'entsperrt'}"

    return _on(settings, name, act)


def reset(settings: Settings, wiring: Wiring, name: str) -> int:
    """Give an account a new first password and end its sessions."""
    return _on(settings, name, lambda logins, member: _first(logins.reset(member, who=WHO, now=wiring.clock.now())))


def remove(settings: Settings, wiring: Wiring, name: str) -> int:
    """Delete an account."""

    def act(logins: Logins, member: Member) -> str:
        logins.remove(member, who=WHO, now=wiring.clock.now())
        return f"{member.name}: gelöscht"

    return _on(settings, name, act)


def role_of(word: str) -> Role:
    """Return the role of a word; raises UsageError."""
    try:
        return Role.from_word(word)
    except KeyError:
        raise UsageError(f"Die Rolle «{word}» gibt es nicht. Erlaubt ist: {', '.join(ROLE_WORDS)}.") from None


def _on(settings: Settings, name: str, act: Act) -> int:
    """Do something to the account of a name."""
    with _logins(settings) as logins:
        member = logins.store.member(name=name)
        if member is None:
            say(f"Ein Konto «{neutral(name)}» gibt es nicht.")
            return FINDING
        print(act(logins, member))
    return OK


@contextmanager
def _logins(settings: Settings) -> Iterator[Logins]:
    """Give what may be done with accounts."""
    with closing(open_database(settings)) as database:
        yield Logins(SqlStaff(database), Passwords())


def _first(password: str) -> str:
    return f"Erstpasswort, gilt {FIRST_PASSWORD_DAYS} Tage und für die erste Anmeldung: {password}"


def _row(member: Member) -> tuple[str, ...]:
    at = f"{member.login_at.astimezone(CITY_ZONE):%d.%m.%Y %H:%M}" if member.login_at else "noch nie"
    return member.name, member.role.word, member.state, at
