"""Chats whose last question stays in this process and reaches no disk."""

from dataclasses import replace
from datetime import datetime

from bot.ports import Chats, Outcome, Saved


class UnwrittenChats:
    """Keeps chats elsewhere, and what the citizen said last in memory alone."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._words: dict[str, tuple[int, str]] = {}

    def load(self, chat: str) -> Saved:
        """Return a chat's state, with the words that this process remembers of it."""
        saved = self._chats.load(chat)
        version, words = self._words.get(chat, (saved.version, ""))
        return replace(saved, state=replace(saved.state, last_question=words if version == saved.version else ""))

    def commit(self, chat: str, version: int, outcome: Outcome, now: datetime) -> None:
        """Write an outcome without words; raise ConflictError when the stored version is another one."""
        words = outcome.state.last_question
        wordless = replace(outcome, state=replace(outcome.state, last_question=""))
        self._chats.commit(chat, version, wordless, now)
        if words:
            self._words[chat] = (version + 1, words)
        else:
            self._words.pop(chat, None)
