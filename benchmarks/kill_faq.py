"""An FAQ whose answers are numbered: each answer tells which question it belongs to."""

import re

import yaml

QUESTIONS = (
    "Wie melde ich meinen Hund an?",
    "Wo finde ich einen Platz im Kindergarten?",
    "Was kostet ein neuer Reisepass?",
    "Wann wird die Papiertonne geleert?",
    "Wie beantrage ich Wohngeld?",
    "Wo kann ich mein Auto zulassen?",
    "Wer repariert kaputte Straßenlaternen?",
    "Wie leihe ich Bücher in der Bibliothek aus?",
    "Welche Schwimmbäder haben im Winter geöffnet?",
    "Wie bekomme ich eine Geburtsurkunde?",
    "Wo beantrage ich einen Angelschein?",
    "Wann ist der Wochenmarkt?",
    "Wie kann ich heiraten?",
    "Was muss ich bei einem Umzug tun?",
    "Wo bekomme ich einen Bewohnerparkausweis?",
    "Wie melde ich ein Gewerbe an?",
    "Wer fördert Solaranlagen auf dem Dach?",
    "Wie kann ich Blut spenden?",
    "Wo gebe ich Sperrmüll ab?",
    "Welche Musikschule gibt Klavierunterricht?",
)

_NUMBER = re.compile(r"Antwort Nummer (\d+)\.")


def faq_text() -> str:
    """Return the FAQ as its file's text."""
    entries = [
        {"id": f"frage-{number}", "question": question, "answer": f"Antwort Nummer {number}."}
        for number, question in enumerate(QUESTIONS)
    ]
    return yaml.safe_dump({"entries": entries}, allow_unicode=True, width=1000)


def link(number: int) -> str:
    """Return what Telegram sends when somebody follows the link to an entry."""
    return f"/start faq_frage-{number}"


def number_in(text: str) -> int | None:
    """Return which question a text answers."""
    found = _NUMBER.search(text)
    return int(found.group(1)) if found else None
