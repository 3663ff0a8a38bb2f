"""Words that mean the same in one FAQ: each group becomes one term, also where it is several words long.

Encoders know nothing of terms. For them a question is put into the FAQ's own words: a synonym that its wordings hardly
use is exchanged for the one of its group that they use most.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from intents.pipeline import Analysis, Word
from intents.text import folded

_HARDLY = 3
"""A synonym is exchanged when the wordings use another one of its group at least so many times as often."""

_SIGNS = r"[\W_]*"
"""Between the words of one member: «Covid-19»."""
_ENDING = "(?:e|n|s|en|er|es|ern|se|sen|ses)?"
"""Of an inflected noun: «Ausweis», «Ausweise», «Ausweises»."""


@dataclass(frozen=True)
class Synonyms:
    """The groups, by the lemmas of each member."""

    by_lemmas: Mapping[tuple[str, ...], str]
    """Lemmas of a member → the group's term."""
    sizes: Mapping[str, tuple[int, ...]]
    """First lemma of a member → how many words the members that begin with it have, longest first."""
    own: Mapping[tuple[str, ...], str]
    """Lemmas of a member that the wordings hardly use → the one of its group that they use most."""

    @classmethod
    def from_groups(
        cls, groups: Sequence[Sequence[str]], analyse: Callable[[str], Analysis], wordings: Iterable[str] = ()
    ) -> "Synonyms":
        """Read the groups of a FAQ; members are compared by lemma, so case and inflection do not matter."""
        held = [f" {folded(text)} " for text in wordings] if groups else []
        members: dict[tuple[str, ...], str] = {}
        own: dict[tuple[str, ...], str] = {}
        for number, group in enumerate(groups):
            read = {member: lemmas for member in group if (lemmas := _lemmas(analyse(member).words))}
            uses = {member: _uses(held, member) for member in read}
            most = max(read, key=lambda member: uses[member], default="")
            members.update(dict.fromkeys(read.values(), f"={number}"))
            hardly = (member for member in read if uses[member] * _HARDLY < uses[most])
            own.update((read[each], most) for each in hardly if not _is_part(read[each], read[most]))
        return cls(members, _sizes(members), own)

    def find(self, read: Sequence[Word]) -> list[tuple[range, str]]:
        """Return the members found among the words, longest first at each place, without overlap."""
        found: list[tuple[range, str]] = []
        at = 0
        while at < len(read):
            size = self._size_at(read, at)
            if size:
                found.append((range(at, at + size), self.by_lemmas[_lemmas(read[at : at + size])]))
            at += size or 1
        return found

    def in_own_words(self, analysis: Analysis) -> str | None:
        """Return a text with the synonyms that the FAQ uses in the place of those it hardly uses; None without any."""
        text, at = analysis.repaired_text, 0
        for places, _ in self.find(analysis.words) if self.own else ():
            read = analysis.words[places.start : places.stop]
            found = _SIGNS.join(re.escape(word.repaired or word.text) for word in read)
            if (own := self.own.get(_lemmas(read))) and (said := re.compile(found).search(text, at)):
                text, at = f"{text[: said.start()]}{own}{text[said.end() :]}", said.start() + len(own)
        return text if at else None

    def _size_at(self, read: Sequence[Word], at: int) -> int:
        """How many words the longest member has that begins at a word; 0 where none does."""
        sizes = self.sizes.get(read[at].lemma, ())
        return next((size for size in sizes if _lemmas(read[at : at + size]) in self.by_lemmas), 0)


def _lemmas(read: Sequence[Word]) -> tuple[str, ...]:
    return tuple(word.lemma for word in read)


def _sizes(members: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for lemmas in members:
        found.setdefault(lemmas[0], set()).add(len(lemmas))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def _is_part(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether one member's words are among the other's («KPMG», «KPMG AG»): encoders see them alike."""
    return set(one) <= set(other) or set(other) <= set(one)


def _uses(held: Sequence[str], member: str) -> int:
    """How many texts hold a member, inflected or not; each is folded, with a blank at both ends."""
    wanted = re.compile(f" {re.escape(folded(member))}{_ENDING} ")
    return sum(wanted.search(text) is not None for text in held)
