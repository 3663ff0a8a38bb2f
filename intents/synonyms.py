"""Words that mean the same in one FAQ: each group becomes one term, also where it is several words long.

Encoders know nothing of terms. For them a question is put into the FAQ's own words: a synonym that its wordings hardly
use is exchanged for the one of its group that they use most.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.pipeline import Analysis, Word
from intents.text import folded, normalise

_HARDLY = 3
"""A synonym is exchanged when the wordings use another one of its group at least so many times as often."""

_ENDINGS = ("", "e", "n", "s", "en", "er", "es", "ern", "se", "sen", "ses")
"""Of a noun: «Ausweis», «Ausweise», «Ausweises»."""


@dataclass(frozen=True)
class Synonyms:
    """The groups, by the lemmas of each member."""

    by_lemmas: Mapping[tuple[str, ...], str]
    """Lemmas of a member → the group's term."""
    sizes: Mapping[str, tuple[int, ...]]
    """First lemma of a member → how many words the members that begin with it have, longest first."""
    own: Mapping[tuple[str, ...], str]
    """Lemmas of a member that the wordings hardly use → the one of its group that they use most."""
    forms: frozenset[str]
    """Members as they are written, folded, with the endings of nouns."""

    @classmethod
    def from_groups(
        cls, groups: Sequence[Sequence[str]], analyse: Callable[[str], Analysis], wordings: Iterable[str] = ()
    ) -> "Synonyms":
        """Read the groups of a FAQ; members are compared by lemma, so case and inflection do not matter."""
        forms = _forms(groups)
        uses = _uses(forms, wordings) if groups else {}
        members: dict[tuple[str, ...], str] = {}
        own: dict[tuple[str, ...], str] = {}
        for number, group in enumerate(groups):
            read = {member: lemmas for member in group if (lemmas := _lemmas(analyse(member).words))}
            members.update(dict.fromkeys(read.values(), f"={number}"))
            own.update(_exchanged(read, uses))
        return cls(members, _sizes(members), own, frozenset(forms))

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
        own: dict[int, str] = {}
        for places, _ in self.find(analysis.words) if self.own else ():
            read = analysis.words[places.start : places.stop]
            if (said := self.own.get(_lemmas(read))) and self._is_written(read):
                own.update({place: said if place == places.start else "" for place in places})
        return normalise(_with_words(analysis, own)) if own else None

    def _is_written(self, read: Sequence[Word]) -> bool:
        """Tell whether a word is written like a member: «beschäftigt» has the lemma of «Beschäftigte»."""
        return len(read) > 1 or folded(read[0].repaired or read[0].text) in self.forms

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


def _exchanged(read: Mapping[str, tuple[str, ...]], uses: Mapping[str, int]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the lemmas of one group's members that are hardly used, each with the member that is used most."""
    most = max(read, key=lambda member: uses[member], default="")
    used: dict[tuple[str, ...], int] = {}
    for member, lemmas in read.items():  # «Haus» and «Häuser» are one
        used[lemmas] = max(uses[member], used.get(lemmas, 0))
    for lemmas, count in used.items():
        if count * _HARDLY < uses[most] and not _is_part(lemmas, read[most]):
            yield lemmas, most


def _with_words(analysis: Analysis, own: Mapping[int, str]) -> str:
    """Return a text, its typing mistakes mended, with other words at some places; "" takes a word and its gap out."""
    text, parts, at = analysis.text, list[str](), 0
    for place, word in enumerate(analysis.words):
        start = text.index(word.text, at)
        if said := own.get(place, word.repaired or word.text):
            parts += [text[at:start], said]
        at = start + len(word.text)
    return "".join([*parts, text[at:]])


def _forms(groups: Iterable[Iterable[str]]) -> dict[str, set[str]]:
    """Return the members that are written so, inflected or not, by folded form."""
    forms: dict[str, set[str]] = {}
    for member in {member for group in groups for member in group}:
        for ending in _ENDINGS:
            forms.setdefault(f"{folded(member)}{ending}", set()).add(member)
    return forms


def _uses(forms: Mapping[str, set[str]], texts: Iterable[str]) -> Counter[str]:
    """How many texts hold each member; each text is read once, however many groups there are."""
    sizes = _sizes(tuple(form.split()) for form in forms if form)
    uses: Counter[str] = Counter()
    for text in texts:
        said = folded(text).split()
        grams = (" ".join(said[at : at + size]) for at, word in enumerate(said) for size in sizes.get(word, ()))
        uses.update({member for gram in grams for member in forms.get(gram, ())})
    return uses
