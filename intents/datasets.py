"""Labelled German questions for training and measuring: reading the public sets and cutting folds from them.

A fold is a FAQ made of some wordings of some entries, and questions to ask it: other wordings of its entries,
and wordings of entries that were left out whole («near» out-of-scope). Origins and licences: models/README.md.
"""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intents.errors import DataError
from intents.faq import FaqBase, FaqEntry
from intents.messages import say

_GENERAL = Path(__file__).with_name("general_questions.yaml")


@dataclass(frozen=True)
class LabelledEntry:
    """One intent of a labelled set."""

    id: str
    question: str | None
    """The official title, where the set has one."""
    wordings: tuple[str, ...]
    answer: str | None = None
    unanswered: tuple[str, ...] = ()
    """Questions about the same thing that the answer does not answer."""


@dataclass(frozen=True)
class LabelledSet:
    """A labelled set of questions."""

    name: str
    entries: tuple[LabelledEntry, ...]
    origin: str = ""
    """Sets of one origin are left out together."""


@dataclass(frozen=True)
class Fold:
    """A FAQ and the questions to ask it."""

    name: str
    faq: FaqBase
    queries: tuple[str, ...]
    expected: tuple[str | None, ...]
    """The right entry's id; None for a near out-of-scope question."""


PLAIN_SETS = ("mainfranken", "robo", "familienlotse", "datenrechte")
INTEGREAT_TOWNS = ("muenchen", "lkaugsburg", "rems-murr-kreis")
"""Each town's pages are a FAQ of their own: the towns answer the same questions."""
_KINDS = {"faq_id": str, "query": str}
"""Fields that hold a text; a title or an answer may be null."""
SET_NAMES = (*PLAIN_SETS, "muenchen", *(f"integreat-{town}" for town in INTEGREAT_TOWNS))


def load_sets(data: Path) -> list[LabelledSet]:
    """Read all labelled sets below a folder; raises FileNotFoundError and DataError, which name file and line."""
    plain = [_plain(data, name) for name in PLAIN_SETS]
    return [*plain, _muenchen(data), *(_integreat(data, town) for town in INTEGREAT_TOWNS)]


def far_questions(data: Path) -> list[str]:
    """Return general-knowledge questions that no city FAQ answers."""
    return [row["query"] for row in _rows(data / "far_out_of_scope.jsonl", "query")]


def requests(data: Path) -> list[str]:
    """Return requests to a voice assistant (weather, alarms, music): far out-of-scope, for thresholds only."""
    return [row["query"] for row in _rows(data / "xsid_de.jsonl", "query")]


def general_questions() -> list[str]:
    """Return questions that no city is asked (general_questions.yaml), for training: far from every FAQ."""
    data = yaml.safe_load(_GENERAL.read_text(encoding="utf-8"))
    found = []
    for template in data["questions"]:
        name = next((name for name in data["lists"] if f"{{{name}}}" in template), None)
        found += [template.replace(f"{{{name}}}", word) for word in data["lists"][name]] if name else [template]
    return found


def _rows(path: Path, *fields: str) -> Iterator[dict[str, Any]]:
    """Read the lines of a file; raises DataError for the first one without these fields, and for none at all."""
    lines = path.read_bytes().splitlines()
    if not lines:
        raise DataError(f"{path}: " + say("file-empty"))
    for number, line in enumerate(lines, start=1):
        yield _row(line, f"{path}:{number}", fields)


def _row(line: bytes, place: str, fields: tuple[str, ...]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place}: " + say("training-line")) from error
    found = row if isinstance(row, dict) else {}
    missing = [name for name in fields if name not in found or not isinstance(found[name], _KINDS.get(name, object))]
    if missing:
        raise DataError(f"{place}: " + say("training-fields", fields=missing))
    return found


def _plain(data: Path, name: str) -> LabelledSet:
    groups: dict[str, list[str]] = {}
    answers: dict[str, str | None] = {}
    for row in _rows(data / f"{name}.jsonl", "faq_id", "query"):
        groups.setdefault(row["faq_id"], []).append(row["query"])
        answers.setdefault(row["faq_id"], row.get("answer"))
    entries = (LabelledEntry(key, None, _unique(texts), answers[key]) for key, texts in groups.items())
    return LabelledSet(name, tuple(entries), origin=name)


def _muenchen(data: Path) -> LabelledSet:
    words: dict[str, list[str]] = {}
    for row in _rows(data / "muenchen_keywords.jsonl", "faq_id", "query"):
        words.setdefault(row["faq_id"], []).append(row["query"])
    entries = (
        LabelledEntry(row["faq_id"], row["question"], _unique(words[row["faq_id"]]), row["answer"])
        for row in _rows(data / "muenchen_services.jsonl", "faq_id", "question", "answer")
        if row["faq_id"] in words
    )
    return LabelledSet("muenchen", tuple(entries), origin="muenchen")


def _integreat(data: Path, town: str) -> LabelledSet:
    asked: dict[str, list[str]] = {}
    unanswered: dict[str, list[str]] = {}
    for row in _rows(data / "integreat_generated.jsonl", "faq_id", "query"):
        asked.setdefault(row["faq_id"], []).append(row["query"])
    for row in _rows(data / "integreat_questions.jsonl", "faq_id", "query", "answerable"):
        (asked if row["answerable"] else unanswered).setdefault(row["faq_id"], []).append(row["query"])
    entries = (
        LabelledEntry(key, row["question"], _unique(asked[key]), row["answer"], _unique(unanswered.get(key, ())))
        for row in _rows(data / "integreat_pages.jsonl", "faq_id", "question", "answer")
        if (key := row["faq_id"]) in asked and key.startswith(f"{town}-")
    )
    return LabelledSet(f"integreat-{town}", tuple(entries), origin="integreat")


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


# ------------------------------------------------------------------ folds


def make_fold(
    labelled: LabelledSet,
    *,
    k: float,
    seed: int,
    left_out: float = 0.25,
    max_queries: int = 1000,
    max_entries: int | None = None,
) -> Fold:
    """Cut a fold: `k` known wordings per entry (a share below 1 means that share), whole entries left out.

    The official title counts as a known wording. Entries with no wording to spare know all but one of theirs;
    entries with a single wording are known and not asked.
    """
    rng = random.Random(f"{labelled.name}/{k}/{seed}")  # noqa: S311 - a seeded cut, no secret
    entries = list(labelled.entries)
    rng.shuffle(entries)
    entries = entries[:max_entries]
    cut = round(len(entries) * left_out)
    near, known = entries[:cut], entries[cut:]
    faq, asked = _known_part(known, k, rng)
    missed: list[tuple[str, str | None]] = [(text, None) for entry in near for text in _near_texts(entry)]
    missed += [(text, None) for entry in known for text in entry.unanswered]
    taken = {text for entry in faq.entries for text in entry.phrasings}
    questions = _sample(asked, max_queries, rng) + _sample(missed, max_queries // 3, rng)
    questions = [pair for pair in questions if pair[0] not in taken]
    return Fold(
        f"{labelled.name}/k={k:g}/{seed}",
        faq,
        tuple(text for text, _ in questions),
        tuple(entry for _, entry in questions),
    )


def _near_texts(entry: LabelledEntry) -> tuple[str, ...]:
    return entry.wordings or ((entry.question,) if entry.question else ())


def _known_part(
    entries: list[LabelledEntry], k: float, rng: random.Random
) -> tuple[FaqBase, list[tuple[str, str | None]]]:
    built: list[FaqEntry] = []
    asked: list[tuple[str, str | None]] = []
    for entry in entries:
        wordings = list(entry.wordings)
        rng.shuffle(wordings)
        known = ([entry.question] if entry.question else []) + wordings
        size = max(1, round(len(known) * k)) if k < 1 else int(k)
        size = max(1, min(size, len(known) - 1))
        built.append(_entry(entry, known[:size]))
        asked += [(text, entry.id) for text in known[size:]]
    return FaqBase(entries=tuple(built)), asked


def _entry(entry: LabelledEntry, known: list[str]) -> FaqEntry:
    return FaqEntry(id=entry.id, question=known[0], alternates=tuple(known[1:]), answer=entry.answer or "")


def _sample(pairs: list[tuple[str, str | None]], most: int, rng: random.Random) -> list[tuple[str, str | None]]:
    return rng.sample(pairs, most) if len(pairs) > most else pairs
