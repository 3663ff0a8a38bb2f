"""What clerks order: commands in the staff group, buttons of the cards."""

from dataclasses import replace
from datetime import datetime

from bot import relaying, tickets
from bot.case_rules import Author
from bot.case_steps import Step, Tell
from bot.cases import Case, CaseChange, Folder, Side, TopicState
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.card import STAFF
from bot.channels.telegram.staff_answers import ReadyAnswers
from bot.channels.telegram.staff_events import Pressed, Written
from bot.channels.telegram.staff_voice import NOTHING, Done, StaffVoice, Turn
from bot.events import CommandGiven
from bot.opening_words import lasted

SHOWN_WAITING = 30
"""Cases that one message has room for."""

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


class StaffOrders:
    """Carries out what clerks order."""

    def __init__(self, bureau: Bureau, voice: StaffVoice) -> None:
        self._cases = bureau.cases
        self._rules = bureau.rules
        self._content = bureau.content
        self._voice = voice
        self._answers = ReadyAnswers(bureau, voice)

    def obey(self, command: CommandGiven, event: Written, case: Case | None, author: Author, now: datetime) -> Done:
        """Carry out a command."""
        answers, thread = event.messages[0], event.thread
        match command.name:
            case "hilfe" | "help":
                return None, (self._voice.aside(self._voice.words("help"), answers, thread),)
            case "offen":
                return None, (self._voice.aside(self._waiting(now), answers, thread),)
            case "pause":
                return self._paused(author, answers, thread)
        if case is None:
            key = "no_case" if command.name in _ON_CASES else "unknown_command"
            return None, (self._voice.aside(self._voice.words(key), answers, thread),)
        return self._obey_on(command, event, Turn(case, author, now, answers))

    def _obey_on(self, command: CommandGiven, event: Written, turn: Turn) -> Done:
        """Carry out a command on a case."""
        case, now = turn.case, turn.now
        match command.name:
            case "notiz":
                return self.noted(event, case, turn.author, command.argument, now)
            case "zurueckholen" | "zurückholen" | "delete":
                link = self._cases.written(case.number, Side.STAFF, event.reply_to) if event.reply_to else None
                return self._voice.step(relaying.withdraw(case, link, turn.message, now), now)
            case "baustein":
                return self._answers.snippet(command.argument, turn)
            case "faq":
                return self._answers.for_words(command.argument or self._answers.last_question(case), turn)
            case name if name in _VERBS:
                return self._act(_VERBS[name], turn, command.argument[:200])
        return self._voice.tell(case, "unknown_command", answers=turn.message)

    def _act(self, verb: str, turn: Turn, argument: str = "") -> Done:  # noqa: PLR0911 - a verb a line
        """Do what a button does."""
        case, now = turn.case, turn.now
        match verb:
            case "take":
                return self._voice.step(tickets.take(case, turn.author, now), now)
            case "free":
                return self._voice.step(tickets.release(case, turn.author, now, self._rules), now)
            case "close":
                return self._voice.step(tickets.close(case, Side.STAFF, now, argument), now)
            case "open":
                return self.reopened(case, now)
            case "faq":
                return self._answers.for_words(self._answers.last_question(case), turn)
            case "none":
                return self._voice.step(Step(case, (Tell(Side.STAFF, "chosen_none", instead=turn.message),)), now)
            case "office":
                return self._answers.offices(case)
            case "draft":
                return self._voice.step(tickets.draft(Folder(case, self._cases.links(case.number))), now)
            case "bar" | "unbar":
                return self._voice.step(tickets.bar(case, now, barred=verb == "bar"), now)
        return NOTHING

    def reopened(self, case: Case, now: datetime, *, in_app: bool = False) -> Done:
        """Open a case again, if its citizen is there and has no other one."""
        other = self._cases.open_of(case.chat) if case.chat else None
        if case.chat is None:
            return self._voice.tell(case, "is_erased")
        if other and other.number != case.number:
            return self._voice.tell(case, "has_other", anderer=str(other.number))
        return self._voice.step(tickets.reopen(case, Side.STAFF, now, self._rules, in_app=in_app), now)

    def noted(self, event: Written, case: Case | None, author: Author, text: str, now: datetime) -> Done:
        """Keep a note for colleagues."""
        if case is None:
            return NOTHING
        return self._voice.step(relaying.jot(case, event.messages[0], text.strip(), author), now)

    def _waiting(self, now: datetime) -> str:
        words, cases = self._content().texts.staff, self._cases.waiting()
        if not cases:
            return words["waiting_none"]
        lines = [
            words["waiting_line"].format(
                nummer=case.number,
                thema=case.theme or words["topic_plain"],
                dauer=lasted(case.opened_at, now),
            )
            for case in cases[:SHOWN_WAITING]
        ]
        more = len(cases) - len(lines)
        lines += [words["waiting_more"].format(zahl=more)] if more else []
        return "\n".join((words["waiting"], *(f"- {line}" for line in lines)))

    def _paused(self, author: Author, answers: int, thread: int | None) -> Done:
        clerk = self._voice.clerk(author)
        if clerk is None:
            return NOTHING
        text = self._voice.words("back" if clerk.away else "away")
        change = CaseChange(clerk=replace(clerk, away=not clerk.away, name=author.name))
        return change, (self._voice.aside(text, answers, thread),)

    def pressed(self, event: Pressed, now: datetime) -> Done:
        """Follow a button; what names no case that stands here is nothing."""
        part, _, rest = event.token.partition(":")
        verb, _, rest = rest.partition(":")
        number, _, value = rest.partition(":")
        case = self._cases.of_number(int(number)) if part == STAFF and _is_number(number) else None
        if case is None or not self._stands_here(event, case):
            return NOTHING
        turn = Turn(case, self._voice.author(event.person, now), now, event.message)
        match verb:
            case "again":
                return self._again(value, turn)
            case "s" | "b":
                return self._offered(verb, value, turn)
            case "d":
                return self._handed_on(self._answers.departments().get(value), turn)
        return self._act(verb, turn)

    def _stands_here(self, event: Pressed, case: Case) -> bool:
        """Say whether a button stands in the topic of its case; without topics anywhere in the group."""
        return event.thread == case.thread or (case.topic is TopicState.NONE and event.thread is None)

    def _handed_on(self, office: str | None, turn: Turn) -> Done:
        """Give a case to another office; what the FAQ does not name any more is nothing."""
        if office is None:
            return NOTHING
        released = tickets.release(turn.case, turn.author, turn.now, self._rules, office)
        chosen = Tell(Side.STAFF, "chosen_office", (("amt", office),), instead=turn.message)
        return self._voice.step(released.then(chosen) if turn.case.is_open else released, turn.now)

    def _offered(self, verb: str, value: str, turn: Turn) -> Done:
        """Send what was offered; each offer is for one, whoever presses how often."""
        if self._cases.written(turn.case.number, Side.STAFF, turn.message):
            return self._voice.tell(turn.case, "answer_sent", answers=turn.message)
        return self._answers.send(value, turn) if verb == "s" else self._answers.send_snippet(value, turn)

    def _again(self, value: str, turn: Turn) -> Done:
        """Send again what is named by its first and its last link, where this case has them."""
        first, _, last = value.partition("-")
        last = last or first
        if not (_is_number(first) and _is_number(last)):
            return NOTHING
        written = [link for link in self._cases.links(turn.case.number) if int(first) <= link.id <= int(last)]
        own = [link for link in written if link.side is Side.STAFF]
        return self._voice.step(relaying.send_again(turn.case, own, turn.author), turn.now) if own else NOTHING


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
