"""What a test may do to the server, by names and JSON alone: the same for objects and for `/control/<room>/<verb>`."""

import dataclasses
from typing import Any

from botapi.faults import Fault
from botapi.gateway import Gateway
from botapi.limits import UNLIMITED, Budget, Limits
from botapi.people import People
from botapi.values import Json


class Control:
    """Two rooms: `people` act as citizens and clerks, `server` holds time, troubles and what was called."""

    def __init__(self, gateway: Gateway, people: People) -> None:
        self._rooms: dict[str, object] = {"people": people, "server": ServerRoom(gateway)}

    def act(self, room: str, verb: str, arguments: Json) -> Any:
        """Do something; raises LookupError for an unknown room or verb."""
        action = None if verb.startswith("_") else getattr(self._rooms[room], verb, None)
        if action is None:
            raise LookupError(verb)
        return action(**arguments)


class ServerRoom:
    """The machine's side."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def shift(self, seconds: float) -> None:
        """Move the server's clock on."""
        with self._gateway.world.changing():
            self._gateway.world.clock.shift(seconds)

    def delay(self, seconds: float) -> None:
        """Answer every call so much later."""
        self._gateway.delay = seconds

    def fault(self, **fields: Any) -> None:
        """Let the next calls go wrong."""
        self._gateway.faults.add(Fault(**fields))

    def heal(self) -> None:
        """Let everything go right again."""
        self._gateway.faults.clear()

    def limit(self, *, real: bool) -> None:
        """Keep Telegram's rate limits, or none, from now on."""
        with self._gateway.world.changing():
            self._gateway.world.budget = Budget(Limits() if real else UNLIMITED)

    def calls(self, since: int = 0) -> list[Json]:
        """Return every call so far, or those after the first `since`."""
        return [dataclasses.asdict(call) for call in self._gateway.calls[since:]]

    def pending(self) -> int:
        """Return how many updates wait."""
        world = self._gateway.world
        with world.lock:
            return len(world.updates.waiting(world.clock.now()))
