"""Cases for the operator and for the file."""

from datetime import timedelta

from bot.casefile import as_csv, as_text, figures, row
from bot.cases import Case, CaseState, Link, LinkState, Side
from tests.fakes import NOW

CASE = Case(
    7,
    "c",
    NOW,
    state=CaseState.CLOSED,
    first_reply_at=NOW + timedelta(minutes=12),
    closed_at=NOW + timedelta(hours=1),
    theme="=Zaun",
    rating=3,
    solved=True,
    close_reason="erledigt",
)


def link(side: Side, text: str | None, state: LinkState = LinkState.SENT, **more: int) -> Link:
    """Return something that was written."""
    return Link(1, 7, side, more.get("message", 5), state, NOW, text=text, author="Anna", album=more.get("album"))


def test_a_table_opens_in_german_offices_and_runs_no_formula() -> None:
    """Semicolons, local times, and an equals sign that stays text."""
    lines = as_csv([CASE]).split("\r\n")
    assert lines[0].startswith("Nummer;Stand;Eröffnet")
    assert lines[1] == "#7;abgeschlossen;22.11.2026 10:30;22.11.2026 10:42;22.11.2026 11:30;'=Zaun;;zufrieden;ja"


def test_a_case_is_told_with_what_became_of_each_message() -> None:
    """An album once; what failed is named so; deleted words are deleted."""
    told = as_text(
        CASE,
        [
            link(Side.CITIZEN, "[photo]", album=5),
            link(Side.CITIZEN, None, album=5, message=6),
            link(Side.STAFF, "Guten Tag", LinkState.FAILED),
            link(Side.NOTE, None, LinkState.NOTE),
        ],
    )
    assert told.count("Bürger/in") == 1
    assert "Verwaltung (Anna) [nicht zugestellt]: Guten Tag" in told
    assert "Interne Notiz (Anna): (Text gelöscht)" in told
    assert "Grund: erledigt" in told


def test_figures_of_cases() -> None:
    """Waiting, first reply in minutes, closed, rating; nothing breaks without any."""
    waiting = Case(8, "d", NOW)
    found = figures([CASE, waiting])
    assert (found["cases"], found["waiting"], found["closed"], found["first_reply"]) == (2, 1, 1, 12)
    assert found["rating"] == 3
    assert figures([])["first_reply"] is None
    assert row(waiting)[1] == "offen"
