"""What is stored of a citizen's cases, in lines (/auskunft)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.answers import unmarked
from bot.cases import Case, Folder, Link, Side
from bot.clock import CITY_ZONE
from bot.texts import Texts

RATINGS = {1: "bad", 2: "middling", 3: "good"}
"""Which of the citizen's buttons a rating was."""


def case_lines(texts: Texts, folders: Sequence[Folder]) -> Iterator[str]:
    """Yield everything that is stored of cases: each case, then what was written in it."""
    for folder in folders:
        yield _head(texts, folder.case)
        yield from _summary(texts, folder.case)
        yield from (_message(texts, link) for link in _told(folder.links) if link.text is not None)
        yield from _untold(texts, folder)
    if any(folder.case.barred for folder in folders):
        yield texts.stored_cases["barred"]


def _head(texts: Texts, case: Case) -> str:
    """Return what a case is, as far as it is no text."""
    words = texts.stored_cases
    parts = [words[f"state_{case.state}"]]
    named = (("theme", case.theme), ("office", case.department), ("replied", _moment(case.first_reply_at)))
    parts += [words[key].format(wert=value) for key, value in (*named, ("closed", _moment(case.closed_at))) if value]
    if case.rating:
        parts.append(words["rating"].format(wert=texts.desk[RATINGS[case.rating]]))
    if case.solved is not None:
        parts.append(words["solved" if case.solved else "unsolved"])
    return words["case"].format(nummer=case.number, zeit=_moment(case.opened_at), angaben=", ".join(parts))


def _summary(texts: Texts, case: Case) -> Iterator[str]:
    """Yield the questions that were handed over with a case."""
    for line in filter(None, case.summary.splitlines()):
        yield texts.stored_cases["asked"].format(nummer=case.number, text=unmarked(line.removeprefix("- ")))


def _told(links: Iterable[Link]) -> Iterator[Link]:
    """Yield what both sides saw; an album once."""
    return (link for link in links if link.side is not Side.NOTE and link.album in (None, link.message))


def _message(texts: Texts, link: Link) -> str:
    """Return a message with who wrote it."""
    key = "citizen" if link.side is Side.CITIZEN else "clerk"
    return texts.stored_cases[key].format(nummer=link.case, zeit=_moment(link.at), text=unmarked(link.text or ""))


def _untold(texts: Texts, folder: Folder) -> Iterator[str]:
    """Yield how much there is that is not shown: texts that are deleted, notes that people decide about."""
    words, number = texts.stored_cases, folder.case.number
    notes = [link for link in folder.links if link.side is Side.NOTE and link.text is not None]
    count = len(notes) + bool(folder.case.close_reason)
    if count:
        yield words["notes"].format(nummer=number, anzahl=count)
    wordless = [link for link in _told(folder.links) if link.text is None]
    if wordless:
        yield words["wordless"].format(nummer=number, anzahl=len(wordless))


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(CITY_ZONE):%d.%m.%Y %H:%M}" if moment else ""
