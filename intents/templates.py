"""The small pattern language of smalltalk.yaml: one wording a line, its variants in brackets.

`(a|b c)` one of them, `[a]` may be missing, `<name>` a named list, `*` any word, `...` up to four of them,
`wort*` any ending, `^` and `$` the bounds of a sentence. A line that begins with # is a comment.
Patterns are matched on lists of word keys; a closing `?` or `!` is a word of its own there.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_SIGN = re.compile(r"[()\[\]|]|<[^<>]+>|[^\s()\[\]|<>]+")
_CLOSING = {"(": ")", "[": "]"}
_LONGEST_GAP = 4
"""Words that `...` stands for at most."""
_MARKS = frozenset("?!")

Key = Callable[[str], str]
"""Maps a word as typed to its key, the same for every spelling of the word."""


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several wordings."""

    words: frozenset[str]
    """Wordings of one word, by key."""
    ways: tuple[tuple["str | Choice", ...], ...] = ()
    """The other wordings: sequences of keys, of signs like `...` and of choices."""


Part = str | Choice
Way = tuple[Part, ...]


def lines(block: str) -> list[str]:
    """Return the templates of a block, one a line, without comments."""
    stripped = (line.strip() for line in block.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _is_sign(part: str) -> bool:
    return part in {"...", "^", "$"} or part.endswith("*")


def choice_of(ways: Sequence[Way]) -> Choice:
    """Join wordings; choices that stand alone are merged, so that single words are looked up at once."""
    words: set[str] = set()
    longer: list[Way] = []
    for way in ways:
        match way:
            case (str() as word,) if not _is_sign(word):
                words.add(word)
            case (Choice() as inner,):
                words |= inner.words
                longer += inner.ways
            case _:
                longer.append(way)
    return Choice(frozenset(words), tuple(longer))


@dataclass
class Reader:
    """Reads templates; knows the named lists read so far."""

    key: Key
    lists: dict[str, Choice] = field(default_factory=dict)

    def add_lists(self, blocks: Mapping[str, str]) -> None:
        """Read named lists in their order; a list may use those above it."""
        for name, block in blocks.items():
            self.lists[name] = self.read_block(block)

    def read_block(self, block: str) -> Choice:
        """Read the templates of a block as one choice."""
        return choice_of([(self.read(line),) for line in lines(block)])

    def read(self, template: str) -> Choice:
        """Read one template; a wrong bracket or an unknown list raises ValueError with the template in it."""
        signs = _SIGN.findall(template)
        try:
            choice, end = self._choice(signs, 0)
        except (KeyError, IndexError) as error:
            raise ValueError(f"Muster nicht lesbar: {template!r} ({error})") from error
        if end != len(signs):
            raise ValueError(f"Muster nicht lesbar: {template!r} (überzählig: {signs[end]!r})")
        return choice

    def _choice(self, signs: list[str], at: int) -> tuple[Choice, int]:
        ways: list[Way] = []
        way: list[Part] = []
        while at < len(signs) and signs[at] not in {")", "]"}:
            if signs[at] == "|":
                ways.append(tuple(way))
                way, at = [], at + 1
            else:
                part, at = self._part(signs, at)
                way.append(part)
        return choice_of([*ways, tuple(way)]), at

    def _part(self, signs: list[str], at: int) -> tuple[Part, int]:
        sign = signs[at]
        if sign.startswith("<"):
            return self.lists[sign[1:-1]], at + 1
        if sign not in _CLOSING:
            return self._word(sign), at + 1
        inner, end = self._choice(signs, at + 1)
        if signs[end] != _CLOSING[sign]:
            raise KeyError(signs[end])
        return (choice_of([(inner,), ()]) if sign == "[" else inner), end + 1

    def _word(self, sign: str) -> Part:
        if sign.endswith("*"):
            return self.key(sign[:-1]) + "*"
        if _is_sign(sign):
            return sign
        keys = tuple(self.key(word) for word in sign.split("-") if word)
        return keys[0] if len(keys) == 1 else choice_of([keys])


def vocabulary(choice: Choice) -> Iterator[str]:
    """Yield the keys of all whole words of a choice."""
    yield from choice.words
    for part in (part for way in choice.ways for part in way):
        if isinstance(part, Choice):
            yield from vocabulary(part)
        elif not _is_sign(part):
            yield part


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
    if left == 0:
        return set()
    matches = words[start].startswith(sign[:-1]) if sign.endswith("*") else words[start] == sign
    return {start + 1} if matches else set()


def _firsts(way: Way) -> set[str] | None:
    """Return the words a sequence can begin with; None when any word can."""
    found: set[str] = set()
    for part in way:
        match part:
            case Choice():
                begun = [_firsts(inner) for inner in part.ways if inner]
                if None in begun:
                    return None
                found = found.union(part.words, *(first for first in begun if first))
                if () not in part.ways:
                    return found
            case "^":
                continue
            case _:
                return None if _is_sign(part) else found | {part}
    return None


class Patterns:
    """Templates prepared for search: found by the word they begin with."""

    def __init__(self, choice: Choice) -> None:
        """Index the wordings of a choice."""
        self.vocabulary = frozenset(vocabulary(choice))
        self._by_first: dict[str, list[Way]] = {word: [(word,)] for word in choice.words}
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

    def spans(self, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Yield start, nearest and farthest end of every match, from left to right."""
        for start in range(len(words)):
            if found := self.ends(words, start):
                yield start, min(found), max(found)
