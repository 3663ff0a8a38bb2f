"""What one reading of a message came to: its ranking, and what is done with it."""

from dataclasses import dataclass, replace

from intents.deciding import Outcome, askable, decide
from intents.decision import DecisionKind
from intents.faq import Kind
from intents.ranker import Policy
from intents.ranking import Ranking

_INSISTING = 0.5
"""Probability from which «und wann?» is answered with the entry answered last, where that says when."""


@dataclass(frozen=True)
class Prepared:
    """A ranking and what follows from it."""

    ranking: Ranking
    outcome: Outcome

    @property
    def best(self) -> str:
        """Id of the first candidate."""
        return self.ranking.ranked[0].entry.id

    @property
    def is_given(self) -> bool:
        """Tell whether an entry is shown."""
        return self.outcome.kind in {DecisionKind.ANSWER, DecisionKind.REDIRECT}

    @property
    def chances(self) -> dict[str, float]:
        """Probability of each candidate, best first; none for a gated reading."""
        gated = self.outcome.reason == "gate"
        return {} if gated else {each.entry.id: each.probability for each in self.ranking.ranked}

    @property
    def chance(self) -> float:
        """The best candidate's probability; nothing for a gated reading."""
        return max(self.chances.values(), default=0.0)

    @property
    def may_answer(self) -> bool:
        """Tell whether the first candidate can be an answer: no veto, no redirect, a reading with words."""
        first = self.ranking.ranked[0]
        return first.veto is None and first.entry.kind is not Kind.REDIRECT and self.chance > 0

    @property
    def vetoed(self) -> str | None:
        """Id of the entry that would have been first without its veto."""
        return self.ranking.vetoed.entry.id if self.ranking.vetoed else None


def answered(asked: Prepared, reason: str) -> Prepared:
    """Answer with the first candidate although its probability falls short: `reason` says what else speaks for it."""
    return asked if asked.is_given else replace(asked, outcome=Outcome(DecisionKind.ANSWER, reason, asked.best))


def silenced(alone: Prepared) -> Prepared:
    """A follow-up that asks for more than any entry says: silence."""
    return replace(alone, outcome=Outcome(DecisionKind.FALLBACK, "follow_up"))


def asked_back(alone: Prepared) -> Prepared:
    """The answer speaks of something else than the conversation did: ask whether it is meant."""
    choices = tuple(each.entry.id for each in askable(alone.ranking)[:2])
    return replace(alone, outcome=Outcome(DecisionKind.CLARIFY, "follow_up", None, choices))


def insisted(leaning: Prepared) -> Prepared:
    """A bare «und wann?» after an entry that says when: it is meant, unless the reading is weak."""
    able = leaning.outcome.kind is DecisionKind.CLARIFY and leaning.chance >= _INSISTING
    return answered(leaning, "follow_up") if able else leaning


def joint_chance(leaning: Prepared, alone: Prepared) -> float:
    """How much two readings that find the same entry say together, as if each erred on its own.

    They share most words, so this is no probability: it decides and is never reported.
    """
    return 1 - (1 - leaning.chance) * (1 - alone.chance)


def confirmed(leaning: Prepared, alone: Prepared, policy: Policy) -> Prepared:
    """Answer with the entry that both readings find, reported with the surer reading's own probability."""
    ranking = _lifted(leaning.ranking, max(leaning.chance, alone.chance))
    return answered(Prepared(ranking, decide(ranking, policy)), "confirmed")


def _lifted(ranking: Ranking, chance: float) -> Ranking:
    """Give the first candidate this probability; the others share what is left as before."""
    first, *others = ranking.ranked
    scale = (1 - chance) / max(1 - first.probability, 1e-9)
    rest = (replace(each, probability=each.probability * scale) for each in others)
    return replace(ranking, ranked=(replace(first, probability=chance), *rest))
