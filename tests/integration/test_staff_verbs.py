"""Accounts: from the shell, and what their store promises on both engines."""

import re
import threading
from collections.abc import Callable

import pytest

from bot.accounts import Role
from bot.bootstrap import Wiring
from bot.cli import main
from bot.logins import MOST_PER_ADDRESS, MOST_PER_NAME, WINDOW, Logins, Opened, Refused
from bot.sorting import german_key
from bot.spreadsheet import as_csv
from bot.staff import DEEDS_KEPT
from bot.store.audit import SqlAudit
from bot.store.database import Database
from tests.fakes import NOW, FakeClock, understanding_of
from tests.staff.room import SECRET, settle

FIRST = re.compile(r"Erstpasswort, gilt 7 Tage und für die erste Anmeldung: ((?:[a-z2-9]{5}-){3}[a-z2-9]{5})\n")


@pytest.fixture
def staff(clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Return what runs the verb `staff`, and gives its exit code and what it says."""

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["staff", *arguments], wiring=Wiring(clock, understanding_of({})))
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_an_account_is_made_and_changed(staff: Callable[..., tuple[int, str]]) -> None:
    """Its first password is printed once; the list shows the state, sorted as in a German register."""
    code, said = staff("add", "Zoë", "--role", "verwalten")
    assert (code, bool(FIRST.fullmatch(said))) == (0, True)
    assert staff("add", "Ägidius", "--role", "veroeffentlichen")[0] == 0
    assert staff("role", "zoë", "lesen") == (0, "Zoë: lesen\n")
    assert staff("lock", "ZOË") == (0, "Zoë: gesperrt, Sitzungen beendet\n")
    listed = staff("list")[1]
    assert listed.index("Ägidius") < listed.index("Zoë")
    assert "gesperrt" in listed
    assert FIRST.fullmatch(staff("reset", "Zoë")[1])
    assert staff("unlock", "Zoë") == (0, "Zoë: entsperrt\n")
    assert staff("remove", "Zoë") == (0, "Zoë: gelöscht\n")
    assert "Zoë" not in staff("list")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "Anna", "--role", "chef"], 2, "Die Rolle «chef» gibt es nicht. Erlaubt ist: lesen, bearbeiten,"),
        (["add", "Anna"], 2, "Die Option '--role' fehlt."),
        (["add", " ", "--role", "lesen"], 1, "Der Name fehlt."),
        (["add", "x" * 65, "--role", "lesen"], 1, "höchstens 64 Zeichen"),
        (["add", "A\x07", "--role", "lesen"], 1, "die man nicht sieht"),
        (["lock", "Niemand"], 1, "Ein Konto «Niemand» gibt es nicht."),
        (["list"], 0, "Es gibt noch keine Konten."),
    ],
)
def test_what_cannot_be_is_told(
    staff: Callable[..., tuple[int, str]], arguments: list[str], code: int, said: str
) -> None:
    """In one line."""
    found = staff(*arguments)
    assert found[0] == code
    assert said in found[1]


def test_a_name_is_given_once(staff: Callable[..., tuple[int, str]]) -> None:
    """Whatever its case."""
    staff("add", "Anna Groß", "--role", "lesen")
    assert staff("add", " anna  GROSS ", "--role", "lesen") == (1, "Diesen Namen gibt es schon.\n")


# ------------------------------------------------------------------ on both engines


@pytest.fixture
def logins(store: Database, clock: FakeClock) -> Logins:
    """Return the accounts on each engine in turn."""
    return settle(store, clock)


def log_in(logins: Logins, name: str, password: str, address: str = "192.0.2.1") -> Opened | Refused:
    """Try to log in."""
    return logins.log_in(name, password, address=address, browser="Test", now=NOW)


def test_a_session_is_found_by_its_token_until_it_ends(logins: Logins, store: Database) -> None:
    """What is stored is no token."""
    opened = log_in(logins, "lena", SECRET)
    assert isinstance(opened, Opened)
    session = logins.session(opened.token, NOW)
    assert session
    assert session.member.account.role is Role.READ
    logins.leave(session.key, {"text": "Fertig."})
    again = logins.session(opened.token, NOW + WINDOW)
    assert again
    assert again.notice == {"text": "Fertig."}
    logins.store.tidy(NOW + 10 * WINDOW, WINDOW)
    assert logins.session(opened.token, NOW + WINDOW) is None
    assert SqlAudit(store).find(who="Lena")[0].action == "Angemeldet"


def test_many_attempts_at_once_are_no_more_than_allowed(logins: Logins) -> None:
    """Each is counted before the password is looked at."""
    answers: list[Opened | Refused] = []
    attempts = [
        threading.Thread(target=lambda: answers.append(log_in(logins, "Lena", "falsch")))
        for _ in range(MOST_PER_NAME * 3)
    ]
    for attempt in attempts:
        attempt.start()
    for attempt in attempts:
        attempt.join()
    looked = [each for each in answers if isinstance(each, Refused) and each.retry_at is None]
    assert (len(answers), len(looked)) == (MOST_PER_NAME * 3, MOST_PER_NAME)


def test_attempts_count_by_address_too(logins: Logins) -> None:
    """A login that works is taken off again; the rest goes with its time."""
    for number in range(MOST_PER_ADDRESS - 1):
        assert log_in(logins, f"Niemand {number}", "falsch") == Refused()
    for _ in range(3):
        assert isinstance(log_in(logins, "Lena", SECRET), Opened)
    assert log_in(logins, "Niemand", "falsch") == Refused()
    assert log_in(logins, "Lena", SECRET) == Refused(NOW + WINDOW)
    assert isinstance(log_in(logins, "Lena", SECRET, "192.0.2.2"), Opened)


def test_a_removed_account_takes_its_sessions_along(logins: Logins) -> None:
    """What it did stays in the record."""
    opened = log_in(logins, "Emil", SECRET)
    member = logins.store.member(name="Emil")
    assert isinstance(opened, Opened)
    assert member
    logins.remove(member, who="Vera", now=NOW)
    assert logins.session(opened.token, NOW) is None
    assert isinstance(log_in(logins, "Emil", SECRET), Refused)


def test_the_record_is_found_by_who_and_what(logins: Logins, store: Database) -> None:
    """The latest first, in parts, and counted."""
    record = SqlAudit(store)
    for name in ("Emil", "Lena"):
        log_in(logins, name, SECRET)
    assert [deed.who for deed in record.find(action="Angemeldet")] == ["Lena", "Emil"]
    assert [deed.who for deed in record.find(action="Angemeldet", most=1, skip=1)] == ["Emil"]
    assert record.count(who="Lena", action="Angemeldet") == 1
    assert "Angemeldet" in record.known()[1]
    logins.store.tidy(NOW + DEEDS_KEPT, WINDOW)
    assert record.count() > 0
    logins.store.tidy(NOW + DEEDS_KEPT + WINDOW, WINDOW)
    assert record.count() == 0


# ------------------------------------------------------------------ small things beside


def test_german_words_are_sorted_after_din_5007() -> None:
    """Umlauts as their letters, ß as ss, numbers as numbers, signs do not count."""
    words = ["Zoo", "Öl", "Ofen", "Äpfel", "Apfel", "Straße 10", "Strasse 9", "«Bär»", "bar", "é", "10", "9 a", ""]
    expected = ["", "9 a", "10", "Apfel", "Äpfel", "bar", "«Bär»", "é", "Ofen", "Öl", "Strasse 9", "Straße 10", "Zoo"]
    assert sorted(words, key=german_key) == expected


def test_no_cell_of_a_table_is_a_formula() -> None:
    """Whatever a citizen or a name begins with."""
    content = as_csv(("a", "b"), [("=1+1", "@x"), (" -1", "x;y")]).decode("utf-8-sig")
    assert content == "a;b\r\n'=1+1;'@x\r\n' -1;\"x;y\"\r\n"
