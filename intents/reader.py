"""Reads a text: its words, its vectors, and what the FAQ makes of it."""

from collections.abc import Iterator, Mapping, Set
from concurrent.futures import Future, ThreadPoolExecutor

from intents.candidates import Reading
from intents.deciding import decide
from intents.encoder import Encoder, Floats
from intents.index import Index
from intents.pipeline import Analysis
from intents.prepared import Prepared
from intents.ranker import Policy
from intents.ranking import rank
from intents.recent import RecentVectors
from intents.text import calm, normalise

THREADS = 2
"""Threads that decide, and threads that encode for them."""


class Vectors(Mapping[str, Floats]):
    """A question's vectors by encoder family; one that is under way is waited for when it is read."""

    def __init__(self, vectors: Mapping[str, "Floats | Future[Floats]"]) -> None:
        self._vectors = vectors

    def __getitem__(self, family: str) -> Floats:
        """Return the vector, shape (d,)."""
        vector = self._vectors[family]
        return vector.result() if isinstance(vector, Future) else vector

    def __iter__(self) -> Iterator[str]:
        """Yield the families."""
        return iter(self._vectors)

    def __len__(self) -> int:
        """Count the families."""
        return len(self._vectors)


class Reader:
    """Reads texts against one prepared FAQ; safe for several threads."""

    def __init__(self, index: Index, policy: Policy, encoders: Mapping[str, Encoder], *, closed: Set[str]) -> None:
        """Keep what is prepared; `closed` holds ids of entries outside their dates."""
        self.index = index
        self.policy = policy
        self._encoders = encoders
        self._closed = frozenset(closed)
        self._recent = RecentVectors()
        self._pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="encode")

    def words(self, text: str) -> Analysis:
        """Return the words of a text."""
        return self.index.analyser.analyse(calm(text))

    def terms(self, text: str) -> frozenset[str]:
        """Return the folded parts of a text's content words."""
        return frozenset(part for word in self.words(text).content for part in (word.lemma, *word.parts))

    def own_words(self, analysis: Analysis) -> Analysis | None:
        """Return the same in the FAQ's own words, or None where no synonym is to be exchanged."""
        text = self.index.synonyms.in_own_words(analysis)
        return self.index.analyser.analyse(text) if text else None

    def spelled(self, analysis: Analysis) -> str:
        """Return a text as the encoders get it: typing mistakes repaired, nouns with a capital."""
        return self.index.analyser.truecased(analysis.repaired_text)

    def read(self, text: str) -> Reading:
        """Read a text; a slow encoder works on it in a thread of its own."""
        analysis = self.words(text)
        own = self.own_words(analysis)
        compared = own or analysis
        spelled = self.spelled(compared)
        slow = {name: self._slow_vector(name, spelled) for name, each in self._encoders.items() if not each.quick}
        quick = {
            name: self._vector_with_words(name, spelled, compared)
            for name, each in self._encoders.items()
            if each.quick
        }
        return Reading(analysis.text, analysis, Vectors({**quick, **slow}), own)

    def prepare(self, reading: Reading) -> Prepared:
        """Rank the candidates of a reading and decide on them."""
        ranking = rank(self.index, self.policy, reading, closed=self._closed)
        return Prepared(ranking, decide(ranking, self.policy))

    def prepare_text(self, text: str | None) -> Prepared | None:
        """Read and prepare a text; None where there is none."""
        return self.prepare(self.read(normalise(text))) if text else None

    def _slow_vector(self, family: str, spelled: str) -> "Floats | Future[Floats]":
        """Return a text's vector where it was read before, else have it made in a thread."""
        known = self._recent.get(family, spelled)
        return self._pool.submit(self._encode, family, spelled) if known is None else known

    def _encode(self, family: str, spelled: str) -> Floats:
        return self._kept(family, spelled, self._encoders[family].encode([spelled])[0])

    def _kept(self, family: str, spelled: str, vector: Floats) -> Floats:
        self._recent.keep(family, spelled, vector)
        return vector

    def _vector_with_words(self, family: str, spelled: str, analysis: Analysis) -> Floats:
        """Encode the text, and its words that are new, in one go: a call costs more than a text."""
        strange = self.index.alignment.strange(analysis)
        known = self._recent.get(family, spelled)
        if known is not None and not strange:
            return known
        rows = self._encoders[family].encode([spelled, *strange])
        self.index.alignment.memory.keep(strange, rows[1:])
        return self._kept(family, spelled, rows[0])
