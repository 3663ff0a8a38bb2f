"""Days as people type them, and as browsers send them."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import DateField

_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


def as_day(text: str) -> date:
    """Return a day, written as browsers or as people do; raises ValueError."""
    german = _GERMAN.fullmatch(text)
    return date(*map(int, reversed(german.groups()))) if german else date.fromisoformat(text)


class DayField(DateField):
    """A day, as browsers or people write it."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the day; what is none is told in German, as is year 1, which is none in UTC."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        try:
            found = as_day(text) if text else None
        except ValueError:
            found = date.min
        if found and found.year == date.min.year:
            raise ValueError("Das ist kein Datum. Bitte schreiben Sie zum Beispiel 01.11.2026.")
        self.data = found
