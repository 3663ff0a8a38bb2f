"""Takes greeting, politeness and sign-off off both ends of a message, so that the question is left."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intents.patterns import Patterns
from intents.templates import Reader
from intents.tokens import Repair, Word, find_words

_WINDOW = 600
"""Characters looked at from one end at a time; long messages are worked off window by window."""
_MOST_ROUNDS = 10
"""Windows looked at; ten of them hold more than the longest Telegram message."""
_LONGEST = 14
"""Words of the longest frame looked for at the end."""
_SHORTEST_REST = 2
"""Words that must follow «Hallo Anna,»: «Hallo Elternzeit» names the topic."""
_GLUE = frozenset({"-", "@", "_", "/", "#", "&"})
"""What joins two words to one term: «Danke-Karte» holds no thanks."""
_OPENING_MARKS = re.compile(r"""["'„“»«(\[#@/€$§+]*$""")
_CLOSING_MARKS = re.compile(r"""["'“”»«)\]?!.…%€$°§]*""")


@dataclass(frozen=True)
class Passage:
    """One end of a text as words."""

    words: Sequence[Word]
    keys: Sequence[str]
    """Keys of the words, typos mended."""


class Frames:
    """The frames of smalltalk.yaml, prepared for stripping."""

    def __init__(
        self, patterns: Mapping[str, Patterns], *, question: Patterns, preposition: Patterns, repair: Repair
    ) -> None:
        """Keep the patterns by the name of their group."""
        self._patterns = dict(patterns)
        self._question = question
        self._preposition = preposition
        self._repair = repair

    @classmethod
    def from_data(
        cls, data: Mapping[str, str], *, reader: Reader, words: Mapping[str, str], repair: Repair
    ) -> "Frames":
        """Prepare the groups of the data file; `words` holds question words and prepositions."""
        return cls(
            {name: Patterns(reader.lists[name]) for name in data},
            question=Patterns(reader.read_block(words["question_words"])),
            preposition=Patterns(reader.read_block(words["preposition_words"])),
            repair=repair,
        )

    def strip(self, text: str) -> str:
        """Return the text without its frame; "" when the frame is all there is."""
        left = text.strip()
        for _ in range(_MOST_ROUNDS):
            shorter = self._strip_end(self._strip_start(left))
            if shorter == left:
                break
            left = shorter
        return left

    def _passage(self, words: Sequence[Word]) -> Passage:
        return Passage(words, [self._repair(word.key) for word in words])

    def _strip_start(self, text: str) -> str:
        is_whole = len(text) <= _WINDOW
        words = find_words(text[:_WINDOW])[: None if is_whole else -1]
        if not words:
            return "" if is_whole else text
        passage = self._passage(words)
        at = 0
        while at < len(words) and (end := self._opening_end(passage, at)) > at:
            at = end
        if at == len(words):
            return "" if is_whole else text[words[-1].end :].lstrip()
        return _from_word(text, words[at]) if at else text

    def _opening_end(self, passage: Passage, at: int) -> int:
        """Return the word after the longest frame that begins at a word; `at` itself when there is none."""
        keys = passage.keys
        if not keys[at][:1].isalnum():
            return at + 1
        if self._patterns["keep"].ends(keys, at):
            return at
        conditions = (
            ("opening", _is_free),
            ("opening_before_break", _breaks),
            ("opening_before_question", self._asks),
            ("opening_named", self._names),
        )
        fitting = (
            end for group, fits in conditions for end in self._patterns[group].ends(keys, at) if fits(passage, at, end)
        )
        return max(fitting, default=at)

    def _asks(self, passage: Passage, _: int, end: int) -> bool:
        """Tell whether a question word follows, or a preposition and a question word («bis wann»)."""
        if self._is_question(passage.keys, end):
            return True
        return bool(self._preposition.ends(passage.keys, end)) and self._is_question(passage.keys, end + 1)

    def _is_question(self, keys: Sequence[str], at: int) -> bool:
        return bool(self._question.ends(keys, at))

    def _names(self, passage: Passage, at: int, end: int) -> bool:
        """Tell whether a frame with a name may end there: no question in it, then a break and a sentence."""
        if len(passage.words) - end < _SHORTEST_REST or not _breaks(passage, at, end):
            return False
        return not any(self._is_question(passage.keys, word) for word in range(at, end))

    def _strip_end(self, text: str) -> str:
        first = max(0, len(text) - _WINDOW)
        words = find_words(text[first:])[1 if first else 0 :]
        if not words:
            return text if first else ""
        passage = self._passage(words)
        stop = len(words)
        while stop > 0 and (start := self._closing_start(passage, stop)) < stop:
            stop = start
        if stop == 0:
            return text[: first + words[0].start].rstrip() if first else ""
        return _up_to(text, first + words[stop - 1].end) if stop < len(words) else text

    def _closing_start(self, passage: Passage, stop: int) -> int:
        """Return the first word of the longest frame that ends before `stop`; `stop` when there is none."""
        if not passage.keys[stop - 1][:1].isalnum():
            return stop - 1
        for start in range(max(0, stop - _LONGEST), stop):
            if self._closes(passage, start, stop):
                return start
        return stop

    def _closes(self, passage: Passage, start: int, stop: int) -> bool:
        words, keys = passage.words[:stop], passage.keys[:stop]
        after_break = start == 0 or words[start - 1].is_last
        if start > 0 and words[start - 1].gap in _GLUE:
            return False
        if not after_break and "?" in words[-1].gap:
            return False
        groups = ("closing", "sign_off", "closing_after_break", "sign_off_after_break")
        return any(self._fits(group, keys, start) for group in groups[: 4 if after_break else 2]) and not self._is_kept(
            keys
        )

    def _fits(self, group: str, keys: Sequence[str], start: int) -> bool:
        """Tell whether a group covers the keys from `start` on; a name holds no question word."""
        patterns, named = self._patterns[group], group.startswith("sign_off")
        if not named and keys[-1] not in patterns.vocabulary:
            return False
        if len(keys) not in patterns.ends(keys, start):
            return False
        return not named or not any(self._is_question(keys, at) for at in range(start, len(keys)))

    def _is_kept(self, keys: Sequence[str]) -> bool:
        """Tell whether words at the end are part of the question («was heißt mfg»)."""
        return any(
            len(keys) in self._patterns["keep"].ends(keys, start) for start in range(max(0, len(keys) - 6), len(keys))
        )


def _is_free(passage: Passage, _: int, end: int) -> bool:
    """Tell whether a frame may end there: not inside a term like «Danke-Karte»."""
    return end == len(passage.words) or passage.words[end - 1].gap not in _GLUE


def _breaks(passage: Passage, _: int, end: int) -> bool:
    return passage.words[end - 1].is_last


def _from_word(text: str, word: Word) -> str:
    """Cut a text before a word, with the quotation marks that open there."""
    before = _OPENING_MARKS.search(text, 0, word.start)
    return text[before.start() if before else word.start :].strip()


def _up_to(text: str, end: int) -> str:
    """Cut a text after a word that ends there, with the marks that close there."""
    after = _CLOSING_MARKS.match(text, end)
    return text[: after.end() if after else end].strip()
