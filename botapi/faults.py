"""Troubles on demand: the next calls of a method go wrong."""

from dataclasses import dataclass, field

KINDS = ("drop", "garbage", "status", "hang", "error")


@dataclass
class Fault:
    """What goes wrong, and how often."""

    kind: str
    """drop: the connection closes without an answer. garbage: an answer that is no JSON. status: a proxy's error page.
    hang: no answer for `seconds`, then the connection closes. error: Telegram refuses."""
    method: str = "*"
    """The call it is for, in any case; «*» means every one."""
    chat_id: int | None = None
    """The chat it is for; None means calls to any, and to none."""
    times: int = 1
    done: bool = False
    """Whether the call takes effect before it goes wrong."""
    code: int = 502
    """Status of `status` and `error`."""
    description: str = "Internal Server Error"
    """What `error` says."""
    parameters: dict[str, int] = field(default_factory=dict)
    """What `error` adds: retry_after, migrate_to_chat_id."""
    seconds: float = 30.0
    """How long `hang` takes."""

    def fits(self, method: str, chat_id: int | None) -> bool:
        """Tell whether it is for a call."""
        return self.method.lower() in ("*", method.lower()) and self.chat_id in (None, chat_id)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            message = f"fault kind {self.kind!r} is none of {', '.join(KINDS)}"
            raise ValueError(message)


class Faults:
    """The troubles to come, in order."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let the next calls go wrong."""
        self._coming.append(fault)

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return what happens to a call of this method to this chat, and count it."""
        for fault in self._coming:
            if fault.fits(method, chat_id):
                fault.times -= 1
                self._coming = [one for one in self._coming if one.times > 0]
                return fault
        return None

    def clear(self) -> None:
        """Let everything go right again."""
        self._coming = []
