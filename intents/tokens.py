"""Words with their place in the text, keyed so that spellings of one word fall together."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz.distance import OSA

from intents.text import fold

_SIGN = "\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2764"
"""Emoji and pictographs; each is a word of its own."""
_MARK = "\u0300-\u036f\u00ad\u200b-\u200d"
"""Combining accents (decomposed «ü»), soft hyphen and zero-width signs belong to the word they stand in."""
_TOKEN = re.compile(rf"[^\W_](?:[^\W_]|[{_MARK}]|['’‘ʼ`´](?=[^\W_]))*|[{_SIGN}]")
_INVISIBLE = re.compile(rf"[{_MARK}'’‘ʼ`´]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([^\W\d_])\1")
_SHORT = 4
"""Letters of words whose doubled letters stay: «Mann» is not «man», «BGG» not «BG»."""
_BREAK = re.compile(r"[.,!?;:\n…–—/*]|\s-+\s|-{2,}")
_SHORTEST_REPAIR = 4
_LONGEST_REPAIR = 30
"""Letters of a word in which a typo is looked for; shorter ones are too often another word."""


@dataclass(frozen=True)
class Word:
    """One word of a text."""

    key: str
    """Folded, doubled letters single: «Grüße», «gruesse», «GRUSE» are one word."""
    start: int
    end: int
    gap: str
    """What stands between it and the next word."""

    @cached_property
    def is_last(self) -> bool:
        """Whether punctuation, a line break or the end of the text follows; «z.B.» holds none."""
        if self.gap == "." and self.end - self.start == 1:
            return False
        return not self.gap or _BREAK.search(self.gap) is not None


@lru_cache(maxsize=8192)
def key(word: str) -> str:
    """Return the key of a word: «geht's» → «gehts», «hallooo» → «halo», «Straße» → «strase»."""
    plain = word if word.isascii() else unicodedata.normalize("NFKC", word)
    folded = _STRETCHED.sub(r"\1", fold(_INVISIBLE.sub("", plain)).replace(" ", ""))
    return folded if len(folded) <= _SHORT else _DOUBLED.sub(r"\1", folded)


def find_words(text: str) -> list[Word]:
    """Return the words of a text in order."""
    matches = list(_TOKEN.finditer(text))
    starts = [*(match.start() for match in matches), len(text)]
    return [
        Word(key(match[0]), match.start(), match.end(), text[match.end() : following])
        for match, following in zip(matches, starts[1:], strict=True)
    ]


class Repair:
    """Mends one typo in a word of a short list; known words are never touched."""

    def __init__(self, words: Iterable[str], *, known: Iterable[str]) -> None:
        """Index the words that are mended by what is left of them when one letter is dropped."""
        self._known = frozenset(known).union(words)
        self._by_rest: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            for rest in _rests(word):
                self._by_rest.setdefault(rest, []).append(word)

    def __call__(self, word: str) -> str:
        """Return the mended word, or the word itself."""
        if word in self._known or not _SHORTEST_REPAIR <= len(word) <= _LONGEST_REPAIR:
            return word
        for rest in _rests(word):
            for candidate in self._by_rest.get(rest, ()):
                if OSA.distance(word, candidate, score_cutoff=1) <= 1:
                    return candidate
        return word


def _rests(word: str) -> list[str]:
    """Return the word and every form of it that lacks one letter."""
    return [word, *(word[:at] + word[at + 1 :] for at in range(len(word)))]
