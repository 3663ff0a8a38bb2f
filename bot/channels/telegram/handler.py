"""From a claimed update to all that it brings about."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.answers import HUMAN
from bot.channels.telegram.render import Payload, counted_alike, menu_payload, message_payloads, rated_payload
from bot.channels.telegram.translate import BROKEN, Incoming, Me, is_private, translate, translate_album
from bot.content import Content
from bot.conversation import step
from bot.delivery import ANSWER, ASIDE, PERSONAL, URGENT, Message, MessageKind, Rewrite
from bot.effects import Effect, Say, marks_in, notes_in, opened_in, replies_in, wishes_in
from bot.events import ChoicePicked, CommandGiven
from bot.feedback import is_feedback, rated_question
from bot.journal import question_from
from bot.ports import Claim, Outcome, Records
from bot.recall import Words
from bot.replies import Choice, Place, Reply
from bot.rights import ERASE, KEEP, erase_question, erase_reply, stored_reply
from bot.situation import Situation
from bot.standby import Standby
from bot.state import ChatState
from bot.texts import Texts
from bot.wishes import is_wish

REWRITABLE = timedelta(minutes=15)
"""How long after a question a change of it changes its answer."""

OVERTAKEN = timedelta(seconds=60)
"""How long after a change of an answer a button of the old one may be pressed: it was on its way."""

LATE = timedelta(hours=24)
"""A message as old as this is answered, and told that it was late."""

_PRIVATE = ("mensch", "auskunft", "loeschen")

Stepped = tuple[ChatState, tuple[Effect, ...]]


@dataclass(frozen=True)
class Turn:
    """One update, understood."""

    incoming: Incoming
    situation: Situation
    """Before it."""
    rewrite: Rewrite | None
    """Which message it changes."""


class TelegramHandler:
    """Holds the conversation with all chats of one bot."""

    def __init__(
        self,
        me: Me,
        content: Callable[[], Content],
        records: Records,
        standby: Callable[[datetime], Standby] | None = None,
    ) -> None:
        self._me = me
        self._content = content
        self._records = records
        self._standby = standby
        self._words = Words()

    def handle(self, claim: Claim, now: datetime, /) -> Outcome:
        """Return all that the update, or the album, brings about."""
        incoming = translate_album([part.raw for part in claim.parts], self._me)
        if incoming is None:
            return Outcome(claim.saved.state)
        content = self._content()
        turn = self._alone(claim, _turn(content, self._known(content, claim), incoming, now))
        state, effects = self._stepped(content, claim, turn)
        outcome = _outcome(content, claim, turn, state, effects)
        return self._without_words(claim, outcome, now) if not content.keep_days else outcome

    def apology(self, claim: Claim, /) -> tuple[Message, ...]:
        """Return what is told to the citizen when their update failed too often."""
        if not self._is_meant(claim.parts[0].raw):
            return ()
        texts = self._content().texts
        return _messages(claim.chat, message_payloads(Reply(texts.error), texts), ANSWER)

    def _is_meant(self, raw: bytes) -> bool:
        """Say whether somebody waits for an answer to an update, which may be broken."""
        with suppress(*BROKEN):
            return translate(raw, self._me) is not None
        return is_private(raw)

    def _known(self, content: Content, claim: Claim) -> ChatState:
        """Return the chat's state, with the words that are on no disk."""
        saved = claim.saved if content.keep_days else self._words.recall(claim.chat, claim.saved)
        return saved.state

    def _alone(self, claim: Claim, turn: Turn) -> Turn:
        """Add what a private chat alone has: people to speak to, and answers that come later."""
        before = turn.situation
        if turn.incoming.group:
            return turn
        standby = partial(self._standby, before.now) if self._standby else None
        later = partial(self._records.stays_open, claim.chat) if before.keep_days else None
        return replace(turn, situation=replace(before, standby=standby, stays_open=later))

    def _without_words(self, claim: Claim, outcome: Outcome, now: datetime) -> Outcome:
        """Keep the citizen's words in memory, where none may reach the disk; those of an erased chat go."""
        words = "" if outcome.erases else outcome.state.last_question
        self._words.keep(claim.chat, claim.saved.version + 1, words, now)
        return replace(outcome, state=outcome.state.wordless())

    def _stepped(self, content: Content, claim: Claim, turn: Turn) -> Stepped:  # noqa: PLR0911 - an event a line
        """Take the step; what only Telegram knows is done here."""
        situation = turn.situation
        match turn.incoming.event:
            case CommandGiven(name) if turn.incoming.group and name in _PRIVATE:
                return _said(situation, self._private_reply(situation.texts, name))
            case ChoicePicked(token) if turn.incoming.group and token in (HUMAN, ERASE, KEEP):
                return _said(situation, self._private_reply(situation.texts, _PRIVATE[0]))
            case CommandGiven("start", "") if turn.incoming.group:
                return _said(situation, self._group_start(situation.texts))
            case CommandGiven("auskunft"):
                return _said(situation, self._stored_reply(situation, claim.chat))
            case CommandGiven("loeschen"):
                return _said(situation, erase_question(situation))
            case ChoicePicked(token) if token in (ERASE, KEEP):
                return _said(situation, self._erase_reply(situation, claim.chat, erased=token == ERASE))
            case ChoicePicked(token) if self._is_overtaken(situation, claim.chat, token):
                return situation.state, ()
            case event:
                return step(situation, event, content.decide)

    def _is_overtaken(self, situation: Situation, chat: str, token: str) -> bool:
        """Say whether an answer is rated that just became another: what is shown now is not what was pressed."""
        number, state = rated_question(token), situation.state
        if number is None or number > state.asked or state.age(situation.now) > OVERTAKEN.total_seconds():
            return False
        return number not in {question.number for question in self._records.questions(chat)}

    def _stored_reply(self, situation: Situation, chat: str) -> Reply:
        """Tell what is stored of a chat."""
        records = self._records
        return stored_reply(situation, records.questions(chat), records.cases(chat), records.remains(chat))

    def _erase_reply(self, situation: Situation, chat: str, *, erased: bool) -> Reply:
        """Say what was done after the question whether to delete."""
        return erase_reply(situation, erased=erased, had_cases=bool(self._records.cases(chat)))

    def _group_start(self, texts: Texts) -> Reply:
        """Say how to be answered where most words are not for the bot."""
        return Reply(texts.group_start.format(vorstellung=texts.introduction, name=self._me.username).strip())

    def _private_reply(self, texts: Texts, name: str) -> Reply:
        """Ask for the private chat, with the way to it."""
        url = f"https://t.me/{self._me.username}?start={name}"
        return Reply(texts.private_only, choices=(Choice(texts.private_link, "", url=url),))


def _said(situation: Situation, reply: Reply) -> Stepped:
    """Say something of which the conversation knows nothing; «ja» belongs to no earlier choice afterwards."""
    return replace(situation.state, pending=False), (Say(reply),)


def _turn(content: Content, state: ChatState, incoming: Incoming, now: datetime) -> Turn:
    """Return what is known before an update; of a question that was changed its old words are not."""
    rewrite = _rewrite(incoming, state)
    before = state.rewound() if rewrite and rewrite.in_place else state
    return Turn(incoming, content.situation(before, now, rights=True), rewrite)


def _rewrite(incoming: Incoming, state: ChatState) -> Rewrite | None:
    """Return which message was changed, and whether its answer changes: that of the last question, while it is new."""
    if incoming.edited_at is None or incoming.at is None:
        return None
    recent = incoming.edited_at - incoming.at <= REWRITABLE
    return Rewrite(incoming.message, in_place=recent and incoming.message == state.message)


def _outcome(content: Content, claim: Claim, turn: Turn, state: ChatState, effects: Iterable[Effect]) -> Outcome:
    """Return what a step brings about, in Telegram's terms."""
    incoming, now, notes = turn.incoming, turn.situation.now, notes_in(effects)
    replies = _completed(turn, replies_in(effects))
    if notes:
        state = state.asked_in(incoming.message, turn.situation.state)
    rewrite = turn.rewrite
    if rewrite and any(reply.urgent for reply in replies):
        rewrite = replace(rewrite, in_place=False)  # a changed message makes no sound
    asked_in = None if incoming.pressed else incoming.message
    return Outcome(
        state=state.without_context() if incoming.group else state.forgetting(now),  # in a group others read along
        questions=tuple(question_from(note, now, content.keep_days, asked_in) for note in notes),
        marks=marks_in(effects),
        wishes=wishes_in(effects),
        opened=opened_in(effects),
        messages=_addressed(claim, turn, replies, _priority(incoming, effects)),
        rewrite=rewrite,
        erases=incoming.event == ChoicePicked(ERASE) and not incoming.group,
    )


def _completed(turn: Turn, replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """Add to the first reply that it comes late, and to the last that only a text was read."""
    texts, incoming, done = turn.situation.texts, turn.incoming, list(replies)
    written = incoming.edited_at or incoming.at
    if done and written and turn.situation.now - written > LATE:
        late = f"{done[0].text}\n\n{texts.late}" if done[0].urgent else f"{texts.late}\n\n{done[0].text}"
        done[0] = replace(done[0], text=late)
    if done and incoming.attached:
        done[-1] = replace(done[-1], text=f"{done[-1].text}\n\n{texts.attachment}")
    return tuple(done)


def _priority(incoming: Incoming, effects: Iterable[Effect]) -> int:
    """Return how urgent the replies are."""
    if any(reply.urgent for reply in replies_in(effects)):
        return URGENT
    wished = any(note.decision.smalltalk == "human" for note in notes_in(effects))
    if wished or incoming.event in (CommandGiven("mensch"), ChoicePicked(HUMAN)):
        return PERSONAL
    token = incoming.event.token if isinstance(incoming.event, ChoicePicked) else ""
    return ASIDE if is_feedback(token) or is_wish(token) else ANSWER


def _addressed(claim: Claim, turn: Turn, replies: Sequence[Reply], priority: int) -> tuple[Message, ...]:
    """Return the messages of all replies, each where it belongs."""
    messages: list[Message] = []
    for reply in counted_alike(replies):
        change = _change(turn, reply)
        if change:
            messages.append(Message(claim.chat, MessageKind.EDIT, change, priority=priority))
        else:
            messages += _sent(claim, turn, reply, priority)
    return tuple(messages)


def _change(turn: Turn, reply: Reply) -> Payload | None:
    """Return the change of the message whose button was pressed; None when the reply is a message of its own."""
    incoming, texts = turn.incoming, turn.situation.texts
    if incoming.buttons is None or reply.place is Place.BELOW:
        return None
    if reply.place is Place.INSTEAD:
        return menu_payload(reply, texts, incoming.message)
    return rated_payload(reply, texts, incoming)


def _sent(claim: Claim, turn: Turn, reply: Reply, priority: int) -> tuple[Message, ...]:
    """Return a reply as new messages; in a group, and to a changed message, they say what they answer."""
    incoming = turn.incoming
    payloads = message_payloads(reply, turn.situation.texts)
    if not incoming.pressed and (incoming.group or turn.rewrite):
        target = {"message_id": incoming.message, "allow_sending_without_reply": True}
        payloads[0]["params"]["reply_parameters"] = target
    if incoming.thread:
        for payload in payloads:
            payload["params"]["message_thread_id"] = incoming.thread
    return _messages(claim.chat, payloads, priority, None if incoming.pressed else incoming.message)


def _messages(chat: str, payloads: Sequence[Payload], priority: int, answers: int | None = None) -> tuple[Message, ...]:
    """Return payloads as messages, each after the one before."""
    return tuple(
        Message(chat, MessageKind.TEXT, payload, priority=priority, follows=place > 0, answers=answers)
        for place, payload in enumerate(payloads)
    )
