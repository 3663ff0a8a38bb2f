"""People write, send and edit."""

import re
from typing import Any

from botapi.entities import Entity, utf16
from botapi.people.base import Acting
from botapi.values import Json, present

_COMMAND = re.compile(r"(?<!\S)/[a-zA-Z0-9_]{1,32}(?:@\w+)?")


class Writing(Acting):
    """What people put into chats. `place` is thread, reply_to and anonymous."""

    def text(self, person: int, text: str, chat: int | None = None, **place: Any) -> int:
        """Write; returns the message's id. `place` is thread, reply_to, anonymous."""
        entities = commands_in(text)
        return self._write(person, chat, {"text": text, **({"entities": entities} if entities else {})}, **place)

    def photo(self, person: int, caption: str = "", chat: int | None = None, **place: Any) -> int:
        """Send a photo."""
        return self._write(person, chat, {"photo": [self._file(width=90, height=60)], **_captioned(caption)}, **place)

    def album(self, person: int, count: int = 3, caption: str = "", chat: int | None = None, **place: Any) -> list[int]:
        """Send several photos as one album; the first carries the caption."""
        group = str(13_000_000_000 + self._world.number())
        content = [
            {"photo": [self._file(width=90, height=60)], **_captioned("" if n else caption)} for n in range(count)
        ]
        return [self._write(person, chat, one, extra={"media_group_id": group}, **place) for one in content]

    def voice(self, person: int, chat: int | None = None, **place: Any) -> int:
        """Send a voice message."""
        return self._write(person, chat, {"voice": self._file(duration=3, mime_type="audio/ogg")}, **place)

    def sticker(self, person: int, chat: int | None = None, **place: Any) -> int:
        """Send a sticker."""
        kind = {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👋"}
        return self._write(person, chat, {"sticker": self._file(width=512, height=512, **kind)}, **place)

    def document(self, person: int, caption: str = "", chat: int | None = None, **place: Any) -> int:
        """Send a file."""
        file = self._file(file_name="antrag.pdf", mime_type="application/pdf")
        return self._write(person, chat, {"document": file, **_captioned(caption)}, **place)

    def location(self, person: int, chat: int | None = None, **place: Any) -> int:
        """Send a place."""
        return self._write(person, chat, {"location": {"latitude": 49.14, "longitude": 9.22}}, **place)

    def contact(self, person: int, chat: int | None = None, **place: Any) -> int:
        """Send a telephone number."""
        return self._write(
            person, chat, {"contact": {"phone_number": "+49713100000", "first_name": "Rathaus"}}, **place
        )

    def content(self, person: int, content: Json, chat: int | None = None, **place: Any) -> int:
        """Send any other kind of message, given as Telegram's JSON."""
        return self._write(person, chat, content, **place)

    def edit(self, person: int, message: int, text: str, chat: int | None = None) -> None:
        """Change the text or the caption of one's own message."""
        with self._world.changing():
            room, written = self._message(person, chat, message)
            key = "text" if "text" in written.content else "caption"
            written.content = {**written.content, key: text}
            written.edit_date = self._world.now()
            self._tell(room, written, "edited_message")

    def replace(self, person: int, message: int, content: Json, chat: int | None = None) -> None:
        """Exchange what is attached to one's own message, or attach something to a text."""
        with self._world.changing():
            room, written = self._message(person, chat, message)
            written.content, written.edit_date = content, self._world.now()
            self._tell(room, written, "edited_message")

    def new_photo(self, caption: str = "") -> Json:
        """Return a picture that was not sent before."""
        return {"photo": [self._file(width=90, height=60)], **_captioned(caption)}

    def delete(self, person: int, message: int, chat: int | None = None) -> None:
        """Delete a message; the bot is not told."""
        with self._world.changing():
            room, _ = self._message(person, chat, message)
            del room.messages[message]

    def _write(
        self,
        person: int,
        chat: int | None,
        content: Json,
        thread: int | None = None,
        reply_to: int | None = None,
        *,
        anonymous: bool = False,
        extra: Json | None = None,
    ) -> int:
        """Put a person's message into a chat and tell the bot, if it may know."""
        with self._world.changing():
            room = self._world.chats[chat or person]
            message = self._world.new_message(room, person, content, thread)
            message.reply_to, message.anonymous, message.extra = reply_to, anonymous, extra or {}
            room.started = True
            self._world.post(room, message)
            self._tell(room, message, "message")
            return message.id

    def _file(self, **details: Any) -> Json:
        """Return a file that nobody needs to download."""
        number = self._world.number()
        return {"file_id": f"file-{number}", "file_unique_id": f"unique-{number}", "file_size": 1000, **details}


def commands_in(text: str) -> list[Entity]:
    """Return the entities of commands in a text."""
    found = _COMMAND.finditer(text)
    return [{"type": "bot_command", "offset": utf16(text[: one.start()]), "length": len(one.group())} for one in found]


def _captioned(caption: str) -> Json:
    """Return a caption, if there is one."""
    return present({"caption": caption or None})
