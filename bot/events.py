"""What a citizen does, the same on every channel."""

import re
from dataclasses import dataclass

_COMMAND = re.compile(r"/([A-Za-zÄÖÜäöüß_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class TextSaid:
    """The citizen wrote a message."""

    text: str


@dataclass(frozen=True)
class ChoicePicked:
    """The citizen pressed a button."""

    token: str
    """The token of the choice that was offered."""


@dataclass(frozen=True)
class CommandGiven:
    """The citizen gave a command such as /themen."""

    name: str
    """In lower case, without the slash."""
    argument: str = ""


@dataclass(frozen=True)
class MediaSent:
    """The citizen sent something that is no text."""

    kind: str
    """A key of `media` in texts.yaml."""


Event = TextSaid | ChoicePicked | CommandGiven | MediaSent


def event_from_text(text: str) -> Event:
    """Read a typed line: «/themen» is a command, everything else was said."""
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return TextSaid(text)
    return CommandGiven(command[1].casefold(), (command[2] or "").strip())
