"""Decides single questions outside a chat, with the turns that went before played through."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from bot.conversation import Decide, chosen_token, step
from bot.effects import Say
from bot.events import TextSaid, event_from_text
from bot.ports import Understanding
from bot.questionfile import AskedQuestion
from bot.replies import Reply
from bot.situation import Situation
from intents.decision import Candidate, Decision, DecisionKind
from intents.faq import Kind
from intents.query import Query

PAUSE = timedelta(seconds=20)
"""Between two turns that are played through."""

BATCH = 32
"""Questions decided at once."""


def played(situation: Situation, said: Sequence[str], decide: Decide) -> Situation:
    """Return the situation after the citizen said something."""
    for text in said:
        state, _ = step(situation, event_from_text(_encodable(text)), decide)
        situation = replace(situation, state=state, now=situation.now + PAUSE)
    return situation


def decide_all(
    situation: Situation, questions: Sequence[AskedQuestion], understanding: Understanding
) -> Iterator[Decision]:
    """Decide every question on its own, in their order."""
    rest = iter(questions)
    while batch := list(islice(rest, BATCH)):
        yield from _decide_batch(situation, batch, understanding)


def replies_to(situation: Situation, text: str, decision: Decision) -> tuple[Reply, ...]:
    """Return what the citizen reads when a text is decided so."""
    _, effects = step(situation, TextSaid(text), lambda _: decision)
    return tuple(effect.reply for effect in effects if isinstance(effect, Say))


def _decide_batch(situation: Situation, batch: Sequence[AskedQuestion], understanding: Understanding) -> list[Decision]:
    """Decide some questions with one call."""
    before = [played(situation, question.after, understanding.match) for question in batch]
    queries = [
        Query(_encodable(asked.query), moment.state.context(moment.now))
        for moment, asked in zip(before, batch, strict=True)
    ]
    decided = zip(before, batch, understanding.match_many(queries), strict=True)
    return [replace(_picked(moment, asked.query, read), query=asked.query) for moment, asked, read in decided]


def _picked(situation: Situation, text: str, read: Decision) -> Decision:
    """Return the decision that picking from the last list amounts to; what was read where nothing is picked."""
    token = chosen_token(situation, text)
    if token is None:
        return read
    kind, _, rest = token.partition(":")
    entry = situation.entry(rest.partition(":")[0]) if kind in ("e", "p") else None
    found = Decision(text, DecisionKind.FALLBACK, "not_picked", faq=read.faq, model=read.model, ms=read.ms)
    if entry is None:
        return replace(found, candidates=read.candidates, explanation=(situation.texts.ask_not_picked,))
    decided = DecisionKind.REDIRECT if entry.kind is Kind.REDIRECT else DecisionKind.ANSWER
    others = [Candidate(each.id, 0.0) for each in read.candidates if each.id != entry.id]
    candidates = (Candidate(entry.id, 1.0), *others[:4])
    why = (situation.texts.ask_picked.format(eintrag=entry.id),)
    return replace(found, kind=decided, reason="picked", entry=entry.id, candidates=candidates, explanation=why)


def _encodable(text: str) -> str:
    """Return a text without lone surrogates, which no encoder can read."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
