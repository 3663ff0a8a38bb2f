"""The dialogue: a pure state machine from a situation and an event to a new state and effects."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.answers import (
    HUMAN,
    answer_reply,
    asks_nothing,
    awaited,
    clarify_reply,
    emergency_reply,
    human_reply,
    quoted,
    rated,
    redirect_reply,
    reply_to,
    with_human,
)
from bot.commands import obey, toggle_plain
from bot.effects import Effect, Feedback, Mark, Note, Open, Say
from bot.events import ChoicePicked, CommandGiven, Event, MediaSent, TextSaid
from bot.feedback import is_feedback, rate
from bot.numbers import NOTHING, picked_number
from bot.privacy import redact
from bot.replies import NONE, Choice, Reply, numbered
from bot.situation import Situation
from bot.state import ChatState
from bot.topics import topic_reply, topics_reply
from bot.turn import Turn
from bot.wishes import WISH, is_wish, wish
from intents.decision import PICKED, Decision, DecisionKind
from intents.faq import FaqEntry, Kind
from intents.query import Query

Decide = Callable[[Query], Decision]

LONGEST_QUESTION = 4096
"""Characters of a message that are read."""

_LONGEST_CONTEXT = 500
_QUESTIONS = (DecisionKind.ANSWER, DecisionKind.CLARIFY, DecisionKind.REDIRECT, DecisionKind.FALLBACK)


def step(situation: Situation, event: Event, decide: Decide) -> tuple[ChatState, tuple[Effect, ...]]:
    """Return what the chat remembers after an event, and what the event brings about."""
    match event:
        case CommandGiven("start", argument) if argument.startswith("faq_"):
            turn = pick(situation, f"e:{argument.removeprefix('faq_')}")
        case CommandGiven("leicht"):
            turn = _switch_language(situation)
        case CommandGiven(name):
            turn = obey(situation, name)
        case ChoicePicked(token) if is_feedback(token):
            return _beside(rate(situation, token))
        case ChoicePicked(token) if is_wish(token):
            return _beside(pick(situation, token))
        case ChoicePicked(token):
            turn = pick(situation, token)
        case MediaSent(kind):
            turn = _say(situation, situation.texts.media_reply(kind))
        case TextSaid(text):
            turn = hear(situation, text, decide)
    return _finish(situation, turn)


def hear(situation: Situation, text: str, decide: Decide) -> Turn:
    """Take a message: the number of a choice, or a question."""
    token = chosen_token(situation, text)
    if token is not None:
        return pick(situation, token)
    context = situation.state.context(situation.now)
    return take(situation, decide(Query(text[:LONGEST_QUESTION], context)))


def chosen_token(situation: Situation, text: str) -> str | None:
    """Return the token that a typed number stands for: "" for a wrong one, None for a question."""
    state = situation.state
    number = picked_number(text)
    if number is None or not state.listed:
        return None
    if number == NOTHING:
        declining = [token for _, token in state.listed if Choice("", token).declines]
        return declining[-1] if declining else ("" if text.strip() == "0" else None)
    if not state.is_fresh(situation.now):
        return "old"
    return dict(state.listed).get(number, "")


def pick(situation: Situation, token: str) -> Turn:
    """Follow a choice; one that is unknown or out of date gets a polite text."""
    kind, *rest = token.split(":")
    turn = _FOLLOW[kind](situation, *rest) if len(rest) == _PARTS.get(kind) else None
    return turn or _say(situation, situation.texts.choice_old)


def take(situation: Situation, decision: Decision) -> Turn:
    """Turn a decision into replies and log entries; an emergency goes before everything."""
    alarm = _alarm(decision)
    if alarm:
        return _alarmed(situation, alarm)
    if decision.smalltalk in ("yes", "no") and decision.kind is DecisionKind.SMALLTALK:
        token = _assented(situation, agreed=decision.smalltalk == "yes")
        if token:
            return pick(situation, token)
    if decision.reason == PICKED and (token := _offering(situation, decision.entry)):
        return pick(situation, token)
    parts = [vetted(situation, part) for part in _parts(decision)]
    first = situation.state.asked + 1
    notes = tuple(Note(number, part) for number, part in enumerate(parts, first))
    replies = _part_replies(situation, notes) if len(parts) > 1 else (reply_to(situation, parts[0], first),)
    state = _remember(
        replace(situation.state, asked=first + len(parts) - 1, missed=_missed(situation, parts)), parts[-1]
    )
    return Turn(state, replies, notes)


def _parts(decision: Decision) -> tuple[Decision, ...]:
    """Return the questions of a message, each with its own words instead of the whole message."""
    return tuple(
        replace(part, query=part.understood or part.query) if part.query == decision.query else part
        for part in decision.parts
    ) or (decision,)


def vetted(situation: Situation, decision: Decision) -> Decision:
    """Return the decision without entries that are unknown or may not be shown today."""
    nothing = replace(decision, kind=DecisionKind.FALLBACK, reason="expired", entry=None, choices=())
    if decision.kind in (DecisionKind.ANSWER, DecisionKind.REDIRECT):
        return decision if situation.entry(decision.entry) else nothing
    if decision.kind is DecisionKind.CLARIFY:
        entries = [situation.entry(entry_id) for entry_id in decision.choices]
        choices = tuple(entry.id for entry in entries if entry and entry.kind is not Kind.REDIRECT)
        return replace(decision, choices=choices) if choices else nothing
    return decision


def _show(situation: Situation, entry_id: str) -> Turn:
    """Show an entry that was picked, if it may still be shown."""
    entry = situation.entry(entry_id)
    if entry is None:
        return Turn(situation.state, (with_human(situation, situation.texts.entry_gone),))
    state = replace(situation.state, last_question=entry.question, last_entry=entry.id, offered=())
    return Turn(state, (_entry_reply(situation, entry),), (Open(entry.id),))


def _pick_offered(situation: Situation, entry_id: str, number: str) -> Turn | None:
    """Show what was meant, and note that the «Meinten Sie …?» helped."""
    if not _is_count(number):
        return None
    turn, entry = _show(situation, entry_id), situation.entry(entry_id)
    if entry is None:
        return turn
    replies = tuple(rated(reply, entry, int(number)) for reply in turn.replies)
    return replace(turn, replies=replies, effects=(Mark(int(number), Feedback.PICKED, entry_id),))


def _decline(situation: Situation, number: str) -> Turn | None:
    """Take «Nichts davon» for an answer."""
    if not _is_count(number):
        return None
    state = replace(situation.state, offered=(), listed=())
    mark = Mark(int(number), Feedback.NONE)
    reply = awaited(situation, with_human(situation, situation.texts.none_picked), int(number))
    return Turn(state, (reply,), (mark,))


def _await(situation: Situation, answer: str, number: str) -> Turn | None:
    """Note whether the citizen wants to hear of an answer later."""
    return wish(situation, answer, int(number)) if _is_count(number) else None


def _list_topic(situation: Situation, key: str, offset: str) -> Turn | None:
    """List a page of the questions of one category."""
    listing = topic_reply(situation, key, int(offset)) if _is_count(offset) else None
    return Turn(situation.state, (listing,)) if listing else None


def _list_topics(situation: Situation, offset: str) -> Turn | None:
    """List a page of the categories."""
    return Turn(situation.state, (topics_reply(situation, int(offset)),)) if _is_count(offset) else None


def _is_count(text: str) -> bool:
    """Say whether a part of a token is a number; tokens come from outside."""
    return text.isascii() and text.isdecimal() and len(text) < 10


def _reach_human(situation: Situation) -> Turn:
    return Turn(situation.state, (human_reply(situation),))


def _refuse_number(situation: Situation) -> Turn:
    return _say(situation, situation.texts.choice_unknown)


def _say(situation: Situation, text: str) -> Turn:
    return Turn(situation.state, (Reply(text),))


def _entry_reply(situation: Situation, entry: FaqEntry) -> Reply:
    if entry.kind is Kind.REDIRECT:
        return redirect_reply(situation, entry)
    return answer_reply(situation, entry)


def _switch_language(situation: Situation) -> Turn:
    """Toggle plain language and repeat the last answer in it, where there is one."""
    turn = toggle_plain(situation)
    entry = situation.entry(situation.state.last_entry)
    if not (turn.state.plain and entry and entry.plain_answer and situation.state.is_fresh(situation.now)):
        return turn
    again = _entry_reply(replace(situation, state=turn.state), entry)
    return replace(turn, replies=(*turn.replies, again))


def _alarm(decision: Decision) -> Decision | None:
    """Return the decision or the part of it that is an emergency."""
    return next((d for d in (decision, *decision.parts) if d.kind is DecisionKind.EMERGENCY), None)


def _alarmed(situation: Situation, alarm: Decision) -> Turn:
    """Reply to an emergency with nothing else in the way."""
    number = situation.state.asked + 1
    state = replace(situation.state, asked=number, introduced=True)
    return Turn(state, (emergency_reply(situation, alarm),), (Note(number, alarm),))


def _assented(situation: Situation, *, agreed: bool) -> str | None:
    """Return what a bare «ja» or «nein» picks: the only choice, or «Nichts davon»."""
    state = situation.state
    if not (state.pending and state.is_fresh(situation.now)):
        return None
    tokens = [token for _, token in state.listed if not is_wish(token)]
    wanted = [token for token in tokens if Choice("", token).declines != agreed]
    if agreed:
        return wanted[0] if len(wanted) == 1 else None
    return wanted[-1] if wanted and state.offered else None


def _missed(situation: Situation, parts: Sequence[Decision]) -> int:
    """Return how many questions in a row stayed unanswered; smalltalk between them does not count."""
    kinds = {part.kind for part in parts}
    if kinds == {DecisionKind.SMALLTALK}:
        return situation.state.missed
    return situation.state.missed + 1 if kinds == {DecisionKind.FALLBACK} else 0


def _offering(situation: Situation, entry_id: str | None) -> str | None:
    """Return the token with which the latest list offers an entry as what may be meant."""
    tokens = (token for _, token in situation.state.listed)
    return next((token for token in tokens if token.startswith(f"p:{entry_id}:")), None)


def _part_replies(situation: Situation, notes: tuple[Note, ...]) -> tuple[Reply, ...]:
    """Reply to each of several questions by name; an answer is shown once, unknown ones come last."""
    known = {note.decision.entry or str(note.number): note for note in reversed(notes) if not _is_unknown(note)}
    replies = [_part_reply(situation, note) for note in reversed(known.values())]
    unknown = [note for note in notes if _is_unknown(note)]
    if unknown:
        replies.append(_unknown_reply(situation, unknown))
    return tuple(replies)


def _unknown_reply(situation: Situation, notes: Sequence[Note]) -> Reply:
    """Name the questions without an answer; a single one may be answered later."""
    lines = [situation.texts.part_unknown.format(frage=quoted(note.decision.query)) for note in notes]
    reply = with_human(situation, "\n".join(lines))
    is_one = len(notes) == 1 and not asks_nothing(notes[0].decision)
    return awaited(situation, reply, notes[0].number) if is_one else reply


def _is_unknown(note: Note) -> bool:
    return note.decision.kind is DecisionKind.FALLBACK


def _part_reply(situation: Situation, note: Note) -> Reply:
    """Reply to one of several questions."""
    texts, decision = situation.texts, note.decision
    if decision.kind is DecisionKind.CLARIFY:
        return clarify_reply(situation, decision, note.number, named=True)
    reply = reply_to(situation, decision, note.number)
    heading = texts.part_answered.format(frage=quoted(decision.query))
    return replace(reply, text=f"{heading}\n{reply.text}")


def _remember(state: ChatState, decision: Decision) -> ChatState:
    """Return the state with what the next question may refer to; smalltalk leaves it as it is."""
    if decision.kind not in _QUESTIONS:
        return state
    understood = redact(decision.understood or decision.query)[:_LONGEST_CONTEXT]
    return replace(state, last_question=understood, last_entry=decision.entry, offered=decision.choices)


def _beside(turn: Turn) -> tuple[ChatState, tuple[Effect, ...]]:
    """Return what is no turn of its own: what «ja» or a number means stays as it was."""
    return turn.state, (*turn.effects, *map(Say, turn.replies))


def _finish(situation: Situation, turn: Turn) -> tuple[ChatState, tuple[Effect, ...]]:
    """Give the choices their numbers, introduce the program in a chat's first reply, and note the time."""
    replies = numbered(turn.replies)
    if not turn.state.introduced and replies:
        lead = replace(replies[0], text=f"{situation.texts.introduction}\n\n{replies[0].text}")
        replies = (lead, *replies[1:])
    listed = tuple((choice.number, choice.token) for reply in replies for choice in reply.choices)
    state = replace(turn.state, introduced=True, pending=bool(listed), at=situation.now)
    if listed:
        state = replace(state, listed=listed)
    return state, (*turn.effects, *map(Say, replies))


_FOLLOW: dict[str, Callable[..., Turn | None]] = {
    "e": _show,
    "p": _pick_offered,
    NONE: _decline,
    WISH: _await,
    "t": _list_topic,
    "T": _list_topics,
    HUMAN: _reach_human,
    "": _refuse_number,
}
"""What the kinds of tokens lead to: e:ID, p:ID:QUESTION, n:QUESTION, b:y|n:QUESTION, t:TOPIC:OFFSET, T:OFFSET, m."""

_PARTS = {"e": 1, "p": 2, NONE: 1, WISH: 2, "t": 2, "T": 1, HUMAN: 0, "": 0}
"""Values in a token of each kind."""
