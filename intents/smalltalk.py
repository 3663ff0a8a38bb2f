"""What people write besides a question: emergencies, greetings and politeness, smalltalk.

The language itself stands in smalltalk.yaml.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from intents.emergency import Emergencies
from intents.frames import Frames
from intents.patterns import Patterns
from intents.templates import Reader, vocabulary
from intents.tokens import Repair, find_words, key

DATA = Path(__file__).with_suffix(".yaml")
_MOST_WORDS = 25
"""Words of the longest message that is looked at as smalltalk."""
_MOST_CHARS = 400
_MOST_NAMES = 2
"""Words of a sign-off that no pattern knows: «LG Hans Müller»."""
_FILLER_COST = 2
"""A filler counts as two wordings: «LG, tschüss» is a goodbye, not greetings from «tschüss»."""


class Smalltalk:
    """Recognises emergencies and smalltalk, and finds the question inside its politeness; prepared once."""

    def __init__(
        self,
        emergencies: Emergencies,
        frames: Frames,
        intents: Mapping[str, Patterns],
        *,
        filler: Patterns,
        joint: Patterns,
        repair: Repair,
    ) -> None:
        """Keep the prepared parts; the order of `intents` decides which one counts when several are said."""
        self._emergencies = emergencies
        self._frames = frames
        self._intents = dict(intents)
        self._filler = filler
        self._joint = joint
        self._repair = repair
        self._vocabulary = filler.vocabulary.union(
            joint.vocabulary, *(patterns.vocabulary for patterns in intents.values())
        )

    @classmethod
    def from_file(cls, path: Path | None = None) -> "Smalltalk":
        """Read smalltalk.yaml, or another file of its form; a wrong pattern raises ValueError."""
        with (path or DATA).open(encoding="utf-8") as file:
            return cls.from_data(yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Smalltalk":
        """Prepare the data of smalltalk.yaml."""
        reader = Reader(key)
        for group in ("words", "smalltalk_words", "intents"):
            reader.add_lists(data[group])
        reader.add_lists({"filler": data["frames"]["filler"]})
        reader.add_lists(data["frames"])
        repair = _repair_of(data, reader)
        intents = {name: Patterns(reader.lists[name]) for name in data["intents"]}
        frames = Frames.from_data(data["frames"], reader=reader, words=data, repair=repair)
        return cls(
            _emergencies_of(data),
            frames,
            intents,
            filler=Patterns(reader.read_block("<filler>\n<sign_off>")),
            joint=Patterns(reader.read_block(data["joints"])),
            repair=repair,
        )

    @property
    def emergencies(self) -> tuple[str, ...]:
        """Every kind `emergency` may return."""
        return self._emergencies.names

    @property
    def intents(self) -> tuple[str, ...]:
        """Every intent `intent` may return, the most telling first."""
        return tuple(self._intents)

    def emergency(self, text: str) -> str | None:
        """Return the kind of acute emergency a message speaks of, or None."""
        return self._emergencies.kind(text)

    def content(self, text: str) -> str:
        """Return the text without greeting, frame and sign-off, else as typed; "" when nothing is left."""
        return self._frames.strip(text)

    def intent(self, text: str) -> str | None:
        """Return the smalltalk intent when the whole text is smalltalk, else None."""
        if len(text) > _MOST_CHARS:
            return None
        keys = [self._repair(word.key) for word in find_words(text)]
        strange = sum(key not in self._vocabulary and key[:1].isalnum() for key in keys)
        is_short = 0 < len(keys) <= _MOST_WORDS
        return self._read(keys) if is_short and strange <= _MOST_NAMES else None

    def _read(self, keys: Sequence[str]) -> str | None:
        """Cover all words by as few wordings as possible and return the most telling of their intents."""
        names = (*self._intents, None)
        readings: list[tuple[int, int] | None] = [(0, len(names) - 1)] + [None] * len(keys)
        for start in range(len(keys)):
            if (reading := readings[start]) is None:
                continue
            for rank, end in self._steps(keys, start):
                longer = (reading[0] + (1 if names[rank] else _FILLER_COST), min(reading[1], rank))
                readings[end] = min(readings[end] or longer, longer)
        return names[readings[-1][1]] if readings[-1] else None

    def _steps(self, keys: Sequence[str], start: int) -> Iterator[tuple[int, int]]:
        """Yield the rank of each intent that begins at a word, with where it ends; fillers rank last."""
        for rank, patterns in enumerate((*self._intents.values(), self._filler)):
            for end in patterns.ends(keys, start):
                yield rank, end
        if not keys[start][:1].isalnum() or self._joins(keys, start):
            yield len(self._intents), start + 1

    def _joins(self, keys: Sequence[str], at: int) -> bool:
        """Tell whether a word stands between two wordings: «danke und tschüss», not «ja und?»."""
        has_both = 0 < at < len(keys) - 1 and keys[at - 1][:1].isalnum() and keys[at + 1][:1].isalnum()
        return has_both and bool(self._joint.ends(keys, at))


def _repair_of(data: Mapping[str, Any], reader: Reader) -> Repair:
    known = {word for name in (*data["intents"], *data["frames"]) for word in vocabulary(reader.lists[name])}
    known.update(vocabulary(reader.read_block(data["not_typos"])))
    return Repair(set(vocabulary(reader.read_block(data["typos"]))), known=known)


def _emergencies_of(data: Mapping[str, Any]) -> Emergencies:
    reader = Reader(key)
    reader.add_lists(data["words"])
    reader.add_lists(data["emergency_words"])
    return Emergencies.from_data(
        data["emergency"], reader=reader, typos=data["emergency_typos"], not_typos=data["not_emergency_typos"]
    )
