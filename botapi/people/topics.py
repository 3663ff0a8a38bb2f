"""Clerks open, close, rename and delete topics in the app."""

from botapi import forum
from botapi.people.base import Acting


class Topics(Acting):
    """What people do to a forum."""

    def open_topic(self, person: int, group: int, name: str) -> int:
        """Open a topic; returns its thread id."""
        with self._world.changing():
            return self._world.open_topic(self._world.chats[group], person, name, forum.COLOURS[0]).thread_id

    def close_topic(self, person: int, group: int, thread: int) -> None:
        """Close a topic in the app."""
        self._switch_topic(person, group, thread, closed=True)

    def reopen_topic(self, person: int, group: int, thread: int) -> None:
        """Reopen a topic in the app."""
        self._switch_topic(person, group, thread, closed=False)

    def rename_topic(self, person: int, group: int, thread: int, name: str) -> None:
        """Rename a topic in the app."""
        with self._world.changing():
            chat = self._world.chats[group]
            forum.rename(self._world, chat, chat.topics[thread], name, person)

    def delete_topic(self, person: int, group: int, thread: int) -> None:  # noqa: ARG002 - who does not show
        """Delete a topic in the app; the bot is not told."""
        with self._world.changing():
            chat = self._world.chats[group]
            forum.remove(chat, chat.topics[thread])

    def switch_forum(self, group: int, *, on: bool) -> None:
        """Switch the topics of a group on or off."""
        with self._world.changing():
            self._world.chats[group].is_forum = on

    def _switch_topic(self, person: int, group: int, thread: int, *, closed: bool) -> None:
        """Close or reopen a topic."""
        with self._world.changing():
            chat = self._world.chats[group]
            forum.switch(self._world, chat, chat.topics[thread], person, closed=closed)
