"""Terms, synonyms and the sparse index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.background import weigh_plain
from intents.lexical import STOP_WEIGHT, Overlap, TermIndex, char_terms, part_terms
from intents.pipeline import Analyser
from intents.synonyms import Synonyms
from intents.text import MAX_CHARS

ANALYSER = Analyser.for_texts(["Personalausweis, Perso, Hund, Steuer"])
NONE = Synonyms.from_groups([], ANALYSER.analyse)
TERMS = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.1, 3), max_size=5)


def evenly(_term: str, _held: int, _size: int) -> float:
    """Weigh all terms the same."""
    return 1.0


def index(*texts: dict[str, float]) -> TermIndex:
    """Index texts whose terms weigh the same."""
    return TermIndex(texts, evenly)


def test_content_words_weigh_more_than_function_words() -> None:
    """«wer» tells a little, «Hund» tells all."""
    terms = part_terms(ANALYSER.analyse("wer hat den Hund"), NONE)
    assert terms["hund"] == 1.0
    assert terms["wer"] == STOP_WEIGHT


def test_compounds_give_their_parts() -> None:
    """«Hundesteuer» shares a term with «Hund» and one with «Steuer»."""
    assert set(part_terms(ANALYSER.analyse("Hundesteuer"), NONE)) == {"hund", "steuer"}


def test_synonyms_share_one_term() -> None:
    """Members of a group are compared by base form, several words long as well."""
    synonyms = Synonyms.from_groups([["Perso", "Personalausweis", "amtlicher Ausweis"]], ANALYSER.analyse)
    found = [part_terms(ANALYSER.analyse(text), synonyms) for text in ("Perso", "PERSONALAUSWEIS", "amtliche Ausweise")]
    assert found[0] == found[1] == {"=0": 1.0}
    assert found[2] == {"=0": 1.0}


def test_the_longest_synonym_wins() -> None:
    """«Amt für Steuern» is not read as «Amt» and something else."""
    synonyms = Synonyms.from_groups([["Amt"], ["Amt für Steuern"]], ANALYSER.analyse)
    words = ANALYSER.analyse("das Amt für Steuern, dann ein Amt").words
    assert [term for _, term in synonyms.find(words)] == ["=1", "=0"]


@pytest.mark.parametrize(
    ("said", "compared"),
    [
        ("Wo verlängere ich den Perso?", "Wo verlängere ich den Personalausweis?"),
        ("perso und noch ein PERSO", "Personalausweis und noch ein Personalausweis"),
        ("den persoo verlängern", "den Personalausweis verlängern"),
        ("ein amtlicher Ausweis, bitte", "ein Personalausweis, bitte"),
        ("Wo verlängere ich den Personalausweis?", None),
        ("Sind Personalausweise teuer?", None),
        ("Kann ich den Hund anmelden?", None),
        ("Bekommt man Covid-19 zweimal?", "Bekommt man Corona zweimal?"),
        ("Braucht jede Person einen Perso?", "Braucht jede Person einen Personalausweis?"),
        ("Womit beschäftigt sich die Stadt?", None),
        ("was tun die beschäftigten", "was tun die Mitarbeiter"),
        ("", None),
    ],
)
def test_a_question_is_put_into_the_words_of_the_faq(said: str, compared: str | None) -> None:
    """A synonym that the wordings never use is exchanged, whatever its case, form or typing mistakes."""
    wordings = ["Wo beantrage ich einen Personalausweis?", "Personalausweis verloren", "Corona", "Mitarbeiter"]
    groups = [
        ["Perso", "Personalausweis", "amtlicher Ausweis"],
        ["Corona", "Covid-19"],
        ["Mitarbeiter", "Beschäftigte"],
    ]
    analyser = Analyser.for_texts([*wordings, *map(" ".join, groups)])
    synonyms = Synonyms.from_groups(groups, analyser.analyse, wordings)
    assert synonyms.in_own_words(analyser.analyse(said)) == compared


def test_a_synonym_that_the_faq_uses_itself_stays() -> None:
    """One wording in three is enough; where the FAQ uses none of them, none is better than another."""
    groups = [["Hund", "Köter"], ["Perso", "Personalausweis"]]
    synonyms = Synonyms.from_groups(groups, ANALYSER.analyse, ["Hund", "Hunde", "Hundes", "Köter"])
    assert synonyms.own == {}
    rare = Synonyms.from_groups(groups, ANALYSER.analyse, ["Hund", "Hunde", "Hunden", "der Hund", "Köter"])
    assert set(rare.own.values()) == {"Hund"}


def test_forms_of_one_word_are_counted_as_one() -> None:
    """A form that stands in no wording does not make the word a rare one."""
    wordings = [*10 * ["Haus"], *15 * ["Gebäude"]]
    groups = [["Haus", "Häuser", "Gebäude"]]
    analyser = Analyser.for_texts([*wordings, "Häuser"])
    assert Synonyms.from_groups(groups, analyser.analyse, wordings).own == {}


def test_a_question_in_the_words_of_the_faq_is_no_longer_than_a_message() -> None:
    """A member without end, said many times, costs the encoders no more than any message."""
    groups = [["Perso", "Ausweis " * 50]]
    synonyms = Synonyms.from_groups(groups, ANALYSER.analyse, [groups[0][1]])
    compared = synonyms.in_own_words(ANALYSER.analyse("Perso " * 160)) or ""
    assert len(compared) <= MAX_CHARS


def test_without_groups_nothing_is_a_synonym() -> None:
    """Empty groups and members without words are left out."""
    synonyms = Synonyms.from_groups([["", "?"], []], ANALYSER.analyse)
    assert synonyms.find(ANALYSER.analyse("Wo ist das?").words) == []
    assert synonyms.in_own_words(ANALYSER.analyse("Wo ist das?")) is None


def test_character_terms_stay_inside_words() -> None:
    """Grams mark word ends with a blank and are folded."""
    assert char_terms("Öl ab", sizes=(3,)) == {" ol": 1, "ol ": 1, " ab": 1, "ab ": 1}
    assert char_terms("Straße") == char_terms("strasse")
    assert char_terms("?!") == {}


def test_overlap_counts_the_shared_weight() -> None:
    """Shares of question and text, and both in one."""
    overlap = index({"a": 1, "b": 1}, {"c": 1}).overlap({"a": 1, "d": 1})
    assert overlap.shared.tolist() == [1, 0]
    assert overlap.of_question.tolist() == [0.5, 0]
    assert overlap.of_text.tolist() == [0.5, 0]
    assert overlap.dice.tolist() == [0.5, 0]


def test_an_unknown_term_counts_against_the_question() -> None:
    """What the texts do not hold still belongs to the question."""
    made = TermIndex([{"a": 1.0}], weigh_plain)
    assert made.overlap({"a": 1, "z": 1}).of_question[0] < 0.5
    assert (made.holds("a"), made.holds("z")) == (True, False)


def test_rare_terms_weigh_more() -> None:
    """A term of one text tells more than a term of all."""
    made = TermIndex([{"a": 1, "b": 1}, {"a": 1}, {"a": 1}], weigh_plain)
    assert made.weight("b") > made.weight("a") > 0


def test_equal_texts_have_cosine_one() -> None:
    """And texts without a shared term zero."""
    cosine = index({"a": 1, "b": 2}, {"c": 3}).cosine({"a": 1, "b": 2})
    assert cosine == pytest.approx([1, 0])


@given(st.lists(TERMS, max_size=6), TERMS)
def test_every_score_is_a_share(texts: list[dict[str, float]], asked: dict[str, float]) -> None:
    """Between 0 and 1, finite, one for each text, for any terms; no texts and no terms as well."""
    made = TermIndex(texts, weigh_plain)
    overlap = made.overlap(asked)
    for scores in (overlap.of_question, overlap.of_text, overlap.dice, made.cosine(asked)):
        assert scores.shape == (len(texts),)
        assert np.isfinite(scores).all()
        assert ((scores >= 0) & (scores <= 1 + 1e-5)).all()


@given(st.lists(TERMS, min_size=1, max_size=6), TERMS)
def test_the_index_finds_what_a_plain_loop_finds(texts: list[dict[str, float]], asked: dict[str, float]) -> None:
    """The inverted index is a faster way to the same numbers."""
    wanted = [sum(min(value, text[term]) for term, value in asked.items() if term in text) for text in texts]
    assert index(*texts).overlap(asked).shared == pytest.approx(wanted, abs=1e-4)


def test_nothing_asked_shares_nothing() -> None:
    """Division by nothing gives 0, not an error."""
    empty = np.zeros(2, dtype=np.float32)
    assert Overlap(empty, 0.0, empty).dice.tolist() == [0, 0]
