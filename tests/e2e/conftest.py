"""The running program: one polls, another one has a webhook."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from botapi.conformity import complaints
from botapi.server import Server
from tests.e2e.program import ROOT, Program, program
from tests.e2e.talk import Chat

CONTACT = """\
contact:
  name: Stadt Heilbronn
  website: https://www.heilbronn.de
  phone: 07131 560
  imprint: https://www.heilbronn.de/impressum
  privacy: https://www.heilbronn.de/datenschutz
"""


@dataclass
class Town:
    """A running bot and those who write to it."""

    server: Server
    program: Program
    chats: list[Chat] = field(default_factory=list)

    def chat(self, name: str = "Erika", room: int | None = None) -> Chat:
        """Return a new person, in the chat with the bot or in a group."""
        person = self.server.people.citizen(name)
        return self.join(person, room or person)

    def join(self, person: int, room: int) -> Chat:
        """Return a person in a chat."""
        made = Chat(self.server, person, room)
        self.chats.append(made)
        return made


def town_faq() -> str:
    """Return the shipped FAQ with a way to reach humans, and with a topic that is long enough to have pages."""
    text = (ROOT / "faq_data.yaml").read_text(encoding="utf-8")
    text = text.replace("contact:\n  name: Stadt Heilbronn\n", CONTACT)
    return text.replace("category: Gesellschaft", "category: Strategie").replace(
        "category: Verwaltung", "category: Strategie"
    )


@pytest.fixture(scope="session", params=["polling", "webhook"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, vectors: Path) -> Iterator[Town]:
    """Return each running bot in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    with Server(second=0.02, inspect=complaints) as server:
        bot = program(folder, server, vectors, faq=town_faq(), webhook=request.param == "webhook")
        try:
            bot.start()
            bot.wait_until_ready()
            yield Town(server, bot)
        finally:
            bot.close()


@pytest.fixture
def erika(town: Town) -> Iterator[Chat]:
    """Return a citizen who has never written; at the end nothing may have come that nobody looked at."""
    chat = town.chat()
    yield chat
    assert chat.nothing_more()
