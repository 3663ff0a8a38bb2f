"""What the apps show, and updates that no app would cause."""

from botapi.people.base import Acting
from botapi.updates import DAY
from botapi.values import Json
from botapi.world import BOT_ID


class Seeing(Acting):
    """Reads chats."""

    def shown(self, chat: int, thread: int | None = None) -> list[Json]:
        """Return what a chat, or one of its topics, shows now, oldest first."""
        with self._world.lock:
            room = self._world.chats[chat]
            messages = [one for one in room.messages.values() if thread is None or one.thread_id == thread]
            return [self._world.message_json(room, one) for one in messages]

    def said(self, chat: int, thread: int | None = None) -> list[str]:
        """Return the texts and captions that the bot wrote to a chat."""
        with self._world.lock:
            messages = self._world.chats[chat].messages.values()
            own = [one for one in messages if one.sender == BOT_ID and not one.service]
            return [one.text for one in own if thread is None or one.thread_id == thread]

    def topics(self, group: int) -> list[Json]:
        """Return a group's topics: name, thread id, closed, deleted."""
        with self._world.lock:
            topics = self._world.chats[group].topics.values()
            return [{**topic.json(), "closed": topic.closed, "deleted": topic.deleted} for topic in topics]

    def reactions(self, chat: int, message: int) -> list[Json]:
        """Return what the bot reacted with."""
        with self._world.lock:
            return self._world.chats[chat].messages[message].reactions

    def raw(self, kind: str, payload: Json, queue: str = "raw") -> None:
        """Let any update come, however broken."""
        with self._world.changing():
            self._world.updates.add(kind, payload, queue, self._world.clock.now() + DAY)

    def next_update_id(self, number: int) -> None:
        """Go on counting updates from a number, as Telegram does after a silent week."""
        with self._world.changing():
            self._world.updates.next_id = number
