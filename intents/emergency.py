"""Recognises acute emergencies: patterns that speak, and patterns that take it back («brennt … nicht»)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.patterns import Search, Span
from intents.templates import Reader, vocabulary
from intents.tokens import Repair, Word, find_words

_HEAD = 4096
_TAIL = 1024
"""Characters looked at from the start and the end of a message; the longest Telegram message is 4096 long."""
_SENTENCE_END = frozenset(".?!\n;…")


@dataclass(frozen=True)
class Kind:
    """One kind of emergency."""

    name: str
    signs: Search
    unless: Search
    """What takes a sign back when it stands on the same words of the sentence."""

    def is_in(self, words: Sequence[str]) -> bool:
        """Tell whether a sentence, given as word keys, speaks of this emergency."""
        signs = list(self.signs.spans(words))
        taken_back = list(self.unless.spans(words)) if signs else []
        return any(not any(_touch(sign, other) for other in taken_back) for sign in signs)


def _touch(sign: Span, other: Span) -> bool:
    return other.start < sign.near and sign.start < other.far


class Emergencies:
    """All kinds of emergency, the most telling first."""

    def __init__(self, kinds: Sequence[Kind], repair: Repair) -> None:
        """Keep the kinds in their order and the typo repair for their words."""
        self._kinds = tuple(kinds)
        self._repair = repair

    @classmethod
    def from_data(
        cls, kinds: Mapping[str, Mapping[str, str]], *, reader: Reader, typos: str, not_typos: str
    ) -> "Emergencies":
        """Prepare the kinds as they stand in the data file; `typos` and `not_typos` are blocks of words."""
        blocks = {
            name: {part: reader.read_block(block) for part, block in kind.items()} for name, kind in kinds.items()
        }
        known = {word for parts in blocks.values() for choice in parts.values() for word in vocabulary(choice)}
        known.update(vocabulary(reader.read_block(not_typos)))
        read = [Kind(name, Search(parts["signs"]), Search(parts["unless"])) for name, parts in blocks.items()]
        return cls(read, Repair(set(vocabulary(reader.read_block(typos))), known=known))

    @property
    def names(self) -> tuple[str, ...]:
        """The kinds of emergency."""
        return tuple(kind.name for kind in self._kinds)

    def kind(self, text: str) -> str | None:
        """Return the kind of emergency a message speaks of, if any."""
        sentences = [[self._repair(word) for word in sentence] for sentence in _sentences(_ends_of(text))]
        for kind in self._kinds:
            if any(kind.is_in(sentence) for sentence in sentences):
                return kind.name
        return None


def _ends_of(text: str) -> str:
    """Return what is looked at of a text."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _sentences(text: str) -> Iterator[list[str]]:
    """Yield the sentences of a text as word keys, a closing ? or ! as a word of its own."""
    sentence: list[str] = []
    for word in find_words(text):
        sentence.append(word.key)
        if not _SENTENCE_END.isdisjoint(word.gap):
            yield sentence + _mark(word)
            sentence = []
    if sentence:
        yield sentence


def _mark(word: Word) -> list[str]:
    return [next(mark for mark in "?!" if mark in word.gap)] if "?" in word.gap or "!" in word.gap else []
