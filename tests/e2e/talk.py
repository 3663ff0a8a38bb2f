"""What a citizen does in a chat, and what they then see."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botapi.server import Server
from botapi.world import BOT_ID

PATIENCE = 40.0


@dataclass(frozen=True)
class Seen:
    """A message of the bot as the app shows it."""

    id: int
    text: str
    buttons: tuple[str, ...]
    tokens: tuple[str, ...]
    """What the buttons send."""
    links: tuple[str, ...] = ()
    """Where buttons lead."""
    replies_to: int | None = None
    bold: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, message: dict[str, Any]) -> "Seen":
        """Read a message."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        text, entities = message.get("text", ""), message.get("entities", [])
        marked = [one for one in entities if one["type"] == "bold"]
        return cls(
            message["message_id"],
            text,
            tuple(button["text"] for button in buttons),
            tuple(button.get("callback_data", "") for button in buttons),
            tuple(button["url"] for button in buttons if "url" in button),
            message.get("reply_to_message", {}).get("message_id"),
            tuple(text[one["offset"] : one["offset"] + one["length"]] for one in marked),
        )


@dataclass
class Chat:
    """One person in one chat; whatever they write is kept, to be looked for in the log."""

    server: Server
    person: int
    room: int
    words: list[str] = field(default_factory=list)
    known: dict[int, Seen] = field(default_factory=dict)
    """The bot's messages that were looked at."""
    last: int = 0
    """The person's last message."""

    def say(self, text: str) -> Seen:
        """Write, and return the one message that comes back."""
        return self.one(lambda: self.write(text))

    def write(self, text: str, **place: Any) -> int:
        """Write, and wait for nothing."""
        self.words.append(text)
        self.last = self.server.people.text(self.person, text, chat=self.room, **place)
        return self.last

    def change(self, text: str, message: int | None = None) -> None:
        """Change what was written."""
        self.words.append(text)
        self.server.people.edit(self.person, message or self.last, text, chat=self.room)

    def press(self, seen: Seen, button: str) -> Seen:
        """Press a button, and return the one message that comes, or that changes."""
        return self.one(lambda: self.server.people.press(self.person, seen.id, button, chat=self.room))

    def one(self, act: Callable[[], object]) -> Seen:
        """Do something, and return the one message that comes of it."""
        (found,) = self.after(act)
        return found

    def after(self, act: Callable[[], object], count: int = 1) -> list[Seen]:
        """Do something, and return the messages that come of it or that it changes."""
        act()
        assert self.server.until(lambda: len(self.news()) >= count, PATIENCE), f"{len(self.news())} of {count} came"
        found = self.news()
        self.known.update({seen.id: seen for seen in found})
        return found

    def shown(self) -> dict[int, Seen]:
        """Return all messages of the bot, as they are now."""
        messages = [one for one in self.server.people.shown(self.room) if one["from"]["id"] == BOT_ID]
        return {one["message_id"]: Seen.from_json(one) for one in messages}

    def news(self) -> list[Seen]:
        """Return the messages that came or changed since the last look."""
        return [seen for seen in self.shown().values() if self.known.get(seen.id) != seen]

    def nothing_more(self) -> bool:
        """Say whether all that came was looked at; what is asked now is answered after everything else."""
        return "Impressum" in self.say("/impressum").text and not self.news()
