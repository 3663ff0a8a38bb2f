"""What the check of a draft found, in the words of the pages: the check itself speaks of the file."""

import re
from collections.abc import Mapping
from typing import Any

from bot.web.staff.entry_form import LABELS
from intents.faq import FaqBase

LEVELS = {"error": "Fehler", "warning": "Warnung", "hint": "Hinweis"}

_PLACE = re.compile(r" \(Zeile \d+\)|, Zeile \d+(?=\))")
_FIELD = re.compile(f"'({'|'.join(LABELS)})'")
_ENTRY = re.compile(r"Eintrag '([^']+)'")


def worded(finding: Mapping[str, Any], faq: FaqBase) -> dict[str, Any]:
    """Return a finding with the entry that it is about, and no ids, names of fields or lines of the file."""
    about = faq.get(finding["entry"]) if finding["entry"] else None
    level = LEVELS[finding["level"]]
    bare = finding["message"].removeprefix(f"{level}: ").removeprefix(f"Eintrag '{finding['entry']}': ")
    fields = _FIELD.sub(lambda match: f"«{LABELS[match[1]]}»", _PLACE.sub("", bare))
    message = _ENTRY.sub(lambda match: f"Eintrag «{faq.name_of(match[1])}»", fields)
    return {**finding, "level": level, "title": about.question if about else "", "message": message}
