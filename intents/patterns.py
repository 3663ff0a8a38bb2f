"""Finds templates in texts, given as lists of word keys."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intents.templates import Choice, Part, Way, vocabulary

_LONGEST_GAP = 4
"""Words that `...` stands for at most."""
_LONGEST_TEMPLATE = 40
"""Words of the longest wording a template can stand for."""
_MARKS = frozenset("?!")


def ends(part: Part, words: Sequence[str], start: int) -> set[int]:
    """Return where the part can end when it begins at `start`; nothing when it does not match there."""
    if isinstance(part, str):
        return _sign_ends(part, words, start)
    word = words[start] if start < len(words) else ""
    found = {start + 1} if word in part.words else set()
    for way in (*part.by_first.get(word, ()), *part.unsorted):
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


@dataclass(frozen=True, eq=False)
class Template:
    """One sequence with what a text must hold for it."""

    way: Way
    needs: tuple[frozenset[str], ...]

    @classmethod
    def all_of(cls, choice: Choice) -> "list[Template]":
        """Return every wording of a choice as a template."""
        words: list[Way] = [(Choice(frozenset({word})),) for word in sorted(choice.words)]
        return [cls(way, tuple(_needs(way))) for way in (*words, *choice.ways)]

    def is_possible(self, present: frozenset[str]) -> bool:
        """Tell whether all words are there that it needs; says nothing of their order."""
        return not any(need.isdisjoint(present) for need in self.needs)


class Patterns:
    """Templates prepared for search at one place: found by the word they begin with."""

    def __init__(self, choice: Choice) -> None:
        """Index the wordings of a choice."""
        self.vocabulary = frozenset(vocabulary(choice))
        self._by_first: dict[str, list[Template]] = {}
        self._anywhere: list[Template] = []
        for template in Template.all_of(choice):
            firsts = _firsts(template.way)
            if firsts is None:
                self._anywhere.append(template)
            for first in firsts or ():
                self._by_first.setdefault(first, []).append(template)

    def ends(self, words: Sequence[str], start: int) -> set[int]:
        """Return where any of the templates can end when it begins at `start`."""
        if start >= len(words):
            return set()
        templates = (*self._by_first.get(words[start], ()), *self._anywhere)
        present = frozenset(words[start : start + _LONGEST_TEMPLATE]) if templates else frozenset()
        found: set[int] = set()
        for template in templates:
            if template.is_possible(present):
                found |= way_ends(template.way, words, start)
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
        templates = Template.all_of(choice)
        frequency = Counter(word for template in templates for need in template.needs for word in need)
        self._always = [template for template in templates if not template.needs]
        self._by_word: dict[str, list[Template]] = {}
        for template in templates:
            for word in min(template.needs, key=lambda need: sum(map(frequency.__getitem__, need)), default=()):
                self._by_word.setdefault(word, []).append(template)

    def spans(self, words: Sequence[str]) -> Iterator[Span]:
        """Yield every match."""
        for template in self._possible(frozenset(words)):
            for start in range(len(words)):
                if found := way_ends(template.way, words, start) - {start}:
                    yield Span(start, min(found), max(found))

    def _possible(self, present: frozenset[str]) -> Iterator[Template]:
        yield from self._always
        for word in present:
            yield from (template for template in self._by_word.get(word, ()) if template.is_possible(present))
