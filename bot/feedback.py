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
_SAID = "t"
"""Thanks, and the question why: buttons that do nothing."""


def is_feedback(token: str) -> bool:
    """Say whether a token is about an answer."""
    return token.startswith(f"{FEEDBACK}:")


def is_caption(choice: Choice) -> bool:
    """Say whether a choice is there to be read alone."""
    return choice.token.startswith(f"{FEEDBACK}:{_SAID}:")


def rating_choices(texts: Texts, question: int) -> tuple[Choice, ...]:
    """Return «Ja» and «Nein» below an answer."""
    return (
        Choice(texts.feedback_yes, f"{FEEDBACK}:y:{question}"),
        Choice(texts.feedback_no, f"{FEEDBACK}:n:{question}"),
    )


def rate(situation: Situation, token: str) -> Turn:
    """Log what a citizen thinks of an answer: thank for it, or ask why it did not help."""
    _, _, rest = token.partition(":")
    kind, _, number = rest.partition(":")
    feedback = _KINDS.get(kind)
    if kind == _SAID:
        return Turn(situation.state)
    if feedback is None or not (number.isascii() and number.isdecimal() and len(number) < 10):
        return Turn(situation.state, (Reply(situation.texts.choice_old),))
    return Turn(situation.state, (_reply(situation, feedback, int(number)),), (Mark(int(number), feedback),))


def _reply(situation: Situation, feedback: Feedback, number: int) -> Reply:
    """Return the text for a message of its own, and the buttons that take the place of those before."""
    texts = situation.texts
    if feedback is Feedback.NOT_HELPED:
        why = Choice(texts.feedback_why, f"{FEEDBACK}:{_SAID}:{number}")
        return Reply(texts.feedback_why, choices=(why, *_reasons(texts, number)), place=Place.BUTTONS)
    thanks = Choice(texts.feedback_thanks, f"{FEEDBACK}:{_SAID}:{number}")
    human = Choice(texts.human_choice, HUMAN)
    offered = feedback is not Feedback.HELPED and is_reachable(situation)
    return Reply(texts.feedback_thanks, choices=(thanks, human) if offered else (thanks,), place=Place.BUTTONS)


def _reasons(texts: Texts, number: int) -> tuple[Choice, ...]:
    """Return why an answer may not have helped."""
    labels = {"w": texts.feedback_wrong, "u": texts.feedback_unclear, "i": texts.feedback_incomplete}
    return tuple(Choice(label, f"{FEEDBACK}:{kind}:{number}") for kind, label in labels.items())
