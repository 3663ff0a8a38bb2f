"""Tries a bot by hand: one person at a terminal is citizen and clerk."""

from collections.abc import Callable, Iterable

from botapi.server import Server
from botapi.values import Json
from botapi.world import BOT_ID

HELP = """\
text            write to the bot          :1, :2 …        press a button of the bot's last message
:edit TEXT      change your last message  :photo, :voice, :sticker   send one
:block, :unblock                          :clerk THREAD TEXT   write into a topic of the staff group
:close THREAD   close a topic             :shift SECONDS  move the server's clock on
:quit           end (Ctrl-D as well)"""
Write = Callable[[str], None]


class Terminal:
    """One citizen, one clerk, one staff group; prints what the bot does to their chats."""

    def __init__(self, server: Server, write: Write) -> None:
        self._people = server.people
        self._server = server
        self._write = write
        self.citizen = server.people.citizen("Erika")
        self.clerk = server.people.citizen("Kemal")
        self.group = server.people.group("Team", [self.clerk])
        self._seen: dict[tuple[int, int], str] = {}
        self._last = 0
        server.world.listeners.append(self.show_new)
        self._commands: dict[str, Callable[[str], object]] = {
            "help": lambda _: write(HELP),
            "edit": lambda text: self._people.edit(self.citizen, self._last, text),
            "photo": lambda text: self._people.photo(self.citizen, text),
            "voice": lambda _: self._people.voice(self.citizen),
            "sticker": lambda _: self._people.sticker(self.citizen),
            "block": lambda _: self._people.block(self.citizen),
            "unblock": lambda _: self._people.unblock(self.citizen),
            "clerk": self._as_clerk,
            "close": lambda thread: self._people.close_topic(self.clerk, self.group, int(thread)),
            "shift": lambda seconds: server.room.shift(float(seconds)),
        }

    def run(self, lines: Iterable[str]) -> None:
        """Do what the lines say, until they end or one is «:quit»."""
        for line in lines:
            if line.strip() == ":quit":
                return
            self.take(line.strip())

    def take(self, line: str) -> None:
        """Do what one line says; what cannot be done is said."""
        try:
            self._do(line)
        except (LookupError, ValueError) as error:
            self._write(f"? {error} (:help shows what there is)")

    def _do(self, line: str) -> None:
        """Write to the bot, or follow a command."""
        name, _, rest = line[1:].partition(" ")
        if not line.startswith(":"):
            self._last = self._people.text(self.citizen, line) if line else self._last
        elif name.isdigit():
            self._press(int(name))
        else:
            self._commands[name](rest)

    def _press(self, number: int) -> None:
        """Press a button of the last message that has some."""
        shown = [one for one in self._people.shown(self.citizen) if "reply_markup" in one]
        button = buttons_of(shown[-1])[number - 1]
        self._people.press(self.citizen, shown[-1]["message_id"], button)

    def _as_clerk(self, rest: str) -> None:
        """Write into a topic."""
        thread, _, text = rest.partition(" ")
        self._people.text(self.clerk, text, chat=self.group, thread=int(thread))

    def show_new(self) -> None:
        """Print what the bot wrote or changed since the last time."""
        for chat, place in ((self.citizen, "bot"), (self.group, "team")):
            for message in self._people.shown(chat):
                self._show(chat, place, message)

    def _show(self, chat: int, place: str, message: Json) -> None:
        """Print a message of the bot, unless it was printed just so."""
        described = describe(message)
        key = (chat, message["message_id"])
        if message["from"]["id"] == BOT_ID and self._seen.get(key) != described:
            again = " (changed)" if key in self._seen else ""
            self._seen[key] = described
            thread = f" {message['message_thread_id']}" if "message_thread_id" in message else ""
            self._write(f"{place}{thread}{again}: {described}")


def describe(message: Json) -> str:
    """Return a message as lines of plain text, its buttons numbered."""
    kind = next((key for key in message if key.startswith("forum_topic_") or key in ("photo", "voice", "sticker")), "")
    name = message.get(kind, {}).get("name", "") if kind.startswith("forum") else ""
    text = message.get("text") or message.get("caption") or ""
    buttons = [f"  :{number} [{button}]" for number, button in enumerate(buttons_of(message), start=1)]
    return "\n".join([" ".join(part for part in (f"({kind})" if kind else "", name, text) if part), *buttons])


def buttons_of(message: Json) -> list[str]:
    """Return the texts of a message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]
