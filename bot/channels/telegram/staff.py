"""The clerks' side of a case: what is written, pressed and switched in the staff group."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot import tickets
from bot.answers import unmarked
from bot.cases import Case, CaseChange, Clerk, Folder, Link, Side, TopicState
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.desk import FAILURE, STAFF, TOPIC, plain_payload, staff_button
from bot.channels.telegram.members import Members
from bot.channels.telegram.render import LONGEST_LABEL, Payload
from bot.channels.telegram.staff_events import (
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
from bot.channels.telegram.translate import Me
from bot.delivery import Message, MessageKind
from bot.events import CommandGiven, event_from_text
from bot.ports import Addresses, Claim, Outcome
from bot.tickets import Author, Pass, React, Step, Tell
from intents.faq import FaqEntry, Kind
from intents.query import Query

SHOWN_ANSWERS = 5
SHOWN_WAITING = 30
"""Cases that one message has room for."""
NOTE = ("//", "/notiz")

log = structlog.get_logger(__name__)

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


class StaffRoom:
    """Handles the updates of the staff group."""

    def __init__(self, me: Me, bureau: Bureau, addresses: Addresses, members: Members) -> None:
        self._me = me
        self._bureau = bureau
        self._content = bureau.content
        self._cases = bureau.cases
        self._rules = bureau.rules
        self._addresses = addresses
        self._members = members

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
        return (self._aside(self._words("broken"), message, event.thread),)

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
                return None, (Message(self._bureau.group, MessageKind.TEXT, self._plain("moved"), priority=FAILURE),)
            case Written() if self._is_clerk(event.person):
                return self._written(event, now)
            case Pressed() if self._is_clerk(event.person):
                return self._pressed(event, now)
        return _NOTHING

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
            return self._step(tickets.find_topic(case, event.thread), now) if case else _NOTHING
        case = self._cases.of_thread(event.thread)
        if own or case is None:
            return _NOTHING
        if event.what == "closed":
            return self._step(tickets.close(case, Side.STAFF, now, in_app=True), now)
        return self._reopened(case, now, in_app=True)

    def _reopened(self, case: Case, now: datetime, *, in_app: bool = False) -> Done:
        """Open a case again, if its citizen is there and has no other one."""
        other = self._cases.open_of(case.chat) if case.chat else None
        if case.chat is None:
            return self._tell(case, "is_erased")
        if other and other.number != case.number:
            return self._tell(case, "has_other", anderer=str(other.number))
        return self._step(tickets.reopen(case, Side.STAFF, now, self._rules, in_app=in_app), now)

    # -------------------------------------------------------------- what is written

    def _written(self, event: Written, now: datetime) -> Done:
        """Pass on, note, obey or hint."""
        case = self._case_of(event)
        author = self._author(event.person, now)
        if event.is_edited:
            return self._edited(event, Turn(case, author, now, event.messages[0])) if case else _NOTHING
        if event.text.startswith(NOTE[0]):
            return self._noted(event, case, author, event.text.removeprefix(NOTE[0]), now)
        command = event_from_text(event.text)
        if isinstance(command, CommandGiven):
            return self._obey(command, event, case, author, now)
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
        if case is None and (link := self._cases.carried(Side.CITIZEN, event.reply_to)):
            case = self._cases.of_number(link.case)
        return case if case and case.topic is TopicState.NONE else None

    def _passed_on(self, event: Written, turn: Turn) -> Done:
        case = turn.case
        refusal = "not_sent_forwarded" if event.is_forwarded else self._refusal(event)
        if refusal:
            return self._tell(case, refusal, answers=turn.message)
        words = self._content().texts.transcribed(event.text, event.kind)
        said = Pass(Side.STAFF, event.messages, words, turn.author.name, self._target(event, case))
        return self._step(tickets.answer(case, turn.author, said, turn.now, self._rules), turn.now)

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
            return self._step(tickets.keep_unchanged(case, link), turn.now)
        change = tickets.Revise(link, text, event.entities, "" if event.kind == TEXT else event.kind, event.file)
        return self._step(tickets.revise(case, change), turn.now)

    def _note_edited(self, event: Written, turn: Turn) -> Done:
        """Keep the change of a note."""
        if self._cases.written(turn.case.number, Side.NOTE, turn.message) is None:
            return _NOTHING
        text = next((event.text.removeprefix(mark) for mark in NOTE if event.text.startswith(mark)), event.text)
        return self._noted(event, turn.case, turn.author, text, turn.now)

    def _reacted(self, message: int, emoji: str, now: datetime) -> Done:
        """Show a clerk's reaction at the citizen's, where it belongs to an open case."""
        link = self._cases.carried(Side.CITIZEN, message)
        found = link.message if link else None
        if link is None and (link := self._cases.written_by_staff(message)):
            found = link.copy
        case = self._cases.of_number(link.case) if link else None
        if case is None or found is None or not case.is_open:
            return _NOTHING
        return self._step(Step(case, (React(Side.STAFF, found, emoji),)), now)

    def _noted(self, event: Written, case: Case | None, author: Author, text: str, now: datetime) -> Done:
        if case is None:
            return _NOTHING
        return self._step(tickets.jot(case, event.messages[0], text.strip(), author), now)

    def _hinted(self, event: Written, author: Author) -> Done:
        """Say once where to write: here nothing goes to anybody."""
        clerk = self._clerk(author)
        if clerk is None or clerk.hinted or event.is_edited:
            return _NOTHING
        key = "unknown_topic" if event.thread else "general_hint"
        change = CaseChange(clerk=replace(clerk, hinted=True))
        return change, (self._aside(self._words(key), event.messages[0], event.thread),)

    # -------------------------------------------------------------- commands

    def _obey(self, command: CommandGiven, event: Written, case: Case | None, author: Author, now: datetime) -> Done:
        """Carry out a command."""
        answers, thread = event.messages[0], event.thread
        match command.name:
            case "hilfe" | "help":
                return None, (self._aside(self._words("help"), answers, thread),)
            case "offen":
                return None, (self._aside(self._waiting(now), answers, thread),)
            case "pause":
                return self._paused(author, answers, thread)
        if case is None:
            key = "no_case" if command.name in _ON_CASES else "unknown_command"
            return None, (self._aside(self._words(key), answers, thread),)
        return self._obey_on(command, event, Turn(case, author, now, answers))

    def _obey_on(self, command: CommandGiven, event: Written, turn: Turn) -> Done:
        """Carry out a command on a case."""
        case, now = turn.case, turn.now
        match command.name:
            case "notiz":
                return self._noted(event, case, turn.author, command.argument, now)
            case "zurueckholen" | "zurückholen" | "delete":
                link = self._cases.written(case.number, Side.STAFF, event.reply_to) if event.reply_to else None
                return self._step(tickets.withdraw(case, link, turn.message, now), now)
            case "baustein":
                return self._snippet(command.argument, turn)
            case "faq":
                return self._answers_for(command.argument, turn)
            case name if name in _VERBS:
                return self._act(_VERBS[name], turn, command.argument[:200])
        return self._tell(case, "unknown_command", answers=turn.message)

    def _act(self, verb: str, turn: Turn, argument: str = "") -> Done:  # noqa: PLR0911 - a verb a line
        """Do what a button does."""
        case, now = turn.case, turn.now
        match verb:
            case "take":
                return self._step(tickets.take(case, turn.author, now), now)
            case "free":
                return self._step(tickets.release(case, now, self._rules), now)
            case "close":
                return self._step(tickets.close(case, Side.STAFF, now, argument), now)
            case "open":
                return self._reopened(case, now)
            case "faq":
                return self._answers_for(self._last_question(case), turn)
            case "office":
                return self._offices(case)
            case "draft":
                return self._step(tickets.draft(Folder(case, self._cases.links(case.number))), now)
            case "bar" | "unbar":
                return self._step(tickets.bar(case, now, barred=verb == "bar"), now)
        return _NOTHING

    def _waiting(self, now: datetime) -> str:
        words, cases = self._content().texts.staff, self._cases.waiting()
        if not cases:
            return words["waiting_none"]
        lines = [
            words["waiting_line"].format(
                nummer=case.number,
                thema=case.theme or words["topic_plain"],
                minuten=int((now - case.opened_at).total_seconds() // 60),
            )
            for case in cases[:SHOWN_WAITING]
        ]
        more = len(cases) - len(lines)
        lines += [words["waiting_more"].format(zahl=more)] if more else []
        return "\n".join((words["waiting"], *(f"- {line}" for line in lines)))

    def _paused(self, author: Author, answers: int, thread: int | None) -> Done:
        clerk = self._clerk(author)
        if clerk is None:
            return _NOTHING
        text = self._words("back" if clerk.away else "away")
        change = CaseChange(clerk=replace(clerk, away=not clerk.away, name=author.name))
        return change, (self._aside(text, answers, thread),)

    def _snippet(self, name: str, turn: Turn) -> Done:
        """Send a canned reply, or name them all."""
        texts = self._content().texts
        names = ", ".join(texts.snippets)
        if not name:
            return self._tell(turn.case, "snippets", namen=names, answers=turn.message)
        text = texts.snippets.get(name.casefold())
        if text is None:
            return self._tell(turn.case, "no_snippet", namen=names, answers=turn.message)
        return self._spoken(text, turn)

    def _spoken(self, text: str, turn: Turn) -> Done:
        """Let the citizen read a text, if the case is the clerk's."""
        said = Pass(Side.STAFF, (turn.message,), text, turn.author.name, spoken=True)
        return self._step(tickets.answer(turn.case, turn.author, said, turn.now, self._rules), turn.now)

    # -------------------------------------------------------------- answers of the FAQ, offices

    def _last_question(self, case: Case) -> str:
        asked = self._bureau.records.questions(case.chat) if case.chat else ()
        return next((one.text for one in reversed(asked) if one.text), "")

    def _answers_for(self, words: str, turn: Turn) -> Done:
        """Offer the answers that come nearest to some words."""
        faq = self._content().faq
        found = self._content().decide(Query(words[:1000])).candidates if words else ()
        entries = [entry for one in found if (entry := faq.get(one.id)) and entry.kind is Kind.ANSWER]
        if not entries:
            return self._tell(turn.case, "no_answer", answers=turn.message)
        rows = [[staff_button(_label(e.question), "s", turn.case, e.id)] for e in entries[:SHOWN_ANSWERS]]
        text = self._words("choose_answer")
        return None, (self._bureau.desk().note(turn.case, text, rows=rows),)

    def _offices(self, case: Case) -> Done:
        """Offer the offices that the FAQ names."""
        names = self._departments()
        if not names:
            return self._tell(case, "no_offices")
        rows = [[staff_button(_label(name), "d", case, key)] for key, name in names.items()]
        return None, (self._bureau.desk().note(case, self._words("choose_office"), rows=rows),)

    def _departments(self) -> dict[str, str]:
        found = sorted({entry.department for entry in self._content().faq.entries if entry.department})
        return {hashlib.sha256(name.encode()).hexdigest()[:12]: name for name in found}

    # -------------------------------------------------------------- buttons

    def _pressed(self, event: Pressed, now: datetime) -> Done:
        """Follow a button; what names no case that stands here is nothing."""
        part, _, rest = event.token.partition(":")
        verb, _, rest = rest.partition(":")
        number, _, value = rest.partition(":")
        case = self._cases.of_number(int(number)) if part == STAFF and _is_number(number) else None
        if case is None or not self._stands_here(event, case):
            return _NOTHING
        turn = Turn(case, self._author(event.person, now), now, event.message)
        match verb:
            case "again":
                return self._again(value, turn)
            case "s":
                return self._answered(value, turn)
            case "d":
                name = self._departments().get(value)
                return self._step(tickets.release(case, now, self._rules, name), now) if name else _NOTHING
        return self._act(verb, turn)

    def _stands_here(self, event: Pressed, case: Case) -> bool:
        """Say whether a button stands in the topic of its case; without topics anywhere in the group."""
        return event.thread == case.thread or (case.topic is TopicState.NONE and event.thread is None)

    def _again(self, value: str, turn: Turn) -> Done:
        link: Link | None = self._cases.link(int(value)) if _is_number(value) else None
        if link is None or link.case != turn.case.number:
            return _NOTHING
        return self._step(tickets.send_again(turn.case, link, turn.author), turn.now)

    def _answered(self, entry_id: str, turn: Turn) -> Done:
        """Send an answer of the FAQ in the clerk's name."""
        entry = self._content().faq.get(entry_id)
        return self._spoken(_answer_text(entry), turn) if entry else _NOTHING

    # -------------------------------------------------------------- what all need

    def _author(self, person: Person, now: datetime) -> Author:
        if person.is_team:
            return Author(None, self._words("team"))
        return Author(self._addresses.person(person.id, now), person.name or self._words("team"))

    def _clerk(self, author: Author) -> Clerk | None:
        """Return what is known of a clerk; nobody knows who writes as the group."""
        if author.person is None:
            return None
        return self._cases.clerk(author.person) or Clerk(author.person, author.name)

    def _words(self, key: str) -> str:
        return self._content().texts.staff[key]

    def _tell(self, case: Case, key: str, *, answers: int | None = None, **values: str) -> Done:
        """Say something in a case's topic that changes nothing."""
        step = Step(case, (Tell(Side.STAFF, key, tuple(values.items()), answers, fails=True),))
        _, messages = self._bureau.desk().written(step, case.opened_at)
        return None, messages

    def _aside(self, text: str, answers: int, thread: int | None) -> Message:
        """Return something said in the group that belongs to no case."""
        payload = plain_payload(text, self._content().texts)
        payload["params"]["reply_parameters"] = {"message_id": answers, "allow_sending_without_reply": True}
        if thread:
            payload["params"]["message_thread_id"] = thread
        return Message(self._bureau.desk().group, MessageKind.TEXT, payload, lane="aside", priority=TOPIC)

    def _plain(self, key: str) -> Payload:
        return plain_payload(self._words(key), self._content().texts)

    def _step(self, step: Step, now: datetime) -> Done:
        return self._bureau.desk().written(step, now)


_NOTHING: Done = (None, ())

_VERBS = {
    "uebernehmen": "take",
    "übernehmen": "take",
    "take": "take",
    "freigeben": "free",
    "abschliessen": "close",
    "abschließen": "close",
    "close": "close",
    "oeffnen": "open",
    "öffnen": "open",
    "entwurf": "draft",
    "sperren": "bar",
    "entsperren": "unbar",
}
_ON_CASES = frozenset(
    (*_VERBS, "notiz", "zurueckholen", "zurückholen", "delete", "baustein", "faq", "sperren", "entsperren")
)


def _label(text: str) -> str:
    line = unmarked(text)
    return line if len(line) <= LONGEST_LABEL else line[: LONGEST_LABEL - 1] + "…"


def _answer_text(entry: FaqEntry) -> str:
    """Return an answer with its sources."""
    sources = [f"[{source.title}]({source.url})" if source.url else source.title for source in entry.sources]
    return "\n\n".join(filter(None, (entry.answer.strip(), "\n".join(sources))))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16
