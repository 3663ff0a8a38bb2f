"""What is stored of a chat: telling it (/auskunft) and deleting it (/loeschen)."""

from collections.abc import Sequence

from bot.answers import unmarked
from bot.clock import CITY_ZONE
from bot.journal import Question
from bot.replies import Choice, Place, Reply
from bot.situation import Situation
from bot.texts import Texts

ERASE, KEEP = "x:y", "x:n"
"""Tokens of «Ja, alles löschen» and «Nein, nichts löschen»."""


def stored_reply(situation: Situation, questions: Sequence[Question]) -> Reply:
    """Tell everything that is stored of a chat."""
    texts, state = situation.texts, situation.state
    lines = [texts.stored_id]
    if state.plain:
        lines.append(texts.stored_plain)
    remembered = dict.fromkeys(filter(None, (state.earlier.question, state.last_question)))
    lines += [texts.stored_last.format(frage=unmarked(words)) for words in remembered]
    lines += [_line(texts, question) for question in questions] or [texts.stored_none]
    listed = "\n".join(f"- {line}" for line in lines)
    return Reply(f"{texts.stored}\n{listed}\n\n{texts.stored_rest}")


def erase_question(situation: Situation) -> Reply:
    """Ask whether everything is to be deleted."""
    texts = situation.texts
    return Reply(texts.erase_confirm, choices=(Choice(texts.erase_yes, ERASE), Choice(texts.erase_no, KEEP)))


def erase_reply(situation: Situation, *, erased: bool) -> Reply:
    """Say what was done after the question whether to delete."""
    texts = situation.texts
    return Reply(texts.erase_done if erased else texts.erase_kept, place=Place.INSTEAD)


def _line(texts: Texts, question: Question) -> str:
    """Return one logged question as a line."""
    day = f"{question.at.astimezone(CITY_ZONE):%d.%m.%Y}"
    if question.text:
        line = texts.stored_question.format(datum=day, frage=unmarked(question.text))
    else:
        line = texts.stored_textless.format(datum=day)
    return texts.stored_feedback.format(zeile=line) if question.feedback else line
