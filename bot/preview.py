"""How an entry will look to citizens, before anybody has seen it."""

from dataclasses import dataclass

from bot.markup import Span


@dataclass(frozen=True)
class Preview:
    """The messages of an answer, and the rows of buttons below the last one."""

    messages: tuple[tuple[Span, ...], ...]
    buttons: tuple[tuple[str, ...], ...]
