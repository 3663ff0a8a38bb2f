"""The steps of a case into what is written down and sent: which text, which buttons, which lane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from bot.case_rules import Hours
from bot.case_steps import (
    Draft,
    Effect,
    Erase,
    Forum,
    Jot,
    Later,
    Never,
    Pass,
    React,
    Revise,
    Step,
    Tell,
    Told,
    Unbar,
    Withdraw,
)
from bot.cases import Case, CaseChange, CaseDraft, Due, Link, LinkState, Side
from bot.channels.telegram.card import button, card_buttons, card_text
from bot.channels.telegram.citizen_words import citizen_reply
from bot.channels.telegram.passing import copying, editing, origin, reply_to, target, told_instead
from bot.channels.telegram.render import Payload, message_payloads
from bot.delivery import Carried, Message, MessageKind
from bot.replies import Reply
from bot.texts import Texts

PERSONAL, FAILURE, RELAYED, TOPIC, REFRESH = 1, 6, 7, 8, 9
"""Priorities; all that goes to the group comes after answers to citizens."""

LONGEST_NAME = 128
"""Characters of a topic's name."""


@dataclass(frozen=True)
class Desk:
    """Where the clerks are, and in which words the bot speaks to both sides."""

    group: str
    """Key of the staff group's chat."""
    texts: Texts
    hours: Hours
    has_offices: bool = True
    """The FAQ names offices that a case can go to."""

    def written(self, step: Step, now: datetime) -> tuple[CaseChange, tuple[Message, ...]]:
        """Return what a step changes, and what is to be sent."""
        scribe = Scribe(self, step.case, now)
        for effect in step.effects:
            scribe.write(effect)
        return replace(scribe.change, case=step.case), tuple(scribe.messages)

    def note(
        self, case: Case, text: str, *, rows: Sequence[Sequence[Payload]] = (), answers: int | None = None
    ) -> Message:
        """Return something that the bot says in a case's topic."""
        payload = plain_payload(f"#{case.number} · {text}", self.texts)
        if rows:
            payload["params"]["reply_markup"] = {"inline_keyboard": [list(row) for row in rows]}
        if answers and answers > 0:  # below 0: it stood in the group before that moved
            payload["params"]["reply_parameters"] = reply_to(answers)
        return self.into_topic(case, MessageKind.TEXT, payload, FAILURE)

    def into_topic(self, case: Case, kind: MessageKind, payload: Payload, priority: int, **more: Any) -> Message:
        """Return a message into a case's topic."""
        more.setdefault("lane", f"case:{case.number}")
        return Message(self.group, kind, payload, priority=priority, topic_of=case.number, **more)

    def card(self, case: Case, *, continued: bool = False, is_blocked: bool = False) -> Payload:
        """Return the summary of a case with its buttons."""
        text = card_text(case, self.texts, continued=continued, is_blocked=is_blocked)
        payload = plain_payload(text, self.texts)
        payload["params"]["reply_markup"] = {
            "inline_keyboard": card_buttons(case, self.texts, has_offices=self.has_offices)
        }
        return payload

    def refreshed(self, case: Case, *, is_blocked: bool = False) -> Message:
        """Return the change of a card."""
        payload = {**self.card(case, is_blocked=is_blocked), "method": "editMessageText", "card": True}
        return self.into_topic(case, MessageKind.EDIT, payload, REFRESH, lane=f"card:{case.number}")


class Scribe:
    """Writes one step down, effect by effect."""

    def __init__(self, desk: Desk, case: Case, now: datetime) -> None:
        self._desk = desk
        self._case = case
        self._now = now
        self.change = CaseChange()
        self.messages: list[Message] = []

    @singledispatchmethod
    def write(self, effect: Effect) -> None:
        """Write one effect down."""
        raise TypeError(type(effect).__name__)

    @write.register
    def _(self, tell: Tell) -> None:
        values = {"nummer": str(self._case.number), **dict(tell.values)}
        if tell.to is Side.CITIZEN:
            self._to_citizen(citizen_reply(self._desk.texts, self._desk.hours, self._case, tell.key, values))
            return
        text = self._desk.texts.staff[tell.key].format(**values)
        span = "-".join(map(str, tell.again or ()))
        rows = [[button(self._desk.texts.staff["again"], "again", self._case, span)]] if span else ()
        told = self._desk.note(self._case, text, rows=rows, answers=tell.answers)
        told = replace(told, priority=FAILURE if tell.fails else TOPIC)
        if tell.instead:
            told = replace(told, kind=MessageKind.EDIT, payload=_in_place_of(tell.instead, told.payload))
        self.messages.append(replace(told, topic_of=None, lane="") if tell.everywhere else told)

    @write.register
    def _(self, said: Pass) -> None:
        carried = Carried(self._case.number, said.origin, said.messages, self._now, said.text, said.author, said.spoken)
        if said.spoken:
            self._speak(said, carried)
            return
        payload = copying(said, self._desk.group if said.origin is Side.STAFF else str(self._case.chat))
        self._carry(said.origin, MessageKind.CLERK if said.origin is Side.STAFF else MessageKind.COPY, payload, carried)

    @write.register
    def _(self, reaction: React) -> None:
        shown = [{"type": "emoji", "emoji": reaction.emoji}] if reaction.emoji else []
        payload = {"method": "setMessageReaction", "params": {"message_id": reaction.message, "reaction": shown}}
        number = self._case.number
        more: dict[str, Any] = {"lane": f"react:{number}", "priority": REFRESH}
        if reaction.origin is Side.CITIZEN:
            self.messages.append(self._desk.into_topic(self._case, MessageKind.REACTION, payload, **more))
        else:
            self.messages.append(Message(str(self._case.chat), MessageKind.REACTION, payload, **more))

    @write.register
    def _(self, revision: Revise) -> None:
        link = revision.link
        words = self._desk.texts.transcribed(revision.text, revision.kind)
        carried = Carried(link.case, link.side, (link.message,), self._now, words, link.author, edits=True)
        payload = editing(revision)
        if link.side is Side.CITIZEN:
            told = told_instead(revision, self._desk.texts.staff["edited"].format(text=revision.text))
            payload.update({"from": str(self._case.chat), "instead": told})
        self._carry(link.side, MessageKind.EDIT, payload, carried, depends_on=origin(link))

    @write.register
    def _(self, withdrawn: Withdraw) -> None:
        link = withdrawn.link
        carried = Carried(link.case, link.side, (link.message,), self._now, link.text, link.author, edits=True)
        payload: Payload = {"method": "deleteMessage", **target(link, {})}
        self._carry(link.side, MessageKind.EDIT, payload, carried, depends_on=origin(link))
        self.change = replace(self.change, taken=(*self.change.taken, link.id))
        self.messages.append(self._desk.note(self._case, self._desk.texts.staff["withdrawn"], answers=link.message))

    @write.register
    def _(self, jotted: Jot) -> None:
        number, words = self._case.number, (jotted.text, jotted.author)
        note = Link(0, number, Side.NOTE, jotted.message, LinkState.NOTE, self._now, text=words[0], author=words[1])
        self.change = replace(self.change, notes=(*self.change.notes, note))

    @write.register
    def _(self, opened: Forum.Open) -> None:
        texts, number = self._desk.texts, self._case.number
        theme = self._case.theme or texts.staff["topic_plain"]
        name = texts.staff["topic"].format(nummer=number, thema=theme)[:LONGEST_NAME]
        creation = {"method": "createForumTopic", "params": {"name": name}}
        self._topic_call(MessageKind.TOPIC, creation, lane=f"open:{number}")
        if opened.card:
            card = self._desk.card(self._case, continued=opened.continued)
            self._topic_call(MessageKind.CARD, card, lane=f"card:{number}")

    @write.register
    def _(self, closed: Forum.Close) -> None:
        params = {"message_thread_id": closed.thread} if closed.thread else {}
        self._topic_call(MessageKind.EDIT, {"method": "closeForumTopic", "params": params})

    @write.register
    def _(self, reopened: Forum.Reopen) -> None:  # noqa: ARG002 - it says all by its kind
        self._topic_call(MessageKind.EDIT, {"method": "reopenForumTopic", "params": {}})

    @write.register
    def _(self, deleted: Forum.Delete) -> None:
        payload: Payload = {"method": "deleteForumTopic", "params": {"message_thread_id": deleted.thread}}
        if deleted.in_time:
            self._erase(payload, MessageKind.FORGET, REFRESH)
        else:
            self._erase(payload)

    @write.register
    def _(self, erased: Erase) -> None:
        self._erase({"method": "deleteMessages", "params": {"message_ids": list(erased.messages)}})

    @write.register
    def _(self, later: Later) -> None:
        due = Due(self._case.number, later.kind, later.at)
        self.change = replace(self.change, due=(*self.change.due, due))

    @write.register
    def _(self, never: Never) -> None:
        undue = (*self.change.undue, (self._case.number, never.kind))
        self.change = replace(self.change, undue=undue)

    @write.register
    def _(self, told: Told) -> None:
        self.change = replace(self.change, told=told.links)

    @write.register
    def _(self, draft: Draft) -> None:
        self.change = replace(self.change, draft=CaseDraft(self._case.number, draft.question, draft.answer))

    @write.register
    def _(self, unbarred: Unbar) -> None:  # noqa: ARG002 - it says all by its kind
        self.change = replace(self.change, unbars=True)

    def _topic_call(self, kind: MessageKind, payload: Payload, **more: Any) -> None:
        self.messages.append(self._desk.into_topic(self._case, kind, payload, TOPIC, **more))

    def _erase(self, payload: Payload, kind: MessageKind = MessageKind.ERASE, priority: int = FAILURE) -> None:
        """Delete something in the group, whatever has become of the case's topic."""
        number = self._case.number
        lane = f"erase:{number}"
        self.messages.append(Message(self._desk.group, kind, payload, lane=lane, priority=priority, topic_of=number))

    def _to_citizen(self, reply: Reply) -> None:
        """Say something to the citizen."""
        if self._case.chat:
            payloads = message_payloads(reply, self._desk.texts)
            self.messages += sent_to(self._case.chat, payloads, MessageKind.TEXT)

    def _speak(self, said: Pass, carried: Carried) -> None:
        """Let the citizen read a text of a clerk's choice."""
        payloads = message_payloads(Reply(said.text), self._desk.texts)
        first, *rest = sent_to(str(self._case.chat), payloads, MessageKind.CLERK)
        self.messages += [replace(first, carries=carried), *rest]

    def _carry(
        self, origin: Side, kind: MessageKind, payload: Payload, carried: Carried, depends_on: int | None = None
    ) -> None:
        """Send something to the other side."""
        more: dict[str, Any] = {"carries": carried, "depends_on": depends_on}
        if origin is Side.STAFF:
            self.messages.append(Message(str(self._case.chat), kind, payload, priority=PERSONAL, **more))
        else:
            self.messages.append(self._desk.into_topic(self._case, kind, payload, RELAYED, **more))


def sent_to(chat: str, payloads: Sequence[Payload], kind: MessageKind) -> list[Message]:
    """Return payloads for a citizen, each after the one before."""
    return [Message(chat, kind, one, priority=PERSONAL, follows=place > 0) for place, one in enumerate(payloads)]


def _in_place_of(message: int, payload: Mapping[str, Any]) -> Payload:
    """Return the change of a message into another one."""
    return {**payload, "method": "editMessageText", "params": {"message_id": message, **payload["params"]}}


def plain_payload(text: str, texts: Texts) -> Payload:
    """Return a short text with mark-up as one message."""
    return message_payloads(Reply(text), texts)[0]
