"""«Hat das geholfen?»: what a citizen thinks of an answer, and why."""

from collections.abc import Mapping

from bot.answers import HUMAN, is_reachable
from bot.effects import Feedback, Mark
from bot.replies import Choice, Place, Reply
from bot.situation import Situation
from bot.texts import Texts
from bot.turn import Turn

FEEDBACK = "f"
"""First part of the tokens f:KIND:QUESTION."""

_KINDS: Mapping[str, Feedback] = {
    "y": Feedback.HELPED,
    "n": Feedback.NOT_HELPED,
    "w": Feedback.WRONG,
    "u": Feedback.UNCLEAR,
    "i": Feedback.INCOMPLETE,
}


def is_feedback(token: str) -> bool:
    """Say whether a token is about an answer."""
    return token.startswith(f"{FEEDBACK}:")


def rated_question(token: str) -> int | None:
    """Return the number of the question whose answer a token is about."""
    number = token.rpartition(":")[2]
    is_number = is_feedback(token) and number.isascii() and number.isdecimal() and len(number) < 10
    return int(number) if is_number else None


def rating_choices(texts: Texts, question: int) -> tuple[Choice, ...]:
    """Return «Ja» and «Nein» below an answer."""
    return (
        Choice(texts.feedback_yes, f"{FEEDBACK}:y:{question}"),
        Choice(texts.feedback_no, f"{FEEDBACK}:n:{question}"),
    )


def rate(situation: Situation, token: str) -> Turn:
    """Log what a citizen thinks of an answer: thank for it, or ask why it did not help."""
    kind, number = token.removeprefix(f"{FEEDBACK}:").partition(":")[0], rated_question(token)
    feedback = _KINDS.get(kind)
    if feedback is None or number is None:
        return Turn(situation.state, (Reply(situation.texts.choice_old),))
    return Turn(situation.state, (_reply(situation, feedback, number),), (Mark(number, feedback),))


def _reply(situation: Situation, feedback: Feedback, number: int) -> Reply:
    """Return what takes the place of «Hat das geholfen?»: the question why, or thanks."""
    texts = situation.texts
    if feedback is Feedback.NOT_HELPED:
        return Reply(texts.feedback_why, choices=_reasons(texts, number), place=Place.RATING)
    offered = feedback is not Feedback.HELPED and is_reachable(situation)
    human = (Choice(texts.human_choice, HUMAN),) if offered else ()
    return Reply(texts.feedback_thanks, choices=human, place=Place.RATING)


def _reasons(texts: Texts, number: int) -> tuple[Choice, ...]:
    """Return why an answer may not have helped."""
    labels = {"w": texts.feedback_wrong, "u": texts.feedback_unclear, "i": texts.feedback_incomplete}
    return tuple(Choice(label, f"{FEEDBACK}:{kind}:{number}") for kind, label in labels.items())
