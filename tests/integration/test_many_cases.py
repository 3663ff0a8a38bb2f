"""Hand-over, case 20: many citizens want a human at once, and the group takes 20 messages a minute."""

from pathlib import Path

import pytest

from bot.cases import TopicState
from bot.delivery import Sending
from bot.store.database import Database
from bot.store.migrate import upgrade
from tests.integration.test_any_case import ME, Hall

CITIZENS = range(700, 725)
A_MINUTE = 20


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall without HTTP."""
    database = Database.at(tmp_path / "bot.sqlite")
    upgrade(database)
    database.close()
    return Hall(tmp_path / "bot.sqlite", relay_all=False)


def wish(hall: Hall, who: int) -> None:
    """Press «Ja, bitte verbinden»."""
    below = {"message_id": 5, "chat": {"id": who, "type": "private"}, "date": 1, "text": "?"}
    person = {"id": who, "is_bot": False, "first_name": "P"}
    bot = {"id": ME.id, "is_bot": True, "first_name": "Bot"}
    query = {"id": "q", "from": person, "chat_instance": "c", "data": "h:y", "message": {**below, "from": bot}}
    hall.receive(who, {"callback_query": query})
    hall.work()


def pass_a_minute(hall: Hall) -> list[Sending]:
    """Send what a minute allows, to the group no more than it takes; return it in order."""
    sent: list[Sending] = []
    full: list[str] = []
    while taken := hall.outbox.take(hall.clock.now(), most=1, without=full):
        hall.meet(taken[0], "sent")
        sent += taken
        full = [hall.group] if sum(one.chat == hall.group for one in sent) >= A_MINUTE else []
    hall.clock.wait(seconds=60)
    hall.minder.mind()
    return sent


def test_handover_20_everybody_is_told_at_once_and_gets_a_topic_in_turn(hall: Hall) -> None:
    """Their places at once, topics with cards within three minutes; words of a case that is there go first."""
    for who in CITIZENS:
        wish(hall, who)
    first = pass_a_minute(hall)
    told = [str(one.payload["params"]["text"]) for one in first if one.chat != hall.group]
    assert [f"Sie sind an Stelle {place}." in text for place, text in enumerate(told, 1)] == [True] * len(CITIZENS)
    assert 0 < sum(case.topic is TopicState.THERE for case in hall.cases.waiting()) < len(CITIZENS)
    chat = {"id": 700, "type": "private", "first_name": "P"}
    body = {"message_id": 6, "date": 1, "chat": chat, "from": {"id": 700, "is_bot": False, "first_name": "P"}}
    hall.receive(700, {"message": {**body, "text": "Noch etwas"}})
    hall.work()
    second = [one for one in pass_a_minute(hall) if one.chat == hall.group]
    assert second[0].payload["method"] == "copyMessage"
    pass_a_minute(hall)
    waiting = hall.cases.waiting()
    assert len(waiting) == len(CITIZENS)
    assert [(case.topic, case.card is not None) for case in waiting] == [(TopicState.THERE, True)] * len(CITIZENS)
    hall.stop()
