"""How the bot speaks in the staff group, and who speaks to it there."""

from dataclasses import dataclass
from datetime import datetime

from bot.case_rules import Author
from bot.case_steps import Step, Tell
from bot.cases import Case, CaseChange, Clerk, Side
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.desk import TOPIC, plain_payload
from bot.channels.telegram.render import Payload
from bot.channels.telegram.staff_events import Person
from bot.delivery import Message, MessageKind
from bot.ports import Addresses

Done = tuple[CaseChange | None, tuple[Message, ...]]
"""What is changed, and what is sent."""


@dataclass(frozen=True)
class Turn:
    """A clerk does something about a case."""

    case: Case
    author: Author
    now: datetime
    message: int
    """The clerk's message, or the one with the button."""


NOTHING: Done = (None, ())


class StaffVoice:
    """Says things in the group, and knows the clerks."""

    def __init__(self, bureau: Bureau, addresses: Addresses) -> None:
        self._bureau = bureau
        self._content = bureau.content
        self._cases = bureau.cases
        self._addresses = addresses

    def author(self, person: Person, now: datetime) -> Author:
        """Return who writes or presses."""
        if person.is_team:
            return Author(None, self.words("team"))
        return Author(self._addresses.person(person.id, now), person.name or self.words("team"))

    def clerk(self, author: Author) -> Clerk | None:
        """Return what is known of a clerk; nobody knows who writes as the group."""
        if author.person is None:
            return None
        return self._cases.clerk(author.person) or Clerk(author.person, author.name)

    def words(self, key: str) -> str:
        """Return what the staff group reads."""
        return self._content().texts.staff[key]

    def tell(self, case: Case, key: str, *, answers: int | None = None, **values: str) -> Done:
        """Say something in a case's topic that changes nothing."""
        step = Step(case, (Tell(Side.STAFF, key, tuple(values.items()), answers, fails=True),))
        _, messages = self._bureau.desk().written(step, case.opened_at)
        return None, messages

    def aside(self, text: str, answers: int, thread: int | None) -> Message:
        """Return something said in the group that belongs to no case."""
        payload = plain_payload(text, self._content().texts)
        payload["params"]["reply_parameters"] = {"message_id": answers, "allow_sending_without_reply": True}
        if thread:
            payload["params"]["message_thread_id"] = thread
        return Message(self._bureau.desk().group, MessageKind.TEXT, payload, lane="aside", priority=TOPIC)

    def plain(self, key: str) -> Payload:
        """Return something said in the group that answers nobody."""
        return plain_payload(self.words(key), self._content().texts)

    def step(self, step: Step, now: datetime) -> Done:
        """Return what a step changes, and what is sent."""
        return self._bureau.desk().written(step, now)
