"""What may come of an event in a case: effects as values, and the step that has them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.cases import Case, DueKind, Link, Side


@dataclass(frozen=True)
class Tell:
    """The bot says something to one side."""

    to: Side
    key: str
    """Of `desk` in texts.yaml."""
    values: tuple[tuple[str, str], ...] = ()
    answers: int | None = None
    """The channel's id of the message that it is about."""
    fails: bool = False
    """Something did not arrive: it goes before everything else."""
    everywhere: bool = False
    """Not into the topic, but where the whole group reads."""
    again: tuple[int, int] | None = None
    """Ids of the first and the last link of what may be sent again."""
    instead: int | None = None
    """The channel's id of what the bot said before: it becomes this, and its buttons go."""


@dataclass(frozen=True)
class Pass:
    """What one side wrote goes to the other as it is."""

    origin: Side
    messages: tuple[int, ...]
    text: str = ""
    author: str = ""
    reply_to: int | None = None
    """The message on the other side that it replies to."""
    spoken: bool = False
    """The text goes out instead of the message, which was a command or a button."""


@dataclass(frozen=True)
class Revise:
    """A change of what was passed on."""

    link: Link
    text: str
    entities: tuple[Mapping[str, Any], ...] = ()
    """How it is marked up, in the channel's terms."""
    kind: str = ""
    """What is attached, in the channel's terms; nothing for words alone."""
    file: str = ""
    """The channel's id of it."""


@dataclass(frozen=True)
class Withdraw:
    """What was passed on is taken back."""

    link: Link


@dataclass(frozen=True)
class Jot:
    """A clerk's note for colleagues."""

    message: int
    text: str
    author: str


@dataclass(frozen=True)
class React:
    """A reaction of one side is shown on the other."""

    origin: Side
    message: int
    """On the other side."""
    emoji: str
    """Nothing: it was taken back."""


class Forum:
    """What happens to topics."""

    @dataclass(frozen=True)
    class Open:
        """A topic is opened."""

        card: bool = True
        """Its card is still to come."""
        continued: bool = False

    @dataclass(frozen=True)
    class Close:
        """The case's topic, or another one, is closed."""

        thread: int | None = None

    @dataclass(frozen=True)
    class Reopen:
        """The topic is opened again."""

    @dataclass(frozen=True)
    class Delete:
        """A topic goes, with all that stands in it."""

        thread: int
        in_time: bool = False
        """Its time is over: nobody waits for it."""


@dataclass(frozen=True)
class Erase:
    """Messages on the clerks' side go."""

    messages: tuple[int, ...]


@dataclass(frozen=True)
class Later:
    """Something has to be done at a moment."""

    kind: DueKind
    at: datetime


@dataclass(frozen=True)
class Never:
    """Something has not to be done any more."""

    kind: DueKind


@dataclass(frozen=True)
class Told:
    """Failures that the clerks know of now."""

    links: tuple[int, ...]


@dataclass(frozen=True)
class Draft:
    """What was asked and answered may become an entry of the FAQ."""

    question: str
    answer: str


@dataclass(frozen=True)
class Unbar:
    """No other case of the citizen bars them any more."""


Effect = (
    Tell
    | Pass
    | React
    | Revise
    | Withdraw
    | Jot
    | Forum.Open
    | Forum.Close
    | Forum.Reopen
    | Forum.Delete
    | Erase
    | Later
    | Never
    | Told
    | Draft
    | Unbar
)


@dataclass(frozen=True)
class Step:
    """A case after an event, and what else comes of it."""

    case: Case
    effects: tuple[Effect, ...] = ()

    def then(self, *effects: Effect) -> "Step":
        """Return the step with more effects."""
        return replace(self, effects=(*self.effects, *effects))
