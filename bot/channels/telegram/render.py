"""Replies into what the Bot API is told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.channels.safe import neutral
from bot.channels.telegram.rich import LONGEST, as_html, as_plain, split, units
from bot.channels.telegram.translate import Incoming, Rows
from bot.feedback import is_feedback, rating_choices
from bot.markup import Span, plain, spans
from bot.replies import Choice, Reply
from bot.texts import Texts
from bot.wishes import is_wish

LONGEST_LABEL = 64
"""Characters of a button's text."""

Payload = dict[str, Any]


def counted_alike(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """Return the replies of one turn, all with numbers if one needs some: a list that begins with 3 would puzzle."""
    is_counted = any(map(_is_listed, replies))
    return tuple(replace(reply, counted=is_counted) for reply in replies)


def message_payloads(reply: Reply, texts: Texts) -> list[Payload]:
    """Return the messages of a reply, the buttons on the last."""
    payloads = [_payload("sendMessage", part) for part in split(body(reply, texts))]
    rows = keyboard_rows(reply, texts)
    if rows and payloads:
        payloads[-1]["params"]["reply_markup"] = {"inline_keyboard": rows}
    return payloads


def menu_payload(reply: Reply, texts: Texts, message: int) -> Payload | None:
    """Return the change of a message of the bot into this reply, None when one message cannot hold it."""
    payload, *more = message_payloads(reply, texts)
    if more:
        return None
    return {**payload, "method": "editMessageText", "params": {"message_id": message, **payload["params"]}}


def rated_payload(reply: Reply, texts: Texts, pressed: Incoming) -> Payload | None:
    """Return the change of a message: a reply takes the place of what it asked; None when there is no room.

    What is said of a rating is text, not a button: a screen reader would announce a control that does nothing.
    """
    answer = _without_rating(pressed.shown, texts)
    text = f"{answer}\n\n{_plain(reply.text)}".strip()
    if not pressed.shown or units(text) > LONGEST:
        return None
    params = {
        "message_id": pressed.message,
        "text": text,
        "entities": [dict(e) for e in pressed.entities if e["offset"] + e["length"] <= units(answer)],
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": _rows_after(reply, texts, pressed.buttons or ())},
    }
    return {"method": "editMessageText", "params": params}


def _without_rating(text: str, texts: Texts) -> str:
    """Return a message without what it asks, or says, of itself at its end."""
    said = (texts.feedback_question, texts.feedback_why, texts.feedback_thanks, texts.notice_on, texts.notice_off)
    for line in said:
        text = text.removesuffix(_plain(line)).rstrip()
    return text


def _rows_after(reply: Reply, texts: Texts, buttons: Rows) -> list[list[Payload]]:
    """Return a reply's buttons, and those that were there and are none of what it asked nor among them."""
    rows = keyboard_rows(reply, texts)
    new = {button.get("callback_data") for row in rows for button in row}
    return [*rows, *([dict(b) for b in row] for row in buttons if not any(_is_replaced(b, new) for b in row))]


def _plain(text: str) -> str:
    return as_plain(spans(neutral(text))).strip()


def keyboard_rows(reply: Reply, texts: Texts) -> list[list[Payload]]:
    """Return the buttons: whether it helped in one row, then each choice in a row of its own."""
    rating = rating_choices(texts, reply.question) if reply.question else ()
    is_counted = reply.counted or _is_listed(reply)
    rows = [[_button(choice, numbered=is_counted and not choice.aside)] for choice in reply.choices]
    return [*([[_button(choice) for choice in rating]] if rating else []), *rows]


def label(choice: Choice, *, numbered: bool = False) -> str:
    """Return a button's text, cut between words where it is too long."""
    text = f"{choice.number}. {_one_line(choice)}" if numbered else _one_line(choice)
    if len(text) <= LONGEST_LABEL:
        return text
    head = text[: LONGEST_LABEL - 1]
    words, _, _ = head.rpartition(" ")
    return f"{words if len(words) > LONGEST_LABEL // 2 else head}…"


def body(reply: Reply, texts: Texts) -> tuple[Span, ...]:
    """Return all that a reply says in one text: answer, small print, what the buttons are for."""
    asked = texts.feedback_question if reply.question else ""
    blocks = (reply.text.strip(), "\n".join(reply.notes), "\n".join(_offer(reply)), asked)
    return spans(neutral("\n\n".join(filter(None, blocks))))


def _offer(reply: Reply) -> list[str]:
    """Return what stands above the choices, and those that are too long for buttons with their numbers.

    Between an answer and «Hat das geholfen?» a heading with nothing below would puzzle: buttons speak for themselves.
    """
    if not _is_listed(reply):
        return [] if reply.question else [reply.offer]
    listed = [f"{choice.number}. {_one_line(choice)}" for choice in reply.choices if not choice.aside]
    return [*filter(None, [reply.offer]), *listed]


def _is_listed(reply: Reply) -> bool:
    """Say whether the choices stand in the text with their numbers: one is too long for its button."""
    return any(len(_one_line(choice)) > LONGEST_LABEL for choice in reply.choices)


def _payload(method: str, part: Sequence[Span]) -> Payload:
    params = {"text": as_html(part), "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return {"method": method, "params": params, "plain": as_plain(part)}


def _button(choice: Choice, *, numbered: bool = False) -> Payload:
    target = {"url": choice.url} if choice.url else {"callback_data": choice.token}
    return {"text": label(choice, numbered=numbered), **target}


def _is_replaced(button: Any, new: set[Any]) -> bool:
    """Say whether a button is one of feedback or of a wish, or comes again."""
    data = str(button.get("callback_data", ""))
    return is_feedback(data) or is_wish(data) or data in new


def _one_line(choice: Choice) -> str:
    return " ".join(neutral(plain(choice.label)).split())
