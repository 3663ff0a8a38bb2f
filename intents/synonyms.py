"""Words that mean the same in one FAQ: each group becomes one term, also where it is several words long."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from intents.pipeline import Analysis, Word


@dataclass(frozen=True)
class Synonyms:
    """The groups, by the lemmas of each member."""

    by_lemmas: Mapping[tuple[str, ...], str]
    """Lemmas of a member → the group's term."""
    longest: int
    """Words of the longest member."""

    @classmethod
    def from_groups(cls, groups: Sequence[Sequence[str]], analyse: Callable[[str], Analysis]) -> "Synonyms":
        """Read the groups of a FAQ; members are compared by lemma, so case and inflection do not matter."""
        members = {
            tuple(word.lemma for word in analyse(member).words): f"={number}"
            for number, group in enumerate(groups)
            for member in group
        }
        members.pop((), None)
        return cls(members, max(map(len, members), default=0))

    def find(self, read: Sequence[Word]) -> list[tuple[range, str]]:
        """Return the members found among the words, longest first at each place, without overlap."""
        found: list[tuple[range, str]] = []
        at = 0
        while at < len(read):
            size = self._size_at(read, at)
            if size:
                lemmas = tuple(word.lemma for word in read[at : at + size])
                found.append((range(at, at + size), self.by_lemmas[lemmas]))
            at += size or 1
        return found

    def _size_at(self, read: Sequence[Word], at: int) -> int:
        for size in range(min(self.longest, len(read) - at), 0, -1):
            if tuple(word.lemma for word in read[at : at + size]) in self.by_lemmas:
                return size
        return 0
