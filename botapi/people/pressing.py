"""People press buttons, react and pin."""

from botapi.access import bot_in
from botapi.people.base import Acting
from botapi.updates import DAY
from botapi.values import Json, Message


class Pressing(Acting):
    """What people do to messages."""

    def press(self, person: int, message: int, button: str, chat: int | None = None) -> str:
        """Press a button, named by its text or its data; returns the query's id. LookupError if there is none."""
        with self._world.changing():
            room, shown = self._message(person, chat, message)
            return self._world.press(room, shown, person, _data_of(shown, button))

    def press_stale(self, person: int, message: int, data: str, chat: int | None = None) -> str:
        """Press a button that an app still shows although it is gone."""
        with self._world.changing():
            room, shown = self._message(person, chat, message)
            return self._world.press(room, shown, person, data)

    def answer_to(self, query: str) -> Json | None:
        """Return what the bot answered to a pressed button."""
        with self._world.lock:
            return self._world.queries[query].answer

    def react(self, person: int, message: int, emoji: str, chat: int | None = None) -> None:
        """React to a message; of what happens in a group the bot hears as an administrator alone. No emoji: undone."""
        with self._world.changing():
            room, shown = self._message(person, chat, message)
            if not room.private and bot_in(room).status != "administrator":
                return
            payload = {
                "chat": self._world.chat_json(room),
                "message_id": shown.id,
                "user": self._world.users[person].json(),
                "date": self._world.now(),
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
            }
            self._world.updates.add("message_reaction", payload, f"reaction {room.id}", self._world.clock.now() + DAY)

    def pin(self, person: int, message: int, chat: int | None = None) -> None:
        """Pin a message in the app."""
        with self._world.changing():
            room, shown = self._message(person, chat, message)
            room.pinned.append(shown.id)
            content = {"pinned_message": self._world.message_json(room, shown)}
            self._world.service(room, person, content, shown.thread_id)


def _data_of(message: Message, wanted: str) -> str:
    """Return the data of a button."""
    for row in (message.markup or {}).get("inline_keyboard", []):
        for button in row:
            if wanted in (button["text"], button.get("callback_data")) and "callback_data" in button:
                return str(button["callback_data"])
    raise LookupError(wanted)
