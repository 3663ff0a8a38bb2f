"""The German sentences about the FAQ file."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from intents import messages
from intents.messages import catalogue, fill, say

ROOM = Path(messages.__file__).parent
STRUCTURE = {"owners", "yaml-problems", "german-keys", "lint", "abbreviations", "fields"}


def test_no_sentence_is_written_twice() -> None:
    """A name stands once in its group: YAML would silently take the last."""
    root = yaml.compose((ROOM / "messages.yaml").read_text(encoding="utf-8"))
    assert isinstance(root, yaml.MappingNode)
    groups = [root, *(value for _, value in root.value if isinstance(value, yaml.MappingNode))]
    names = [Counter(name.value for name, _ in group.value) for group in groups]
    assert [name for group in names for name, count in group.items() if count > 1] == []


def test_every_sentence_is_used() -> None:
    """No sentence is left over when the code that said it is gone."""
    code = "".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py"))
    names = (catalogue().keys() - STRUCTURE) | catalogue()["lint"].keys()
    assert [name for name in names if f'"{name}"' not in code] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Hund\n  und Katze", "Hund und Katze"),
        ("x" * 81, "x" * 79 + "…"),
        ("{entry}", "{entry}"),
        (["a", "b"], "a, b"),
        (date(2026, 11, 1), "01.11.2026"),
        (7, "7"),
    ],
)
def test_values_are_shown_in_one_short_line(value: object, shown: str) -> None:
    """Texts are cut, lists joined, dates German; braces in a text mean nothing."""
    assert fill("{value}", value=value) == shown


def test_groups_are_reached_by_a_dot() -> None:
    """A sentence of a group is named after it."""
    assert say("owners.entry", name="hund") == "Eintrag 'hund': "
