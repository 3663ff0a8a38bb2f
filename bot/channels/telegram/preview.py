"""An entry as Telegram shows it, for the pages of the editors."""

from dataclasses import replace
from datetime import datetime

from bot.answers import answer_reply, rated, redirect_reply
from bot.channels.telegram.render import body, keyboard_rows
from bot.channels.telegram.rich import split
from bot.preview import Preview
from bot.situation import Situation
from bot.state import ChatState
from bot.texts import Texts
from intents.faq import FaqBase, FaqEntry, Kind


def previewed(entry: FaqEntry, faq: FaqBase, texts: Texts, now: datetime, *, plain: bool = False) -> Preview:
    """Return what a citizen would see who gets this entry now, also when it is in no FAQ yet."""
    others = tuple(each for each in faq.entries if each.id != entry.id)
    state = ChatState(introduced=True, plain=plain)
    situation = Situation(state, now, replace(faq, entries=(*others, entry)), texts)
    compose = redirect_reply if entry.kind is Kind.REDIRECT else answer_reply
    reply = rated(compose(situation, entry), entry, 1)
    rows = keyboard_rows(reply, texts)
    return Preview(tuple(split(body(reply, texts))), tuple(tuple(str(each["text"]) for each in row) for row in rows))
