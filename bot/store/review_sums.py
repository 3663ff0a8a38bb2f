"""What is summed up of each group of questions, so that the review list is quick."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.review_items import NEAR, ItemState, state_of
from bot.store.review_tables import case_draft, cluster, review_item
from bot.store.tables import question, ticket

EXAMPLES = 3
"""Wordings shown of a group in the list."""
_LOOKED_AT = 100
"""Latest questions of a group from which examples and nearest entries are drawn."""
_NEAREST = 3
_WEEK = timedelta(days=7)
_AT_ONCE = 200
"""Groups that are summed up in one statement."""

TEXT = sa.func.coalesce(question.c.text, case_draft.c.question)
ITEMS = review_item.outerjoin(question, review_item.c.question_id == question.c.id).outerjoin(
    case_draft, review_item.c.draft == case_draft.c.number
)
"""The items, each with its words."""


def refresh(connection: Connection, numbers: Collection[int], now: datetime, encoder: str | None = None) -> None:
    """Sum up groups anew; one that has no question any more goes."""
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _AT_ONCE):
        _refresh(connection, wanted[start : start + _AT_ONCE], now, encoder)


def groups_of(connection: Connection, chat: str) -> list[int]:
    """Return the groups in which questions of a chat stand, or drafts from its cases."""
    cases = sa.select(ticket.c.number).where(ticket.c.chat_key == chat)
    mine = (question.c.chat_key == chat) | review_item.c.draft.in_(cases)
    query = sa.select(review_item.c.cluster).select_from(ITEMS).where(mine, review_item.c.cluster.is_not(None))
    return list(connection.scalars(query.distinct()))


def stale(connection: Connection, now: datetime) -> list[int]:
    """Return the groups whose sums are not what their questions say."""
    counted = {number: _totals(rows) for number, rows in _by_group(connection, now, sa.true()).items()}
    columns = [cluster.c[name] for name in ("number", *_TOTALS)]
    kept = {row.number: tuple(row)[1:] for row in connection.execute(sa.select(*columns))}
    return [number for number in counted.keys() | kept.keys() if counted.get(number) != kept.get(number)]


_TOTALS = ("state", "count", "open", "recent", "earlier", "first_seen", "last_seen")


def _refresh(connection: Connection, numbers: Sequence[int], now: datetime, encoder: str | None) -> None:
    counted = _by_group(connection, now, review_item.c.cluster.in_(numbers))
    latest = _latest(connection, numbers)
    known = set(connection.scalars(sa.select(cluster.c.number).where(cluster.c.number.in_(numbers))))
    gone = known - counted.keys()
    if gone:
        connection.execute(sa.delete(cluster).where(cluster.c.number.in_(gone)))
    rows = [_row(number, _totals(counted[number]), latest[number], encoder) for number in sorted(counted)]
    _write(connection, [row for row in rows if row["number"] in known], encoder)
    fresh = [{"encoder": "", **row} for row in rows if row["number"] not in known]
    if fresh:
        connection.execute(sa.insert(cluster), fresh)


def _write(connection: Connection, rows: list[dict[str, Any]], encoder: str | None) -> None:
    """Write the sums of groups that are there."""
    if not rows:
        return
    names = [*_TOTALS, "entry", "nearest", "examples", *(["encoder"] if encoder is not None else [])]
    values = {name: sa.bindparam(f"new_{name}", type_=cluster.c[name].type) for name in names}
    change = sa.update(cluster).where(cluster.c.number == sa.bindparam("new_number")).values(**values)
    connection.execute(change, [{f"new_{name}": value for name, value in row.items()} for row in rows])


def _by_group(connection: Connection, now: datetime, which: sa.ColumnElement[bool]) -> dict[int, list[Row[Any]]]:
    """Count the questions of each group in each state."""
    at, week, fortnight = review_item.c.at, now - _WEEK, now - 2 * _WEEK
    recent = sa.func.sum(sa.case((at >= week, 1), else_=0)).label("recent")
    earlier = sa.func.sum(sa.case((sa.and_(at >= fortnight, at < week), 1), else_=0)).label("earlier")
    columns = (review_item.c.cluster, review_item.c.state, sa.func.count().label("count"), recent, earlier)
    moments = (sa.func.min(at, type_=at.type).label("first_seen"), sa.func.max(at, type_=at.type).label("last_seen"))
    grouped = sa.select(*columns, *moments).where(review_item.c.cluster.is_not(None), which)
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(grouped.group_by(review_item.c.cluster, review_item.c.state)):
        found[row.cluster].append(row)
    return found


def _totals(rows: Sequence[Row[Any]]) -> tuple[Any, ...]:
    """Add up a group's states, in the order of `_TOTALS`."""
    counts = {row.state: int(row._mapping["count"]) for row in rows}
    return (
        state_of(counts.keys()),
        sum(counts.values()),
        counts.get(ItemState.NEW, 0) + counts.get(ItemState.WORKING, 0),
        int(sum(row.recent for row in rows)),
        int(sum(row.earlier for row in rows)),
        min(row.first_seen for row in rows),
        max(row.last_seen for row in rows),
    )


def _latest(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Return the latest questions of each group."""
    order = (review_item.c.at.desc(), review_item.c.id.desc())
    place = sa.func.row_number().over(partition_by=review_item.c.cluster, order_by=order).label("place")
    ranked = sa.select(review_item.c.id, review_item.c.cluster, place).where(review_item.c.cluster.in_(numbers))
    chosen = ranked.subquery()
    words: sa.Select[Any] = sa.select(chosen.c.cluster, chosen.c.id, TEXT.label("text"), question.c.candidates)
    joined = words.select_from(ITEMS.join(chosen, chosen.c.id == review_item.c.id))
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(joined.where(chosen.c.place <= _LOOKED_AT).order_by(chosen.c.place)):
        found[row.cluster].append(row)
    return found


def _row(number: int, totals: tuple[Any, ...], latest: Sequence[Row[Any]], encoder: str | None) -> dict[str, Any]:
    """Return all that is summed up of a group."""
    nearest = list(_nearest(latest))[:_NEAREST]
    row = dict(zip(_TOTALS, totals, strict=True))
    own = {"encoder": encoder} if encoder is not None else {}
    entry = nearest[0]["id"] if nearest else None
    return {"number": number, **row, "entry": entry, "nearest": nearest, "examples": _examples(latest), **own}


def _nearest(latest: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    """Yield the entries that were near, the likeliest first; what was no candidate counts as unlikely."""
    asked = [row.candidates for row in latest if row.candidates]
    sums: dict[str, float] = defaultdict(float)
    for candidates in asked:
        for candidate in candidates:
            sums[candidate["id"]] += candidate["confidence"]
    for name, total in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])):
        if total / len(asked) < NEAR:
            return
        yield {"id": name, "confidence": round(total / len(asked), 4)}


def _examples(latest: Sequence[Row[Any]]) -> list[int]:
    """Return one question for each of the most frequent wordings; of equally frequent ones the latest."""
    first: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for row in latest:
        wording = " ".join((row.text or "").casefold().split())
        first.setdefault(wording, row.id)
        counts[wording] += 1
    return [first[wording] for wording, _ in counts.most_common(EXAMPLES)]
