"""Recognises acute emergencies: patterns that speak, and patterns that take it back («es brennt» … «nicht»)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.templates import Patterns, Reader, vocabulary
from intents.tokens import Repair, Word, find_words

_HEAD = 4096
_TAIL = 1024
"""Characters looked at from the start and the end of a message; the longest Telegram message is 4096 long."""
_SENTENCE_END = frozenset(".?!\n;…")


@dataclass(frozen=True)
class Kind:
    """One kind of emergency."""

    name: str
    signs: Patterns
    unless: Patterns
    """What takes a sign back when it stands on the same words of the sentence."""

    def is_in(self, words: Sequence[str]) -> bool:
        """Tell whether a sentence, given as word keys, speaks of this emergency."""
        signs = [(start, near) for start, near, _ in self.signs.spans(words)]
        if not signs:
            return False
        taken_back = [(start, far) for start, _, far in self.unless.spans(words)]
        return any(not _touches(sign, taken_back) for sign in signs)


def _touches(sign: tuple[int, int], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < sign[1] and sign[0] < end for start, end in spans)


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
        read = [
            Kind(name, Patterns(reader.read_block(kind["signs"])), Patterns(reader.read_block(kind["unless"])))
            for name, kind in kinds.items()
        ]
        known = set(vocabulary(reader.read_block(not_typos)))
        known.update(*(kind.signs.vocabulary | kind.unless.vocabulary for kind in read))
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
    """Yield the sentences of a text as word keys, a closing question or exclamation mark as a word of its own."""
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
