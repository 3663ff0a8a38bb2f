"""What the conversation before makes of a message: a question of its own, a follow-up, or the choice of one offered."""

from collections.abc import Iterator

from intents.candidates import Reading
from intents.choosing import Choices
from intents.contents import Contents
from intents.decision import DecisionKind
from intents.faq import Kind
from intents.prepared import Prepared, asked_back, confirmed, insisted, joint_chance, silenced
from intents.query import Context
from intents.reader import Reader
from intents.readings import (
    follow_up,
    is_bare,
    is_fresh,
    leans_back,
    points_back,
    stands_alone,
    swapped,
    with_topic,
)

_ALSO_FOUND = 0.6
"""Probability from which the message with its topic finds the same entry as the message alone."""
_MARGIN = 0.1
"""By how much the reading as a follow-up must beat the message alone: a change of topic is never swallowed."""
_WORTH_SWAPPING = 0.4
"""Probability from which «und HHKO?» is read as «Was ist HHKO?» after «Was ist ZuP 24?»."""
_NAMED = 0.7
"""Probability from which an entry is answered that two readings find and whose own question names all that is asked."""


def spoken_of(context: Context | None) -> frozenset[str | None]:
    """The entries answered or offered last."""
    return frozenset((context.last_entry, *context.offered)) - {None} if context else frozenset()


class Following:
    """Decides one question of a conversation."""

    def __init__(self, reader: Reader, contents: Contents) -> None:
        self._reader = reader
        self._contents = contents
        self._choices = Choices(reader, contents)

    def decide(self, text: str, context: Context | None, reading: Reading) -> Prepared:
        """Decide one question: alone, or as what it means after the question before, where that wins by a margin."""
        if picked := self._choices.picked_by_place(text, context):
            return picked
        alone = self._reader.prepare(reading)
        if self._is_about_another(text, context, alone):
            return asked_back(alone)
        if alone.ranking.exact or not is_fresh(context) or not leans_back(text):
            return alone
        if stands_alone(text) and not spoken_of(context):  # the question before led nowhere; this one is whole
            return alone
        leaning = self._leaning(text, context)
        if alone.is_given and (leaning is None or leaning.chance < alone.chance + _MARGIN):
            return alone
        return self._sure(text, context, alone, leaning) or self._follow(text, context, alone, leaning)

    def _is_about_another(self, text: str, context: Context | None, alone: Prepared) -> bool:
        """Tell whether a message points back to something that its answer is not about.

        «Wer hat das beschlossen?» is a wording of the strategy's entry; after «Was ist ZuP 24?» it asks about ZuP 24.
        An entry named as a follow-up stays, and one that speaks of what was spoken of and is found with it as well.
        """
        if alone.outcome.kind is not DecisionKind.ANSWER or not is_fresh(context):
            return False
        before, best = self._contents.entry(context.last_entry), self._contents.entry(alone.best)
        if before is None or best is None or best.kind is not Kind.ANSWER or best.id == before.id:
            return False
        if best.id in before.follow_ups or not points_back(text, self._reader.index.analyser.is_noun):
            return False
        readings = (follow_up(text, context), with_topic(text, context, holds=lambda _: True))
        found = (
            prepared for joined in readings if (prepared := self._reader.prepare_text(joined))
        )  # one encoding each
        if not self._contents.speaks_of(best.id, before.question):
            return True
        return not any(each.best == best.id and each.chance >= _ALSO_FOUND for each in found)

    def _leaning(self, text: str, context: Context) -> Prepared | None:
        """Read a message with the question before it: put into that one where it is an ellipsis, else joined to it."""
        put_in = self._reader.prepare_text(swapped(text, context))
        if put_in and put_in.chance >= _WORTH_SWAPPING and put_in.best not in spoken_of(context):
            return put_in
        return self._reader.prepare_text(follow_up(text, context))

    def _sure(self, text: str, context: Context, alone: Prepared, leaning: Prepared | None) -> Prepared | None:
        """Take a choice made in words, or an entry that two readings find; a whole question makes and needs neither."""
        if stands_alone(text):
            return None
        picked = self._choices.picked_by_words(text, context, alone, leaning)
        return picked or self._confirmed(text, context, alone, leaning)

    def _confirmed(self, text: str, context: Context, alone: Prepared, leaning: Prepared | None) -> Prepared | None:
        """Answer where two readings find the same entry, and it holds what is asked.

        Two readings with the context find what was spoken of, whatever the message says: they must find another entry.
        """
        before = [alone]
        for found in self._readings(text, context, leaning):
            for other in before:
                new = other is alone or found.best not in spoken_of(context)
                if new and self._agree(found, other, text, alone=other is alone):
                    return confirmed(found, other, self._reader.policy)
            before.append(found)
        return None

    def _agree(self, one: Prepared, other: Prepared, text: str, *, alone: bool) -> bool:
        """Tell whether two readings that find the same entry are sure enough together.

        Less will do where a wording names all that is asked; that is needed where none of them is the message `alone`.
        """
        if one.best != other.best or not (one.may_answer and other.may_answer):
            return False
        together, named = joint_chance(one, other), self._contents.names(one.best, text)
        if not self._contents.covers(one.best, text) or together < _NAMED:
            return False
        sure = alone and together >= self._reader.policy.answer_at
        return named or (sure and self._contents.asks_alike(one.best, text))

    def _readings(self, text: str, context: Context, leaning: Prepared | None) -> Iterator[Prepared]:
        """Yield the readings of a message with its context; each costs an encoding, so the second waits."""
        if leaning:
            yield leaning
        entries = map(self._contents.entry, spoken_of(context))
        spoken = frozenset(term for entry in entries if entry for term in self._reader.terms(entry.question))
        joined = with_topic(text, context, holds=lambda word: not self._reader.terms(word).isdisjoint(spoken))
        if topical := self._reader.prepare_text(joined):
            yield topical

    def _follow(self, text: str, context: Context, alone: Prepared, leaning: Prepared | None) -> Prepared:
        """Decide a follow-up: the reading with context must win by a margin, and its entry hold what is asked for."""
        spoken = spoken_of(context)
        if leaning is None or (leaning.outcome.reason == "not_question" and leaning.vetoed in spoken):
            return leaning or alone
        if leaning.chance < alone.chance + _MARGIN:
            return alone
        if leaning.best not in spoken:
            return leaning
        if self._contents.covers(leaning.best, text):
            return insisted(leaning) if is_bare(text) and leaning.best == context.last_entry else leaning
        asks_back = alone.outcome.kind is DecisionKind.CLARIFY and alone.outcome.choices[0] not in spoken
        return alone if asks_back else silenced(alone)
