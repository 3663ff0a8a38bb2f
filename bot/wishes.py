"""«Bescheid geben, wenn es eine Antwort gibt»: a citizen wants to hear later, or no longer."""

from bot.effects import Wish
from bot.replies import Choice, Place, Reply
from bot.situation import Situation
from bot.turn import Turn

WISH = "b"
"""First part of the tokens b:y:QUESTION and b:n:QUESTION."""
ON, OFF = "y", "n"


def is_wish(token: str) -> bool:
    """Say whether a token is about hearing later."""
    return token.startswith(f"{WISH}:")


def wish_choices(situation: Situation, number: int) -> tuple[Choice, ...]:
    """Return the button below a question that stayed open, where the bot can tell it later."""
    return (_choice(situation, ON, number),) if situation.stays_open else ()


def wish(situation: Situation, answer: str, number: int) -> Turn:
    """Note that the citizen wants to hear of an answer to a question; the button then takes it back."""
    texts, is_on = situation.texts, answer == ON
    if answer not in (ON, OFF) or not (situation.stays_open and situation.stays_open(number)):
        return Turn(situation.state, (Reply(texts.choice_old),))
    text, other = (texts.notice_on, OFF) if is_on else (texts.notice_off, ON)
    reply = Reply(text, choices=(_choice(situation, other, number),), place=Place.RATING)
    return Turn(situation.state, (reply,), (Wish(number, is_on),))


def _choice(situation: Situation, answer: str, number: int) -> Choice:
    texts = situation.texts
    return Choice(texts.notice_wish if answer == ON else texts.notice_unwish, f"{WISH}:{answer}:{number}", aside=True)
