"""Citizens who ask for a human: when each was told so, and when their topic, its card and their words were there."""

import random
import re
from dataclasses import dataclass, field

from botapi.gateway import Call
from botapi.server import Server

OK = 200
WRITES = ("sendmessage", "createforumtopic", "copymessage", "editmessagetext", "closeforumtopic")
"""What costs the group's budget, of what the bot does here."""
FAR_OFF = 900.0
"""Seconds after which nothing is waited for any more."""
_NUMBER = re.compile(r"#(\d+)")


@dataclass
class Wish:
    """One citizen; moments are seconds of the server's clock, 0 before they come."""

    person: int
    due: float
    """When they ask, in seconds from the start."""
    asked: float = 0.0
    offered: float = 0.0
    pressed: float = 0.0
    confirmed: float = 0.0
    topic: float = 0.0
    card: float = 0.0
    copied: float = 0.0
    """When what they wrote stood in the topic."""
    number: int = 0

    def waits(self) -> dict[str, float]:
        """Return how long they waited for each thing; what never came is missing."""
        steps = (("offer", self.asked, self.offered), ("confirmed", self.pressed, self.confirmed))
        steps += tuple((name, self.pressed, getattr(self, name)) for name in ("topic", "card", "copied"))
        return {name: to - since for name, since, to in steps if to}


@dataclass
class Wishes:
    """All of them, at random moments."""

    server: Server
    group: int
    all: list[Wish]
    writes: list[float] = field(default_factory=list)
    """When something was written to the group."""
    _topics: dict[int, float] = field(default_factory=dict)
    _cards: dict[int, float] = field(default_factory=dict)
    _open: list[Call] = field(default_factory=list)

    @classmethod
    def within(cls, seconds: float, count: int, server: Server, group: int, chance: random.Random) -> "Wishes":
        """Let so many citizens ask within some seconds."""
        dues = sorted(chance.uniform(0, seconds) for _ in range(count))
        return cls(server, group, [Wish(server.people.citizen("Erika"), due) for due in dues])

    @property
    def are_over(self) -> bool:
        """Say whether all have all that they wait for."""
        return all(wish.copied and wish.card for wish in self.all)

    def act(self, now: float) -> None:
        """Let those ask whose moment has come."""
        for wish in self.all:
            if not wish.asked and wish.due <= now:
                wish.asked = self.server.world.clock.now()
                self.server.people.text(wish.person, "/mensch")

    def hear(self, calls: list[Call]) -> None:
        """Take in calls; those that are not answered yet are looked at again."""
        self._open += [call for call in calls if call.method in WRITES]
        settled = [call for call in self._open if call.status]
        self._open = [call for call in self._open if not call.status]
        for call in settled:
            if call.status == OK:
                self._take(call)
        for wish in self.all:
            wish.topic = self._topics.get(wish.number, 0.0)
            wish.card = self._cards.get(wish.number, 0.0)

    def _take(self, call: Call) -> None:
        """Note what a call did."""
        text, people = str(call.params.get("text", "")), (str(call.chat_id), str(call.params.get("from_chat_id")))
        wish = next((one for one in self.all if str(one.person) in people), None)
        number = _NUMBER.search(str(call.params.get("name", text)))
        if call.chat_id == self.group:
            self.writes.append(call.at)
        if call.method == "createforumtopic" and number:
            self._topics.setdefault(int(number[1]), call.at)
        elif call.chat_id == self.group and "Fall #" in text and number:
            self._cards.setdefault(int(number[1]), call.at)
        elif wish and call.method == "copymessage":
            wish.copied = wish.copied or call.at
        elif wish:
            self._go_on(wish, text, call.at)

    def _go_on(self, wish: Wish, text: str, at: float) -> None:
        """Let a citizen take the next step: confirm, then write."""
        if "Soll ich Sie" in text and not wish.offered:
            wish.offered, wish.pressed = at, self.server.world.clock.now()
            shown = [message for message in self.server.people.shown(wish.person) if "reply_markup" in message]
            self.server.people.press(wish.person, shown[-1]["message_id"], "Ja, bitte verbinden")
        elif "Ihr Fall hat die Nummer" in text and not wish.confirmed and (number := _NUMBER.search(text)):
            wish.confirmed, wish.number = at, int(number[1])
            self.server.people.text(wish.person, "Es geht um meinen Antrag.")
