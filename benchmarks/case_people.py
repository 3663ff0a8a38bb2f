"""Citizens and clerks who talk in cases: what each does next, and what each gets to see."""

import random
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from benchmarks.case_verdict import TOLD_LOST, Books, Shown, Written
from bot.cases import LinkState, Side
from botapi.server import Server
from botapi.values import Message
from botapi.world import BOT_ID

CLERKS = 3
AT_ONCE = 30
"""Cases that go on at the same time."""
WAYS_TO_END = 3
"""Nobody ends it, the clerk, the citizen."""
WISH, CONFIRM, TAKE, END = "wish", "confirm", "take", "end"
CITIZEN, ALBUM, CLERK, NOTE = "citizen", "album", "clerk", "note"
TALK = (CITIZEN, CITIZEN, CITIZEN, ALBUM, CLERK, CLERK, CLERK, CLERK, NOTE)

_OWN_NUMBER = re.compile(r"Fall (?:hat die Nummer )?#(\d+)")
_TOLD = {"Ungewiss": LinkState.UNKNOWN, "Nicht zugestellt": LinkState.FAILED}


@dataclass
class Play:
    """One case: who takes part, what is still to be done, what is known so far."""

    place: int
    citizen: int
    clerk: int
    moves: deque[str]
    number: int = 0
    """Of the case; 0: the citizen does not know it yet."""
    thread: int = 0
    card: int = 0
    offer: int = 0
    is_taken: bool = False
    open: set[str] = field(default_factory=set)
    """Marks of what was written, and neither arrived nor is known to have failed."""
    heard: dict[Side, int] = field(default_factory=dict)
    """The last message that each side got from the other."""

    @property
    def is_over(self) -> bool:
        """Say whether nothing is left to do or to wait for."""
        return not self.moves and not self.open

    def may(self, move: str) -> bool:
        """Say whether what a move needs is there."""
        needed = {WISH: True, CONFIRM: self.offer, TAKE: self.card, END: not self.open}
        talk = {CITIZEN: self.number, ALBUM: self.number, CLERK: self.is_taken, NOTE: self.is_taken}
        return bool({**needed, **talk}[move])


class Town:
    """A staff group, and citizens who wish to speak with a human."""

    def __init__(self, server: Server, cases: int, chance: random.Random) -> None:
        self._server = server
        self._people = server.people
        self._chance = chance
        self._clerks = [self._people.citizen(f"Sachbearbeiterin {number}") for number in range(CLERKS)]
        self.group: int = self._people.group("Team", self._clerks)
        self.plays = [self._play(place) for place in range(cases)]
        self._numbers: dict[int, Play] = {}
        self._last: dict[int, int] = {}
        """Id of the last message that was looked at in each chat."""
        self._letters = 0
        self._marks: dict[str, Written] = {}
        self._shown: list[Shown] = []
        self._told: dict[int, LinkState] = {}
        self._clerks_words: dict[int, Written] = {}
        self._early: list[Message] = []
        """Messages in topics of cases that no citizen has heard of yet."""
        self.foreign: list[str] = []
        """What names the case of somebody else, or stands where no case is."""

    @property
    def total(self) -> int:
        """Return how many messages will have been written in the end."""
        return len(self.plays) * (len(TALK) + 3)

    @property
    def settled(self) -> int:
        """Return how many messages arrived, or are known to have failed."""
        return len(self._marks) - self.open

    @property
    def open(self) -> int:
        """Return how many messages are on their way."""
        return sum(len(play.open) for play in self.plays)

    @property
    def is_over(self) -> bool:
        """Say whether all cases are."""
        return all(play.is_over for play in self.plays)

    def books(self, noted: dict[int, LinkState]) -> Books:
        """Return what stands where."""
        return Books(tuple(self._marks.values()), tuple(self._shown), dict(self._told), noted)

    def _play(self, place: int) -> Play:
        talk = list(TALK)
        self._chance.shuffle(talk)
        moves = deque((WISH, CONFIRM, CITIZEN, TAKE, *talk, END))
        return Play(place, self._people.citizen(f"Mensch {place}"), self._chance.choice(self._clerks), moves)

    # ------------------------------------------------------------------ doing

    def act(self) -> None:
        """Let somebody do the next thing, if anybody can."""
        going = [play for play in self.plays if not play.is_over][:AT_ONCE]
        ready = [play for play in going if play.moves and play.may(play.moves[0])]
        if ready:
            play = self._chance.choice(ready)
            self._do(play, play.moves.popleft())

    def _do(self, play: Play, move: str) -> None:
        if move == WISH:
            self._people.text(play.citizen, "/mensch")
        elif move == CONFIRM:
            self._people.press(play.citizen, play.offer, "Ja, bitte verbinden")
        elif move == TAKE:
            self._people.press(play.clerk, play.card, "Übernehmen", chat=self.group)
        elif move == END:
            self._end(play)
        else:
            self._write(play, move)

    def _end(self, play: Play) -> None:
        """Let the clerk or the citizen end the case, or nobody."""
        way = play.place % WAYS_TO_END
        if way == 1:
            self._people.press(play.clerk, play.card, "Abschließen", chat=self.group)
        elif way == 2:
            self._people.text(play.citizen, "/zurueck")

    def _write(self, play: Play, move: str) -> None:
        """Let one side write; some of it replies to what the other side wrote last."""
        side = {CLERK: Side.STAFF, NOTE: Side.NOTE}.get(move, Side.CITIZEN)
        self._letters += 1
        reply = play.heard.get(side) if self._chance.random() < 0.3 else None
        text = f"{'// ' if move == NOTE else ''}Nachricht {self._letters} von {play.place}"
        if move == ALBUM:
            ids = self._people.album(play.citizen, 3, text)
        elif side is Side.CITIZEN:
            ids = [self._people.text(play.citizen, text, reply_to=reply)]
        else:
            ids = [self._people.text(play.clerk, text, chat=self.group, thread=play.thread, reply_to=reply)]
        for message in ids:
            self._note(play, side, message, ids[0])

    def _note(self, play: Play, side: Side, message: int, batch: int) -> None:
        room = self._server.world.chats[play.citizen if side is Side.CITIZEN else self.group]
        one = Written(play.place, side, message, mark_of(room.messages[message]), batch)
        self._marks[one.mark] = one
        if side is Side.STAFF:
            self._clerks_words[message] = one
        if side is not Side.NOTE:
            play.open.add(one.mark)

    # ------------------------------------------------------------------ seeing

    def listen(self) -> int:
        """Take in what the bot wrote since the last time; return how many messages are settled."""
        for play in self.plays:
            for message in self._newer(play.citizen):
                self._see_private(play, message)
        early, self._early = self._early, []
        for message in (*early, *self._newer(self.group)):
            self._see_in_group(message)
        return self.settled

    def _newer(self, chat: int) -> Sequence[Message]:
        """Return the bot's messages in a chat that were not looked at yet."""
        last = self._last.get(chat, 0)
        with self._server.world.lock:
            latest = reversed(self._server.world.chats[chat].messages.values())
            found = list(takewhile(lambda message: message.id > last, latest))[::-1]
        self._last[chat] = found[-1].id if found else last
        return [message for message in found if message.sender == BOT_ID]

    def _see_private(self, play: Play, message: Message) -> None:
        if self._passed_on(play, Side.CITIZEN, message):
            return
        numbers = {int(number) for number in _OWN_NUMBER.findall(message.text)}
        if numbers and not play.number:
            play.number = min(numbers)
            self._numbers[play.number] = play
        if numbers not in (set(), {play.number}):
            self.foreign.append(f"case {play.place} reads of {numbers}")
        play.is_taken = play.is_taken or "kümmert sich jetzt" in message.text
        if "Soll ich Sie mit einem Menschen verbinden" in message.text:
            play.offer = message.id

    def _see_in_group(self, message: Message) -> None:
        """Look at a message in a topic; that of a case whose citizen has not heard of it yet waits."""
        number = self._number_at(message)
        play = self._numbers.get(number)
        if play is None and number:
            self._early.append(message)
        elif play is None:
            self.foreign.append(f"in no topic of a case: {message.text!r}")
        elif not self._passed_on(play, Side.STAFF, message):
            self._see_about(play, message)

    def _see_about(self, play: Play, message: Message) -> None:
        """Look at what the bot itself says in a topic."""
        if f"Fall #{play.number}: " in message.text:
            play.card, play.thread = message.id, message.thread_id or 0
        about = self._clerks_words.get(message.reply_to or 0)
        told = next((state for words, state in _TOLD.items() if words in message.text), None)
        if about and told in TOLD_LOST:
            self._told[about.message] = told
            self.plays[about.case].open.discard(about.mark)

    def _number_at(self, message: Message) -> int:
        """Return the number of the case in whose topic a message stands; 0 for none."""
        topic = self._server.world.chats[self.group].topics.get(message.thread_id or 0)
        return int(topic.name[1:].partition(" ")[0]) if topic else 0

    def _passed_on(self, play: Play, to: Side, message: Message) -> bool:
        """Note a message of the other side; say whether it is one."""
        mark = mark_of(message)
        if mark not in self._marks:
            return False
        now = self._server.world.clock.now()
        self._shown.append(Shown(play.place, to, mark, now))
        play.open.discard(mark)
        play.heard[to] = message.id
        return True

    # ------------------------------------------------------------------ what the group shows in the end

    def topics(self) -> int:
        """Return how many topics were opened."""
        return len(self._server.world.chats[self.group].topics)

    def complaints(self) -> list[str]:
        """Name what is wrong with cases as the group shows them in the end."""
        return [f"case {play.place} (#{play.number}): {what}" for play in self.plays for what in self._wrong_with(play)]

    def _wrong_with(self, play: Play) -> list[str]:
        delivered = any(seen.case == play.place and seen.to is Side.CITIZEN for seen in self._shown)
        card = self._server.world.chats[self.group].messages.get(play.card)
        found = [] if play.is_over else ["not at its end"]
        found += [] if self.has_its_topic(play) else ["not exactly one open topic while it is open, none afterwards"]
        return found + (["card silent"] if delivered and (not card or "Zugestellt bis" not in card.text) else [])

    def has_its_topic(self, play: Play) -> bool:
        """Say whether a case has exactly one open topic while it is open, and none when it is over."""
        topics = tuple(self._server.world.chats[self.group].topics.values())  # the server opens others meanwhile
        open_ = [topic for topic in topics if not topic.closed and topic.name.startswith(f"#{play.number} ")]
        return len(open_) == (play.place % WAYS_TO_END == 0)


def mark_of(message: Message) -> str:
    """Return what tells a message from all others, and stays in its copy."""
    photo = message.content.get("photo")
    return str(photo[0]["file_unique_id"]) if photo else message.text
