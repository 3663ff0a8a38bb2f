"""One call over HTTP: who calls, what goes wrong, what comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botapi import errors
from botapi.bell import Bell
from botapi.clock import sleep
from botapi.delivery import Delivery
from botapi.errors import ApiError, refused
from botapi.faults import Fault, Faults
from botapi.methods import METHODS, POLL
from botapi.params import Params
from botapi.polling import Poller
from botapi.world import World

Inspect = Callable[[str, Any], list[str]]
"""Says what is wrong with the result of a method."""


@dataclass
class Call:
    """A call as it came and how it ended."""

    at: float
    """The server's time."""
    method: str
    """In small letters."""
    params: dict[str, Any]
    status: int = 0
    """The answer's HTTP status, 0 while there is none."""

    @property
    def chat_id(self) -> int | None:
        """The chat that the call names."""
        given = str(self.params.get("chat_id", ""))
        return int(given) if given.lstrip("-").isdigit() else None


@dataclass(frozen=True)
class Answer:
    """What goes back; without a body the connection just closes."""

    status: int
    body: dict[str, Any] | str | None


@dataclass
class Gateway:
    """Between HTTP and the world."""

    world: World
    bell: Bell
    poller: Poller
    delivery: Delivery
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    delay: float = 0.0
    """Seconds of real time between doing what a call asks and answering."""
    inspect: Inspect | None = None
    complaints: list[str] = field(default_factory=list)
    """What `inspect` found."""

    def __post_init__(self) -> None:
        self.delivery.watch = lambda update: self._check(POLL, [update])

    async def handle(self, token: str, method: str, params: Params) -> Answer:
        """Answer one call; an accident asked for comes first."""
        call = Call(self.world.clock.now(), method.lower(), dict(params))
        with self.world.changing():
            self.calls.append(call)
        fault = self.faults.take(method, call.chat_id)
        if fault is None or fault.done:
            answer = await self._answer(token, call)
        await sleep(self.delay)
        if fault is not None:
            answer = await _spoilt(fault)
        call.status = answer.status
        with self.world.changing():
            return answer

    async def _answer(self, token: str, call: Call) -> Answer:
        """Do what a call asks for."""
        try:
            result = await self._result(token, call)
        except ApiError as error:
            return _refusal(error)
        self._check(call.method, result)
        return Answer(200, {"ok": True, "result": result})

    async def _result(self, token: str, call: Call) -> Any:
        """Return what a method returns."""
        if token != self.world.token:
            raise ApiError(401, "Unauthorized")
        if call.method == POLL:
            return await self.poller.get_updates(call.params)
        method = METHODS.get(call.method)
        if method is None:
            raise ApiError(404, errors.NO_METHOD)
        with self.world.changing():
            result = method(self.world, call.params)
        if call.method in ("setwebhook", "deletewebhook"):
            self._rewire()
        return result

    def _check(self, method: str, result: Any) -> None:
        """Note what is wrong with a result, if anyone wants to know."""
        if self.inspect:
            self.complaints += self.inspect(method, result)

    def _rewire(self) -> None:
        """Let neither a poll nor a delivery outlive a change of the webhook."""
        self.poller.abort(refused(409, errors.WEBHOOK_SET))
        self.delivery.drop_running()
        self.bell.ring()


def _refusal(error: ApiError) -> Answer:
    """Return an error as Telegram sends it."""
    body = {"ok": False, "error_code": error.code, "description": error.description}
    return Answer(error.code, {**body, **({"parameters": error.parameters} if error.parameters else {})})


async def _spoilt(fault: Fault) -> Answer:
    """Return the answer that a fault leaves."""
    if fault.kind == "hang":
        await sleep(fault.seconds)
    if fault.kind == "error":
        return _refusal(ApiError(fault.code, fault.description, fault.parameters))
    page = f"<html><body><h1>{fault.code}</h1></body></html>"
    answers = {"garbage": Answer(200, page), "status": Answer(fault.code, page)}
    return answers.get(fault.kind, Answer(0, None))
