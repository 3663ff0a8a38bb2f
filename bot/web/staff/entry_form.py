"""The form of an entry: all fields of the file, as an editor fills them in."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import Field, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from bot.publishing import clean
from bot.sorting import german_key
from bot.web.staff.days import DayField
from intents.faq import FaqBase, FaqEntry, Kind, Source
from intents.faq_fields import ID

KIND_WORDS = {
    Kind.ANSWER: "Antwort",
    Kind.REDIRECT: "nicht zuständig, verweist weiter",
    Kind.META: "über den Bot selbst",
}
LABELS = {
    "id": "Kennung",
    "kind": "Art",
    "category": "Thema",
    "question": "Frage",
    "alternates": "Weitere Formulierungen",
    "not_questions": "Gegenbeispiele",
    "answer": "Antwort",
    "plain_answer": "Antwort in einfacher Sprache",
    "sources": "Quellen",
    "department": "Zuständiges Amt",
    "updated": "Stand",
    "valid_from": "Gültig ab",
    "valid_until": "Gültig bis",
    "review_by": "Prüfen bis",
    "follow_ups": "Folgefragen",
    "title": "Titel",
    "contact": "Kontakt",
    "synonyms": "Synonyme",
}
"""What editors call the fields."""

_LISTS = ("alternates", "not_questions")
_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LONG = 300
_LISTS_SHOWN = 3
"""From how many lists follow-ups are chosen at least."""


class EntriesField(Field):
    """Entries, each chosen from a list of questions, in an order; what is left blank is none."""

    offered: Sequence[tuple[str, Sequence[FaqEntry]]] = ()
    """What can be chosen, by topic."""
    gone: Sequence[str] = ()
    """Ids that were chosen, and that there are no entries for."""

    def process_data(self, value: Any) -> None:
        """Take what the entry has."""
        self.data = tuple(value or ())

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was chosen, each once."""
        self.data = tuple(dict.fromkeys(filter(None, map(str.strip, valuelist))))

    @property
    def chosen(self) -> tuple[str, ...]:
        """What each list shows; there is always a blank one."""
        blank = max(1, _LISTS_SHOWN - len(self.data))
        return (*self.data, *[""] * blank)

    def offer(self, faq: FaqBase, but: str | None) -> None:
        """Offer all entries but one."""
        topics: dict[str, list[FaqEntry]] = {}
        for entry in sorted(faq.entries, key=lambda each: german_key(each.question)):
            if entry.id != but:
                topics.setdefault(entry.category or "Ohne Thema", []).append(entry)
        self.offered = sorted(topics.items(), key=lambda pair: german_key(pair[0]))
        self.gone = [each for each in self.data if faq.get(each) is None]


def _day(name: str, hint: str = "") -> DayField:
    return DayField(LABELS[name], [Optional()], description=hint)


def _lines(name: str, hint: str, rows: int = 5) -> TextAreaField:
    return TextAreaField(LABELS[name], description=hint, render_kw={"rows": rows})


def _text(name: str, hint: str = "") -> StringField:
    limit = Length(max=_LONG, message=f"Bitte höchstens {_LONG} Zeichen.")
    return StringField(LABELS[name], [limit], description=hint)


class EntryForm(Form):
    """An entry."""

    question = StringField(
        LABELS["question"],
        [
            InputRequired("Bitte geben Sie die Frage ein."),
            Length(max=_LONG, message=f"Bitte höchstens {_LONG} Zeichen."),
        ],
        description="So wird sie angezeigt.",
    )
    answer = TextAreaField(
        LABELS["answer"],
        [InputRequired("Bitte geben Sie die Antwort ein.")],
        description="Erlaubt sind *fett*, [Links](https://…) und Listen mit «- ».",
        render_kw={"rows": 8},
    )
    plain_answer = _lines("plain_answer", "Kurze Sätze, einfache Wörter. Darf leer bleiben.")
    alternates = _lines("alternates", "Wie Bürgerinnen und Bürger fragen, eine Formulierung je Zeile.", 10)
    not_questions = _lines("not_questions", "Sehen ähnlich aus, dürfen diese Antwort aber nie bekommen; eine je Zeile.")
    category = _text("category", "Unter diesem Thema steht der Eintrag im Menü.")
    kind = SelectField(
        LABELS["kind"],
        choices=[SelectChoice(kind.value, word) for kind, word in KIND_WORDS.items()],
        validate_choice=False,
    )
    sources = _lines("sources", "Eine je Zeile: Titel | https://adresse.", 3)
    department = _text("department", "Wird nicht angezeigt.")
    updated = _day("updated", "Wird als «Stand» angezeigt.")
    valid_from = _day("valid_from", "Vorher wird der Eintrag nicht beantwortet.")
    valid_until = _day("valid_until", "Der letzte Tag, an dem er beantwortet wird.")
    review_by = _day("review_by", "Bis dahin soll ihn jemand prüfen.")
    follow_ups = EntriesField(
        LABELS["follow_ups"],
        description="Was danach angeboten wird, in dieser Reihenfolge. «Vorschau» gibt Ihnen eine weitere Liste.",
    )
    seen = HiddenField()

    def validate_kind(self, field: Any) -> None:
        """Refuse a kind that there is not."""
        if field.data not in {kind.value for kind in Kind}:
            raise ValidationError("Bitte wählen Sie eine Art aus der Liste.")

    def validate_valid_until(self, field: Any) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError("Das Ende liegt vor dem Anfang.")

    def validate_sources(self, field: Any) -> None:
        """Refuse a source without a title, and an address that is none."""
        for line in _split(field.data):
            title, _, url = map(str.strip, line.partition("|"))
            if not title or (url and not url.startswith(("https://", "http://"))):
                raise ValidationError(
                    f"«{line[:80]}»: Bitte je Zeile «Titel | https://adresse»; die Adresse darf fehlen."
                )

    def entry(self, entry_id: str) -> FaqEntry:
        """Return what was filled in."""
        values: dict[str, Any] = {name: getattr(self, name).data for name in LABELS if hasattr(self, name)}
        values |= {name: _split(values[name]) for name in _LISTS}
        values["sources"] = tuple(map(_source, _split(values["sources"])))
        values["kind"] = Kind(values["kind"]) if values["kind"] in {each.value for each in Kind} else Kind.ANSWER
        texts = {name: values[name] or "" for name in ("question", "answer")}
        return clean(FaqEntry(**{**values, **texts, "id": entry_id}))


class NewEntryForm(EntryForm):
    """A new entry, which still needs its id."""

    id = StringField(
        LABELS["id"],
        [
            Optional(),
            Regexp(f"^{ID.pattern}$", message="Nur Kleinbuchstaben a bis z, Ziffern und Bindestriche, höchstens 48."),
        ],
        description="Ändert sich nie mehr. Wird aus der Frage gebildet, wenn Sie nichts eintragen.",
    )
    gruppe = HiddenField()


def filled(entry: FaqEntry) -> Mapping[str, Any]:
    """Return an entry as the fields of the form."""
    values = {name: getattr(entry, name) for name in LABELS if hasattr(entry, name)}
    values |= {name: "\n".join(getattr(entry, name)) for name in _LISTS}
    values["sources"] = "\n".join(f"{each.title} | {each.url}" if each.url else each.title for each in entry.sources)
    return {**values, "kind": entry.kind.value}


def only_known(faq: FaqBase) -> Callable[[Form, Field], None]:
    """Return what refuses follow-ups that there are no entries for."""

    def check(_form: Form, field: Field) -> None:
        unknown = [f"«{each}»" for each in field.data if faq.get(each) is None]
        if unknown:
            raise ValidationError(f"Diesen Eintrag gibt es nicht (mehr): {', '.join(unknown)}.")

    return check


def suggested_id(question: str) -> str:
    """Return an id made from a question."""
    plain = question.casefold().translate(_TRANSLITERATED)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "eintrag"


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def _source(line: str) -> Source:
    title, _, url = map(str.strip, line.partition("|"))
    return Source(title, url or None)
