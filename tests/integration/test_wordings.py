"""Citizens' wordings (tests/faq/*.yaml): that they are new, enough, of every form, and how the matcher decides them."""

from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from intents.faq import FaqBase, Kind
from intents.matcher import Matcher
from tests.fakes import NOW
from tests.faq_rows import Expect, Row, parse_row, read_rows
from tests.known_failures import DAY, failing, name_of, read_known, write_known

ROWS = read_rows()
FORMS = (
    *("formell", "umgangssprachlich", "stichwort", "klein", "indirekt", "tippfehler", "ascii", "getrennt", "dialekt"),
    "gruss",
)
"""Formal, colloquial, keyword, lower case, indirect, typo, ASCII umlauts, split compound, dialect, with a greeting."""
NEAR = 90


def nearness(row: Row, phrasing: str) -> float:
    """Return how nearly a row repeats a phrasing, 0 to 100.

    Rows that get an answer are compared without regard to the order of their words. A short question inside a long row
    repeats nothing: the plainest questions belong into the FAQ, whatever else is asked about them.
    """
    strict = row.expect is Expect.ENTRY and not row.after
    scorer = fuzz.token_sort_ratio if strict else fuzz.ratio
    return scorer(row.say.lower(), phrasing.lower())


def repeated(rows: list[Row], faq: FaqBase) -> list[str]:
    """Return the rows that nearly repeat a phrasing, with it."""
    phrasings = [text for entry in faq.entries for text in entry.phrasings]
    nearest = [(row, max(phrasings, key=lambda text, row=row: nearness(row, text))) for row in rows]  # type: ignore[misc]
    return [f"{row.file}: «{row.say}» ≈ «{text}»" for row, text in nearest if nearness(row, text) >= NEAR]


def test_no_row_nearly_repeats_a_phrasing_of_the_faq(shipped_faq: FaqBase) -> None:
    """What the FAQ already holds tests nothing."""
    offenders = repeated(ROWS, shipped_faq)
    assert offenders == [], "\n" + "\n".join(offenders)


def test_near_repetitions_are_found(shipped_faq: FaqBase) -> None:
    """An answer row that contains a phrasing is refused, a service is only when it is one."""
    rows = [
        parse_row({"say": "Ja, wer hat die strategie beschlossen und wann?", "expect": "strategie-beschluss"}),
        parse_row({"say": "reisepass", "expect": "redirect"}),
        parse_row({"say": "Ich habe meinen Reisepass im Zug liegen lassen", "expect": "redirect"}),
        parse_row({"say": "Strategie des Schachweltmeisters", "expect": "none"}),
    ]
    assert len(repeated(rows, shipped_faq)) == 2


def test_there_are_enough_rows() -> None:
    """At least 300, of them 120 that must not be answered, and enough of each hard kind."""
    unanswerable = [row for row in ROWS if row.is_unanswerable]
    forms = Counter(row.form for row in unanswerable)
    assert len(ROWS) >= 300
    assert len(unanswerable) >= 120
    assert forms["unbekannt-fakt"] >= 40
    assert sum(row.expect is Expect.REDIRECT for row in ROWS) >= 40
    assert {"allgemeinwissen", "unsinn", "code", "lang", "prompt-trick", "notfall-aehnlich"} <= set(forms)
    assert sum(row.form == "doppelfrage" for row in ROWS) >= 20
    assert sum(bool(row.after) for row in ROWS) >= 30


@pytest.mark.parametrize("form", FORMS)
def test_every_entry_is_asked_in_every_form(shipped_faq: FaqBase, form: str) -> None:
    """Also those about the bot itself."""
    asked = {name for row in ROWS if row.form == form for name in row.ids}
    entries = {entry.id for entry in shipped_faq.entries if entry.kind is not Kind.REDIRECT}
    assert entries - asked == set()


def test_every_row_expects_entries_that_exist(shipped_faq: FaqBase) -> None:
    """And none stands twice."""
    assert {name for row in ROWS for name in row.ids if shipped_faq.get(name) is None} == set()
    assert [name for name, count in Counter(map(name_of, ROWS)).items() if count > 1] == []


def test_failures_are_the_known_ones(matcher: Matcher) -> None:
    """A new failure is one too many; a known one that passes must leave the list, which only shrinks."""
    failed, known = set(failing(matcher.match, ROWS)), set(read_known())
    fresh, mended = sorted(failed - known), sorted(known - failed)
    assert fresh == [], "these rows fail:\n" + "\n".join(fresh)
    assert mended == [], "remove them, the list must shrink (python -m tests.known_failures):\n" + "\n".join(mended)


def test_the_list_of_failures_reads_back(tmp_path: Path) -> None:
    """With quotes, colons and arrows in what was said; an empty list as well."""
    path = tmp_path / "known.yaml"
    for names in ([], ['Was: "das"? → ja', "# nein", "no", "😀"]):
        write_known(names, path)
        assert read_known(path) == names


def test_the_list_is_asked_on_the_day_of_the_tests() -> None:
    """Else an entry that expires would make the difference."""
    assert NOW.date() == DAY
