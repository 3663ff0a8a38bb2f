"""What is asked: a text and the little that is remembered of the chat before it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Context:
    """What the last turns leave behind for the next question; serialisable."""

    last_question: str = ""
    """The citizen's last question as it was understood, already expanded by its own context."""
    last_entry: str | None = None
    """Id of the entry answered last."""
    offered: tuple[str, ...] = ()
    """Ids of the entries offered by an open «Meinten Sie …?»."""
    age: float = 0.0
    """Seconds since the last turn."""


@dataclass(frozen=True)
class Query:
    """One message of a citizen, with its context."""

    text: str
    context: Context | None = None
