"""What is done about questions, and taken back; on both engines."""

from datetime import timedelta

import pytest

from bot.drafts import Draft, Step
from bot.given import Given
from bot.review_items import Action, Effect, Filter, ItemState, Order, Why
from bot.store.audit import SqlAudit
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.erasure import erase
from bot.store.review import SqlReview
from bot.store.review_deeds import SqlDeeds
from tests.fakes import NOW
from tests.review_log import asked, log, numbers, regroup

DOG, BIN, CONCERT = "Was kostet ein Hund?", "Wann kommt die Tonne?", "Wer bezahlt Konzerte?"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def groups(store: Database) -> dict[str, int]:
    """Return three groups of questions."""
    log(store, asked(DOG, at=NOW - timedelta(days=9)), asked(DOG), asked(BIN, at=NOW - timedelta(days=1)))
    log(store, asked(CONCERT, at=NOW - timedelta(days=20)), chat="d")
    regroup(store)
    return numbers(store)


def states(store: Database) -> dict[int, ItemState]:
    """Return the state of each group."""
    return {group.number: group.state for group in SqlReview(store).groups(Filter(), most=9)}


def test_a_change_is_taken_back_exactly(store: Database, groups: dict[str, int]) -> None:
    """What each question was before comes back, once; what somebody changed since stays."""
    deeds = SqlDeeds(store)
    deeds.act([groups[BIN]], Action.TAKE, "Emil", NOW)
    change = deeds.act(groups.values(), Action.IGNORE, "Emil", NOW)
    assert change
    assert set(states(store).values()) == {ItemState.IGNORED}
    deeds.act([groups[CONCERT]], Action.REOPEN, "Petra", LATER)
    deeds.act([groups[CONCERT]], Action.DONE, "Petra", LATER)
    assert deeds.undo(change, "Emil", LATER)
    assert not deeds.undo(change, "Emil", LATER)
    assert states(store) == {
        groups[DOG]: ItemState.NEW,
        groups[BIN]: ItemState.WORKING,
        groups[CONCERT]: ItemState.DONE,
    }


@pytest.mark.parametrize("action", [Action.TAKE, Action.IGNORE])
def test_nothing_to_change_is_no_change(store: Database, groups: dict[str, int], action: Action) -> None:
    """It leaves no line in the record."""
    deeds = SqlDeeds(store)
    assert deeds.act([groups[DOG]], Action.REOPEN, "Emil", NOW) is None
    assert deeds.act([groups[DOG]], action, "Emil", NOW)
    assert deeds.act([groups[DOG]], action, "Emil", NOW) is None
    assert SqlAudit(store).count() == 1


def test_what_an_entry_had_as_the_opposite_comes_back_once(store: Database, groups: dict[str, int]) -> None:
    """Unless the change that gave it to the entry is taken back first; the same change twice is one."""
    deeds, dog = SqlDeeds(store), Effect(added=[1], moved=[1])
    first = deeds.act_on(groups[DOG], [1], Action.NEGATIVES, "Emil", NOW, entry="a", effect=Effect(added=[1]))
    assert first
    assert deeds.act_on(groups[DOG], [1], Action.NEGATIVES, "Emil", NOW, entry="a") is None
    second = deeds.act_on(groups[DOG], [1], Action.WORDINGS, "Emil", NOW, entry="a", effect=dog)
    assert second
    taken = deeds.change(second)
    assert taken
    assert (taken.texts, taken.moved) == ((DOG,), (DOG,))
    deeds.undo(first, "Emil", LATER)
    taken = deeds.change(second)
    assert taken
    assert (taken.texts, taken.moved) == ((DOG,), ())


def test_what_entries_got_is_known_until_it_is_taken_back(store: Database, groups: dict[str, int]) -> None:
    """With the words, as long as nobody opened the question again."""
    deeds, drafts = SqlDeeds(store), SqlDrafts(store)
    items = [item for each in SqlReview(store).wordings(groups[BIN]) for item in each.items]
    change = deeds.act_on(groups[BIN], items, Action.WORDINGS, "Emil", NOW, entry="abfuhr", effect=Effect(items))
    assert change
    assert drafts.given(["abfuhr", "hund"]) == (Given(change, Action.WORDINGS, "abfuhr", BIN),)
    assert drafts.given(["hund"]) == ()
    draft = Draft("alt", "neu", "neu")
    drafts.save(draft, instead_of=0, step=Step("Emil", "Entwurf", "", NOW), reopens=[change])
    assert drafts.given(["abfuhr"]) == ()
    assert states(store)[groups[BIN]] is ItemState.NEW


def test_groups_of_an_erased_chat_are_summed_up_at_once(store: Database, groups: dict[str, int]) -> None:
    """Not only when questions are grouped again; one that has no question any more is gone."""
    log(store, asked(BIN), chat="d")
    regroup(store)
    store.write(lambda connection: erase(connection, "c", (), LATER))
    left = {group.number: group.count for group in SqlReview(store).groups(Filter(), most=9)}
    assert left == {groups[CONCERT]: 1, groups[BIN]: 1}


def test_the_record_names_groups_and_no_words(store: Database, groups: dict[str, int]) -> None:
    """It outlives the questions."""
    SqlDeeds(store).act_on(groups[DOG], [1, 2], Action.WORDINGS, "Emil", NOW, entry="beschluss")
    deed = SqlAudit(store).find(most=1)[0]
    said = (deed.who, deed.action, deed.subject)
    assert said == ("Emil", "Auswertung: als Formulierung übernommen", f"Gruppe {groups[DOG]}, Eintrag beschluss")


def test_a_group_that_two_people_change_at_once(store: Database, groups: dict[str, int]) -> None:
    """The second finds nothing left to do; no question is counted twice."""
    deeds = SqlDeeds(store)
    found = [deeds.act([groups[DOG]], Action.DONE, who, NOW) for who in ("Emil", "Petra")]
    assert [change is None for change in found] == [False, True]
    history = SqlReview(store).history(groups[DOG])
    assert [(change.who, change.count, change.undone) for change in history] == [("Emil", 2, False)]


FOUND: list[tuple[Filter, list[str]]] = [
    (Filter(order=Order.OPEN), [DOG, BIN, CONCERT]),
    (Filter(order=Order.LAST), [DOG, BIN, CONCERT]),
    (Filter(order=Order.FIRST), [CONCERT, DOG, BIN]),
    (Filter(order=Order.TREND), [BIN, DOG, CONCERT]),
    (Filter(text="TONNE"), [BIN]),
    (Filter(text="%"), []),
    (Filter(states=(ItemState.DONE,)), []),
    (Filter(why=Why.UNANSWERED, since=NOW - timedelta(days=2)), [DOG, BIN]),
    (Filter(before=NOW - timedelta(days=2)), [CONCERT]),
]


@pytest.mark.parametrize(
    "text",
    ["stras", "schlagloch", "SCHLAGLÖCHER", "schlagloecher", "strassenrand", "Straßenrand", "STRASSE", "fuer ÜBER"],
)
def test_words_are_found_however_they_are_spelt(store: Database, text: str) -> None:
    """As the bot itself understands them."""
    log(store, asked("Wer meldet Schlaglöcher am Straßenrand, für Über?"), asked("Wer kehrt?"))
    regroup(store)
    assert len(SqlReview(store).groups(Filter(text=text), most=9)) == 1


def test_groups_are_found_in_order(store: Database, groups: dict[str, int]) -> None:
    """By each way of sorting and narrowing, and counted alike."""
    review = SqlReview(store)
    for wanted, order in FOUND:
        assert [group.number for group in review.groups(wanted, most=9)] == [groups[text] for text in order], wanted
        assert review.page(wanted, most=1, skip=0)[1] == len(order)
