"""What the log says while something is out of order."""

import pytest

from bot import logs
from bot.channels.telegram.api import ServerError
from bot.channels.telegram.receive import Troubles
from bot.errors import StoreError


def test_a_trouble_is_told_once_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk that comes after a lock is told as well, and all of it again the next time."""
    logs.configure("WARNING")
    locked, full = StoreError("ist gesperrt"), StoreError("ist voll")
    troubles = Troubles("writing_failed")
    for error in (locked, locked, full, full):
        troubles.happened(error)
    troubles.over()
    troubles.happened(full)
    lines = [line.partition("event=")[2] for line in capsys.readouterr().err.splitlines()]
    first, second = (f'writing_failed error=StoreError reason="ist {why}"' for why in ("gesperrt", "voll"))
    assert lines == [first, second, "writing_failed_over failures=4", second]


def test_a_database_is_tried_more_often_than_telegram() -> None:
    """It is ours alone, and citizens wait from the moment when it is well again."""
    troubles = Troubles("receiving_failed")
    assert max(troubles.happened(StoreError("ist voll")) for _ in range(20)) == 5
    assert max(troubles.happened(ServerError("502")) for _ in range(20)) == 30
