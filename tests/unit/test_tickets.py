"""What may happen to a case, without store, Telegram or time of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import relaying, tickets, upkeep
from bot.always import AlwaysOpen
from bot.case_rules import Author, Rules
from bot.case_steps import Draft, Effect, Erase, Forum, Jot, Later, Pass, Revise, Step, Tell
from bot.cases import Case, CaseState, DueKind, Folder, Link, LinkState, Side, TopicState
from tests.fakes import NOW

RULES = Rules(AlwaysOpen(), reply_within=2.0)
CASE = Case(7, "c", NOW, topic=TopicState.THERE, thread=70, card=71)
TAKEN = replace(CASE, state=CaseState.ASSIGNED, assignee="p", clerk="Anna")
CLOSED = replace(TAKEN, state=CaseState.CLOSED, closed_at=NOW, closed_by="staff")
ERASED = replace(CLOSED, chat=None)
ANNA, TEAM = Author("p", "Anna"), Author(None, "Team")


def link(
    side: Side = Side.STAFF,
    state: LinkState = LinkState.SENT,
    text: str = "Hallo",
    *,
    spoken: bool = False,
    edit_failed: bool = False,
) -> Link:
    """Return something that was written."""
    return Link(1, 7, side, 5, state, NOW, copy=50, text=text, spoken=spoken, edit_failed=edit_failed)


def told(step: Step, to: Side = Side.STAFF) -> list[str]:
    """Return which texts one side reads."""
    return [effect.key for effect in step.effects if isinstance(effect, Tell) and effect.to is to]


def of_kind(step: Step, kind: type[Effect]) -> list[Effect]:
    """Return the effects of a kind."""
    return [effect for effect in step.effects if isinstance(effect, kind)]


# ------------------------------------------------------------------ beginning and end


def test_a_promise_heeds_who_waits_ahead() -> None:
    """Nothing is promised while somebody waits longer than was promised to them."""
    in_time = replace(CASE, promised_at=NOW + timedelta(minutes=1))
    assert tickets.open_case(CASE, [in_time], RULES).case.promised_at == NOW + timedelta(hours=2)
    late = tickets.open_case(CASE, [in_time, replace(CASE, promised_at=NOW)], RULES)
    assert late.case.promised_at is None
    assert DueKind.LATE not in [due.kind for due in late.effects if isinstance(due, Later)]
    assert dict(next(e for e in late.effects if isinstance(e, Tell)).values)["platz"] == "3"


def test_what_is_over_stays_over() -> None:
    """A second end, a rating twice, an end of nothing change nothing."""
    assert tickets.close(CLOSED, Side.STAFF, NOW) == Step(CLOSED)
    rated = tickets.rate(CLOSED, 3, NOW).case
    assert tickets.rate(rated, 1, NOW) == Step(rated)
    assert tickets.rate(TAKEN, 3, NOW) == Step(TAKEN)
    assert tickets.settle(replace(rated, solved=True), solved=False, now=NOW).case.solved is True


def test_a_case_without_a_place_gets_a_new_one_when_it_goes_on() -> None:
    """The group moved while it was closed; otherwise its topic is opened again."""
    lost = replace(CLOSED, topic=TopicState.UNKNOWN, thread=None, card=None)
    assert of_kind(tickets.reopen(lost, Side.STAFF, NOW, RULES), Forum.Open) == [Forum.Open(continued=True)]
    assert of_kind(tickets.reopen(CLOSED, Side.STAFF, NOW, RULES), Forum.Reopen) == [Forum.Reopen()]


@pytest.mark.parametrize(
    ("change", "reopens"),
    [({}, True), ({"rating": 3}, False), ({"closed_by": "citizen"}, False), ({"closed_at": None}, False)],
)
def test_late_words_belong_to_a_case_that_staff_closed(change: dict[str, object], reopens: bool) -> None:
    """For a day, unless the citizen rated it or left by themselves."""
    case = replace(CLOSED, **change)  # type: ignore[arg-type]
    assert tickets.is_reopenable(case, NOW + timedelta(hours=23)) is reopens
    assert not tickets.is_reopenable(case, NOW + timedelta(hours=25))


def test_erasing_takes_the_topic_or_every_message() -> None:
    """In parts that Telegram takes."""
    assert tickets.erase(Folder(CASE)).effects == (Forum.Delete(70),)
    nowhere = replace(CASE, thread=None, topic=TopicState.NONE)
    many = tuple(replace(link(Side.NOTE), message=number) for number in range(100, 220))
    parts = tickets.erase(Folder(nowhere, (link(Side.CITIZEN), *many))).effects
    assert [len(part.messages) for part in parts if isinstance(part, Erase)] == [100, 22]
    assert isinstance(parts[0], Erase)
    assert parts[0].messages[:3] == (50, 71, 100)


@pytest.mark.parametrize(
    ("one", "stays"),
    [
        (link(Side.CITIZEN), False),
        (replace(link(Side.CITIZEN), copy=None), True),
        (replace(link(Side.CITIZEN, LinkState.UNKNOWN), copy=None), True),
        (replace(link(Side.CITIZEN, LinkState.FAILED), copy=None), False),
        (replace(link(), message=-5), True),
    ],
)
def test_the_group_hears_of_what_cannot_be_found_to_be_erased(one: Link, *, stays: bool) -> None:
    """It stood there before the group moved, or as parts of an album that nobody can tell apart; others go."""
    step = tickets.erase(Folder(replace(CASE, thread=None, topic=TopicState.NONE), (one,)))
    assert told(step) == (["erase_failed"] if stays else [])
    deleted = [number for effect in of_kind(step, Erase) if isinstance(effect, Erase) for number in effect.messages]
    assert min(deleted) > 0


def test_where_the_topic_went_in_time_nothing_is_left_to_erase() -> None:
    """Nobody is asked to do by hand what is done; words that are still there may stand somewhere."""
    gone = replace(CLOSED, thread=None, card=None, topic=TopicState.UNKNOWN)
    assert tickets.erase(Folder(gone, (replace(link(), text=None),))).effects == ()
    assert of_kind(tickets.erase(Folder(gone, (link(),))), Erase) == [Erase((5,))]


# ------------------------------------------------------------------ drafts


def test_a_draft_has_the_first_question_and_all_answers() -> None:
    """Without what was not delivered, notes, and what stands for pictures."""
    written = (
        link(Side.CITIZEN, text="[Bild]"),
        link(Side.CITIZEN, text="[Bild] Wie hoch?"),
        link(text="1,50 m"),
        link(text="Unsinn", state=LinkState.TAKEN),
        link(Side.NOTE, LinkState.NOTE, "schwierig"),
        link(text="[Datei] Plan"),
    )
    assert Draft("Wie hoch?", "1,50 m\n\nPlan") in tickets.draft(Folder(CLOSED, written)).effects


def test_a_draft_may_begin_with_the_question_to_the_bot() -> None:
    """Where the citizen asked nothing else."""
    asked = replace(CLOSED, summary="- «Zaun?» – keine Antwort\n- «Höhe «des» Zauns?» – keine Antwort")
    assert Draft("Höhe «des» Zauns?", "1,50 m") in tickets.draft(Folder(asked, (link(text="1,50 m"),))).effects
    assert told(tickets.draft(Folder(asked))) == ["no_draft"]
    assert told(tickets.draft(Folder(TAKEN, (link(),)))) == ["no_draft_open"]


# ------------------------------------------------------------------ what is written


def test_nothing_is_passed_on_in_a_closed_case() -> None:
    """Of neither side; the clerk is told."""
    said = Pass(Side.STAFF, (5,), "Hallo")
    for rules in (RULES, replace(RULES, relay_all=True)):
        step = relaying.answer(CLOSED, ANNA, said, NOW, rules)
        assert (told(step), of_kind(step, Pass)) == (["not_sent_closed"], [])
    assert relaying.hear(CLOSED, replace(said, origin=Side.CITIZEN), 0, NOW).effects == ()
    assert of_kind(relaying.send_again(CLOSED, [link(state=LinkState.FAILED)], ANNA), Pass) == []


def test_the_team_is_nobody_in_particular() -> None:
    """An anonymous administrator speaks for a case that the team took, not for one of Anna's."""
    said = Pass(Side.STAFF, (5,), "Hallo")
    assert told(relaying.answer(TAKEN, TEAM, said, NOW, RULES)) == ["not_sent_other"]
    taken = tickets.take(CASE, TEAM, NOW).case
    assert of_kind(relaying.answer(taken, TEAM, said, NOW, RULES), Pass) == [said]


def test_nothing_is_noted_about_somebody_who_is_gone() -> None:
    """The clerk is told why."""
    step = relaying.jot(ERASED, 5, "war schwierig", ANNA)
    assert (told(step), of_kind(step, Jot)) == (["is_erased"], [])


def test_changes_go_where_there_is_something_to_change() -> None:
    """What failed goes out anew with a citizen's change; a clerk hears that theirs stays inside."""
    theirs = relaying.revise(TAKEN, _revision(link(Side.CITIZEN, LinkState.FAILED)))
    assert of_kind(theirs, Pass) == [Pass(Side.CITIZEN, (5,), "neu")]
    for one in (link(state=LinkState.FAILED), link(spoken=True)):
        assert told(relaying.revise(TAKEN, _revision(one))) == ["edit_not_sent"]
    assert relaying.revise(CLOSED, _revision(link(Side.CITIZEN))).effects == ()


def _revision(one: Link) -> Revise:
    return Revise(one, "neu")


# ------------------------------------------------------------------ what time and Telegram bring


def test_failures_are_told_by_what_failed() -> None:
    """Words of either side, changes of either side; a message that failed with its change is told once."""
    lost = (link(state=LinkState.FAILED, edit_failed=True), link(state=LinkState.UNKNOWN), link(edit_failed=True))
    own = [replace(one, message=number) for number, one in enumerate(lost)]
    assert told(upkeep.fail(TAKEN, own, is_blocked=False)) == ["failed", "uncertain", "edit_not_sent"]
    theirs = [link(Side.CITIZEN, LinkState.FAILED), link(Side.CITIZEN, edit_failed=True)]
    step = upkeep.fail(TAKEN, theirs, is_blocked=False)
    assert (told(step), told(step, Side.CITIZEN)) == (["change_lost"], ["lost"])
    assert told(upkeep.fail(TAKEN, own, is_blocked=True)) == ["failed_blocked"]
    doubtful = upkeep.fail(TAKEN, [link(Side.CITIZEN, LinkState.UNKNOWN)], is_blocked=False)
    assert (told(doubtful), told(doubtful, Side.CITIZEN)) == ([], ["perhaps_lost"])


def test_a_topic_for_somebody_who_is_gone_is_deleted() -> None:
    """It came after the erasure."""
    assert upkeep.find_topic(replace(ERASED, thread=None), 80).effects == (Forum.Delete(80),)
    assert upkeep.find_topic(CASE, 80).effects == (Forum.Close(80),)
    assert upkeep.find_topic(CASE, 70).effects == ()


def test_a_late_topic_is_told_once() -> None:
    """At the second attempt; a topic that was there and is gone needs no word to the citizen."""
    opening = replace(CASE, topic=TopicState.UNKNOWN, thread=None, card=None)
    again = upkeep.renew_topic(opening)
    assert told(again, Side.CITIZEN) == ["delayed"]
    assert told(upkeep.renew_topic(again.case), Side.CITIZEN) == []
    assert told(upkeep.renew_topic(CASE), Side.CITIZEN) == []


def test_of_a_case_that_was_answered_nobody_hears_that_no_one_had_time() -> None:
    """The group is reminded of it, the citizen has an answer."""
    free = replace(CASE, first_reply_at=NOW)
    for is_first in (True, False):
        step = upkeep.remind(free, NOW + timedelta(hours=9), RULES, is_first=is_first)
        assert [(effect.key, effect.everywhere) for effect in step.effects if isinstance(effect, Tell)] == [
            ("reminder_free", True)
        ]
    waiting = upkeep.remind(CASE, NOW + timedelta(hours=9), RULES, is_first=False)
    assert (told(waiting), told(waiting, Side.CITIZEN)) == (["reminder_all"], ["still_waiting"])


def test_before_a_promise_is_missed_the_whole_group_hears_of_a_case_that_is_nobodys() -> None:
    """Of one that a clerk has it is said in its topic."""
    promised = replace(CASE, promised_at=NOW + timedelta(minutes=20))
    free = upkeep.warn(promised, NOW, RULES)
    assert [(tell.key, tell.everywhere) for tell in free.effects if isinstance(tell, Tell)] == [
        ("late", False),
        ("late_staff", False),
        ("late_staff", True),
    ]
    assert told(upkeep.warn(replace(TAKEN, promised_at=NOW), NOW, RULES)) == ["late_staff"]
    assert upkeep.warn(replace(promised, first_reply_at=NOW), NOW, RULES).effects == ()
