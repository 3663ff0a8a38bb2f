"""Why a question was decided as it was, in German sentences that a clerk understands."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from intents.candidates import Reading
from intents.deciding import Outcome, threshold
from intents.ranker import Policy
from intents.ranking import Ranking

_DATA = Path(__file__).with_suffix(".yaml")


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, Any]:
    texts: Mapping[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return texts


def explain(ranking: Ranking, outcome: Outcome, policy: Policy) -> tuple[str, ...]:
    """Return the trace of one decision: what was read, the nearest wording, the probability, the runner-up, why."""
    texts = _texts()
    lines = [*_reading_lines(ranking.reading, texts), *_candidate_lines(ranking, policy, texts)]
    return (*lines, *_decision_lines(outcome, texts))


def _reading_lines(reading: Reading, texts: Mapping[str, str]) -> Iterator[str]:
    analysis = reading.analysis
    yield texts["read"].format(text=analysis.text)
    yield texts["words"].format(words=", ".join(word.lemma for word in analysis.words))
    if parts := [f"{word.text} = {' + '.join(word.parts)}" for word in analysis.words if len(word.parts) > 1]:
        yield texts["parts"].format(parts=", ".join(parts))
    if repairs := [f"{word.text} → {word.repaired}" for word in analysis.words if word.repaired]:
        yield texts["repairs"].format(repairs=", ".join(repairs))
    if reading.own:
        yield texts["own_words"].format(text=reading.own.text)


def _candidate_lines(ranking: Ranking, policy: Policy, texts: Mapping[str, Any]) -> Iterator[str]:
    if ranking.unknown >= 0.005:
        yield texts["unknown"].format(percent=round(100 * ranking.unknown))
    if ranking.vetoed:
        yield texts["veto"][ranking.vetoed.veto].format(entry=ranking.vetoed.entry.id)
    for place, each in enumerate(ranking.ranked[:2]):
        if place == 0:
            yield texts["nearest"].format(wording=each.wording, entry=each.entry.id)
            chance, needed = _apart(each.probability, min(threshold(each, policy), 1))
            yield texts["chance"].format(chance=chance, needed=needed)
        else:
            chance = str(round(100 * each.probability))
            yield texts["runner_up"].format(wording=each.wording, entry=each.entry.id, chance=chance)


def _apart(chance: float, needed: float) -> tuple[str, str]:
    """Both in percent, with decimals where whole numbers would hide that the chance is too low: 93,7 and 94,1."""
    for decimals in range(3):
        told = [f"{100 * value:.{decimals}f}".replace(".", ",") for value in (chance, needed)]
        if chance >= needed or told[0] != told[1]:
            break
    return told[0], told[1]


def _decision_lines(outcome: Outcome, texts: Mapping[str, Any]) -> Iterator[str]:
    if outcome.kind.value in texts["kind"]:
        yield texts["kind"][outcome.kind.value].format(entry=outcome.entry, choices=", ".join(outcome.choices))
    if why := texts["reason"].get(outcome.reason):
        yield why if isinstance(why, str) else why[outcome.kind.value]
