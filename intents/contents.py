"""What the entries of a FAQ hold: whether one of them says what a follow-up asks for."""

from intents.faq import FaqBase, FaqEntry
from intents.lexical import part_terms
from intents.reader import Reader
from intents.readings import asked_kinds, counted, is_bare, question_kinds

_COVERED = 0.5
"""Share of a follow-up's own words that an entry must hold: «und was hat das gekostet?» asks more than who it was."""


class Contents:
    """Looks texts up in the entries of a FAQ."""

    def __init__(self, faq: FaqBase, reader: Reader) -> None:
        self._faq = faq
        self._reader = reader

    def entry(self, entry_id: str | None) -> FaqEntry | None:
        """Return an entry by its id."""
        return self._faq.get(entry_id) if entry_id else None

    def covers(self, entry_id: str | None, text: str) -> bool:
        """Tell whether the entry found for a follow-up holds what the follow-up itself asks for."""
        index = self._reader.index
        units, asked = self._units(entry_id), asked_kinds(text)
        if not units or (asked.any() and not index.question_types[units][:, asked].any()):
            return False
        if asked.any() and is_bare(text):
            return True
        return self._held(units, text) >= _COVERED and all(self._held(units, word) > 0 for word in counted(text))

    def speaks_of(self, entry_id: str, text: str) -> bool:
        """Tell whether an entry's wordings and answer hold what a text is about, whatever it asks of it."""
        return self._held(self._units(entry_id), text) >= _COVERED

    def asks_alike(self, entry_id: str | None, text: str) -> bool:
        """Tell whether an entry's own question asks all that a text asks: «wer das war» is no choice of a «wann»."""
        entry = self.entry(entry_id)
        return entry is not None and not bool((asked_kinds(text) & ~question_kinds(entry.question)).any())

    def names(self, entry_id: str | None, text: str) -> bool:
        """Tell whether one wording of an entry holds all content words of a text and asks what it asks."""
        entry, own = self.entry(entry_id), self._reader.words(text).content
        if entry is None or not own:
            return False
        asked = asked_kinds(text)
        alike = (wording for wording in entry.phrasings if not (asked & ~question_kinds(wording)).any())
        held = map(self._reader.terms, alike)
        return any(all(not terms.isdisjoint((word.lemma, *word.parts)) for word in own) for terms in held)

    def _units(self, entry_id: str | None) -> list[int]:
        return [number for number, entry in enumerate(self._reader.index.entries) if entry.id == entry_id]

    def _held(self, units: list[int], text: str) -> float:
        """Return the share of a text's words that wordings and answer hold, in the unit that holds most."""
        terms = part_terms(self._reader.words(text), self._reader.index.synonyms)
        return float(self._reader.index.answers.overlap(terms).of_question[units].max())
