"""The small pattern language of smalltalk.yaml: one wording a line, its variants in brackets.

`(a|b c)` one of them, `[a]` may be missing, `<name>` a named list, `*` any word, `...` up to four of them,
`wort*` and `*wort` any ending or beginning, `^` and `$` the bounds of a sentence. A line that begins with #
is a comment. Templates are matched on lists of word keys; a closing `?` or `!` is a word of its own there.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_SIGN = re.compile(r"[()\[\]|]|<[^<>]+>|[^\s()\[\]|<>]+")
_CLOSING = {"(": ")", "[": "]"}
_BOUNDS = frozenset({"...", "^", "$"})

Key = Callable[[str], str]
"""Maps a word as typed to its key, the same for every spelling of the word."""


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several wordings."""

    words: frozenset[str]
    """Wordings of one word, by key."""
    ways: tuple[tuple["str | Choice", ...], ...] = ()
    """The other wordings: sequences of choices and of signs like `...`."""
    by_first: Mapping[str, Sequence["Way"]] = field(default_factory=dict)
    """Those of `ways` that begin with one of a few words, by that word."""
    unsorted: Sequence["Way"] = ()
    """Those of `ways` that do not."""


Part = str | Choice
"""A sign, or a choice; a single word is a choice too."""
Way = tuple[Part, ...]


def lines(block: str) -> list[str]:
    """Return the templates of a block, one a line, without comments."""
    stripped = (line.strip() for line in block.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def choice_of(ways: Sequence[Way]) -> Choice:
    """Join wordings; choices that stand alone are merged, so that single words are looked up at once."""
    words: set[str] = set()
    longer: list[Way] = []
    for way in ways:
        match way:
            case (Choice() as inner,):
                words |= inner.words
                longer += inner.ways
            case _:
                longer.append(way)
    return Choice(frozenset(words), tuple(longer), *_sorted_by_first(longer))


def _sorted_by_first(ways: Sequence[Way]) -> tuple[dict[str, list[Way]], list[Way]]:
    by_first: dict[str, list[Way]] = {}
    unsorted: list[Way] = []
    for way in ways:
        match way:
            case (Choice(ways=()) as first, *_):
                for word in first.words:
                    by_first.setdefault(word, []).append(way)
            case _:
                unsorted.append(way)
    return by_first, unsorted


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
        if sign in _BOUNDS:
            return sign
        if "*" in sign:
            return "*".join(self.key(piece) for piece in sign.split("*"))
        return choice_of([tuple(Choice(frozenset({self.key(word)})) for word in sign.split("-") if word)])


def vocabulary(choice: Choice) -> Iterator[str]:
    """Yield the keys of all whole words of a choice."""
    yield from choice.words
    for part in (part for way in choice.ways for part in way):
        if isinstance(part, Choice):
            yield from vocabulary(part)
