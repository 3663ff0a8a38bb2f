"""The review list in the database: reading it, acting on it, and taking that back."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.review_items import NEAR, Action, Change, Filter, Group, ItemState, Near, Order, Why, Wording
from bot.store.database import Database
from bot.store.review_sums import ITEMS, TEXT
from bot.store.review_tables import case_draft, cluster, review_change, review_item, review_step
from bot.store.tables import question

_LOOKED_AT = 2000
"""Latest questions of a group whose wordings are shown."""
_HISTORY = 50
_SPELLINGS = tuple(
    {"ä": f"a{e}", "Ä": f"a{e}", "ö": f"o{e}", "Ö": f"o{e}", "ü": f"u{e}", "Ü": f"u{e}", "ß": "ss", "ẞ": "ss"}
    for e in ("e", "")
)
"""How umlauts are written without their signs."""

_SPELLED = re.compile(r"[aou]e?|s+|[^\x00-\x7f]|[%_/]", re.IGNORECASE)
"""What may stand there in other letters; and what means something in a pattern."""

_ORDERS: dict[Order, tuple[sa.ColumnElement[Any], ...]] = {
    Order.OPEN: (cluster.c.open.desc(), cluster.c.last_seen.desc()),
    Order.COUNT: (cluster.c.count.desc(), cluster.c.last_seen.desc()),
    Order.TREND: ((cluster.c.recent - cluster.c.earlier).desc(), cluster.c.last_seen.desc()),
    Order.LAST: (cluster.c.last_seen.desc(),),
    Order.FIRST: (cluster.c.first_seen.asc(),),
}


class SqlReview:
    """What the staff see of the review list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self, wanted: Filter, *, most: int, skip: int = 0) -> list[Group]:
        """Return some of the wanted groups, in their order."""
        return self.page(wanted, most=most, skip=skip)[0]

    def page(self, wanted: Filter, *, most: int, skip: int) -> tuple[list[Group], int]:
        """Return some of the wanted groups, and how many there are; both by one search."""
        total = sa.func.count().over().label("total")
        order = (*_ORDERS[wanted.order], cluster.c.number)
        query = sa.select(cluster, total).where(*_conditions(wanted)).order_by(*order).limit(most).offset(skip)

        def work(connection: Connection) -> tuple[list[Group], int]:
            rows = connection.execute(query).all()
            return _groups(connection, rows), int(rows[0].total) if rows else 0

        return self._database.read(work)

    def group(self, number: int) -> Group | None:
        """Return one group."""
        query = sa.select(cluster).where(cluster.c.number == number)
        counted = sa.select(review_item.c.why, sa.func.count()).where(review_item.c.cluster == number)

        def work(connection: Connection) -> Group | None:
            whys = {Why(row[0]): int(row[1]) for row in connection.execute(counted.group_by(review_item.c.why))}
            found = _groups(connection, connection.execute(query).all(), whys)
            return found[0] if found else None

        return self._database.read(work)

    def wordings(self, number: int) -> list[Wording]:
        """Return what was asked in a group, the most frequent wording first."""
        columns = [review_item.c[name] for name in ("id", "at", "state", "why", "draft")]
        query: sa.Select[Any] = sa.select(*columns, TEXT.label("text"), case_draft.c.answer).select_from(ITEMS)
        mine = query.where(review_item.c.cluster == number).order_by(review_item.c.at.desc(), review_item.c.id.desc())
        rows = self._database.read(lambda connection: connection.execute(mine.limit(_LOOKED_AT)).all())
        return _wordings(rows)

    def texts(self, number: int, items: Collection[int]) -> dict[int, str]:
        """Return the words of some items of a group."""
        query = sa.select(review_item.c.id, TEXT).select_from(ITEMS)
        mine = query.where(review_item.c.cluster == number, review_item.c.id.in_(items))
        rows = self._database.read(lambda connection: connection.execute(mine).all())
        return {row[0]: row[1] for row in rows if row[1]}

    def questions(self, number: int) -> tuple[int, ...]:
        """Return the ids of the logged questions in a group."""
        query = sa.select(review_item.c.question_id).where(
            review_item.c.cluster == number, review_item.c.question_id.is_not(None)
        )
        return tuple(self._database.read(lambda connection: list(connection.scalars(query))))

    def history(self, number: int) -> list[Change]:
        """Return what was done about a group, the latest first."""
        counted = (
            sa.select(review_step.c.change_id, sa.func.count().label("count"))
            .where(review_step.c.cluster == number)
            .group_by(review_step.c.change_id)
            .subquery()
        )
        joined = sa.select(review_change, counted.c.count).join(counted, counted.c.change_id == review_change.c.id)
        query = joined.order_by(review_change.c.id.desc()).limit(_HISTORY)
        return [_change(row) for row in self._database.read(lambda connection: connection.execute(query).all())]


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    """Return what a wanted group fulfils."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        found.append(cluster.c.state.in_(wanted.states))
    if wanted.why:
        found.append(sa.exists().where(review_item.c.why == wanted.why, review_item.c.cluster == cluster.c.number))
    if wanted.entry:
        found.append(cluster.c.entry == wanted.entry)
    if wanted.since:
        found.append(cluster.c.last_seen >= wanted.since)
    if wanted.before:
        found.append(cluster.c.last_seen < wanted.before)
    if wanted.text:
        found.append(cluster.c.number.in_(_holding(wanted.text)))
    return found


def _holding(text: str) -> sa.CompoundSelect[Any]:
    """Select the groups in which somebody wrote a text, with umlauts as they are, as ae, or as a."""
    asked, drafted = _holds(question.c.text, text), _holds(case_draft.c.question, text)
    return sa.union_all(
        sa.select(review_item.c.cluster).join(question, review_item.c.question_id == question.c.id).where(asked),
        sa.select(review_item.c.cluster).join(case_draft, review_item.c.draft == case_draft.c.number).where(drafted),
    )


def _holds(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    """Say whether a column holds a text; capital umlauts are their own signs to SQLite.

    Most rows are sorted out by the letters that every spelling has, before the many replacements are made in the rest.
    """
    return sa.and_(column.ilike(f"%{_SPELLED.sub(_as_pattern, text)}%", escape="/"), _spelled(column, text))


def _as_pattern(found: re.Match[str]) -> str:
    return f"/{found[0]}" if found[0] in "%_/" else "%"


def _spelled(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    found = []
    for spelling in _SPELLINGS:
        plain, wanted = column, {_small(each) for each in (text, text.lower(), text.capitalize())}
        for sign, letters in spelling.items():
            plain, wanted = sa.func.replace(plain, sign, letters), {each.replace(sign, letters) for each in wanted}
        found += [plain.icontains(each, autoescape=True) for each in wanted]
    return sa.or_(*found)


def _small(text: str) -> str:
    """Write A to Z small, as a database does that compares without upper and lower case."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def _groups(connection: Connection, rows: Sequence[Row[Any]], whys: dict[Why, int] | None = None) -> list[Group]:
    """Return rows as values, with the words of their examples."""
    ids = {item for row in rows for item in row.examples}
    query = sa.select(review_item.c.id, TEXT).select_from(ITEMS).where(review_item.c.id.in_(ids))
    words = {row[0]: row[1] for row in connection.execute(query)} if ids else {}
    return [_group(row, words, whys or {}) for row in rows]


def _group(row: Row[Any], words: dict[int, str | None], whys: dict[Why, int]) -> Group:
    names = ("number", "count", "open", "recent", "earlier", "first_seen", "last_seen", "changed_at", "changed_by")
    return Group(
        **{name: row._mapping[name] for name in names},
        state=ItemState(row.state),
        nearest=tuple(Near(each["id"], each["confidence"]) for each in row.nearest if each["confidence"] >= NEAR),
        examples=tuple(text for item in row.examples if (text := words.get(item))),
        whys=whys,
    )


def _wordings(rows: Sequence[Row[Any]]) -> list[Wording]:
    """Put the questions with the same words together."""
    same: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.text and row.text.strip():
            same[" ".join(row.text.casefold().split())].append(row)
    found = [_wording(group) for group in same.values()]
    return sorted(found, key=lambda each: (-each.count, -each.last_seen.timestamp(), each.text))


def _wording(rows: Sequence[Row[Any]]) -> Wording:
    return Wording(
        items=tuple(row.id for row in rows),
        text=" ".join(rows[0].text.split()),
        count=len(rows),
        last_seen=rows[0].at,
        states=tuple(ItemState(state) for state, _ in Counter(row.state for row in rows).most_common()),
        whys=tuple(Why(why) for why, _ in Counter(row.why for row in rows).most_common()),
        answer=next((row.answer for row in rows if row.answer), None),
        case=next((row.draft for row in rows if row.draft), None),
    )


def _change(row: Row[Any]) -> Change:
    count, undone = int(row._mapping["count"]), row.undone_at is not None
    return Change(row.id, row.at, row.who, Action(row.action), row.entry, count, undone)
