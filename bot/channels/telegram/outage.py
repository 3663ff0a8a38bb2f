"""Telegram out of reach, or out of order: how much is tried meanwhile, and with which messages."""

AT_ONCE = 8
"""Messages under way: so many may come twice after a crash."""
LONGEST_OUTAGE_PAUSE = 15.0
MOST_SETBACKS = 10
"""A message that got so many 5xx while others got through is the reason itself."""
LONGEST_SETBACK = 60.0


class Outage:
    """Telegram out of reach: nothing is tried for a while, then one message at a time until one gets through."""

    def __init__(self) -> None:
        self._waves = 0
        self._until = 0.0

    def room(self, now: float, under_way: int) -> int:
        """Return how many more messages may be tried."""
        if now < self._until:
            return 0
        return max(0, (1 if self._waves else AT_ONCE) - under_way)

    def failed(self, now: float) -> float:
        """Note a failure; return the seconds until the next try. Those that fail together count as one."""
        if now >= self._until:
            self._waves += 1
            self._until = now + min(2.0 ** min(self._waves - 1, 10), LONGEST_OUTAGE_PAUSE)
        return self.wait(now)

    def over(self) -> None:
        """Note that Telegram answers."""
        self._waves, self._until = 0, 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next try."""
        return max(0.0, self._until - now)


class Setbacks:
    """Messages that got 5xx; one that fails for ever must not keep the others from finding out that all is well."""

    def __init__(self) -> None:
        self.chats: frozenset[str] = frozenset()
        """Those that were tried in vain since Telegram did something last."""
        self._answers = 0
        self._counts: dict[int, tuple[int, int]] = {}
        """By message: how often it failed, and after how many answers to others."""

    def happened(self, message: int, chat: str) -> int:
        """Note a failure; return how many there were, those of one outage as one."""
        count, answers = self._counts.get(message, (0, -1))
        count += answers != self._answers
        self._counts[message] = count, self._answers
        self.chats |= {chat}
        return count

    def over(self) -> None:
        """Note that Telegram did what a call was for, or refused it."""
        self._answers += 1
        self.chats = frozenset()

    def forget(self, message: int) -> None:
        """Note that a message needs no more tries."""
        self._counts.pop(message, None)
