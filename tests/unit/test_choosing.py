"""What a message picks from the questions of a «Meinten Sie …?»."""

import pytest

from intents.choosing import picked_chance, picked_place, picked_words

OFFERED = ("zeitraum", "beschluss", "kosten")
TERMS = {
    "zeitraum": frozenset({"zeitraum", "strategie", "erarbeiten"}),
    "beschluss": frozenset({"strategie", "beschliessen"}),
    "kosten": frozenset({"kosten", "strategie"}),
}


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("das erste", "zeitraum"),
        ("Die zweite Frage bitte!", "beschluss"),
        ("nummer 2", "beschluss"),
        ("ich meine die 3.", "kosten"),
        ("ersteres", "zeitraum"),
        ("nein, das letzte", "kosten"),
        ("letzteres", "kosten"),
    ],
)
def test_a_place_picks(text: str, picked: str) -> None:
    """In words or digits, with what people say around it."""
    assert picked_place(text, OFFERED) == picked


@pytest.mark.parametrize(
    "text",
    ["", "nichts davon", "nummer 4", "0", "das erste oder das zweite", "wann war der erste entwurf?", "ich meine das"],
)
def test_no_place_or_more_than_a_place_picks_nothing(text: str) -> None:
    """A place that was not offered, two places, a question of its own."""
    assert picked_place(text, OFFERED) is None


def test_the_last_of_two_is_the_second() -> None:
    """«letzteres» counts from the end."""
    assert picked_place("letzteres", OFFERED[:2]) == "beschluss"
    assert picked_place("das erste", ()) is None


def test_a_word_of_one_question_picks_it() -> None:
    """Words around a choice do not count."""
    assert picked_words(frozenset({"kosten"}), TERMS) == "kosten"
    assert picked_words(frozenset({"frage", "kosten"}), TERMS) == "kosten"


@pytest.mark.parametrize("asked", [set(), {"strategie"}, {"wetter"}, {"kosten", "wetter", "morgen"}, {"frage"}])
def test_words_of_all_questions_or_of_none_pick_nothing(asked: set[str]) -> None:
    """Shared by all, foreign, or foreign for the greater part."""
    assert picked_words(asked, TERMS) is None
    assert picked_words(asked, {}) is None


def test_a_reading_picks_what_it_finds_first_among_the_offered() -> None:
    """Clearly before the others offered, likely enough, and nothing else before it."""
    assert picked_chance({"kosten": 0.5, "beschluss": 0.2}, OFFERED, least=0.3) == "kosten"
    assert picked_chance({"kosten": 0.5, "beschluss": 0.3}, OFFERED, least=0.3) is None
    assert picked_chance({"kosten": 0.2}, OFFERED, least=0.3) is None
    assert picked_chance({"wetter": 0.6, "kosten": 0.4}, OFFERED, least=0.3) is None
    assert picked_chance({}, OFFERED, least=0.3) is None
