"""The clerks' side of a case: what is written, pressed and switched in the staff group."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import structlog

from bot import relaying, tickets, upkeep
from bot.case_rules import Author
from bot.case_steps import Pass, React, Revise, Step
from bot.cases import Case, CaseChange, Side, TopicState
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.desk import FAILURE
from bot.channels.telegram.members import Members
from bot.channels.telegram.staff_events import (
    NOTE,
    TEXT,
    Left,
    Moved,
    Person,
    Pressed,
    Reacted,
    TopicChanged,
    Written,
    staff_event,
)
from bot.channels.telegram.staff_orders import StaffOrders
from bot.channels.telegram.staff_voice import NOTHING, Done, StaffVoice, Turn
from bot.channels.telegram.translate import Me
from bot.delivery import Message, MessageKind
from bot.events import CommandGiven, event_from_text
from bot.ports import Addresses, Claim, Outcome

log = structlog.get_logger(__name__)


class StaffRoom:
    """Handles the updates of the staff group."""

    def __init__(self, me: Me, bureau: Bureau, addresses: Addresses, members: Members) -> None:
        self._me = me
        self._bureau = bureau
        self._content = bureau.content
        self._cases = bureau.cases
        self._rules = bureau.rules
        self._members = members
        self._voice = StaffVoice(bureau, addresses)
        self._orders = StaffOrders(bureau, self._voice)

    def handle(self, claim: Claim, now: datetime) -> Outcome:
        """Return all that an update of the staff group brings about."""
        change, messages = self._handled([part.raw for part in claim.parts], now)
        return Outcome(claim.saved.state, cases=change, messages=messages)

    def apology(self, claim: Claim) -> tuple[Message, ...]:
        """Say in the group that something there could not be handled: nothing of it was passed on."""
        event = None
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            event = staff_event([part.raw for part in claim.parts], self._me)
        if not isinstance(event, Written | Pressed):
            return ()
        message = event.messages[0] if isinstance(event, Written) else event.message
        return (self._voice.aside(self._voice.words("broken"), message, event.thread),)

    def _handled(self, raws: Sequence[bytes], now: datetime) -> Done:
        event = staff_event(raws, self._me)
        match event:
            case TopicChanged():
                return self._topic_changed(event, now)
            case Reacted(message, emoji, person) if self._is_clerk(person):
                return self._reacted(message, emoji, now)
            case Left(person):
                self._members.forget(person)
            case Moved():
                return None, (
                    Message(self._bureau.group, MessageKind.TEXT, self._voice.plain("moved"), priority=FAILURE),
                )
            case Written() if self._is_clerk(event.person):
                return self._written(event, now)
            case Pressed() if self._is_clerk(event.person):
                return self._orders.pressed(event, now)
        return NOTHING

    def _is_clerk(self, person: Person) -> bool:
        """Say whether somebody may act for the city: only members of the group may."""
        if person.is_team:
            return True
        found = not person.is_bot and self._members.has(person.id)
        if not found:
            log.warning("not_staff")
        return found

    # -------------------------------------------------------------- topics

    def _topic_changed(self, event: TopicChanged, now: datetime) -> Done:
        """Follow what was done to a topic in the app; of the bot's own doing only new topics matter."""
        own = event.person.id == self._me.id
        if event.what == "created":
            case = self._cases.of_number(event.case) if own and event.case else None
            return self._voice.step(upkeep.find_topic(case, event.thread), now) if case else NOTHING
        case = self._cases.of_thread(event.thread)
        if own or case is None:
            return NOTHING
        if event.what == "closed":
            return self._voice.step(tickets.close(case, Side.STAFF, now, in_app=True), now)
        return self._orders.reopened(case, now, in_app=True)

    # -------------------------------------------------------------- what is written

    def _written(self, event: Written, now: datetime) -> Done:
        """Pass on, note, obey or hint."""
        case = self._case_of(event)
        author = self._voice.author(event.person, now)
        if event.is_edited:
            return self._edited(event, Turn(case, author, now, event.messages[0])) if case else NOTHING
        if event.text.startswith(NOTE[0]):
            return self._orders.noted(event, case, author, event.text.removeprefix(NOTE[0]), now)
        command = event_from_text(event.text)
        if isinstance(command, CommandGiven):
            return self._orders.obey(command, event, case, author, now)
        if case is None:
            return self._hinted(event, author)
        return self._passed_on(event, Turn(case, author, now, event.messages[0]))

    def _case_of(self, event: Written) -> Case | None:
        """Return the case that a message belongs to: by its topic, or, without topics, by what it replies to."""
        if event.thread is not None:
            return self._cases.of_thread(event.thread)
        if event.reply_to is None:
            return None
        case = self._cases.of_card(event.reply_to)
        link = self._cases.carried(Side.CITIZEN, event.reply_to) or self._cases.written_by_staff(event.reply_to)
        if case is None and link:
            case = self._cases.of_number(link.case)
        return case if case and case.topic is TopicState.NONE else None

    def _passed_on(self, event: Written, turn: Turn) -> Done:
        case = turn.case
        refusal = "not_sent_forwarded" if event.is_forwarded else self._refusal(event)
        if refusal:
            return self._voice.tell(case, refusal, answers=turn.message)
        words = self._content().texts.transcribed(event.text, event.kind)
        said = Pass(Side.STAFF, event.messages, words, turn.author.name, self._target(event, case))
        return self._voice.step(relaying.answer(case, turn.author, said, turn.now, self._rules), turn.now)

    def _refusal(self, event: Written) -> str | None:
        """Return why something is not passed on to a citizen."""
        fits = event.kind == TEXT or not self._bureau.attachments.refuses(event.kind, event.size)
        return None if fits else "not_sent_kind"

    def _target(self, event: Written, case: Case) -> int | None:
        """Return the message at the citizen's that a clerk replies to."""
        if event.reply_to is None:
            return None
        if link := self._cases.carried(Side.CITIZEN, event.reply_to, case.number):
            return link.message
        link = self._cases.written(case.number, Side.STAFF, event.reply_to)
        return link.copy if link else None

    def _edited(self, event: Written, turn: Turn) -> Done:
        """Carry a change over, of what was passed on; what became a note or cannot be passed on stays inside."""
        case, text = turn.case, event.text
        link = self._cases.written(case.number, Side.STAFF, turn.message)
        if link is None:
            return self._note_edited(event, turn)
        if text.startswith(NOTE) or self._refusal(event):
            return self._voice.step(relaying.keep_unchanged(case, link), turn.now)
        change = Revise(link, text, event.entities, "" if event.kind == TEXT else event.kind, event.file)
        return self._voice.step(relaying.revise(case, change), turn.now)

    def _note_edited(self, event: Written, turn: Turn) -> Done:
        """Keep the change of a note."""
        if self._cases.written(turn.case.number, Side.NOTE, turn.message) is None:
            return NOTHING
        text = next((event.text.removeprefix(mark) for mark in NOTE if event.text.startswith(mark)), event.text)
        return self._orders.noted(event, turn.case, turn.author, text, turn.now)

    def _reacted(self, message: int, emoji: str, now: datetime) -> Done:
        """Show a clerk's reaction at the citizen's, where it belongs to an open case."""
        link = self._cases.carried(Side.CITIZEN, message)
        found = link.message if link else None
        if link is None and (link := self._cases.written_by_staff(message)):
            found = link.copy
        case = self._cases.of_number(link.case) if link else None
        if case is None or found is None or not case.is_open:
            return NOTHING
        return self._voice.step(Step(case, (React(Side.STAFF, found, emoji),)), now)

    def _hinted(self, event: Written, author: Author) -> Done:
        """Say once where to write: here nothing goes to anybody; each time to whoever may take it for an answer."""
        clerk = self._voice.clerk(author)
        if clerk and event.thread is None and (case := self._cases.without_topic(clerk.person)):
            return self._voice.tell(case, "not_sent_here", answers=event.messages[0])
        if clerk is None or clerk.hinted:
            return NOTHING
        key = "unknown_topic" if event.thread else "general_hint"
        change = CaseChange(clerk=replace(clerk, hinted=True))
        return change, (self._voice.aside(self._voice.words(key), event.messages[0], event.thread),)
