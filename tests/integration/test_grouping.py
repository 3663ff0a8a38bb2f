"""The review list: what gets into it, and its groups; on both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.effects import Feedback
from bot.review_items import Filter, ItemState, Why
from bot.store.case_drafts import add_case_draft
from bot.store.case_words import forget_words
from bot.store.database import Database
from bot.store.erasure import erase
from bot.store.grouping import SqlGrouping
from bot.store.questions import forget
from bot.store.review import SqlReview
from bot.store.tables import ticket
from intents.decision import Candidate, DecisionKind, Embedding
from tests.fakes import NOW
from tests.review_log import asked, log, numbers, rate, regroup, rows

DAY = timedelta(days=1)
DOG, DOG_TOO, BIN = "Was kostet ein Hund?", "was kostet ein hund", "Wann kommt die Tonne?"
ANSWERED: dict[str, Any] = {"decision": DecisionKind.ANSWER, "confidence": 0.95}
SURE = {**ANSWERED, "candidates": (Candidate("beschluss", 0.95),)}
NEAR = {**ANSWERED, "confidence": 0.9, "candidates": (Candidate("beschluss", 0.9), Candidate("begleitung", 0.1))}


def whys(store: Database) -> dict[object, object]:
    """Return why each wording is in the list."""
    return dict(rows(store, "SELECT text, why FROM question JOIN review_item ON question_id = question.id"))


def closed_case(store: Database, number: int = 7, chat: str | None = None) -> None:
    """Write down a case that was closed just now."""
    blank = {"topic": "none", "topic_gen": 0, "clerk": "", "theme": "", "department": "", "close_reason": ""}
    flags = {"closed_by": "staff", "barred": False, "hinted": [], "version": 1, "state": "closed"}
    row = {
        "number": number,
        "key": f"k{number}",
        "chat_key": chat,
        "opened_at": NOW,
        "closed_at": NOW,
        **blank,
        **flags,
    }
    store.write(lambda connection: connection.execute(sa.insert(ticket).values(**row)))


def test_the_list_holds_what_went_wrong(store: Database) -> None:
    """Answered for sure, small talk and kept without words: not in it."""
    log(
        store,
        asked("offen"),
        asked("klar", **SURE),
        asked("knapp", **NEAR),
        asked("weiter", decision=DecisionKind.REDIRECT, entry="dienste"),
        asked("zurückgefragt", decision=DecisionKind.CLARIFY),
        asked("moin", decision=DecisionKind.SMALLTALK),
        replace(asked("weg"), text=None, embedding=None, lemmas=None),
    )
    assert regroup(store)[0] == 4
    wanted = {"offen": Why.UNANSWERED, "knapp": Why.UNSURE, "weiter": Why.OUTSIDE, "zurückgefragt": Why.UNPICKED}
    assert whys(store) == wanted
    assert regroup(store) == (0, 0)


def test_what_citizens_say_later_counts(store: Database) -> None:
    """A thumb down brings an answer into the list; a picked choice takes a question out of it."""
    log(store, asked("klar", **SURE), *(asked(f"rück{n}", decision=DecisionKind.CLARIFY) for n in range(2)))
    regroup(store)
    rate(store, 1, Feedback.WRONG)
    rate(store, 2, Feedback.PICKED)
    rate(store, 3, Feedback.NONE)
    regroup(store)
    assert whys(store) == {"klar": Why.WRONG, "rück1": Why.NONE}


def test_the_same_question_is_one_group_and_stays_it(store: Database) -> None:
    """New questions join; the numbers of groups do not change."""
    log(store, asked(DOG), asked(BIN))
    regroup(store)
    before = numbers(store)
    log(store, asked(DOG_TOO), asked("Wer bezahlt Konzerte?"))
    assert regroup(store) == (2, 2)
    after = numbers(store)
    assert before.items() <= after.items()
    assert after[DOG_TOO] == after[DOG] != after[BIN]
    assert len(set(after.values())) == 3


def test_a_group_knows_its_sums(store: Database) -> None:
    """Count, trend, first and last seen, examples, nearest entries on average."""
    near = (Candidate("begleitung", 0.7), Candidate("beschluss", 0.2))
    log(
        store,
        asked(DOG, at=NOW - 20 * DAY),
        asked(DOG, at=NOW - 9 * DAY),
        asked(DOG_TOO, at=NOW - 2 * DAY, candidates=near),
        asked(DOG, at=NOW - DAY),
    )
    regroup(store)
    found = SqlReview(store).group(numbers(store)[DOG])
    assert found
    assert (found.count, found.open, found.recent, found.earlier, found.state) == (4, 4, 2, 1, ItemState.NEW)
    assert (found.first_seen, found.last_seen) == (NOW - 20 * DAY, NOW - DAY)
    assert found.examples == (DOG, DOG_TOO)
    assert found.whys == {Why.UNANSWERED: 4}
    assert [(near.entry, round(near.confidence, 3)) for near in found.nearest] == [
        ("beschluss", 0.275),
        ("begleitung", 0.25),
    ]


def test_the_trend_grows_old(store: Database) -> None:
    """Without a new question the next run still counts the weeks anew."""
    log(store, asked(DOG))
    regroup(store)
    regroup(store, NOW + 8 * DAY)
    found = SqlReview(store).group(numbers(store)[DOG])
    assert found
    assert (found.recent, found.earlier) == (0, 1)


def test_questions_without_a_meaning_get_one(store: Database) -> None:
    """Redacted ones have none, and those of another encoder none that can be compared."""
    log(store, replace(asked(DOG), embedding=None, lemmas=None), replace(asked(BIN), embedding=Embedding("alt", b"12")))
    log(store, asked(DOG_TOO), chat="d")
    regroup(store)
    assert numbers(store)[DOG] == numbers(store)[DOG_TOO]
    assert set(rows(store, "SELECT encoder, lemmas IS NULL FROM question")) == {("fake", False)}


def test_another_encoder_groups_all_anew(store: Database) -> None:
    """The groups keep their numbers where they stay much the same."""
    log(store, asked(DOG), asked(DOG_TOO), asked(BIN))
    regroup(store)
    before = numbers(store)
    store.write(lambda c: c.execute(sa.text("UPDATE question SET encoder = 'alt', embedding = embedding")))
    store.write(lambda c: c.execute(sa.text("UPDATE cluster SET encoder = 'alt'")))
    log(store, asked("Was kostet ein Hund hier?"))
    regroup(store)
    assert before.items() <= numbers(store).items()
    assert set(rows(store, "SELECT encoder FROM question UNION SELECT encoder FROM cluster")) == {("fake",)}


def test_a_run_that_breaks_off_is_carried_on(store: Database) -> None:
    """Whatever was written, the next run ends where an unbroken one does."""
    texts = [DOG, BIN, DOG_TOO, "Wer bezahlt Konzerte?"]
    log(store, *map(asked, texts))
    SqlGrouping(store).collect()
    store.write(lambda c: c.execute(sa.text("UPDATE review_item SET cluster = 1 WHERE question_id = 1")))
    store.write(lambda c: c.execute(sa.text("INSERT INTO counter (name, value) VALUES ('cluster', 4)")))
    regroup(store)
    found = numbers(store)
    assert found[DOG] == found[DOG_TOO] == 1
    assert len(set(found.values())) == 3
    assert SqlReview(store).page(Filter(), most=9, skip=0)[1] == 3


def test_grouping_is_due_when_something_came(store: Database) -> None:
    """Not before, and not after."""
    grouping = SqlGrouping(store)
    assert not grouping.is_due()
    log(store, asked("klar", **SURE))
    assert grouping.is_due()
    regroup(store)
    assert not grouping.is_due()


# ------------------------------------------------------------------ drafts from cases


def test_a_closed_case_becomes_a_draft_once(store: Database) -> None:
    """Both texts are redacted; it stands among the questions that ask the same."""
    closed_case(store)
    log(store, asked(DOG))

    def add(connection: sa.Connection) -> bool:
        return add_case_draft(connection, 7, DOG, "108 Euro, Fragen an 0171 1234567", NOW)

    assert store.write(add)
    assert not store.write(add)
    regroup(store)
    found = SqlReview(store).wordings(numbers(store)[DOG])
    assert [(one.text, one.count, one.case, one.answer) for one in found] == [
        (DOG, 2, 7, "108 Euro, Fragen an [Telefon]")
    ]


# ------------------------------------------------------------------ words that go


def erase_all(store: Database) -> None:
    """The citizen wants to be forgotten."""
    store.write(lambda connection: erase(connection, "c", (), NOW))


def wait_long(store: Database) -> None:
    """The retention time passes."""
    forget(store, now=NOW + 40 * DAY, before=NOW + 10 * DAY)
    store.write(lambda connection: forget_words(connection, NOW + 10 * DAY))


@pytest.mark.parametrize("gone", [erase_all, wait_long])
def test_words_go_from_the_review_as_from_the_log(store: Database, gone: Callable[[Database], None]) -> None:
    """With them the items, and the group: with a chat at once, by time with the next run; what others asked stays."""
    log(store, asked(DOG))
    log(store, asked(BIN, at=NOW + 20 * DAY), chat="d")
    closed_case(store, chat="c")
    store.write(lambda connection: add_case_draft(connection, 7, "Was kostet ein Hund mich?", "Viel.", NOW))
    regroup(store)
    review = SqlReview(store)
    number = numbers(store)[DOG]
    gone(store)
    found = review.group(number)
    assert (found is None) == (gone is erase_all)
    assert (found.examples if found else (), review.wordings(number), review.history(number)) == ((), [], [])
    everything = [
        str(rows(store, f"SELECT * FROM {name}")) for name in ("question", "review_item", "case_draft", "cluster")
    ]
    assert not any("Hund" in each or "hund" in each for each in everything)
    regroup(store)
    assert review.group(number) is None
    assert review.page(Filter(), most=9, skip=0)[1] == 1
