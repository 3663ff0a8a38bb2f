"""What a citizen is told of their cases (/auskunft)."""

from dataclasses import replace
from datetime import timedelta

from bot.cases import Case, CaseState, Folder, Link, LinkState, Side
from bot.stored_cases import case_lines
from bot.texts import Texts
from tests.fakes import NOW

OPEN = Case(7, "c", NOW, theme="Bauen", summary="- «Zaun?» – keine Antwort\n- «Höhe?» – keine Antwort")
CLOSED = replace(
    OPEN,
    state=CaseState.CLOSED,
    department="Bauamt",
    first_reply_at=NOW + timedelta(minutes=5),
    closed_at=NOW + timedelta(hours=1),
    close_reason="an den Bauhof",
    rating=2,
    solved=False,
)


def link(side: Side, text: str | None, message: int = 5, album: int | None = None) -> Link:
    """Return something that was written."""
    return Link(message, 7, side, message, LinkState.SENT, NOW, text=text, author="Anna", album=album)


def test_a_case_is_told_with_all_that_was_said(texts: Texts) -> None:
    """Both sides, in order, without mark-up; what the citizen is not shown is counted."""
    written = (
        link(Side.CITIZEN, "Mein *Zaun*", 1),
        link(Side.STAFF, "Wie hoch?", 2),
        link(Side.NOTE, "schwierig", 3),
        link(Side.CITIZEN, None, 4),
    )
    assert list(case_lines(texts, [Folder(CLOSED, written)])) == [
        (
            "Fall #7 vom 22.11.2026 10:30: abgeschlossen, Thema Bauen, Amt: Bauamt, erste Antwort 22.11.2026 10:35,"
            " Ende 22.11.2026 11:30, Ihre Bewertung: 😐 Teils, teils, nicht erledigt"
        ),
        "Fall #7, mit übergeben: «Zaun?» – keine Antwort",
        "Fall #7, mit übergeben: «Höhe?» – keine Antwort",
        "Fall #7, 22.11.2026 10:30, Sie: «Mein Zaun»",
        "Fall #7, 22.11.2026 10:30, Verwaltung: «Wie hoch?»",
        texts.stored_cases["notes"].format(nummer=7, anzahl=2),
        texts.stored_cases["wordless"].format(nummer=7, anzahl=1),
    ]


def test_an_album_is_told_once(texts: Texts) -> None:
    """Its further parts have no words."""
    written = (link(Side.CITIZEN, "Fotos", 1, album=1), link(Side.CITIZEN, None, 2, album=1))
    told = list(case_lines(texts, [Folder(replace(OPEN, summary=""), written)]))
    assert told[1:] == ["Fall #7, 22.11.2026 10:30, Sie: «Fotos»"]


def test_a_bar_is_told_and_nothing_without_cases(texts: Texts) -> None:
    """Whoever is barred is to know."""
    assert list(case_lines(texts, [Folder(replace(OPEN, barred=True))]))[-1] == texts.stored_cases["barred"]
    assert list(case_lines(texts, [])) == []
