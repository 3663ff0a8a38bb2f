"""What is stored of a chat: telling it (/auskunft) and deleting it (/loeschen)."""

from collections.abc import Sequence
from datetime import datetime

from bot.answers import period, quoted, unmarked
from bot.cases import Folder
from bot.clock import CITY_ZONE
from bot.delivery import DEAD_KEPT
from bot.journal import Question
from bot.ports import Remains
from bot.replies import Choice, Place, Reply
from bot.situation import Situation
from bot.stored_cases import case_lines
from bot.texts import Texts

ERASE, KEEP = "x:y", "x:n"
"""Tokens of «Ja, alles löschen» and «Nein, nichts löschen»."""


def stored_reply(
    situation: Situation, questions: Sequence[Question], folders: Sequence[Folder], remains: Remains
) -> Reply:
    """Tell everything that is stored of a chat; that it blocked the bot is over by now, since it wrote."""
    texts, state = situation.texts, situation.state
    lines = [texts.stored_id]
    if state.plain:
        lines.append(texts.stored_plain)
    remembered = dict.fromkeys(filter(None, (state.earlier.question, state.last_question)))
    shown = quoted if any(question.text for question in questions) else unmarked  # the list below has all the words
    lines += [texts.stored_last.format(frage=shown(words)) for words in remembered]
    lines += [_line(situation, question, remains) for question in questions] or [texts.stored_none]
    lines += [_opened(situation, at, entry) for at, entry in remains.opened]
    lines += case_lines(texts, folders)
    lines += _remains(texts, remains)
    listed = "\n".join(f"- {line}" for line in lines)
    return Reply("\n\n".join((f"{texts.stored}\n{listed}", *_rest(situation, has_cases=bool(folders)))))


def _rest(situation: Situation, *, has_cases: bool) -> list[str]:
    """Return what is said of everything that was listed."""
    texts = situation.texts
    of_cases = texts.stored_cases["rest"].format(frist=period(texts, max(situation.keep_days, 1)))
    return [*([of_cases] if has_cases else []), texts.stored_rest]


def erase_question(situation: Situation) -> Reply:
    """Ask whether everything is to be deleted."""
    texts = situation.texts
    return Reply(texts.erase_confirm, choices=(Choice(texts.erase_yes, ERASE), Choice(texts.erase_no, KEEP)))


def erase_reply(situation: Situation, *, erased: bool, had_cases: bool) -> Reply:
    """Say what was done after the question whether to delete, and what stays of cases."""
    texts = situation.texts
    stays = f"\n{texts.stored_cases['stays']}" if had_cases else ""
    return Reply(f"{texts.erase_done.rstrip()}{stays}" if erased else texts.erase_kept, place=Place.INSTEAD)


def _remains(texts: Texts, remains: Remains) -> list[str]:
    """Return what waits, or could not be handled."""
    dead = texts.stored_dead.format(anzahl=remains.dead_letters, tage=DEAD_KEPT.days)
    unsent = texts.stored_unsent.format(anzahl=remains.unsent)
    return [line for count, line in ((remains.dead_letters, dead), (remains.unsent, unsent)) if count]


def _line(situation: Situation, question: Question, remains: Remains) -> str:
    """Return one logged question as a line: its words, what became of it, and what the citizen thinks or wishes."""
    texts = situation.texts
    line = f"{_asked(texts, question)} – {_outcome(situation, question)}"
    if question.number in remains.awaited:
        line = texts.stored_awaited.format(zeile=line)
    rating = texts.stored_ratings.get(question.feedback or "")
    return texts.stored_feedback.format(zeile=line, wert=rating) if rating else line


def _opened(situation: Situation, at: datetime, entry: str) -> str:
    """Return a line about an answer that was opened without words."""
    day, name = f"{at.astimezone(CITY_ZONE):%d.%m.%Y}", situation.faq.name_of(entry)
    return f"{day}: {situation.texts.stored_decisions['opened']}: «{unmarked(name)}»"


def _asked(texts: Texts, question: Question) -> str:
    """Return when a question was asked, with its words if they are kept."""
    day = f"{question.at.astimezone(CITY_ZONE):%d.%m.%Y}"
    if question.text:
        return texts.stored_question.format(datum=day, frage=unmarked(question.text))
    return texts.stored_textless.format(datum=day)


def _outcome(situation: Situation, question: Question) -> str:
    """Return what was decided about a question, and the entry that belongs to it."""
    decided = situation.texts.stored_decisions.get(question.decision, question.decision)
    named = situation.faq.name_of(question.entry) if question.entry else None
    return f"{decided}: «{unmarked(named)}»" if named else decided
