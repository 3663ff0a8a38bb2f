"""Sentences as hurried, hesitant or Swabian people would have typed them."""

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from benchmarks.peers import FuzzyRatio, Peer
from benchmarks.robustness import (
    Exam,
    Pair,
    Question,
    Said,
    arguments,
    changed_forms,
    effect_of,
    lowest_bound,
    measure,
    peer_system,
    question_of,
    said_by,
    shipped_exam,
)
from intents.decision import Candidate, Decision, DecisionKind
from intents.faq import FaqBase, FaqEntry
from intents.perturbations import PERTURBATIONS, mistype, perturb
from tests.faq_rows import parse_row

SENTENCE = (
    "Warum hat der Gemeinderat nicht die große digitale Strategie beschlossen, und was kostet das künftig die Bürger?"
)
SEEDS = range(20)
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=5, max_size=20)
TYPOS = ("typo1", "typo2")


def change(name: str, text: str, seed: int = 0) -> str:
    """Change a text with a fresh generator."""
    return perturb(name, text, Random(seed))


def changed_words(before: str, after: str) -> list[tuple[str, str]]:
    """Return the words that differ, with their new forms."""
    return [pair for pair in zip(before.split(), after.split(), strict=True) if pair[0] != pair[1]]


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_every_perturbation_changes_a_suitable_sentence(name: str) -> None:
    """The sentence has umlauts, a compound, neighbouring content words and Swabian words."""
    assert change(name, SENTENCE) != SENTENCE


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_same_seed_gives_the_same_form(name: str) -> None:
    """Figures of different days speak of the same forms."""
    assert [change(name, SENTENCE, seed) for seed in SEEDS] == [change(name, SENTENCE, seed) for seed in SEEDS]


@pytest.mark.parametrize("name", ["typo1", "typo2", "joined", "split", "inflected", "filler", "polite", "swabian"])
def test_another_seed_gives_another_form(name: str) -> None:
    """Where there is something to draw."""
    text = SENTENCE + " Und wann tagt der Verwaltungsausschuss?"
    assert len({change(name, text, seed) for seed in SEEDS}) > 1


@pytest.mark.parametrize("name", PERTURBATIONS)
@pytest.mark.parametrize("text", ["", " ", "?!", "😀", "-", "a", "ß", "Ä", "{}", "112", "e\u0301"])
def test_what_is_no_sentence_breaks_nothing(name: str, text: str) -> None:
    """Empty, signs, emoji, single letters, braces, numbers."""
    assert change(name, text).strip() or not text.strip() or name == "no_punctuation"


@pytest.mark.parametrize("name", sorted(set(PERTURBATIONS) - {"split"}))
@given(text=st.text(max_size=60), seed=st.integers(0, 99))
def test_any_text_can_be_changed(name: str, text: str, seed: int) -> None:
    """Whatever was typed; compounds are looked up in dictionaries and are left to the other tests."""
    assert change(name, text, seed) == change(name, text, seed)


def test_an_unknown_name_is_an_error() -> None:
    """No silent pass."""
    with pytest.raises(KeyError):
        change("typo3", SENTENCE)


# ------------------------------------------------------------------ typing mistakes


@pytest.mark.parametrize(("name", "count"), [("typo1", 1), ("typo2", 2)])
@pytest.mark.parametrize("seed", SEEDS)
def test_so_many_words_get_one_typing_mistake_each(name: str, count: int, seed: int) -> None:
    """A letter dropped, doubled, replaced or two swapped: one edit, in different words."""
    pairs = changed_words(SENTENCE, change(name, SENTENCE, seed))
    assert len(pairs) == count
    assert all(OSA.distance(before.lower(), after.lower()) == 1 for before, after in pairs)


@given(word=LETTERS, seed=st.integers(0, 10_000))
def test_a_mistyped_word_keeps_its_first_letter(word: str, seed: int) -> None:
    """And differs by exactly one edit."""
    typed = mistype(word, Random(seed))
    assert typed[0] == word[0]
    assert OSA.distance(word, typed) == 1


def test_every_kind_of_slip_occurs() -> None:
    """Shorter, longer, the same letters in another order, another letter."""
    typed = {mistype("Personal", Random(seed)) for seed in range(200)}
    assert {len(word) for word in typed} == {7, 8, 9}
    same = [word for word in typed if len(word) == 8]
    assert {sorted(word.lower()) == sorted("personal") for word in same} == {True, False}


def test_replaced_letters_are_neighbours_on_a_german_keyboard() -> None:
    """«z» lies between «t» and «u», «y» in the lowest row."""
    typed = {mistype("azzzzz", Random(seed)) for seed in range(300)}
    replaced = {letter for word in typed if len(word) == 6 for letter in word[1:]} - {"z"}
    assert replaced <= set("tughj")
    assert {"t", "u"} <= replaced


@pytest.mark.parametrize("name", TYPOS)
@pytest.mark.parametrize("seed", SEEDS)
def test_short_words_and_acronyms_are_not_mistyped(name: str, seed: int) -> None:
    """Fewer than five letters, and words in capitals."""
    text = "Was hat denn die KPMGHN AG 2019 für das ZuP24 beschlossen und gestrichen?"
    assert {before.strip("?") for before, _ in changed_words(text, change(name, text, seed))} <= {
        "beschlossen",
        "gestrichen",
    }


@pytest.mark.parametrize("name", TYPOS)
def test_without_enough_long_words_nothing_is_mistyped(name: str) -> None:
    """Rather no form than one with fewer mistakes."""
    assert change(name, "Was ist das? HHKO") == "Was ist das? HHKO"
    assert change("typo2", "Was ist Bürgergeld?") == "Was ist Bürgergeld?"


@pytest.mark.parametrize("name", ["joined", "split", "inflected", "swabian"])
@pytest.mark.parametrize("seed", range(10))
def test_acronyms_stay_whole(name: str, seed: int) -> None:
    """Nobody writes «KPMGN» or «IST» in Swabian when it is an abbreviation."""
    text = "Große KPMG Berichte prüft der AUSSCHUSSVORSITZENDE der IST"
    after = change(name, text, seed).split()
    assert {"KPMG", "AUSSCHUSSVORSITZENDE", "IST"} <= set(after)


# ------------------------------------------------------------------ letters and signs


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("digraphs", "Ämter für große Öfen", "Aemter fuer grosse Oefen"),
        ("digraphs", "GRÖSSE ÜBEN", "GROESSE UEBEN"),
        ("no_dots", "Ämter für große Öfen", "Amter fur grosse Ofen"),
        ("lower", "Was ist ZuP 24?", "was ist zup 24?"),
        ("upper", "Wo ist die Straße?", "WO IST DIE STRASSE?"),
        ("no_punctuation", "Was, bitte, ist das?", "Was bitte ist das"),
        ("no_punctuation", "Geht's um «E-Mail» oder 8.30 Uhr …?", "Geht's um E-Mail oder 8.30 Uhr"),
    ],
)
def test_spellings(name: str, text: str, expected: str) -> None:
    """Umlauts, case and punctuation; signs inside a word stay."""
    assert change(name, text) == expected


@pytest.mark.parametrize("name", ["digraphs", "no_dots", "lower", "no_punctuation"])
def test_a_sentence_without_such_signs_stays(name: str) -> None:
    """It does not count among the changed ones."""
    assert change(name, "was kostet das") == "was kostet das"


# ------------------------------------------------------------------ words


def test_neighbouring_content_words_are_joined() -> None:
    """«die» and «hat» are no content words; a comma separates."""
    assert change("joined", "Was hat die digitale Stadt gebracht, Heilbronn?") in {
        "Was hat die digitalestadt gebracht, Heilbronn?",
        "Was hat die digitale Stadtgebracht, Heilbronn?",
    }


@pytest.mark.parametrize("text", ["Was ist das?", "Wer hat die Strategie?", "Stadt, Land, Fluss", "neue-Stadt Idee-x"])
def test_other_words_are_not_joined(text: str) -> None:
    """Function words, commas and hyphens between them."""
    assert change("joined", text) == text


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Die Stadtverwaltung", {"Die Stadt Verwaltung"}),
        ("die haushaltskonsolidierung", {"die haushalts konsolidierung"}),
        ("Der Ausschuss", {"Der Ausschuss"}),
        ("Der Personalausweisantrag", {"Der Personalausweis Antrag"}),
    ],
)
def test_compounds_are_split_where_their_parts_meet(text: str, forms: set[str]) -> None:
    """The linking letter stays with the first part; simple words stay whole."""
    assert {change("split", text, seed) for seed in SEEDS} <= forms


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("Strategie", {"Strategien"}),
        ("Strategien", {"Strategie"}),
        ("Verwaltung", {"Verwaltungen"}),
        ("Möglichkeiten", {"Möglichkeit"}),
        ("Einwohner", {"Einwohnern", "Einwohners"}),
        ("Bürgern", {"Bürger"}),
        ("Projekt", {"Projekte", "Projekten", "Projekts"}),
        ("Beschluss", {"Beschlusse", "Beschlussen"}),
        ("digitale", {"digital", "digitalen", "digitaler", "digitales", "digitalem"}),
        ("Kosten", {"Kosten"}),
        ("warum", {"warum"}),
        ("kostet", {"kostet"}),
    ],
)
def test_words_are_inflected(word: str, forms: set[str]) -> None:
    """Nouns and adjectives take or lose an ending; others stay."""
    assert {change("inflected", word, seed) for seed in SEEDS} == forms


@pytest.mark.parametrize("seed", SEEDS)
def test_at_most_two_words_are_inflected(seed: int) -> None:
    """And the first word of a sentence only if its ending tells that it is a noun."""
    pairs = changed_words(SENTENCE, change("inflected", SENTENCE, seed))
    assert 1 <= len(pairs) <= 2
    assert "Warum" not in {before for before, _ in pairs}


# ------------------------------------------------------------------ frames and dialect


@pytest.mark.parametrize("name", ["filler", "polite"])
@pytest.mark.parametrize("seed", SEEDS)
def test_frames_hold_the_question(name: str, seed: int) -> None:
    """Nothing of it is lost but the capital of its first word; braces in it are no placeholders."""
    for text in ("Wer hat das beschlossen?", "Was ist {das}?"):
        framed = change(name, text, seed)
        assert text[1:] in framed
        assert len(framed) > len(text)
        assert "{}" not in framed


def test_a_noun_keeps_its_capital_after_a_filler() -> None:
    """«äh kurze frage, Reisepass beantragen»."""
    assert all("Reisepass" in change("filler", "Reisepass beantragen", seed) for seed in SEEDS)
    assert not any("Wo " in change("filler", "Wo ist das?", seed) for seed in SEEDS)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Ist das nicht gut?", {"Isch des net guat?", "Isch des nedd guat?"}),
        ("Wo kann ich das beantragen", {"Wo kann i des beantraga"}),
        ("wir haben auch etwas", {"mir hend au ebbes"}),
        ("Das Häuschen und das Mädchen", {"Des Häusle und des Mädle"}),
        ("ein Amt", {"a Amt", "oin Amt"}),
        ("Menschen, Kirchen, Zeichen, Firmen", {"Menschen, Kirchen, Zeichen, Firmen"}),
        ("gegen digitalen", {"gegen digitalen"}),
    ],
)
def test_swabian_words_and_endings(text: str, forms: set[str]) -> None:
    """Words from a list, verbs in -a, diminutives in -le; nouns and adjectives in -en stay."""
    assert {change("swabian", text, seed) for seed in SEEDS} == forms


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_changes_keep_to_one_line(name: str) -> None:
    """A question stays one message."""
    assert not re.search(r"\n|  ", change(name, SENTENCE))


# ------------------------------------------------------------------ what the benchmark makes of them

FAQ = FaqBase((FaqEntry("hund", "Hund anmelden", "!"), FaqEntry("pass", "Pass beantragen", "!")))
HUND = Question("Hund anmelden", frozenset({"hund"}))
NOTHING = Question("Wie hoch ist der Eiffelturm?", frozenset())


def said(best: str | None, *given: str) -> Said:
    """Build what a system said."""
    return Said(best, frozenset(given))


def test_figures_by_hand() -> None:
    """One of two right entries lost, one wrong answer more among four questions."""
    pairs = [
        Pair(HUND, "Hund anmeldn", said("hund", "hund"), said("hund", "hund")),
        Pair(HUND, "Hund anmelde", said("hund", "hund"), said("pass", "pass")),
        Pair(NOTHING, "wie hoch", said("pass", "pass"), said("pass", "pass")),
        Pair(NOTHING, "wie hohc", said("pass"), said("pass")),
    ]
    effect = effect_of(pairs)
    assert (effect.answerable, effect.unanswerable) == (2, 2)
    assert (effect.top1.clean, effect.top1.changed, effect.top1.points) == (100, 50, -50)
    assert (effect.wrong.clean, effect.wrong.changed, effect.wrong.points) == (25, 50, 25)
    assert (effect.right.changed, effect.answered.changed) == (50, 50)
    assert effect.misses == ("top-1", "wrong")


def test_losses_within_the_goals_are_kept() -> None:
    """Five points of top-1, one point of wrong answers."""
    good = Pair(HUND, "", said("hund", "hund"), said("hund", "hund"))
    lost = Pair(HUND, "", said("hund", "hund"), said("pass"))
    wrong = Pair(HUND, "", said("hund", "hund"), said("hund", "pass"))
    assert effect_of([good] * 95 + [lost] * 5).misses == ()
    assert effect_of([good] * 94 + [lost] * 6).misses == ("top-1",)
    assert effect_of([good] * 99 + [wrong]).misses == ()
    assert effect_of([good] * 98 + [wrong] * 2).misses == ("wrong",)


def test_without_changed_questions_there_is_no_loss() -> None:
    """A set without umlauts."""
    assert effect_of([]).misses == ()


def test_a_peer_is_silent_where_it_would_be_wrong_too_often() -> None:
    """Up to the tolerated share, from the lowest confidence that keeps it."""
    assert lowest_bound([True, False, False], [0.2, 0.5, 0.9], share=0.0) == 0.5
    assert lowest_bound([True, False, False], [0.2, 0.5, 0.9], share=0.4) == 0.2
    assert lowest_bound([False, True], [0.2, 0.9], share=0.0) == float("inf")


def test_only_changed_questions_are_asked_again() -> None:
    """Every draw counts once; the same form drawn twice is one."""
    options = arguments(["--changes", "no_dots", "typo1", "--draws", "3"])
    forms = changed_forms([HUND, Question("Bürger", frozenset())], options)
    assert forms["no_dots"] == [(1, "Burger")]
    assert 2 < len(forms["typo1"]) <= 6


def test_a_peer_is_measured_clean_and_changed() -> None:
    """Its nearest wording is its answer."""
    exam = Exam("small", FAQ, (HUND, NOTHING), Path())
    system = peer_system(Peer("fuzzy", FuzzyRatio))
    pairs = measure(system, exam, {"x": [(0, "Pass beantragen")], "none": []})
    assert [(pair.clean.best, pair.changed.best) for pair in pairs["x"]] == [("hund", "pass")]
    assert pairs["none"] == []


def test_both_parts_of_a_message_count_as_given() -> None:
    """An emergency notice is wrong wherever an entry or nothing is expected."""
    first = Decision("?", DecisionKind.ANSWER, "clear", entry="a", candidates=(Candidate("a", 0.9),))
    second = Decision("?", DecisionKind.EMERGENCY, "emergency")
    both = Decision("?", DecisionKind.ANSWER, "parts", candidates=first.candidates, parts=(first, second))
    assert said_by(both) == said("a", "a", "emergency")
    assert said_by(second) == said(None, "emergency")


def test_a_redirect_is_allowed_where_one_is_expected() -> None:
    """Any of them; elsewhere it is wrong."""
    redirects = frozenset({"r"})
    assert question_of(parse_row({"say": "?", "expect": "redirect"}), redirects).allowed == redirects
    assert question_of(parse_row({"say": "?", "expect": "none"}), redirects).allowed == frozenset()
    assert question_of(parse_row({"say": "?", "expect": "a"}), redirects).right == {"a"}


def test_rows_of_the_shipped_faq_stand_alone() -> None:
    """One half of them, with and without an entry."""
    exam = shipped_exam(arguments([]))
    assert {bool(question.right) for question in exam.questions} == {True, False}
    assert len(exam.questions) > 100
