"""What the bot says, the same on every channel; a channel only renders it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

NONE = "n"
"""First part of the token of «Nichts davon»."""


class Place(Enum):
    """Where a reply to a pressed button goes; without buttons every reply is a message of its own."""

    BELOW = auto()
    """A new message."""
    INSTEAD = auto()
    """The message with the button becomes this one: a menu turns its pages."""
    RATING = auto()
    """What a message asks or says of itself at its end becomes this one, as do its buttons; the rest stays."""


@dataclass(frozen=True)
class Choice:
    """Something the citizen can pick: a button, or a number where there are no buttons."""

    label: str
    token: str
    """At most 64 bytes; says what is picked without any memory of the offer."""
    number: int = 0
    """What to type for it; given by numbered()."""
    url: str = ""
    """A place to go to; there is no token then."""
    aside: bool = False
    """A way on or out, as «Weiter» or «Nichts davon», and none of the things that a list holds."""

    @property
    def declines(self) -> bool:
        """Whether it stands for «Nichts davon»."""
        return self.token.partition(":")[0] == NONE


@dataclass(frozen=True)
class Reply:
    """One message of the bot."""

    text: str
    """Markdown subset: *bold*, [links](https://…), lists."""
    notes: tuple[str, ...] = ()
    """Small print below the text: source, «Stand», contact; a line each."""
    offer: str = ""
    """The line above the choices."""
    choices: tuple[Choice, ...] = ()
    urgent: bool = False
    """An emergency: goes out before everything else."""
    question: int = 0
    """Number of the question that it answers: a channel with buttons asks whether it helped. 0: no answer."""
    place: Place = Place.BELOW
    counted: bool = False
    """Its buttons show their numbers, as those of another reply of the turn have to."""


def numbered(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """Give the choices of one turn their numbers, from 1; a single «Nichts davon» gets 0."""
    declining = sum(choice.declines for reply in replies for choice in reply.choices)
    done: list[Reply] = []
    following = 1
    for reply in replies:
        choices: list[Choice] = []
        for choice in reply.choices:
            zero = choice.declines and declining == 1
            choices.append(replace(choice, number=0 if zero else following))
            following += not zero
        done.append(replace(reply, choices=tuple(choices)))
    return tuple(done)
