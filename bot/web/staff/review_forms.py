"""The fields of the review list: which groups are wanted."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from bot.clock import day_begins
from bot.review_items import STATE_WORDS, WHY_WORDS, Filter, ItemState, Order, Why
from bot.sorting import german_key
from bot.web.staff.days import as_day
from intents.faq import FaqEntry

OPEN, ALL = "offen", "alle"
_STATES: Mapping[str, tuple[ItemState, ...]] = {
    OPEN: (ItemState.NEW, ItemState.WORKING),
    **{word.replace(" ", "-"): (state,) for state, word in STATE_WORDS.items()},
    ALL: (),
}
_ORDERS: Mapping[str, str] = {
    Order.OPEN: "offene Fragen",
    Order.COUNT: "Anzahl",
    Order.TREND: "Trend",
    Order.LAST: "zuletzt gefragt",
    Order.FIRST: "zuerst gefragt",
}
_LIST = "Bitte wählen Sie einen Wert aus der Liste."
_DAY = "Bitte geben Sie einen Tag ein, zum Beispiel 22.11.2026."


def _choices(words: Mapping[str, str]) -> list[SelectChoice]:
    """Return what a list offers: value → word."""
    return [SelectChoice(value, word) for value, word in words.items()]


def _at_most(length: int) -> Length:
    return Length(max=length, message=f"Bitte höchstens {length} Zeichen.")


class InboxForm(Form):
    """Which groups are wanted, and in which order."""

    zustand = SelectField(
        "Zustand",
        choices=_choices({name: "neu und in Arbeit" if name == OPEN else name.replace("-", " ") for name in _STATES}),
        default=OPEN,
        validate_choice=False,
    )
    grund = SelectField(
        "Grund",
        choices=_choices({"": "alle", **{why.value: word for why, word in WHY_WORDS.items()}}),
        default="",
        validate_choice=False,
    )
    eintrag = SelectField("Nächster Eintrag", [_at_most(48)], choices=[], default="", validate_choice=False)
    von = StringField("Zuletzt gefragt ab", default="", render_kw={"type": "date"})
    bis = StringField("bis", default="", render_kw={"type": "date"})
    suche = StringField("Suche in den Fragen", [_at_most(200)], default="", render_kw={"type": "search"})
    sortierung = SelectField(
        "Sortiert nach", choices=_choices(_ORDERS), default=Order.OPEN.value, validate_choice=False
    )

    def offer(self, entries: Mapping[str, FaqEntry]) -> None:
        """Let the form offer entries, and the chosen one even where it is gone."""
        found = sorted(entries.values(), key=lambda entry: german_key(entry.question))
        gone = {self.eintrag.data: self.eintrag.data} if self.eintrag.data not in entries else {}
        self.eintrag.choices = _choices({**gone, "": "alle", **{each.id: each.question for each in found}})

    def validate_zustand(self, field: Any) -> None:
        """Refuse what is not in the list."""
        _choose(field, _STATES)

    def validate_grund(self, field: Any) -> None:
        """Refuse what is not in the list."""
        _choose(field, {"", *Why})

    def validate_sortierung(self, field: Any) -> None:
        """Refuse what is not in the list."""
        _choose(field, set(Order))

    def validate_von(self, field: Any) -> None:
        """Refuse what is no day."""
        _day(field.data)

    def validate_bis(self, field: Any) -> None:
        """Refuse what is no day."""
        _day(field.data, after=1)

    def wanted(self) -> Filter:
        """Return the filter of a form that was checked."""
        return Filter(
            states=_STATES[self.zustand.data],
            why=Why(self.grund.data) if self.grund.data else None,
            entry=self.eintrag.data.strip(),
            since=_day(self.von.data),
            before=_day(self.bis.data, after=1),
            text=" ".join(self.suche.data.split()),
            order=Order(self.sortierung.data),
        )

    def query(self) -> dict[str, str]:
        """Return the fields that differ from the beginning, for an address."""
        return {name: field.data for name, field in self._fields.items() if field.data != field.default}


def _choose(field: Any, known: Any) -> None:
    if field.data not in known:
        raise ValidationError(_LIST)


def _day(text: str, *, after: int = 0) -> datetime | None:
    """Return the beginning of a day in the city, or of one so many days later; None for no text."""
    if not text:
        return None
    try:
        return day_begins(as_day(text) + timedelta(days=after))
    except (ValueError, OverflowError) as error:
        raise ValidationError(_DAY) from error
