"""Finds templates in texts, given as lists of word keys."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intents.templates import Choice, Part, Way, vocabulary

_LONGEST_GAP = 4
"""Words that `...` stands for at most."""
_MARKS = frozenset("?!")


def ends(part: Part, words: Sequence[str], start: int) -> set[int]:
    """Return where the part can end when it begins at `start`; nothing when it does not match there."""
    if isinstance(part, str):
        return _sign_ends(part, words, start)
    found = {start + 1} if start < len(words) and words[start] in part.words else set()
    for way in part.ways:
        found |= way_ends(way, words, start)
    return found


def way_ends(way: Way, words: Sequence[str], start: int) -> set[int]:
    """Return where a sequence can end when it begins at `start`."""
    reached = {start}
    for part in way:
        if len(reached) == 1:
            reached = ends(part, words, *reached)
        else:
            reached = {end for middle in reached for end in ends(part, words, middle)}
        if not reached:
            break
    return reached


def _sign_ends(sign: str, words: Sequence[str], start: int) -> set[int]:
    left = len(words) - start
    match sign:
        case "...":
            return set(range(start, start + min(_LONGEST_GAP, left) + 1))
        case "^":
            return {start} if start == 0 else set()
        case "$":
            return {start} if left == 0 or (left == 1 and words[start] in _MARKS) else set()
    head, _, tail = sign.partition("*")
    fits = left > 0 and words[start].startswith(head) and words[start].endswith(tail)
    return {start + 1} if fits else set()


def _firsts(way: Way) -> set[str] | None:
    """Return the words a sequence can begin with; None when any word can."""
    found: set[str] = set()
    for part in way:
        if isinstance(part, str):
            if part == "^":
                continue
            return None
        begun = [_firsts(inner) for inner in part.ways if inner]
        if None in begun:
            return None
        found = found.union(part.words, *(first for first in begun if first))
        if () not in part.ways:
            return found
    return None


def _needs(way: Way) -> list[frozenset[str]]:
    """Return sets of words of which a text must hold one each, or the sequence cannot match."""
    return [frozenset(vocabulary(part)) for part in way if isinstance(part, Choice) and not _may_lack(part)]


def _may_lack(choice: Choice) -> bool:
    """Tell whether a choice can match without a word of its own."""
    return any(all(isinstance(part, str) or _may_lack(part) for part in way) for way in choice.ways)


class Patterns:
    """Templates prepared for search at one place: found by the word they begin with."""

    def __init__(self, choice: Choice) -> None:
        """Index the wordings of a choice."""
        self.vocabulary = frozenset(vocabulary(choice))
        self._by_first: dict[str, list[Way]] = {word: [(Choice(frozenset({word})),)] for word in choice.words}
        self._anywhere: list[Way] = []
        for way in choice.ways:
            firsts = _firsts(way)
            if firsts is None:
                self._anywhere.append(way)
            for first in firsts or ():
                self._by_first.setdefault(first, []).append(way)

    def ends(self, words: Sequence[str], start: int) -> set[int]:
        """Return where any of the templates can end when it begins at `start`."""
        found: set[int] = set()
        if start < len(words):
            for way in self._by_first.get(words[start], ()):
                found |= way_ends(way, words, start)
        for way in self._anywhere:
            found |= way_ends(way, words, start)
        return found - {start}


@dataclass(frozen=True)
class Span:
    """Where a template was found."""

    start: int
    near: int
    """The nearest word it can end before."""
    far: int
    """The farthest word it can end before."""


class Search:
    """Templates prepared for search in a whole sentence: only those are tried whose words are all there."""

    def __init__(self, choice: Choice) -> None:
        """Index each template by the rarest set of words it needs."""
        ways: list[Way] = [*((Choice(frozenset({word})),) for word in sorted(choice.words)), *choice.ways]
        needs = [_needs(way) for way in ways]
        frequency = Counter(word for sets in needs for need in sets for word in need)
        self._always = [way for way, sets in zip(ways, needs, strict=True) if not sets]
        self._by_word: dict[str, list[tuple[Way, list[frozenset[str]]]]] = {}
        for way, sets in zip(ways, needs, strict=True):
            for word in min(sets, key=lambda need: sum(frequency[word] for word in need), default=()):
                self._by_word.setdefault(word, []).append((way, sets))

    def spans(self, words: Sequence[str]) -> Iterator[Span]:
        """Yield every match."""
        for way in self._possible(frozenset(words)):
            for start in range(len(words)):
                if found := way_ends(way, words, start) - {start}:
                    yield Span(start, min(found), max(found))

    def _possible(self, present: frozenset[str]) -> Iterator[Way]:
        yield from self._always
        for word in present:
            for way, needs in self._by_word.get(word, ()):
                if not any(need.isdisjoint(present) for need in needs):
                    yield way
