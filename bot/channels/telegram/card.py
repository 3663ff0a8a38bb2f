"""The card of a case at the head of its topic: what it says, and its buttons."""

from collections.abc import Mapping
from datetime import datetime

from bot.cases import Case, TopicState
from bot.channels.telegram.render import Payload
from bot.clock import CITY_ZONE
from bot.opening_words import lasted
from bot.texts import Texts

STAFF = "k"
"""First part of the clerks' tokens, k:VERB:CASE[:VALUE]."""


def card_text(case: Case, texts: Texts, *, continued: bool = False, is_blocked: bool = False) -> str:
    """Return what the card of a case says."""
    words = texts.staff
    state = words[f"state_{case.state}"].format(name=case.clerk)
    theme = case.theme or words["topic_plain"]
    head = words["card"].format(nummer=case.number, thema=theme, stand=state)
    lines = [words["card_continued"]] if continued else []
    lines += [head, *([words["card_blocked"]] if is_blocked else []), *_waited(case, words)]
    if case.department:
        lines.append(words["card_department"].format(amt=case.department))
    if case.promised_at and not case.first_reply_at:
        lines.append(words["card_promised"].format(zeit=_clock(case.promised_at)))
    if case.delivered_at:
        lines.append(words["card_delivered"].format(zeit=_clock(case.delivered_at)))
    if case.rating:
        lines.append(words["card_rating"].format(wert=_rating(case, texts)))
    asked = f"\n{words['card_questions']}\n{case.summary}" if case.summary else ""
    return "\n".join(lines) + asked + (f"\n\n{words['reply_here']}" if case.topic is TopicState.NONE else "")


def _waited(case: Case, words: Mapping[str, str]) -> list[str]:
    """Return how long the citizen waits for the first answer, or waited."""
    if case.first_reply_at:
        took = lasted(case.opened_at, case.first_reply_at)
        return [words["card_replied"].format(zeit=_clock(case.first_reply_at), dauer=took)]
    return [words["card_waits"].format(zeit=_clock(case.opened_at))] if case.is_open else []


def _rating(case: Case, texts: Texts) -> str:
    words = texts.staff
    value = words[f"rating_{case.rating}"]
    if case.solved is None:
        return value
    return words["rated_solved" if case.solved else "rated_unsolved"].format(wert=value)


def card_buttons(case: Case, texts: Texts, *, has_offices: bool) -> list[list[Payload]]:
    """Return the buttons that a case has in its state."""
    words = texts.staff
    if not case.is_open:
        return [[button(words["open"], "open", case)], [button(words["draft"], "draft", case)]]
    own = button(words["free"], "free", case) if case.clerk else button(words["take"], "take", case)
    return [
        [own, button(words["close"], "close", case)],
        [button(words["faq"], "faq", case)],
        *([[button(words["office"], "office", case)]] if has_offices else []),
    ]


def button(label: str, verb: str, case: Case, value: object = None) -> Payload:
    """Return a button of the clerks."""
    tail = f":{value}" if value is not None else ""
    return {"text": label, "callback_data": f"{STAFF}:{verb}:{case.number}{tail}"}


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(CITY_ZONE):%d.%m. %H:%M}"
