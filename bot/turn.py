"""One turn of the conversation while it takes shape."""

from dataclasses import dataclass

from bot.effects import Effect
from bot.replies import Reply
from bot.state import ChatState


@dataclass(frozen=True)
class Turn:
    """What the bot replies, what else comes of it, and what it remembers."""

    state: ChatState
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    """All but the replies."""
