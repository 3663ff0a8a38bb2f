"""How a message can be read: alone, as a follow-up of what was said before, as two questions."""

import re
from collections.abc import Callable

from intents.query import Context
from intents.text import fold, words

MAX_AGE = 15 * 60
"""Seconds after which a new message is no follow-up any more."""
_FEW_WORDS = 8
"""A follow-up that leans on the question before is short."""
_LEANING = frozenset(
    fold(word)
    for word in (
        "und aber auch noch dann denn das dies diese dieser dieses dem den der die sie er es ihn ihm ihr davon dazu dafür damit "
        "daran darüber darauf dabei dort da dagegen danach deren dessen so sowas jene beide beiden"
    ).split()
)
"""Words that point back: «und wann war das?», «wer hat sie beschlossen?»."""
_QUESTION_START = (
    r"(?:wer|wen|wem|wessen|wann|wo|wohin|woher|warum|wieso|weshalb|wie|was|welche[rsnm]?|wozu|wofür|wofuer|ist|sind|gibt|kann|können)"
)
_SPLIT = re.compile(
    rf"(?<=\?)\s+(?=\S)|[,;.]?\s+(?:und|sowie|außerdem|ausserdem|und außerdem)\s+(?={_QUESTION_START}\b)", re.IGNORECASE
)


def leans_back(text: str) -> bool:
    """Tell whether a message may need the question before it: short, or with a word that points back."""
    spoken = [fold(word) for word in words(text)]
    return 0 < len(spoken) <= _FEW_WORDS and (len(spoken) <= 3 or not _LEANING.isdisjoint(spoken))


def follow_up(text: str, context: Context | None) -> str | None:
    """Return the message joined to the question before it, or None when it stands alone."""
    if context is None or not context.last_question or context.age > MAX_AGE or not leans_back(text):
        return None
    return f"{context.last_question.rstrip('?.! ')}, {text[:1].lower()}{text[1:]}"


def parts_of(text: str, *, content: Callable[[str], str]) -> tuple[str, ...]:
    """Split a message into two questions, or return () when it is one."""
    pieces = [piece for part in _SPLIT.split(text) if (piece := content(part.strip(" ,;")))]
    return tuple(pieces) if len(pieces) == 2 else ()
