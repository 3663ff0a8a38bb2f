"""The vectors of the texts read last."""

import numpy as np

from intents.recent import RecentVectors


def test_a_text_that_was_read_is_known() -> None:
    """What was kept for a family and a text comes back, for these two alone."""
    recent = RecentVectors()
    recent.keep("e5", "Was ist ZuP 24?", np.ones(3, np.float32))
    found = recent.get("e5", "Was ist ZuP 24?")
    assert found is not None
    assert found.tolist() == [1, 1, 1]
    assert recent.get("use", "Was ist ZuP 24?") is None
    assert recent.get("e5", "Was ist ZuP 25?") is None


def test_the_least_used_leave_first() -> None:
    """A text that is asked for again stays longer than one that is not."""
    recent = RecentVectors(most=2)
    for text in ("a", "b"):
        recent.keep("e5", text, np.zeros(1, np.float32))
    recent.get("e5", "a")
    recent.keep("e5", "c", np.zeros(1, np.float32))
    assert [recent.get("e5", text) is not None for text in "abc"] == [True, False, True]


def test_no_text_is_kept() -> None:
    """What citizens wrote cannot be read in the memory, half of a surrogate pair included."""
    recent = RecentVectors()
    recent.keep("e5", "Mein Name ist Muster \ud83d", np.zeros(1, np.float32))
    assert b"Muster" not in repr(vars(recent)).encode("utf-8", "backslashreplace")
    assert recent.get("e5", "Mein Name ist Muster \ud83d") is not None
