"""The decision on one ranking: answer, redirect, ask back or stay silent, by probability and policy."""

from dataclasses import dataclass

from intents.decision import Candidate, DecisionKind
from intents.faq import Kind
from intents.pipeline import is_known
from intents.ranker import Policy
from intents.ranking import Ranked, Ranking
from intents.readings import asks_how_many, states_number
from intents.text import has_letters

CHOICES = 3
"""Questions a «Meinten Sie …?» shows at most."""
_SHOWN = 5
"""Candidates a decision reports."""
WORTH_ASKING = 0.25
"""Ask back when the right entry is among the choices at least one time in four: a tap costs less than no answer."""
_NOISE = 0.03
"""A third choice below this probability is left out."""


@dataclass(frozen=True)
class Outcome:
    """What is done with one reading."""

    kind: DecisionKind
    reason: str
    entry: str | None = None
    choices: tuple[str, ...] = ()


def decide(ranking: Ranking, policy: Policy) -> Outcome:
    """Apply the policy to a ranking."""
    best = ranking.ranked[0]
    if _is_gated(ranking):
        return Outcome(DecisionKind.FALLBACK, "gate")
    uncounted = _asks_for_missing_number(ranking)
    if best.veto is None and best.probability >= threshold(best, policy) and not uncounted:
        kind = DecisionKind.REDIRECT if best.entry.kind is Kind.REDIRECT else DecisionKind.ANSWER
        return Outcome(kind, "clear", best.entry.id)
    if ranking.vetoed:
        return Outcome(DecisionKind.FALLBACK, ranking.vetoed.veto or "not_question")
    choices = _choices(ranking)
    missing = "how_many" if uncounted else None
    if sum(each.probability for each in choices) >= WORTH_ASKING:
        return Outcome(DecisionKind.CLARIFY, missing or "margin", None, tuple(each.entry.id for each in choices))
    return Outcome(DecisionKind.FALLBACK, missing or ("no_words" if _says_nothing(ranking) else "below_threshold"))


def _asks_for_missing_number(ranking: Ranking) -> bool:
    """«Wie viele Bürger haben mitgemacht?» is not answered by an entry that states no number."""
    entry = ranking.ranked[0].entry
    if ranking.exact or entry.kind is Kind.REDIRECT or not asks_how_many(ranking.reading.text):
        return False
    return not (states_number(entry.answer) or any(map(asks_how_many, entry.phrasings)))


def threshold(candidate: Ranked, policy: Policy) -> float:
    """The probability a candidate needs."""
    return policy.redirect_at if candidate.entry.kind is Kind.REDIRECT else policy.answer_at


def shown(ranking: Ranking) -> tuple[Candidate, ...]:
    """The candidates a decision reports, best first."""
    return tuple(Candidate(each.entry.id, round(each.probability, 6)) for each in ranking.ranked[:_SHOWN])


def _is_gated(ranking: Ranking) -> bool:
    """Stop words alone ask nothing, unless they are a phrasing («wer bist du»)."""
    analysis = ranking.reading.analysis
    return not ranking.nearly and (not analysis.content or not has_letters(analysis.text))


def _says_nothing(ranking: Ranking) -> bool:
    """Tell whether neither the FAQ nor a dictionary has any of the words: «asdf qwer»."""
    content = ranking.reading.analysis.content
    read = (word.repaired or len(word.parts) > 1 or is_known(word.text) for word in content)
    return ranking.unknown > 0.99 and not any(read)


def askable(ranking: Ranking) -> list[Ranked]:
    """The candidates that a «Meinten Sie …?» may show, best first."""
    return [each for each in ranking.ranked if each.veto is None and each.entry.kind is not Kind.REDIRECT]


def _choices(ranking: Ranking) -> list[Ranked]:
    able = askable(ranking)
    first, rest = able[:2], able[2:CHOICES]
    return first + [each for each in rest if each.probability >= _NOISE] if len(able) > 1 else []
