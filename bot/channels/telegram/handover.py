"""A citizen's side of a case: the wish for a human, what they write meanwhile, the end, the rating."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot import relaying, tickets
from bot.answers import HUMAN, ahead
from bot.case_steps import Pass, React, Revise, Step, Tell
from bot.cases import Case, CaseState, Link, Side
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.citizen_words import SETTLE, citizen_reply
from bot.channels.telegram.desk import sent_to
from bot.channels.telegram.handler import TelegramHandler
from bot.channels.telegram.render import Payload, menu_payload, message_payloads
from bot.channels.telegram.staff_events import TEXT, Pressed, Reacted, Written, staff_event
from bot.channels.telegram.summary import summed_up
from bot.channels.telegram.translate import Me, is_private
from bot.delivery import Message, MessageKind
from bot.events import CommandGiven, event_from_text
from bot.ports import Claim, Outcome
from bot.replies import Choice, Place, Reply
from bot.rights import ERASE
from intents.decision import DecisionKind
from intents.query import Query

MINUTE = timedelta(minutes=1)

_BACK = ("zurueck", "zurück", "bot")
_STATUS = ("mensch", "status")

_NOT_ANSWERED = frozenset({DecisionKind.FALLBACK, DecisionKind.REDIRECT})


class Handover:
    """Handles private chats: a citizen with a case speaks with people, everybody else with the bot."""

    def __init__(self, me: Me, bot: TelegramHandler, bureau: Bureau) -> None:
        self._me = me
        self._bot = bot
        self._bureau = bureau
        self._content = bureau.content
        self._cases = bureau.cases
        self._rules = bureau.rules
        self._attachments = bureau.attachments

    def handle(self, claim: Claim, now: datetime) -> Outcome:
        """Return all that an update of a chat with a citizen brings about."""
        raws = [part.raw for part in claim.parts]
        event = staff_event(raws, self._me) if is_private(raws[0]) else None
        if isinstance(event, Pressed):
            return self._pressed(claim, event, now)
        if isinstance(event, Reacted):
            return self._reacted(claim, event, now)
        if isinstance(event, Written):
            return self._written(claim, event, now)
        return self._bot.handle(claim, now)

    # -------------------------------------------------------------- buttons

    def _pressed(self, claim: Claim, event: Pressed, now: datetime) -> Outcome:
        """Follow a button of the hand-over; all others are the bot's."""
        case = self._cases.open_of(claim.chat)
        match event.token.split(":"):
            case ["h", "y"]:
                return self._status(claim, case) if case else self._open(claim, now)
            case ["h", "n"]:
                return self._say(claim, "offer_declined")
            case ["h", "x"]:
                return self._leave(claim, case, now)
            case ["h", "r" | "s" as step, number, value] if number.isdecimal() and len(number) < 10:
                return self._rated(claim, event, (step, int(number), value), now)
            case ["m"] if case or self._is_barred(claim):
                return self._status(claim, case) if case else self._say(claim, "barred")
        outcome = self._bot.handle(claim, now)
        return self._erased(claim, outcome) if event.token == ERASE else outcome

    def _open(self, claim: Claim, now: datetime) -> Outcome:
        """Begin a case, unless the citizen is barred."""
        if self._is_barred(claim):
            return self._say(claim, "barred")
        if self._bureau.is_out_of_reach():
            return self._say(claim, "out_of_reach", kontakt=self._bureau.contact())
        theme, summary = summed_up(self._bureau.records.questions(claim.chat), self._content())
        case = Case(self._cases.next_number(), claim.chat, now, theme=theme, summary=summary)
        return self._done(claim, tickets.open_case(case, self._cases.waiting(), self._rules), now)

    def _is_barred(self, claim: Claim) -> bool:
        return any(one.barred for one in self._cases.of_chat(claim.chat))

    def _leave(self, claim: Claim, case: Case | None, now: datetime) -> Outcome:
        if case is None:
            return self._say(claim, "not_open")
        return self._done(claim, tickets.close(case, Side.CITIZEN, now), now)

    def _rated(self, claim: Claim, event: Pressed, rating: tuple[str, int, str], now: datetime) -> Outcome:
        """Note a rating of one's own case; anybody else's number is nothing."""
        step, number, value = rating
        case = self._cases.of_number(number)
        if case is None or case.chat != claim.chat or case.is_open:
            return self._say(claim, "not_open")
        words = self._content().texts.desk
        if step == "s":
            done = tickets.settle(case, solved=value == "1", now=now)
            human = Choice(self._content().texts.human_choice, HUMAN)
            reply = Reply(words["thanks"]) if value == "1" else Reply(words["unsolved"], choices=(human,))
            return self._changed(claim, event, done, replace(reply, place=Place.INSTEAD), now)
        if value not in ("1", "2", "3"):
            return self._say(claim, "not_open")
        choices = tuple(
            Choice(words[name], f"{SETTLE}:{number}:{token}") for token, name in ((1, "solved_yes"), (0, "solved_no"))
        )
        done = tickets.rate(case, int(value), now)
        return self._changed(claim, event, done, Reply(words["solved"], choices=choices), now)

    def _changed(self, claim: Claim, event: Pressed, step: Step, reply: Reply, now: datetime) -> Outcome:
        """Write a step down; the message with the button becomes the reply."""
        outcome = self._done(claim, step, now)
        payload: Payload | None = menu_payload(reply, self._content().texts, event.message)
        change = Message(claim.chat, MessageKind.EDIT, payload or {}, priority=5)
        return replace(outcome, messages=(*outcome.messages, change))

    def _reacted(self, claim: Claim, event: Reacted, now: datetime) -> Outcome:
        """Show a reaction in the topic."""
        case = self._cases.open_of(claim.chat)
        found = self._target_of(event.message, case) if case else None
        step = Step(case, (React(Side.CITIZEN, found, event.emoji),)) if case and found else None
        return self._done(claim, step, now) if step else Outcome(claim.saved.state)

    # -------------------------------------------------------------- what is written

    def _written(self, claim: Claim, event: Written, now: datetime) -> Outcome:
        """Pass on what belongs to a case; the bot answers everything else."""
        case = self._cases.open_of(claim.chat)
        command = event_from_text(event.text)
        if isinstance(command, CommandGiven) and not event.is_edited:
            return self._commanded(claim, command.name, case, now)
        if event.is_edited:
            return self._edited(claim, event, now)
        if case is None:
            return self._without_case(claim, event, now)
        if _plain(event.text) == _plain(self._content().texts.desk["back"]):
            return self._leave(claim, case, now)
        return self._with_emergency(claim, event, self._passed_on(claim, event, case, now), now)

    def _commanded(self, claim: Claim, name: str, case: Case | None, now: datetime) -> Outcome:
        if name in _BACK:
            return self._leave(claim, case, now)
        if case and name in _STATUS:
            return self._status(claim, case)
        if name == "status":
            return self._say(claim, "not_open")
        if name == "mensch" and self._is_barred(claim):
            return self._say(claim, "barred")
        return self._bot.handle(claim, now)

    def _edited(self, claim: Claim, event: Written, now: datetime) -> Outcome:
        """Carry a change over; a changed question to the bot is the bot's."""
        case = self._cases.open_of(claim.chat) or self._cases.last_of(claim.chat)
        link = self._cases.written(case.number, Side.CITIZEN, event.messages[0]) if case else None
        if case and link is None and case.is_open and event.at >= int(case.opened_at.timestamp()):
            outcome = self._passed_on(claim, event, case, now)  # as it was first, it could not be
        elif case is None or link is None:
            return self._bot.handle(claim, now)
        else:
            outcome = self._revised(claim, event, case, link, now)
        return self._with_emergency(claim, event, outcome, now)

    def _revised(self, claim: Claim, event: Written, case: Case, link: Link, now: datetime) -> Outcome:
        """Carry over how something reads now."""
        if refusal := self._refusal(event):
            return self._say(claim, refusal)
        change = Revise(link, event.text, event.entities, "" if event.kind == TEXT else event.kind, event.file)
        return self._done(claim, relaying.revise(case, change), now)

    def _without_case(self, claim: Claim, event: Written, now: datetime) -> Outcome:
        """Let the bot answer; what it has no answer to may belong to a case that is just over."""
        outcome = self._bot.handle(claim, now)
        case = self._cases.last_of(claim.chat)
        if case is None or not tickets.is_reopenable(case, now) or self._is_barred(claim):
            return outcome
        replied = event.reply_to and self._cases.carried(Side.STAFF, event.reply_to, case.number)
        unknown = any(question.decision in _NOT_ANSWERED for question in outcome.questions)
        if not (replied or unknown) or self._refusal(event) or self._bureau.is_out_of_reach():
            return outcome
        again = tickets.reopen(case, Side.CITIZEN, now, self._rules)
        heard = self._heard(event, again.case, now)
        whole = Step(heard.case, (*again.effects, *heard.effects))
        done = self._done(claim, whole, now)
        kept = replace(outcome, cases=done.cases, messages=done.messages)
        return self._with_emergency(claim, event, kept, now)

    def _passed_on(self, claim: Claim, event: Written, case: Case, now: datetime) -> Outcome:
        refusal = self._refusal(event)
        if refusal:
            return self._say(claim, refusal)
        return self._done(claim, self._heard(event, case, now), now)

    def _refusal(self, event: Written) -> str | None:
        """Return why something is not passed on."""
        return None if event.kind == TEXT else self._attachments.refuses(event.kind, event.size)

    def _heard(self, event: Written, case: Case, now: datetime) -> Step:
        said = Pass(
            Side.CITIZEN,
            event.messages,
            self._content().texts.transcribed(event.text, event.kind),
            "",
            self._target_of(event.reply_to, case) if event.reply_to else None,
        )
        lately = self._cases.written_since(case.number, now - MINUTE)
        clerk = self._cases.clerk(case.assignee) if case.assignee else None
        return relaying.hear(case, said, lately, now, is_away=bool(clerk and clerk.away))

    def _target_of(self, message: int, case: Case) -> int | None:
        """Return what stands in the topic for a message in the citizen's chat."""
        if link := self._cases.carried(Side.STAFF, message, case.number):
            return link.message if link.message > 0 else None  # it stood in the group before that moved
        link = self._cases.written(case.number, Side.CITIZEN, message)
        return link.copy if link else None

    def _with_emergency(self, claim: Claim, event: Written, outcome: Outcome, now: datetime) -> Outcome:
        """Give the emergency numbers at once, whoever reads along, and mark it for the clerks."""
        if not event.text or self._content().decide(Query(event.text)).kind is not DecisionKind.EMERGENCY:
            return outcome
        alarmed = self._bot.handle(claim, now)
        case = outcome.cases.case if outcome.cases else self._cases.open_of(claim.chat)
        marked = self._marked(case, now) if case and case.is_open else ()
        return replace(alarmed, cases=outcome.cases, messages=(*alarmed.messages, *outcome.messages, *marked))

    def _marked(self, case: Case, now: datetime) -> tuple[Message, ...]:
        """Say in the topic that there is an emergency; in the whole group while nobody has the case."""
        told = Tell(Side.STAFF, "emergency", fails=True)
        group = () if case.clerk else (replace(told, everywhere=True),)
        return self._bureau.desk().written(Step(case, (told, *group)), now)[1]

    # -------------------------------------------------------------- what all need

    def _status(self, claim: Claim, case: Case) -> Outcome:
        """Say where a case stands."""
        before = sum(other.number < case.number for other in self._cases.waiting())
        key = "status" if case.state is CaseState.OPEN else "status_taken"
        return self._say(claim, key, case, davor=ahead(self._content().texts, before))

    def _say(self, claim: Claim, key: str, case: Case | None = None, **values: str) -> Outcome:
        """Say something that changes nothing."""
        texts = self._content().texts
        numbered = {"nummer": str(case.number) if case else "", "mb": str(self._attachments.megabytes), **values}
        some = case or Case(0, claim.chat, datetime.min)  # noqa: DTZ901 - no text of these names a moment
        payloads = message_payloads(citizen_reply(texts, self._rules.hours, some, key, numbered), texts)
        return Outcome(claim.saved.state, messages=tuple(sent_to(claim.chat, payloads, MessageKind.TEXT)))

    def _done(self, claim: Claim, step: Step, now: datetime) -> Outcome:
        """Return a step as what it changes."""
        change, messages = self._bureau.desk().written(step, now)
        return Outcome(replace(claim.saved.state, missed=0), cases=change, messages=messages)

    def _erased(self, claim: Claim, outcome: Outcome) -> Outcome:
        """Delete what the clerks see of somebody who wants all deleted."""
        if not outcome.erases:
            return outcome
        desk, gone = self._bureau.desk(), list[Message]()
        for folder in self._bureau.records.cases(claim.chat):
            gone += desk.written(tickets.erase(folder), folder.case.opened_at)[1]
        return replace(outcome, messages=(*outcome.messages, *gone))


def _plain(text: str) -> str:
    """Return words as they count when somebody types what a button says."""
    return " ".join(text.casefold().strip(' .!»«"').split())
