"""What the grouping of questions reads and writes; in small steps, so that citizens' questions wait for none."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.effects import Feedback
from bot.grouping import Meaning, Placed
from bot.linkage import Numbers
from bot.review_items import COMPLAINTS, UNSURE, ItemState, joined, why
from bot.store.database import Database
from bot.store.inserting import insert_all_new, insert_new
from bot.store.review_sums import ITEMS, TEXT, refresh, stale
from bot.store.review_tables import case_draft, cluster, review_item
from bot.store.tables import counter, question
from intents.decision import Candidate, DecisionKind

T = TypeVar("T")

_STEP = 500
"""Rows that are written at once."""
_GROUPS, _SEEN = "cluster", "reviewed"
"""Counters: the last group, and the last question that was looked at."""
_ENCODER = sa.func.coalesce(question.c.encoder, case_draft.c.encoder)
_LEMMAS = sa.func.coalesce(question.c.lemmas, case_draft.c.lemmas)
_EMBEDDING = sa.func.coalesce(question.c.embedding, case_draft.c.embedding)


class SqlGrouping:
    """The questions to be grouped, in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_due(self) -> bool:
        """Say whether something came that is in no group yet; cheap."""
        loose = sa.select(sa.exists().where(review_item.c.cluster.is_(None)))

        def look(connection: Connection) -> bool:
            newest = connection.scalar(sa.select(sa.func.max(question.c.id))) or 0
            return newest > _counted(connection, _SEEN) or bool(connection.scalar(loose))

        return self._database.read(look)

    def collect(self) -> int:
        """Bring the review list up to date with the question log; return how many questions are new in it."""
        newest, new, changed, gone = self._database.read(_differences)
        self._in_steps(new, _insert)
        self._in_steps(changed, _rename)
        self._in_steps(gone, _drop)
        if newest:
            self._database.write(partial(_count_to, name=_SEEN, value=newest))
        return len(new)

    def _in_steps(self, rows: Sequence[T], work: Callable[[Connection, Sequence[T]], None]) -> None:
        """Write rows, each step in a transaction of its own."""
        for start in range(0, len(rows), _STEP):
            step = rows[start : start + _STEP]
            self._database.write(lambda connection: work(connection, step))  # noqa: B023 - it is called at once

    def encoder(self) -> str | None:
        """Return whose vectors the latest question has."""
        latest = sa.select(question.c.encoder).where(question.c.encoder.is_not(None))
        query = latest.order_by(question.c.id.desc()).limit(1)
        return self._database.read(lambda connection: connection.scalar(query))

    def without_meaning(self, encoder: str | None) -> list[tuple[int, str]]:
        """Return the items, with their words, that this encoder has not seen or whose base forms are not known."""
        other = sa.or_(_ENCODER.is_(None), _ENCODER.not_in([encoder])) if encoder else sa.true()
        query = sa.select(review_item.c.id, TEXT).select_from(ITEMS).where(sa.or_(other, _LEMMAS.is_(None)))
        rows = self._database.read(lambda connection: connection.execute(query.order_by(review_item.c.id)).all())
        return [(row[0], row[1]) for row in rows if row[1] is not None]

    def give_meaning(self, meanings: Sequence[Meaning]) -> None:
        """Keep what words mean beside them; where the words are gone meanwhile nothing is kept."""
        self._database.write(lambda connection: _give_meaning(connection, meanings))

    def load(self, encoder: str) -> Placed:
        """Return all items that an encoder has seen, each with its group."""
        columns = (review_item.c.id, review_item.c.cluster, _EMBEDDING, _LEMMAS)
        query = sa.select(*columns).select_from(ITEMS).where(_ENCODER.in_([encoder])).order_by(review_item.c.id)
        after = self._database.read(partial(_counted, name=_GROUPS)) + 1
        return self._database.read(lambda connection: _placed(connection, query, after))

    def is_grouped_by_others(self, encoder: str) -> bool:
        """Say whether some group was made of another encoder's vectors."""
        query = sa.select(sa.exists().where(cluster.c.encoder != encoder))
        return bool(self._database.read(lambda connection: connection.scalar(query)))

    def place(self, items: Numbers, numbers: Numbers, after: int, encoder: str, now: datetime) -> Iterator[int]:
        """Write the groups of items, and sum up the groups that change; yield how many are written."""
        self._database.write(partial(_count_to, name=_GROUPS, value=after - 1))  # none is ever given again
        for start in range(0, len(items), _STEP):
            step = list(
                zip(items[start : start + _STEP].tolist(), numbers[start : start + _STEP].tolist(), strict=True)
            )
            self._database.write(partial(_place, pairs=step, encoder=encoder, now=now))
            yield start + len(step)

    def tidy(self, encoder: str | None, now: datetime) -> None:
        """Sum up anew what is out of date: questions went, or a week passed; all, after another encoder."""
        numbers = self._database.read(lambda connection: stale(connection, now))
        if encoder is not None:
            others = sa.select(cluster.c.number).where(cluster.c.encoder != encoder)
            numbers += self._database.read(lambda connection: list(connection.scalars(others)))
        self._in_steps(sorted(set(numbers)), lambda connection, step: refresh(connection, step, now, encoder))


def _counted(connection: Connection, name: str) -> int:
    """Return how far something was counted."""
    return connection.scalar(sa.select(counter.c.value).where(counter.c.name == name)) or 0


def _count_to(connection: Connection, name: str, value: int) -> None:
    """Note how far something was counted."""
    insert_new(connection, counter, {"name": name, "value": 0}, "name")
    connection.execute(sa.update(counter).where(counter.c.name == name).values(value=value))


# ------------------------------------------------------------------ from the log


def _differences(connection: Connection) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]], list[int]]:
    """Return the last question, those that belong into the list, the items with another reason, those without any."""
    newest = connection.scalar(sa.select(sa.func.max(question.c.id))) or 0
    new = [
        {"question_id": row.id, "why": reason, "state": ItemState.NEW, "at": row.at}
        for row in connection.execute(_unlisted(), execution_options={"yield_per": _STEP})
        if (reason := _why(row))
    ]
    changed: list[dict[str, Any]] = []
    gone: list[int] = []
    for row in connection.execute(_rated(), execution_options={"yield_per": _STEP}):
        reason = _why(row)
        if reason is None and row.state == ItemState.NEW:
            gone.append(row.item)
        elif reason is not None and reason != row.why:
            changed.append({"item": row.item, "reason": reason})
    return newest, new, changed, gone


def _unlisted() -> sa.Select[Any]:
    """Return what selects the questions that may belong into the list and are not in it."""
    columns = [question.c[name] for name in ("id", "at", "decision", "feedback", "candidates")]
    open_ = question.c.decision.in_((DecisionKind.FALLBACK, DecisionKind.REDIRECT, DecisionKind.CLARIFY))
    near = (question.c.decision == DecisionKind.ANSWER) & (question.c.confidence < (1 + UNSURE) / 2)
    wanted = sa.or_(open_, near, question.c.feedback.in_(COMPLAINTS))
    listed = sa.exists().where(review_item.c.question_id == question.c.id)
    rows = sa.select(*columns).where(question.c.text.is_not(None), question.c.text != "", wanted, ~listed)
    return rows.order_by(question.c.id)


def _rated() -> sa.Select[Any]:
    """Return what selects the items about which a citizen told something, perhaps later."""
    columns = [question.c[name] for name in ("decision", "feedback", "candidates")]
    own = (review_item.c.id.label("item"), review_item.c.why, review_item.c.state)
    both = review_item.join(question, review_item.c.question_id == question.c.id)
    told = question.c.feedback.in_([*COMPLAINTS, Feedback.PICKED, Feedback.HELPED, Feedback.NONE])
    return sa.select(*own, *columns).select_from(both).where(told)


def _why(row: Any) -> str | None:
    candidates = [Candidate(each["id"], each["confidence"]) for each in row.candidates]
    return why(row.decision, row.feedback, candidates)


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put questions into the list that are still there."""
    ids = [row["question_id"] for row in rows]
    there = set(
        connection.scalars(sa.select(question.c.id).where(question.c.id.in_(ids), question.c.text.is_not(None)))
    )
    insert_all_new(connection, review_item, [row for row in rows if row["question_id"] in there], "question_id")


def _rename(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    same = review_item.c.id == sa.bindparam("item")
    connection.execute(sa.update(review_item).where(same).values(why=sa.bindparam("reason")), list(rows))


def _drop(connection: Connection, items: Sequence[int]) -> None:
    connection.execute(sa.delete(review_item).where(review_item.c.id.in_(items)))


# ------------------------------------------------------------------ meaning and groups


def _placed(connection: Connection, query: sa.Select[Any], after: int) -> Placed:
    """Read items little by little: as rows all together they would need three times the memory."""
    items, numbers, lemmas, vectors = array("q"), array("q"), [], bytearray()
    for row in connection.execute(query, execution_options={"yield_per": _STEP}):
        items.append(row[0])
        numbers.append(row[1] or 0)
        vectors += row[2]
        lemmas.append(row[3] or "")
    shape = (len(items), -1) if items else (0, 0)
    return Placed(
        np.array(items, np.int64),
        np.array(numbers, np.int64),
        np.frombuffer(vectors, "<f2").reshape(shape),
        tuple(lemmas),
        after,
    )


def _give_meaning(connection: Connection, meanings: Sequence[Meaning]) -> None:
    for owner, key, words in (
        (question, review_item.c.question_id, question.c.id),
        (case_draft, review_item.c.draft, case_draft.c.number),
    ):
        text = owner.c.text if owner is question else owner.c.question
        mine = sa.select(key).where(review_item.c.id == sa.bindparam("item")).scalar_subquery()
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in ("embedding", "encoder", "lemmas")}
        change = sa.update(owner).where(words == mine, text.is_not(None)).values(**values)
        connection.execute(change, [_meaning_row(each) for each in meanings])


def _meaning_row(meaning: Meaning) -> dict[str, Any]:
    vector = meaning.embedding
    return {
        "item": meaning.item,
        "new_embedding": vector.vector,
        "new_encoder": vector.encoder,
        "new_lemmas": meaning.lemmas,
    }


def _place(connection: Connection, pairs: Sequence[tuple[int, int]], encoder: str, now: datetime) -> None:
    """Write the groups of some items; one that is new takes part in what is done about its group."""
    target = dict(pairs)
    columns = (review_item.c.id, review_item.c.cluster, review_item.c.state, review_item.c.why)
    before = connection.execute(sa.select(*columns).where(review_item.c.id.in_(target))).all()
    groups = sa.select(cluster.c.number, cluster.c.state).where(cluster.c.number.in_(set(target.values())))
    states = {row.number: row.state for row in connection.execute(groups)}
    rows = [
        {
            "item": row.id,
            "number": target[row.id],
            "now": row.state if row.cluster else joined(row.state, row.why, states.get(target[row.id])),
        }
        for row in before
    ]
    if rows:
        values: dict[str, Any] = {"cluster": sa.bindparam("number"), "state": sa.bindparam("now")}
        change = sa.update(review_item).where(review_item.c.id == sa.bindparam("item")).values(**values)
        connection.execute(change, rows)
    touched = {row.cluster for row in before if row.cluster} | {row["number"] for row in rows}
    refresh(connection, touched, now, encoder)
