"""What the staff do about questions: each deed is written down with what was before, and can be taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.given import Given
from bot.review_items import ACTION_WORDS, AFTER, NO_EFFECT, Action, Effect, ItemState
from bot.store.audit import note
from bot.store.database import Database
from bot.store.review_sums import ITEMS, TEXT, refresh
from bot.store.review_tables import cluster, review_change, review_item, review_step

_OPEN = (ItemState.NEW, ItemState.WORKING)
_FROM: dict[Action, tuple[ItemState, ...]] = {
    Action.TAKE: (ItemState.NEW,),
    Action.REOPEN: (ItemState.WORKING, ItemState.DONE, ItemState.IGNORED),
}
"""The states that an action changes; others change what is open."""


@dataclass(frozen=True)
class Taken:
    """What was taken back: an action, and the wordings that it had added to an entry."""

    action: Action
    entry: str | None
    texts: tuple[str, ...]
    moved: tuple[str, ...] = ()
    """Those that the entry had as the opposite before."""


class SqlDeeds:
    """Changes the review list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def act(self, groups: Collection[int], action: Action, who: str, now: datetime) -> int | None:
        """Do something about the questions of groups; return the number of the change, None when there was none."""
        states = _FROM.get(action, _OPEN)
        chosen = review_item.c.cluster.in_(groups) & review_item.c.state.in_(states)
        return self._database.write(lambda connection: _act(connection, chosen, action, who, now))

    def act_on(
        self,
        group: int,
        items: Collection[int],
        action: Action,
        who: str,
        now: datetime,
        *,
        entry: str | None = None,
        effect: Effect = NO_EFFECT,
    ) -> int | None:
        """Do something about some questions of a group; `effect` is what an entry got by it."""
        chosen = (review_item.c.cluster == group) & review_item.c.id.in_(items)
        return self._database.write(lambda c: _act(c, chosen, action, who, now, entry=entry, effect=effect))

    def change(self, number: int) -> Taken | None:
        """Return what would be taken back; None when there is nothing to take back any more."""
        return self._database.read(lambda connection: _taken(connection, number))

    def undo(self, number: int, who: str, now: datetime) -> bool:
        """Take a change back; what somebody changed since stays as it is. Return False when that was done before."""
        return self._database.write(lambda connection: take_back(connection, number, who, now))


def _act(
    connection: Connection,
    chosen: sa.ColumnElement[bool],
    action: Action,
    who: str,
    now: datetime,
    *,
    entry: str | None = None,
    effect: Effect = NO_EFFECT,
) -> int | None:
    """Change the state of items, and write down what it was."""
    columns = (review_item.c.id, review_item.c.cluster, review_item.c.state)
    wanted: sa.Select[Any] = sa.select(*columns).where(chosen)
    wanted = wanted.order_by(review_item.c.id).with_for_update()  # two people at once must not wait for each other
    rows = connection.execute(wanted).all()
    if not _changes(action, rows, effect):
        return None
    head = {"at": now, "who": who, "action": action, "entry": entry, "undone_at": None}
    change = int(connection.execute(sa.insert(review_change).values(**head).returning(review_change.c.id)).scalar_one())
    steps = [_step(change, row, AFTER[action], effect) for row in rows]
    connection.execute(sa.insert(review_step), steps)
    _set_states(connection, [(row.id, AFTER[action]) for row in rows])
    touched = {row.cluster for row in rows if row.cluster}
    _touch(connection, touched, who, now)
    note(connection, who, f"Auswertung: {ACTION_WORDS[action]}", _subject(touched, entry), now)
    return change


def _changes(action: Action, rows: Sequence[Row[Any]], effect: Effect) -> bool:
    """Say whether something becomes other than it is; giving an entry once more what it has does not."""
    is_again = action is not Action.ENTRY and not effect.added and not effect.moved
    return any(not is_again or row.state != AFTER[action] for row in rows)


def _step(change: int, row: Row[Any], after: ItemState, effect: Effect) -> dict[str, Any]:
    ids = {"change_id": change, "item_id": row.id, "cluster": row.cluster}
    given = {"added": row.id in effect.added, "moved": row.id in effect.moved}
    return {**ids, "before": row.state, "after": after, **given}


def _set_states(connection: Connection, pairs: Sequence[tuple[int, str]]) -> None:
    """Write the states of items."""
    change = sa.update(review_item).where(review_item.c.id == sa.bindparam("item")).values(state=sa.bindparam("now"))
    if pairs:
        connection.execute(change, [{"item": item, "now": state} for item, state in pairs])


def _touch(connection: Connection, groups: Collection[int], who: str, now: datetime) -> None:
    """Sum up groups anew, and write down who changed them last."""
    refresh(connection, groups, now)
    mine = sa.update(cluster).where(cluster.c.number.in_(groups))
    connection.execute(mine.values(changed_at=now, changed_by=who))


def _subject(groups: Collection[int], entry: str | None) -> str:
    """Return what was changed, as the record names it."""
    named = ", ".join(map(str, sorted(groups)[:10]))
    more = f" und {len(groups) - 10} weitere" if len(groups) > 10 else ""
    return f"Gruppe {named}{more}" + (f", Eintrag {entry}" if entry else "")


def _taken(connection: Connection, number: int) -> Taken | None:
    open_ = (review_change.c.id == number) & review_change.c.undone_at.is_(None)
    head = connection.execute(sa.select(review_change).where(open_)).one_or_none()
    if head is None:
        return None
    columns = (TEXT.label("text"), review_step.c.added, review_step.c.moved)
    query = sa.select(*columns).select_from(ITEMS.join(review_step, review_step.c.item_id == review_item.c.id))
    rows = [row for row in connection.execute(query.where(review_step.c.change_id == number)) if row.text]
    added = tuple(dict.fromkeys(row.text for row in rows if row.added))
    return Taken(Action(head.action), head.entry, added, tuple(dict.fromkeys(row.text for row in rows if row.moved)))


def given_to(connection: Connection, entries: Collection[str]) -> list[Given]:
    """Return the words that entries got, or were made of, as far as their questions are as they were left then."""
    columns = (review_change.c.id, review_change.c.action, review_change.c.entry, TEXT.label("text"))
    steps = ITEMS.join(review_step, review_step.c.item_id == review_item.c.id)
    query = (
        sa.select(*columns)
        .select_from(steps.join(review_change))
        .where(
            review_change.c.entry.in_(entries),
            review_change.c.undone_at.is_(None),
            review_change.c.action.in_((Action.WORDINGS, Action.NEGATIVES, Action.ENTRY)),
            review_step.c.after == review_item.c.state,
            TEXT.is_not(None),
        )
    )
    rows = connection.execute(query.order_by(review_change.c.id.desc()))
    return [Given(row.id, Action(row.action), row.entry, row.text) for row in rows]


def take_back(connection: Connection, number: int, who: str, now: datetime) -> bool:
    """Take a change back within a unit of work; return False when that was done before."""
    open_ = (review_change.c.id == number) & review_change.c.undone_at.is_(None)
    head = sa.update(review_change).where(open_).values(undone_at=now).returning(review_change.c.action)
    action = connection.execute(head).scalar_one_or_none()
    if action is None:
        return False
    same = (review_step.c.item_id == review_item.c.id) & (review_step.c.after == review_item.c.state)
    query = sa.select(review_item.c.id, review_item.c.cluster, review_step.c.before).join(review_step, same)
    rows = connection.execute(query.where(review_step.c.change_id == number)).all()
    _set_states(connection, [(row.id, row.before) for row in rows])
    _forget_moves(connection, number)
    touched = {row.cluster for row in rows if row.cluster}
    _touch(connection, touched, who, now)
    note(connection, who, f"Auswertung zurückgenommen: {ACTION_WORDS[Action(action)]}", _subject(touched, None), now)
    return True


def _forget_moves(connection: Connection, number: int) -> None:
    """See to it that no later change, taken back as well, brings back what this one had given to an entry."""
    entry = sa.select(review_change.c.entry).where(review_change.c.id == number).scalar_subquery()
    items = sa.select(review_step.c.item_id).where(review_step.c.change_id == number, review_step.c.added)
    later = sa.select(review_change.c.id).where(review_change.c.id > number, review_change.c.entry == entry)
    mine = review_step.c.change_id.in_(later) & review_step.c.item_id.in_(items)
    connection.execute(sa.update(review_step).where(mine).values(moved=False))
