"""What a citizen asked the bot, as the clerks read it on the card of a case."""

from collections.abc import Sequence

from bot.answers import quoted, unmarked
from bot.content import Content
from bot.journal import Question
from intents.decision import DecisionKind

LONGEST_THEME = 64
SHOWN_QUESTIONS = 3
"""Questions on a case's card."""

_NEAREST = {"fallback": "question_near", "clarify": "question_asked_back"}
"""What a clerk reads of a question that got no answer, with the entry that came nearest."""
_TOLD = {"redirect": "question_elsewhere", "emergency": "question_emergency"}
"""What a clerk reads of what no entry answers."""


def summed_up(questions: Sequence[Question], content: Content) -> tuple[str, str]:
    """Return the theme of the last questions, and the questions line by line; small talk is none."""
    asked = [one for one in questions if one.decision != DecisionKind.SMALLTALK][-SHOWN_QUESTIONS:]
    return _theme(asked, content), "\n".join(f"- {_line(one, content)}" for one in asked)


def _theme(asked: Sequence[Question], content: Content) -> str:
    """Return what the last question was about."""
    for one in reversed(asked):
        entry = content.faq.get(one.entry) if one.entry else None
        if entry:
            return unmarked(entry.category or entry.question)[:LONGEST_THEME]
    return ""


def _line(asked: Question, content: Content) -> str:
    """Return a question, and what the bot made of it or might have made."""
    words = content.texts.staff
    text = quoted(asked.text or "…")
    best = asked.entry or (asked.candidates[0].id if asked.candidates else None)
    entry = content.faq.get(best) if best else None
    if asked.decision in _TOLD:
        return words[_TOLD[asked.decision]].format(frage=text)
    key = "question_answered" if asked.entry else _NEAREST.get(asked.decision, "question_said")
    if entry is None and key != "question_said":
        return words["question_open"].format(frage=text)
    return words[key].format(frage=text, antwort=unmarked(entry.question) if entry else "")
