"""The menu behind /themen: categories, their questions, a page at a time."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot.replies import Choice, Place, Reply
from bot.situation import Situation
from intents.faq import FaqEntry, Kind

PAGE = 12
"""Choices on one page of a menu."""

_ALL = "all"


def topics_reply(situation: Situation, offset: int = 0) -> Reply:
    """List the categories; with a single one list its questions at once."""
    texts = situation.texts
    groups = _groups(situation)
    if not groups:
        return Reply(texts.topics_none)
    if len(groups) == 1:
        return _questions(situation, texts.topic_all, _ALL, _flat(groups), offset)
    choices = [Choice(name or texts.topic_other, f"t:{topic_key(name)}:0") for name in groups]
    return Reply(texts.topics, choices=_page(situation, choices, "T", offset), place=Place.INSTEAD)


def topic_reply(situation: Situation, key: str, offset: int = 0) -> Reply | None:
    """List the questions of one category, None when there is no such category any more."""
    texts = situation.texts
    groups = _groups(situation)
    if key == _ALL and groups:
        return _questions(situation, texts.topic_all, _ALL, _flat(groups), offset)
    for name, entries in groups.items():
        if topic_key(name) == key:
            title = texts.topic.format(thema=name or texts.topic_other)
            listing = _questions(situation, title, key, entries, offset)
            return replace(listing, choices=(*listing.choices, Choice(texts.topic_all_topics, "T:0", aside=True)))
    return None


def topic_key(name: str) -> str:
    """Return a short name of a category for a token, the same after every restart."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _groups(situation: Situation) -> dict[str, list[FaqEntry]]:
    """Return today's entries by category in the order of the file; those without one come last."""
    groups: dict[str, list[FaqEntry]] = {}
    for entry in situation.faq.entries:
        if entry.kind is not Kind.REDIRECT and entry.is_valid_on(situation.today):
            groups.setdefault(entry.category or "", []).append(entry)
    rest = groups.pop("", None)
    return {**groups, "": rest} if rest else groups


def _flat(groups: dict[str, list[FaqEntry]]) -> list[FaqEntry]:
    """Return the entries of all groups."""
    return [entry for entries in groups.values() for entry in entries]


def _questions(situation: Situation, title: str, key: str, entries: Sequence[FaqEntry], offset: int) -> Reply:
    """List one page of questions."""
    choices = [Choice(entry.question, f"e:{entry.id}") for entry in entries]
    return Reply(title, choices=_page(situation, choices, f"t:{key}", offset), place=Place.INSTEAD)


def _page(situation: Situation, choices: Sequence[Choice], more: str, offset: int) -> tuple[Choice, ...]:
    """Cut one page out of the choices, with ways to the next and back."""
    page = choices[offset : offset + PAGE]
    texts, last = situation.texts, offset + PAGE >= len(choices)
    onward = [] if last else [Choice(texts.topic_more, f"{more}:{offset + PAGE}", aside=True)]
    back = [Choice(texts.topic_back, f"{more}:{max(0, offset - PAGE)}", aside=True)] if offset else []
    return (*page, *onward, *back)
