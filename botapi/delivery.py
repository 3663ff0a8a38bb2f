"""Brings updates to the webhook, as telegram-bot-api does.

Each queue (messages of a chat, buttons of a person) is delivered strictly in order: its oldest update is repeated until
the bot answers 2xx. The first repetition comes at once, then after 2, 4, 8 … up to 60 seconds; `Retry-After` is obeyed.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx

from botapi.bell import Bell
from botapi.updates import Update
from botapi.values import Json
from botapi.world import Webhook, World

LONGEST_PAUSE = 60
LONGEST_ASKED = 3600.0
PATIENCE = 60.0
"""Seconds that the bot may take to answer."""
IDLE = 0.5
"""Seconds after which the queues are looked at even without a ring."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: webhooks are plain HTTP here, and reading all authorities of the world takes time."""


@dataclass(frozen=True)
class Trouble:
    """How often an update failed and when it is due again."""

    failures: int = 0
    due: float = 0.0
    """In the event loop's time."""


class Delivery:
    """Delivers while a webhook is set."""

    def __init__(self, world: World, bell: Bell, second: float) -> None:
        self._world = world
        self._bell = bell
        self._second = second
        """How long a second of back-off takes; tests hurry."""
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._troubles: dict[int, Trouble] = {}
        self.watch: Callable[[Json], None] = lambda _: None
        """Called with every update on its way."""

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(
            timeout=PATIENCE, limits=httpx.Limits(max_connections=100), verify=NO_TLS
        ) as client:
            while True:
                ring = self._bell.heard()
                self._start_due(client)
                await self._pause(ring)

    def drop_running(self) -> None:
        """Give up deliveries under way; their updates wait for whoever comes next."""
        for task in self._busy.values():
            task.cancel()
        self._busy.clear()
        self._troubles.clear()

    async def _pause(self, ring: asyncio.Event) -> None:
        """Wait for a ring or the next repetition."""
        now = asyncio.get_running_loop().time()
        dues = [trouble.due - now for trouble in self._troubles.values() if trouble.due > now]
        try:
            await asyncio.wait_for(ring.wait(), min([IDLE, *dues]))
        except TimeoutError:
            return
        finally:
            self._bell.forget(ring)

    def _start_due(self, client: httpx.AsyncClient) -> None:
        """Start as many deliveries as connections allow, one for each queue."""
        with self._world.lock:
            hook = self._world.webhook
            heads = self._world.updates.heads(self._world.clock.now()) if hook.url else ()
            for update in heads:
                if len(self._busy) < hook.max_connections and update.queue not in self._busy and self._due(update):
                    self._busy[update.queue] = asyncio.create_task(self._deliver(client, hook, update))

    def _due(self, update: Update) -> bool:
        """Tell whether an update may be tried now."""
        return self._troubles.get(update.id, Trouble()).due <= asyncio.get_running_loop().time()

    async def _deliver(self, client: httpx.AsyncClient, hook: Webhook, update: Update) -> None:
        """Try once."""
        self.watch(update.json())
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            response = await client.post(hook.url, json=update.json(), headers=headers)
            complaint = "" if response.is_success else f"Wrong response from the webhook: {_status(response)}"
            pause = _asked_pause(response)
        except (httpx.HTTPError, httpx.InvalidURL):
            complaint, pause = "Webhook connection closed", 0.0
        self._busy.pop(update.queue, None)
        self._finish(update, complaint, pause)
        self._bell.ring()

    def _finish(self, update: Update, complaint: str, pause: float) -> None:
        """Forget a delivered update; let a failed one wait."""
        with self._world.lock:
            if complaint:
                self._world.webhook.last_error = (self._world.now(), complaint)
                self._troubles[update.id] = self._next_try(update, pause)
            else:
                self._world.updates.forget(update.id)
                self._troubles.pop(update.id, None)

    def _next_try(self, update: Update, pause: float) -> Trouble:
        """Return when to repeat: as long as the bot asked for, else at once, then after doubling pauses."""
        before = self._troubles.get(update.id, Trouble())
        seconds = pause or (min(LONGEST_PAUSE, 2**before.failures) if before.failures else 0)
        due = asyncio.get_running_loop().time() + seconds * self._second
        return replace(before, failures=before.failures + 1, due=due)


def _asked_pause(response: httpx.Response) -> float:
    """Return the seconds that the bot asks for, at most an hour; a date counts as nothing."""
    asked = response.headers.get("retry-after", "")
    return min(LONGEST_ASKED, float(asked)) if asked.isdigit() else 0.0


def _status(response: httpx.Response) -> str:
    """Return code and name of an answer."""
    return f"{response.status_code} {response.reason_phrase}"
