"""What citizens said last, where it may stay in this process alone and reach no disk."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports import Chats, Outcome, Saved
from bot.state import CONTEXT_SECONDS


class Words:
    """Remembers the last question of each chat until nothing can refer to it."""

    def __init__(self) -> None:
        self._words: dict[str, tuple[int, str, datetime]] = {}
        self._lock = threading.Lock()

    def recall(self, chat: str, saved: Saved) -> Saved:
        """Return a chat's state with the words that this process remembers of it."""
        version, words, _ = self._words.get(chat) or (saved.version, "", None)
        return replace(saved, state=replace(saved.state, last_question=words if version == saved.version else ""))

    def keep(self, chat: str, version: int, words: str, now: datetime) -> None:
        """Remember what belongs to a version of a chat; what is too old is forgotten."""
        with self._lock:
            self._words.pop(chat, None)
            if words:
                self._words[chat] = (version, words, now)
            while self._words and now - next(iter(self._words.values()))[2] > timedelta(seconds=CONTEXT_SECONDS):
                del self._words[next(iter(self._words))]


class UnwrittenChats:
    """Keeps chats elsewhere, and what the citizen said last in memory alone."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._words = Words()

    def load(self, chat: str) -> Saved:
        """Return a chat's state, with the words that this process remembers of it."""
        return self._words.recall(chat, self._chats.load(chat))

    def commit(self, chat: str, version: int, outcome: Outcome, now: datetime) -> None:
        """Write an outcome without words; raise ConflictError when the stored version is another one."""
        self._chats.commit(chat, version, replace(outcome, state=outcome.state.wordless()), now)
        self._words.keep(chat, version + 1, outcome.state.last_question, now)
