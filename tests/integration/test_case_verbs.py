"""The verbs about cases: list, show, export."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bootstrap import Wiring
from bot.cases import Case, CaseChange, CaseState, Link, LinkState, Side
from bot.cli import main
from bot.delivery import Arrived, Carried, Message, MessageKind
from bot.ports import Outcome
from bot.settings import load_settings
from bot.state import ChatState
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.outbox import SqlOutbox
from tests.fakes import NOW, FakeClock, understanding_of

CLOSED = Case(
    7,
    "c",
    NOW,
    state=CaseState.CLOSED,
    first_reply_at=NOW + timedelta(minutes=90),
    closed_at=NOW + timedelta(hours=3),
    theme="Bauen",
    department="Bauamt",
    summary="- «Zaun?» – keine Antwort",
    close_reason="an den Bauhof",
    rating=2,
    solved=True,
)


@pytest.fixture
def wiring(clock: FakeClock) -> Wiring:
    """Return parts without a real matcher."""
    return Wiring(clock, understanding_of({}))


@pytest.fixture
def two_cases() -> None:
    """Keep a case that is over, with what was written in it, and one that waits."""
    database = Database.at(load_settings().database_path)
    upgrade(database)
    chats = SqlChats(database, "console")
    words = Message("c", MessageKind.CLERK, {"method": "sendMessage", "params": {}})
    said = replace(words, carries=Carried(7, Side.STAFF, (5,), NOW, "Höchstens 1,50 m \x1b[31m", "Anna"))
    note = Link(0, 7, Side.NOTE, 6, LinkState.NOTE, NOW, text="schwierig", author="Bernd")
    chats.commit("c", 0, Outcome(ChatState(), messages=(said,), cases=CaseChange(CLOSED, notes=(note,))), NOW)
    SqlOutbox(database).take(NOW, most=1)
    SqlOutbox(database).take(NOW, most=0, arrived=[Arrived(1, 99, NOW, is_of_case=True)])
    chats.commit("d", 0, Outcome(ChatState(), cases=CaseChange(Case(8, "d", NOW))), NOW)
    database.close()


@pytest.mark.usefixtures("two_cases")
def test_cases_are_listed_with_figures(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    """Waiting, first reply, closed, rating; numbers as Germans write them."""
    assert main(["tickets", "list"], wiring=wiring) == 0
    out = capsys.readouterr().out
    assert "#7" in out
    assert "#8" in out
    figures = [line.strip().split("  ", 1) for line in out.splitlines() if line.startswith(" ")]
    assert {name: value for value, name in figures} == {
        "Fälle": "2",
        "warten": "1",
        "abgeschlossen": "1",
        "Minuten bis zur ersten Antwort (Median)": "90,0",
        "bewertet": "1",
        "Bewertung im Mittel (1 bis 3)": "2,0",
    }


@pytest.mark.usefixtures("two_cases")
def test_the_list_fits_into_80_columns(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe, or a window of the usual size: a line a case, nothing cut off."""
    assert main(["tickets", "list"], wiring=wiring) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    (over,) = [line.split(maxsplit=1)[1] for line in lines if line.startswith("#7")]
    for words in ("abgeschlossen", "22.11.26 10:30", "1:30 h", "teils, teils", "Bauen, Bauamt"):
        assert words in over


def test_without_cases_the_figures_are_nothing(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    """No table, no error; what cannot be reckoned is no zero."""
    assert main(["tickets", "list"], wiring=wiring) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["0", "Fälle"]
    assert ["–", "Bewertung im Mittel (1 bis 3)"] in lines


@pytest.mark.usefixtures("two_cases")
def test_cases_as_a_table(wiring: Wiring, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """A spreadsheet in a German office opens it: a mark for Unicode, semicolons."""
    assert main(["tickets", "list", "--csv"], wiring=wiring) == 0
    text = capsysbinary.readouterr().out.decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert [(row["Nummer"], row["Stand"], row["Amt"]) for row in rows] == [
        ("#7", "abgeschlossen", "Bauamt"),
        ("#8", "offen", ""),
    ]


@pytest.mark.usefixtures("two_cases")
def test_a_case_is_shown_with_its_transcript(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    """Who wrote what, when, and whether it arrived; nothing in it reaches the terminal as a command."""
    assert main(["tickets", "show", "7"], wiring=wiring) == 0
    out = capsys.readouterr().out
    assert "22.11.2026 10:30 Verwaltung (Anna) [zugestellt]: Höchstens 1,50 m" in out
    assert "Interne Notiz (Bernd): schwierig" in out
    assert "Grund: an den Bauhof" in out
    assert "«Zaun?» – keine Antwort" in out
    assert "\x1b" not in out


@pytest.mark.usefixtures("two_cases")
def test_a_case_that_is_not_there_is_told(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding, no traceback."""
    assert main(["tickets", "show", "99"], wiring=wiring) == 1
    assert "Fall #99 gibt es nicht." in capsys.readouterr().err
    assert main(["tickets", "show", "0"], wiring=wiring) == 2


@pytest.mark.usefixtures("two_cases")
def test_cases_are_exported_for_the_file(wiring: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table and a text for each case, readable by their owner alone."""
    folder = tmp_path / "akte"
    assert main(["tickets", "export", "--out", str(folder)], wiring=wiring) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["faelle.csv", "fall-00007.txt", "fall-00008.txt"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert "Höchstens 1,50 m" in (folder / "fall-00007.txt").read_text(encoding="utf-8")
    assert main(["tickets", "show", "7", "--out", str(tmp_path / "einer.txt")], wiring=wiring) == 0
    assert (tmp_path / "einer.txt").read_bytes() == (folder / "fall-00007.txt").read_bytes()
    capsys.readouterr()
    assert main(["tickets", "export", "--out", str(folder / "faelle.csv" / "x")], wiring=wiring) == 1
    assert "nicht schreibbar" in capsys.readouterr().err
