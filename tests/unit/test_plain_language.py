"""Hints at what citizens may not understand."""

import pytest

from intents.plain_language import plain_hints


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Der Antrag ist unverzüglich zu stellen.", "«unverzüglich» klingt nach Amt"),
        ("Zur Gewährleistung der Sicherheit.", "«Gewährleistung» klingt nach Amt"),
        ("Die HHKO hilft beim Sparen.", "«HHKO» wird nicht erklärt"),
        ("Das regelt das StrG.", "«StrG» wird nicht erklärt"),
        ("Siehe VwV-OrgA und BauGB.", "«VwV-OrgA» wird nicht erklärt"),
        ("Wort " * 21 + "Ende.", "22 Wörter"),
    ],
)
def test_what_is_hard_to_read_is_told(text: str, told: str) -> None:
    """In words that help."""
    assert [hint for hint in plain_hints(text) if told in hint], plain_hints(text)


@pytest.mark.parametrize(
    "text",
    [
        "Die Haushaltskonsolidierung (HHKO) hilft. Die HHKO spart Geld.",
        "Die HHKO (Haushaltskonsolidierung) hilft.",
        "Das Straßengesetz (StrG) gilt; das StrG auch auf WhatsApp, bei der GmbH und in der U-Bahn.",
        "Das gilt in der EU auch für eine PDF.",
        "Siehe [hier](https://example.org/BEZUEGLICH/ABC).",
        "Der Gemeinderat hat das beschlossen. Er tagt z. B. im Rathaus.",
        "",
    ],
)
def test_what_is_explained_or_known_is_not_told(text: str) -> None:
    """Nor are addresses."""
    assert plain_hints(text) == []
