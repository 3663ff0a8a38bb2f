"""The lint: what it finds, where, and how it says so."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from time import perf_counter

import pytest

from intents.decision import Candidate, Decision, DecisionKind
from intents.errors import Level
from intents.faq import FaqBase, FaqEntry, parse_faq
from intents.lint import lint
from intents.lint_sentences import sentences

TODAY = date(2026, 11, 22)

ENTRY = """\
  - id: {id}
    question: {question}
    alternates: [{id} eins, {id} zwei]
    answer: Im Rathaus.
"""


def file(*more: str) -> FaqBase:
    """Return an FAQ of one good entry with more lines in it, which start at line 6."""
    entry = ENTRY.format(id="hund", question="Wo melde ich meinen Hund an?")
    lines = "".join(f"    {line}\n" for line in more)
    return parse_faq(f"entries:\n{entry}{lines}", "f.yaml")


def two(first: str, second: str) -> FaqBase:
    """Return an FAQ of two entries that ask these questions, in lines 3 and 7."""
    entries = ENTRY.format(id="hund", question=f"'{first}'") + ENTRY.format(id="katze", question=f"'{second}'")
    return parse_faq(f"entries:\n{entries}", "f.yaml")


def found(faq: FaqBase) -> list[str]:
    """Return the findings as they are printed."""
    return [str(finding) for finding in lint(faq, today=TODAY)]


def test_a_good_file_has_no_findings() -> None:
    """Nothing is said about an entry without sources or date."""
    assert found(file()) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Wo ist der Bürgerservice?", "wo ist der buergerservice"),
        ("Hund anmelden", "anmelden: Hund!"),
        ("Straße sperren lassen", "strasse SPERREN lassen"),
    ],
)
def test_equal_wordings_of_two_entries_are_found(first: str, second: str) -> None:
    """Case, umlaut spelling, punctuation and word order make no difference."""
    assert found(two(first, second)) == [
        f"f.yaml:7:15: Eintrag 'katze': Die Formulierung '{second}' steht auch in Eintrag 'hund' (Zeile 3)"
    ]


def test_nearly_equal_wordings_of_two_entries_are_found() -> None:
    """A typo or an ending does not hide a duplicate."""
    assert found(two("Wie beantrage ich den Pass?", "Wie beantrag ich den Pass?")) == [
        (
            "f.yaml:7:15: Eintrag 'katze': Die Formulierung 'Wie beantrag ich den Pass?' ist fast gleich "
            "wie 'Wie beantrage ich den Pass?' in Eintrag 'hund' (Zeile 3)"
        )
    ]


@pytest.mark.parametrize("second", ["Wo beantrage ich den Reisepass?", "???", "Hund"])
def test_different_wordings_are_no_duplicates(second: str) -> None:
    """Wordings that share words, or have none, are left alone."""
    assert found(two("Wo beantrage ich den Personalausweis?", second)) == []


def test_repetitions_within_an_entry_are_no_duplicates() -> None:
    """An entry may say the same thing in nearly the same words."""
    wordings = ("Hund anmelden", "hund anmelden?", "Hunde anmelden")
    assert lint(FaqBase((FaqEntry("hund", *wordings[:1], "a", alternates=wordings[1:]),)), today=TODAY) == []


def day(days: int) -> date:
    """Return a day, counted from the tests' today."""
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"valid_until: {day(-1)}", "ist am 21.11.2026 abgelaufen und wird nicht mehr beantwortet"),
        (f"valid_until: {day(0)}", "läuft am 22.11.2026 ab"),
        (f"valid_until: {day(30)}", "läuft am 22.12.2026 ab"),
        (f"valid_until: {day(31)}", None),
        (f"valid_from: {day(1)}", "gilt erst ab 23.11.2026 und wird noch nicht beantwortet"),
        (f"valid_from: {day(0)}", None),
        (f"review_by: {day(-1)}", "hätte bis 21.11.2026 überprüft werden müssen"),
        (f"review_by: {day(30)}", "muss bis 22.12.2026 überprüft werden"),
        (f"review_by: {day(31)}", None),
    ],
)
def test_dates_that_need_attention_are_found(line: str, expected: str | None) -> None:
    """Entries that are expired, not yet valid, about to expire or due for review are named at the date."""
    column = 5 + line.index(" ") + 1
    assert found(file(line)) == ([f"f.yaml:6:{column}: Eintrag 'hund' {expected}"] if expected else [])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "follow_ups: [hunt]",
            "6:18: Eintrag 'hund': Die Folgefrage 'hunt' gibt es nicht. Meinten Sie 'hund'?",
        ),
        ("follow_ups: [xyz]", "6:18: Eintrag 'hund': Die Folgefrage 'xyz' gibt es nicht"),
        ("follow_ups: [hund]", "6:18: Eintrag 'hund' nennt sich selbst als Folgefrage"),
        (
            "sources: [{title: Satzung, url: www.example.org}]",
            "6:15: Eintrag 'hund': Die Adresse 'www.example.org' muss mit https:// oder http:// beginnen",
        ),
        (
            f"plain_answer: Das ist gut. {'Wort ' * 26}",
            (
                "6:19: Eintrag 'hund': Ein Satz in 'plain_answer' hat 26 Wörter, "
                f"höchstens 25 sind verständlich: '{('Wort ' * 26)[:79]}…'"
            ),
        ),
        (
            f"plain_answer: {'Wort. ' * 700}",
            (
                "6:19: Eintrag 'hund': 'plain_answer' hat 4199 Zeichen. "
                "Über 3500 passt die Antwort nicht in eine Telegram-Nachricht"
            ),
        ),
    ],
)
def test_other_weak_points_are_found(line: str, expected: str) -> None:
    """Follow-ups, addresses, long sentences and long answers are named where they stand."""
    assert found(file(line)) == [f"f.yaml:{expected}"]


def test_few_and_long_phrasings_are_found() -> None:
    """An entry needs three phrasings, none of them a whole letter."""
    faq = parse_faq(f"entries: [{{id: a, question: b, answer: c, alternates: [{'x' * 301}]}}]", "f.yaml")
    assert found(faq) == [
        f"f.yaml:1:{place}"
        for place in (
            "29: Eintrag 'a' hat zu wenige Formulierungen (2, mindestens 3). Bitte ergänzen Sie 'alternates'",
            f"56: Eintrag 'a': Die Formulierung '{'x' * 79}…' hat 301 Zeichen, höchstens 300 sind sinnvoll",
        )
    ]


def test_a_lonely_synonym_is_found() -> None:
    """A group of one word, or of one word twice, means nothing."""
    good = ENTRY.format(id="hund", question="Hund?")
    faq = parse_faq(f"synonyms: [[Perso, Ausweis], [Amt, amt]]\nentries:\n{good}", "f.yaml")
    assert found(faq) == [
        "f.yaml:1:30: Synonyme: Die Gruppe enthält nur das Wort 'Amt'. Gebraucht werden mindestens zwei"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Eins. Zwei! Drei?", ["Eins.", "Zwei!", "Drei?"]),
        ("Am 1. Mai z. B. mit Dr. Muster", ["Am 1 Mai zB mit Dr Muster"]),
        ("Im Jahr 2018. Danach", ["Im Jahr 2018.", "Danach"]),
        ("Eine Zeile\ngeht weiter.", ["Eine Zeile\ngeht weiter."]),
        ("Bringen Sie mit:\n- Ausweis\n- Foto", ["Bringen Sie mit", "- Ausweis", "- Foto"]),
        ("Kopf\n\nText", ["Kopf", "Text"]),
        ("Mehr [hier](https://example.org/a.b) lesen.", ["Mehr [hier  lesen."]),
        ("Er sagt: „Ja.“ Gut.", ["Er sagt: „Ja.", "Gut."]),
    ],
)
def test_sentences_are_told_apart(text: str, expected: list[str]) -> None:
    """Abbreviations, ordinals and line breaks end no sentence; list items and paragraphs do."""
    assert sentences(text) == expected


def answer(text: str, entry: str, kind: DecisionKind = DecisionKind.ANSWER) -> Decision:
    """Return the decision that answers with an entry."""
    return Decision(text, kind, "clear", entry=entry, candidates=(Candidate(entry, 0.9),))


def decide(special: Mapping[str, Decision]) -> Callable[[Sequence[str]], list[Decision]]:
    """Return a matcher that finds «hund» but for special texts."""
    return lambda texts: [special.get(text, answer(text, "hund")) for text in texts]


def fallback(top: str) -> Decision:
    """Return a decision not to answer although an entry was near."""
    return Decision("", DecisionKind.FALLBACK, "below_threshold", candidates=(Candidate(top, 0.1),))


def clarify(*choices: str) -> Decision:
    """Return a decision to ask back."""
    candidates = tuple(Candidate(choice, 0.4) for choice in choices)
    return Decision("", DecisionKind.CLARIFY, "margin", candidates=candidates, choices=choices)


@pytest.mark.parametrize(
    ("decision", "level", "expected"),
    [
        (answer("", "katze"), "error", "führt zu Eintrag 'katze' statt zu diesem"),
        (clarify("katze", "maus"), "error", "führt zu Eintrag 'katze' statt zu diesem"),
        (fallback("katze"), "error", "bekommt keine Antwort"),
        (fallback("hund"), "warning", "bekommt keine Antwort"),
        (Decision("", DecisionKind.SMALLTALK, "clear", smalltalk="help"), "error", "bekommt keine Antwort"),
        (clarify("katze", "hund", "maus"), "warning", "führt nur zu einer Rückfrage (katze, maus)"),
    ],
)
def test_a_phrasing_that_misses_its_entry_is_found(decision: Decision, level: Level, expected: str) -> None:
    """A phrasing finds its entry; asking back, or nearly answering, is milder than going astray."""
    (finding,) = lint(file(), today=TODAY, match=decide({"hund zwei": decision}))
    assert str(finding) == f"f.yaml:4:29: Eintrag 'hund': Die Formulierung 'hund zwei' {expected}"
    assert finding.level == level


def test_half_of_a_double_question_counts() -> None:
    """A phrasing with two questions finds its entry with either of them."""
    both = Decision("", DecisionKind.FALLBACK, "x", parts=(answer("", "katze"), answer("", "hund")))
    assert lint(file(), today=TODAY, match=decide({"hund zwei": both})) == []


def test_a_not_question_that_gets_the_answer_is_found() -> None:
    """What must never get this answer is asked, too; asking back about it is allowed."""
    faq = file("not_questions: [Wo ist mein Hund?, Hund kaufen]")
    (finding,) = lint(faq, today=TODAY, match=decide({"Hund kaufen": clarify("hund", "katze")}))
    assert str(finding) == (
        "f.yaml:6:21: Eintrag 'hund': Die Frage 'Wo ist mein Hund?' aus 'not_questions' bekommt trotzdem diese Antwort"
    )
    assert finding.level == "error"


def test_entries_outside_their_dates_are_not_asked() -> None:
    """An expired entry cannot be found; once is enough to say so."""
    faq = file("valid_until: 2020-01-01")
    assert len(lint(faq, today=TODAY, match=decide({"hund zwei": answer("", "katze")}))) == 1


def test_progress_is_told() -> None:
    """Whoever waits is told how many texts are done."""
    told: list[tuple[int, int]] = []
    entry = FaqEntry("hund", "Hund?", "Ja.", alternates=tuple(f"Hund {number}" for number in range(99)))
    lint(FaqBase((entry,)), today=TODAY, match=decide({}), progress=lambda *done: told.append(done))
    assert told == [(64, 100), (100, 100)]


def test_findings_are_sorted_by_place() -> None:
    """An editor works through the file from top to bottom."""
    faq = parse_faq("entries: [{id: a, question: x, answer: y}, {id: b, question: x, answer: y}]")
    places = [(finding.line, finding.column) for finding in lint(faq, today=TODAY)]
    assert places == sorted(places)
    assert len(places) == 3


def test_a_large_faq_is_linted_within_seconds() -> None:
    """5,000 phrasings are compared with each other in a moment."""
    chance = random.Random(7)
    syllables = [first + vowel for first in "bdfghklmnprstw" for vowel in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(2_000)]
    asked = [tuple(" ".join(chance.choices(words, k=5)) for _ in range(20)) for _ in range(250)]
    entries = [FaqEntry(f"e{number}", texts[0], "a", alternates=texts[1:]) for number, texts in enumerate(asked)]
    start = perf_counter()
    assert lint(FaqBase(tuple(entries)), today=TODAY) == []
    assert perf_counter() - start < 10
