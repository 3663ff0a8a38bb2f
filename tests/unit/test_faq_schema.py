"""The JSON Schema agrees with the loader."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from intents.errors import FaqError
from intents.faq import parse_faq
from intents.faq_fields import RECORDS
from intents.faq_schema import json_schema
from intents.messages import catalogue

MINIMAL = """\
entries:
  - id: hund
    question: Wo melde ich meinen Hund an?
    answer: Im Rathaus.
"""

VALIDATOR = Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def as_editors_see_it(value: Any) -> Any:
    """Return the data with dates as text: editors follow YAML 1.2, which knows no dates."""
    match value:
        case dict():
            return {key: as_editors_see_it(item) for key, item in value.items()}
        case list():
            return [as_editors_see_it(item) for item in value]
        case date():
            return value.isoformat()
        case _:
            return value


def loads(content: str) -> bool:
    """Tell whether the loader takes the content."""
    try:
        parse_faq(content)
    except FaqError:
        return False
    return True


def test_the_schema_is_one() -> None:
    """The schema itself is valid."""
    Draft202012Validator.check_schema(json_schema())


def test_the_shipped_faq_follows_the_schema() -> None:
    """The shipped FAQ loads and validates."""
    content = (Path(__file__).parents[2] / "faq_data.yaml").read_text(encoding="utf-8")
    assert loads(content)
    assert list(VALIDATOR.iter_errors(as_editors_see_it(yaml.safe_load(content)))) == []


@pytest.mark.parametrize(
    ("before", "after", "is_good"),
    [
        ("", "", True),
        ("schema: 1\ntitle: Musterstadt\ncontact: {name: Rathaus}\nsynonyms: [[Perso, Ausweis]]\n", "", True),
        ("", "    kind: redirect\n    category: 2030\n    alternates: [no, 115, 1.5, Hund]\n", True),
        ("", "    updated: 2026-11-01\n    sources: [{title: Satzung}]\n    follow_ups: []\n", True),
        ("schema: 2\n", "", False),
        ("title: ''\n", "", False),
        ("titel: x\n", "", False),
        ("contact: {fax: x}\n", "", False),
        ("contact: Rathaus\n", "", False),
        ("synonyms: [[]]\n", "", False),
        ("synonyms: [Perso]\n", "", False),
        ("", "    kind: antwort\n", False),
        ("", "    updated: 1.11.2026\n", False),
        ("", "    updated: '2026-02-30'\n", False),
        ("", "    category:\n", False),
        ("", "    alternates: Hund\n", False),
        ("", "    alternates: ['   ']\n", False),
        ("", "    alternates: [{a: b}]\n", False),
        ("", "    sources: [{url: x}]\n", False),
        ("", "    sources: [{title: x, url: 'HTTPS://example.org/a:b'}]\n", True),
        ("", "    sources: [{title: x, url: 'www.example.org:8080/a'}]\n", True),
        ("", "    sources: [{title: x, url: 'example.org'}]\n", True),
        ("", "    sources: [{title: x, url: 'javascript:alert(1)'}]\n", False),
        ("", "    sources: [{title: x, url: ' JavaScript:alert(1)'}]\n", False),
        ("", '    sources: [{title: x, url: "java\\nscript:alert(1)"}]\n', False),
        ("", "    sources: [{title: x, url: 'data:text/html,x'}]\n", False),
        ("", "    sources: [{title: x, url: 'file:///etc/passwd'}]\n", False),
        ("", '    category: "a\\u0007"\n', False),
        ("", "  - id: Groß\n    question: q\n    answer: a\n", False),
        ("", "  - question: q\n    answer: a\n", False),
        ("", "  - id: b\n    answer: a\n", False),
    ],
)
def test_schema_and_loader_agree(before: str, after: str, is_good: bool) -> None:
    """What the loader takes the schema takes, and what one refuses the other refuses."""
    content = before + MINIMAL + after
    assert loads(content) is is_good
    assert VALIDATOR.is_valid(as_editors_see_it(yaml.safe_load(content))) is is_good


def test_every_field_is_described() -> None:
    """Each record and field has its German description, and no description is left over."""
    fields = {f"{record}.{field.name}" for record, known in RECORDS.items() for field in known}
    assert set(catalogue()["fields"]) == fields | set(RECORDS)
