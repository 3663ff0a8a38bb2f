"""Recognises acute emergencies: patterns that speak, and patterns that take it back («brennt … nicht»)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.patterns import Patterns, Search, Span
from intents.templates import Choice, Reader, vocabulary
from intents.tokens import Repair, Word, find_words

_HEAD = 4096
_TAIL = 1024
"""Characters looked at from the start and the end of a message; the longest Telegram message is 4096 long."""
_SENTENCE_END = frozenset(".?!\n;…")
_WRAP = re.compile(r"(?<=\w)[ \t\r]*\n\s*(?=[a-zäöüß])")
"""A line break inside a sentence: no punctuation before it, a small letter after it."""
_LONGEST_ALONE = 20
"""Words of the longest message that is looked at as a whole."""


@dataclass(frozen=True)
class Kind:
    """One kind of emergency."""

    name: str
    signs: Search
    unless: Search
    """What takes a sign back when it stands on the same words of the sentence."""
    alone: Patterns
    """What speaks only when it is the whole message: «Polizei»."""

    def is_whole(self, words: Sequence[str]) -> bool:
        """Tell whether a whole message, given as word keys, is nothing but this emergency."""
        return 0 < len(words) <= _LONGEST_ALONE and len(words) in self.alone.ends(words, 0)

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
        read = [_kind(name, parts) for name, parts in blocks.items()]
        return cls(read, Repair(set(vocabulary(reader.read_block(typos))), known=known))

    @property
    def names(self) -> tuple[str, ...]:
        """The kinds of emergency."""
        return tuple(kind.name for kind in self._kinds)

    def kind(self, text: str) -> str | None:
        """Return the kind of emergency a message speaks of, if any."""
        looked_at = _ends_of(text)
        message = [self._repair(word.key) for word in find_words(looked_at) if word.key[:1].isalnum()]
        sentences = [[self._repair(word) for word in sentence] for sentence in _readings(looked_at)]
        for kind in self._kinds:
            if kind.is_whole(message) or any(kind.is_in(sentence) for sentence in sentences):
                return kind.name
        return None


def _kind(name: str, parts: Mapping[str, Choice]) -> Kind:
    alone = Patterns(parts.get("alone", Choice(frozenset())))
    return Kind(name, Search(parts["signs"]), Search(parts["unless"]), alone)


def _ends_of(text: str) -> str:
    """Return what is looked at of a text."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _readings(text: str) -> Iterator[list[str]]:
    """Yield the sentences of a text, once with every line break as an end and once with wrapped lines joined."""
    yield from _sentences(text)
    joined = _WRAP.sub(" ", text)
    if joined != text:
        yield from _sentences(joined)


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
