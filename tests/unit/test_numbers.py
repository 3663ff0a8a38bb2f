"""Which item of a list is meant."""

import pytest

from bot.numbers import picked_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("2.", 2),
        ("(3)", 3),
        ("3)", 3),
        ("Nr. 4", 4),
        ("Nummer 4 bitte", 4),
        ("Frage 12", 12),
        ("２", 2),
        ("2️⃣", 2),
        ("zwei", 2),
        ("die Zweite", 2),
        ("das dritte bitte!", 3),
        ("erstens", 1),
        ("sieben", 7),
        ("der siebte", 7),
        ("acht", 8),
        ("den achten", 8),
        ("0", 0),
        ("nichts davon", 0),
        ("Nein, keine von beiden.", 0),
    ],
)
def test_numbers_are_read(text: str, number: int) -> None:
    """Digits, words and ordinals as people type them."""
    assert picked_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "112", "2030", "2 Euro", "eine", "nichts", "§ 2", "zweite Strategie", "½", "²x", "1" * 500]
)
def test_everything_else_is_a_question(text: str) -> None:
    """Years, emergency numbers and sentences are left to the matcher."""
    assert picked_number(text) is None
