"""What is passed on between the sides of a case, as calls: copies, changes, what tells of a change instead."""

from bot.case_steps import Pass, Revise
from bot.cases import Link
from bot.channels.telegram.render import Payload
from bot.channels.telegram.rich import LONGEST, units

LONGEST_CAPTION = 1024
"""Units of the text below a picture."""

_REPLACEABLE = ("photo", "video", "document", "audio", "animation")
"""Attachments that Telegram lets a bot exchange."""


def copying(said: Pass, source: str) -> Payload:
    """Return the copy of a message, or of an album as one."""
    params: Payload = {}
    if said.reply_to:
        params["reply_parameters"] = reply_to(said.reply_to)
    if len(said.messages) == 1:
        return {"method": "copyMessage", "from": source, "params": {**params, "message_id": said.messages[0]}}
    return {"method": "copyMessages", "from": source, "params": {"message_ids": sorted(said.messages)}}


def editing(revision: Revise) -> Payload:
    """Return the change of a copy, with what is attached: it may be another picture by now."""
    marks = list(revision.entities)
    if revision.kind in _REPLACEABLE:
        media: Payload = {"type": revision.kind, "media": revision.file, "caption": revision.text}
        media |= {"caption_entities": marks} if marks else {}
        return {"method": "editMessageMedia", **target(revision.link, {"media": media})}
    name, method = ("caption", "editMessageCaption") if revision.kind else ("text", "editMessageText")
    params: Payload = {name: revision.text}
    if marks:
        params["caption_entities" if revision.kind else "entities"] = marks
    return {"method": method, **target(revision.link, params)}


def told_instead(revision: Revise, text: str) -> Payload:
    """Return the message that tells of a change where the copy cannot be changed: it is gone, or of another kind."""
    link = revision.link
    params: Payload = {"reply_parameters": reply_to(link.copy)} if link.copy is not None else {}
    if not revision.kind and units(text) <= LONGEST:
        return {"method": "sendMessage", "params": {**params, "text": text}}
    if revision.kind and units(text) <= LONGEST_CAPTION:
        params["caption"] = text
    return {"method": "copyMessage", "params": {**params, "message_id": link.message}}


def target(link: Link, params: Payload) -> Payload:
    """Return which message changes: the copy, wherever it stands when the call is made."""
    return {"params": params, "link": link.id}


def origin(link: Link) -> int | None:
    """Return what has to be sent before its change."""
    return None if link.copy is not None else link.outbox


def reply_to(message: int) -> Payload:
    """Return what a message replies to, if that is still there."""
    return {"message_id": message, "allow_sending_without_reply": True}
