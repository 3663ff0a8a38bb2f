"""A server of one's own for each test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial

import pytest

from bot.store.migrate import upgrade
from botapi.server import Server
from tests.store_actor import opened
from tests.telegram.running import Running, bot
from tests.telegram.town import Open, town


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a running Bot API server without rate limits."""
    with Server(second=0.02) as made:
        yield made


@pytest.fixture
def run(place: str, server: Server) -> Callable[..., AbstractContextManager[Running]]:
    """Return what runs a bot, on each engine in turn."""
    return partial(bot, place, server.url, server.token)


@pytest.fixture
def run_here(
    tmp_path_factory: pytest.TempPathFactory, server: Server
) -> Callable[..., AbstractContextManager[Running]]:
    """Return what runs a bot on a SQLite file, where the engine does not matter."""
    path = str(tmp_path_factory.mktemp("store") / "bot.sqlite")
    with closing(opened(path)) as made:
        upgrade(made)
    return partial(bot, path, server.url, server.token)


@pytest.fixture
def hall(place: str, server: Server) -> Open:
    """Return what opens a town hall, on each engine in turn."""
    return partial(town, place, server)


@pytest.fixture
def hall_here(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Open:
    """Return what opens a town hall on a SQLite file, where the engine does not matter."""
    path = str(tmp_path_factory.mktemp("hall") / "bot.sqlite")
    with closing(opened(path)) as made:
        upgrade(made)
    return partial(town, path, server)
