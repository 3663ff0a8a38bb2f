"""A small labelled folder with invented questions, in the form of the public sets."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

THINGS = (
    "Leihfahrrad",
    "Gartenlaube",
    "Flohmarktstand",
    "Bienenstock",
    "Schulranzen",
    "Brunnenwasser",
    "Nachtbus",
    "Stadtchor",
    "Laternenumzug",
    "Kletterwand",
    "Obstwiese",
    "Werkzeugverleih",
)
ASKED = (
    "Wo bekomme ich {}?",
    "Was kostet {} im Monat?",
    "{} mieten",
    "Wie lange darf ich {} behalten?",
    "Wen frage ich wegen {}?",
    "gibt es {} auch am wochenende",
)
TOWNS = ("muenchen", "lkaugsburg", "rems-murr-kreis")


def write_labelled(folder: Path) -> Path:
    """Write every file that training reads into a folder and return it."""
    for shift, name in enumerate(("mainfranken", "robo", "familienlotse", "datenrechte")):
        _write(folder / f"{name}.jsonl", _plain(name, shift))
    _write(folder / "muenchen_services.jsonl", _titled("muc"))
    _write(folder / "muenchen_keywords.jsonl", ({"faq_id": key, "query": text} for key, text in _wordings("muc")))
    _write(folder / "integreat_pages.jsonl", (row for town in TOWNS for row in _titled(town)))
    _write(folder / "integreat_generated.jsonl", _generated())
    _write(folder / "integreat_questions.jsonl", _unanswered())
    _write(folder / "far_out_of_scope.jsonl", ({"query": f"Wie alt wurde Königin {n}?"} for n in range(30)))
    _write(
        folder / "xsid_de.jsonl",
        ({"intent": "x", "query": f"Stell den Wecker auf {n} Uhr"} for n in range(24)),
    )
    return folder


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _wordings(prefix: str, shift: int = 0) -> Iterator[tuple[str, str]]:
    for number, thing in enumerate(THINGS):
        for ask in ASKED[number % 3 :]:
            yield f"{prefix}-{number}", ask.format(THINGS[(number + shift) % len(THINGS)] if shift else thing)


def _plain(name: str, shift: int) -> Iterator[dict[str, Any]]:
    for key, text in _wordings(name, shift):
        yield {"faq_id": key, "query": text, "answer": f"Das regelt die Stelle {key}."}


def _titled(prefix: str) -> Iterator[dict[str, Any]]:
    for number, thing in enumerate(THINGS):
        answer = f"{thing} gibt es im Stadthaus. Bitte melden Sie sich an."
        yield {"faq_id": f"{prefix}-{number}", "question": f"Ausgabe: {thing}", "answer": answer}


def _generated() -> Iterator[dict[str, Any]]:
    for town in TOWNS:
        for key, text in _wordings(town):
            yield {"faq_id": key, "query": text}


def _unanswered() -> Iterator[dict[str, Any]]:
    for town in TOWNS:
        for number, thing in enumerate(THINGS):
            yield {
                "faq_id": f"{town}-{number}",
                "query": f"Wer erfand {thing}?",
                "answerable": number % 4 == 0,
            }
