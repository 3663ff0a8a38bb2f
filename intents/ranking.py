"""One reading of a question against the FAQ: every candidate with its probability, after every veto."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from intents.candidates import Reading, Scores, candidates, score
from intents.encoder import Doubles
from intents.faq import FaqEntry
from intents.features import features
from intents.index import Index
from intents.lexical import part_terms
from intents.ranker import Policy
from intents.text import folded

_WRITTEN = 0.9
"""A question that is an editor's wording of one entry alone is at least so surely its question, and is answered. Not
much surer: bases hold the same wording for two entries more often than one would think, and one of them is left out."""
_SHARED = 0.995
"""What the entries that share a wording get together."""
_CLEARLY = 0.25
"""Closeness (0 to 6) by which a not_question is ahead beyond doubt."""
_NEARLY = 88
"""token_sort_ratio from which a text is a phrasing but for a few letters."""
_VETOED = 0.02
"""What a veto leaves of a probability: the entry stands low, but in order."""


@dataclass(frozen=True)
class Ranked:
    """A candidate entry of one reading."""

    entry: FaqEntry
    probability: float
    """After every veto."""
    wording: str
    """The phrasing that lies nearest."""
    veto: str | None = None
    """not_question or expired; None for a candidate that may be answered."""


@dataclass(frozen=True)
class Ranking:
    """A reading's candidates, best first."""

    reading: Reading
    ranked: tuple[Ranked, ...]
    """One at least: a FAQ without entries is refused."""
    vetoed: Ranked | None
    """The candidate that would have been first without its veto."""
    exact: bool
    """Whether the reading is, but for spelling, a phrasing of the first candidate and of no other entry."""
    nearly: bool
    """Whether it is so but for a few letters."""
    unknown: float
    """Share of the question's weight in words that the FAQ does not hold, 0 to 1."""


def rank(index: Index, policy: Policy, reading: Reading, *, closed: frozenset[str]) -> Ranking:
    """Rank the candidates of a reading; `closed` holds ids of entries outside their dates."""
    scores = score(index, reading)
    chosen = candidates(index, scores)
    asked = folded(reading.analysis.repaired_text)
    owners = index.wording_of.get(folded(reading.text)) or index.wording_of.get(asked, frozenset())
    owned = np.array([index.entries[number].id in owners for number in chosen])
    chances = _with_owners(policy.probabilities(features(index, reading, scores, chosen)), owned, policy)
    vetoes = _vetoes(index, reading, scores, chosen)
    found = []
    for number, chance in zip(chosen, chances, strict=True):
        entry = index.entries[number]
        own = entry.id in owners
        veto = "expired" if entry.id in closed else "not_question" if vetoes[number] and not own else None
        wording = index.phrasings[scores.nearest[number]]
        found.append(Ranked(entry, float(chance) * (_VETOED if veto else 1.0), wording, veto))
    order = sorted(found, key=lambda each: -each.probability)
    first = found[int(np.argmax(chances))]
    return Ranking(
        reading=reading,
        ranked=tuple(order),
        vetoed=first if first.veto else None,
        exact=owners == {order[0].entry.id},
        nearly=fuzz.token_sort_ratio(folded(order[0].wording), asked) >= _NEARLY,
        unknown=scores.unknown,
    )


def _with_owners(chances: Doubles, owned: NDArray[np.bool_], policy: Policy) -> Doubles:
    """Lift the entry that has the question as a wording, so that it is answered; several share it."""
    if not owned.any():
        return chances
    alone = owned.sum() == 1
    least = min(max(_WRITTEN, policy.answer_at), _SHARED) if alone else _SHARED / owned.sum()
    lifted = np.maximum(chances, least) if alone else np.full_like(chances, least)
    rest = 1 - min(1.0, float(lifted[owned].sum()))
    others: Doubles = chances * min(1.0, rest / max(chances[~owned].sum(), 1e-12))
    return np.where(owned, lifted, others)


def _vetoes(index: Index, reading: Reading, scores: Scores, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which candidates' not_questions lie closer to the question than all their phrasings; shape (units,).

    A word that only the not_question has decides what is close: «Was ist das Projekt?» lies near «Wer leitet das
    Projekt?», but nobody asked who leads it; «Wer hat sich neben der KPMG beworben?» lies near «KPMG», but «beworben»
    stands in a not_question alone.
    """
    vetoes = np.zeros(len(index.entries), dtype=bool)
    if not len(index.negative_owner):
        return vetoes
    ahead = scores.negatives - scores.near[scores.nearest][index.negative_owner]
    asked = set(part_terms(reading.compared, index.synonyms))
    for number in np.flatnonzero((ahead > -_CLEARLY) & np.isin(index.negative_owner, chosen)):
        telling = index.negative_terms[number]
        shared = asked & telling.keys()
        speaks = any(telling[term] >= 1 for term in shared)
        needed = -_CLEARLY if speaks else 0.0 if shared or not telling else _CLEARLY
        vetoes[index.negative_owner[number]] |= ahead[number] > needed
    return vetoes
