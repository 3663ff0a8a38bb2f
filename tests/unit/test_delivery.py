"""The rules of trying again."""

from datetime import timedelta

import pytest

from bot.delivery import LONGEST_PAUSE, MOST_CRASHES, MOST_DOUBTS, MessageKind, SendState, after_doubt, pause


def test_pauses_grow_up_to_a_minute() -> None:
    """Each failure doubles the wait; no number of failures makes it endless."""
    assert [pause(n).seconds for n in range(5)] == [1, 1, 2, 4, 8]
    assert pause(50) == LONGEST_PAUSE == timedelta(minutes=1)


@pytest.mark.parametrize("kind", [MessageKind.TEXT, MessageKind.EDIT, MessageKind.COPY])
def test_a_harmless_message_is_repeated_once_after_a_time_out(kind: MessageKind) -> None:
    """A second doubt leaves it unknown."""
    assert after_doubt(kind, 1, MOST_DOUBTS) is SendState.QUEUED
    assert after_doubt(kind, 2, MOST_DOUBTS) is SendState.UNKNOWN


@pytest.mark.parametrize("kind", [MessageKind.CLERK, MessageKind.TOPIC])
def test_what_must_not_come_twice_is_never_repeated(kind: MessageKind) -> None:
    """Neither after a time-out nor after a crash."""
    assert after_doubt(kind, 1, MOST_DOUBTS) is SendState.UNKNOWN
    assert after_doubt(kind, 1, MOST_CRASHES) is SendState.UNKNOWN
