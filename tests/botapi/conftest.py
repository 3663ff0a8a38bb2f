"""A server of one's own for each test; what it sends is checked against aiogram's models."""

from collections.abc import Iterator

import pytest

from botapi.conformity import complaints
from botapi.server import Server


@pytest.fixture(autouse=True)
def timedelta_of_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let python-telegram-bot give durations in its coming form, without a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a running server without rate limits; at the end all that it sent must conform."""
    with Server(second=0.02, inspect=complaints) as made:
        yield made
    assert made.complaints == []
