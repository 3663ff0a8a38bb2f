"""Updates as Telegram sends them, and a look at what goes back."""

import json
from typing import Any

from aiogram import methods

from bot.channels.telegram.translate import Me
from bot.delivery import Message, Part
from bot.ports import Claim, Saved
from bot.state import ChatState
from tests.fakes import NOW

ME = Me(4242, "stadt_bot")
SECONDS = int(NOW.timestamp())
"""When the updates were written."""

Json = dict[str, Any]

ERIKA: Json = {"id": 700, "is_bot": False, "first_name": "Erika", "language_code": "de"}
BOT: Json = {"id": ME.id, "is_bot": True, "first_name": "Stadt", "username": ME.username}
PRIVATE: Json = {"id": 700, "type": "private", "first_name": "Erika"}
GROUP: Json = {"id": -100200, "type": "supergroup", "title": "Nachbarn"}


def message(content: Json | str, number: int = 10, *, chat: Json = PRIVATE, sender: Json = ERIKA, **more: Any) -> Json:
    """Return a message with a text or another content."""
    body = {"text": content} if isinstance(content, str) else content
    return {"message_id": number, "date": SECONDS, "chat": chat, "from": sender, **body, **more}


def said(content: Json | str, number: int = 10, **more: Any) -> bytes:
    """Return the update that a message came."""
    return raw({"message": message(content, number, **more)})


def changed(text: str, number: int = 10, *, after: int = 60, **more: Any) -> bytes:
    """Return the update that a message was changed some seconds after it was written."""
    return raw({"edited_message": message(text, number, edit_date=SECONDS + after, **more)})


def pressed(
    token: str, keyboard: list[list[Json]] | None = None, *, chat: Json = PRIVATE, number: int = 50, **below_more: Any
) -> bytes:
    """Return the update that a button was pressed; without a keyboard its message is out of reach."""
    below: Json = {"message_id": number, "chat": chat, "date": 0}
    if keyboard is not None:
        markup = {"inline_keyboard": keyboard}
        below = message("Antwort", number, chat=chat, sender=BOT, reply_markup=markup, **below_more)
    query = {"id": "q1", "from": ERIKA, "chat_instance": "c", "data": token, "message": below}
    return raw({"callback_query": query})


def raw(content: Json, number: int = 1) -> bytes:
    """Return an update as it comes in."""
    return json.dumps({"update_id": number, **content}).encode()


def claim_of(*raws: bytes, state: ChatState | None = None, version: int = 3) -> Claim:
    """Return a claim of these updates."""
    parts = tuple(Part(seq, one, 0) for seq, one in enumerate(raws, 1))
    return Claim("c", Saved(state or ChatState(introduced=True), version), parts, 1)


def problems(payload: Any) -> list[str]:
    """Compare a payload with aiogram's model of its method: what is unknown, and what is too long for a button."""
    params = {"chat_id": 700, **payload["params"]}
    if "message" in payload:
        params["message_id"] = 1
    method = payload["method"]
    model: Any = getattr(methods, method[0].upper() + method[1:])
    unknown = [key for key in params if key not in model.model_fields]
    model.model_validate(params)
    return unknown + [data for data in tokens(payload) if not 0 < len(data.encode()) <= 64]


def buttons(payload: Any) -> list[Json]:
    """Return all buttons of a payload."""
    rows = payload["params"].get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def tokens(payload: Any) -> list[str]:
    """Return what the buttons of a payload send back."""
    return [button["callback_data"] for button in buttons(payload) if "callback_data" in button]


def labels(payload: Any) -> list[str]:
    """Return what stands on the buttons of a payload."""
    return [button["text"] for button in buttons(payload)]


def texts_of(messages: tuple[Message, ...]) -> list[str]:
    """Return the texts of messages."""
    return [message.payload["params"]["text"] for message in messages]
