"""benchmarks/handover.py: what counts as missed, and what the citizens do."""

import random
from dataclasses import replace

from benchmarks.citizens import PLAIN, Measured, busiest
from benchmarks.handover import Rush
from benchmarks.wishes import Wishes
from botapi.gateway import Call
from botapi.server import Server

GROUP = -100
SERVED = {"offer": 0.1, "confirmed": 0.1, "topic": 40.0, "card": 43.0, "copied": 46.0}
GOOD = Measured(asked=9, answered=9, waits={PLAIN: [0.1] * 9}, wishes=[SERVED, SERVED], busiest_minute=20)


def misses(**changed: object) -> list[str]:
    """Return what is missed when something is otherwise."""
    return Rush("sqlite", replace(GOOD, **changed), {}).misses()  # type: ignore[arg-type]


def test_every_goal_can_be_missed() -> None:
    """And none is in a good run."""
    assert misses() == []
    assert misses(waits={PLAIN: [0.6] * 9}) == ["p99"]
    assert misses(answered=8) == ["lost"]
    assert misses(refused=1) == ["429"]
    assert misses(busiest_minute=21) == ["budget"]
    assert misses(wishes=[SERVED, {**SERVED, "confirmed": 2.5}]) == ["told late"]
    assert misses(wishes=[SERVED, {"offer": 0.1, "confirmed": 0.1, "topic": 40.0}]) == ["no topic"]
    assert Rush("sqlite", GOOD, {"outbox queued": 1}).misses() == ["lost"]


def test_the_busiest_minute_is_found() -> None:
    """Wherever it begins."""
    assert busiest([0.0, 30.0, 59.0, 61.0, 130.0], 60.0) == 3


def test_a_citizen_asks_confirms_and_writes() -> None:
    """The waits run from what the citizen did to what the bot did."""
    with Server() as server:
        wishes = Wishes.within(0.0, 1, server, GROUP, random.Random(1))
        (wish,) = wishes.all
        wishes.act(0.0)
        offer = _call(1, "sendmessage", wish.person, text=_offered(server, wish.person))
        wishes.hear([offer, _call(2, "sendmessage", wish.person, text="Ihr Fall hat die Nummer #7.")])
        texts = [message["text"] for message in server.people.shown(wish.person)]
        assert texts[0::2] == ["/mensch", "Es geht um meinen Antrag."]
        calls = [
            _call(3, "createforumtopic", GROUP, name="#7 Anfrage"),
            _call(4, "sendmessage", GROUP, text="<b>Fall #7: Anfrage</b>"),
            _call(5, "copymessage", GROUP, from_chat_id=str(wish.person)),
        ]
        wishes.hear(calls[:2])
        assert "copied" not in wish.waits()
        wishes.hear(calls[2:])
    assert wishes.are_over
    assert set(wish.waits()) == set(SERVED)
    assert wishes.writes == [call.at for call in calls]


def _call(at: float, method: str, chat: int, **params: object) -> Call:
    return Call(at, method, {"chat_id": chat, **params}, 200)


def _offered(server: Server, person: int) -> str:
    """Put an offer into a citizen's chat, as the bot would; return its text."""
    room, text = server.world.chats[person], "Soll ich Sie mit einem Menschen verbinden?"
    message = server.world.new_message(room, 4242, {"text": text})
    message.markup = {"inline_keyboard": [[{"text": "Ja, bitte verbinden", "callback_data": "h:y"}]]}
    server.world.post(room, message)
    return text
