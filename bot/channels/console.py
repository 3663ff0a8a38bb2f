"""The terminal chat: coloured for a person, plain for a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, Protocol, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.channels.safe import neutral
from bot.events import CommandGiven, Event, event_from_text
from bot.markup import plain, spans
from bot.replies import Choice, Reply
from bot.texts import Texts
from bot.worker import Handled

LONGEST_LINE = 1_000_000
"""Bytes of an input line that are read; the rest of it is skipped."""

_LEAVING = ("ende", "exit", "quit")
"""What people type to leave a program."""

Handle = Callable[[Event], Handled]


class Screen(Protocol):
    """Shows the bot's replies."""

    def show(self, reply: Reply, *, last: bool) -> None:
        """Show one reply; the last one of a turn may add a hint how to pick."""


class PlainScreen:
    """Text without colours, for pipes and files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, reply: Reply, *, last: bool) -> None:  # noqa: ARG002 - a pipe needs no hint
        """Write a reply and an empty line."""
        self._stream.write(f"{neutral(plain_reply(reply))}\n\n")
        self._stream.flush()


class RichScreen:
    """Colours and wrapping, for a person at a terminal."""

    def __init__(self, console: Console, texts: Texts) -> None:
        self._console = console
        self._texts = texts

    def show(self, reply: Reply, *, last: bool) -> None:
        """Print a reply, indented below its heading."""
        self._console.print(Text(self._texts.console_bot, style="bold red" if reply.urgent else "bold cyan"))
        self._console.print(Padding(rich_reply(reply), (0, 0, 1, 2), expand=False))
        if last and reply.choices:
            self._console.print(Padding(Text(self._texts.console_pick, style="dim"), (0, 0, 1, 2), expand=False))


def converse(handle: Handle, lines: Iterator[str], screen: Screen) -> bool:
    """Hand each line to the bot and show its replies; return whether the citizen said good-bye."""
    for line in lines:
        text = neutral(line).strip()
        if not text:
            continue
        done = handle(CommandGiven("ende") if text.casefold() in _LEAVING else event_from_text(text))
        show_all(screen, done.replies)
        if done.over:
            return True
    return False


def show_all(screen: Screen, replies: tuple[Reply, ...]) -> None:
    """Show the replies of one turn."""
    for number, reply in enumerate(replies, start=1):
        screen.show(reply, last=number == len(replies))


def chat_in_pipe(handle: Handle, source: BinaryIO, target: TextIO) -> None:
    """Answer each line of a pipe; Ctrl-C ends it as its end does."""
    try:
        converse(handle, piped_lines(source), PlainScreen(target))
    except KeyboardInterrupt:
        return


def chat_at_terminal(handle: Handle, texts: Texts, console: Console) -> None:
    """Welcome a person and talk until /ende, Ctrl-C or Ctrl-D."""
    screen = RichScreen(console, texts)
    try:
        show_all(screen, handle(CommandGiven("start")).replies)
        said_goodbye = converse(handle, typed_lines(neutral(texts.console_you)), screen)
    except KeyboardInterrupt:
        said_goodbye = False
    if not said_goodbye:
        console.print()
        screen.show(Reply(texts.farewell), last=True)


def typed_lines(prompt: str) -> Iterator[str]:
    """Yield what is typed until Ctrl-D."""
    with suppress(ImportError):
        import readline  # noqa: F401 - from now on the arrow keys work
    while True:
        try:
            yield input(prompt)
        except EOFError:
            return


def piped_lines(source: BinaryIO) -> Iterator[str]:
    """Yield the lines of a pipe whatever bytes they hold; a very long one is cut."""
    while line := source.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := source.readline(LONGEST_LINE)):
            continue
        yield line.decode("utf-8", errors="replace").lstrip("\ufeff")


def plain_reply(reply: Reply) -> str:
    """Return a reply as plain text."""
    parts = [plain(reply.text.strip()), "\n".join(map(plain, reply.notes))]
    choices = [f"  {choice.number}. {_one_line(choice)}" for choice in reply.choices]
    parts.append("\n".join([*([plain(reply.offer)] if reply.offer else []), *choices]))
    return "\n\n".join(part for part in parts if part)


def rich_reply(reply: Reply) -> Text:
    """Return a reply with styles."""
    parts = [styled(reply.text.strip())] if reply.text else []
    if reply.notes:
        parts.append(Text("\n").join(styled(note, "dim") for note in reply.notes))
    rows = [styled(reply.offer)] if reply.offer else []
    rows += [Text.assemble((f"{c.number:>2}. ", "bold yellow"), neutral(_one_line(c))) for c in reply.choices]
    if rows:
        parts.append(Text("\n").join(rows))
    return Text("\n\n").join(parts)


def styled(text: str, style: str = "") -> Text:
    """Return a text of the Markdown subset with styles; a link's address is written out."""
    line = Text(style=style)
    for span in spans(neutral(text)):
        line.append(span.text, "bold" if span.bold else "underline" if span.url else "")
        if span.url and span.url != span.text:
            line.append(f" ({span.url})")
    return line


def _one_line(choice: Choice) -> str:
    return " ".join(plain(choice.label).split())


def is_terminal() -> bool:
    """Say whether a person types and reads."""
    return sys.stdin.isatty() and sys.stdout.isatty()
