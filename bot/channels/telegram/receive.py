"""Takes updates in: each is durable before Telegram hears that it came."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.bell import rest, unless
from bot.channels.telegram.api import Api, ApiError, RivalError, TokenRefusedError
from bot.channels.telegram.arrivals import WANTED, arrival_from, number_of, query_of, text_of
from bot.channels.telegram.options import Webhook
from bot.clock import Clock
from bot.delivery import Arrival
from bot.errors import StoreError, TokenError
from bot.ports import Inbox, Leadership
from bot.pulse import Pulse
from bot.threads import Threads

POLL_SECONDS = 25
"""How long Telegram holds a poll open; less than the minute after which a page says that nothing is received."""
STAND_BY_SECONDS = 2.0
"""How often a process asks whether it may lead."""
CHECK_SECONDS = 60.0
"""How often Telegram is asked whether the webhook is still ours."""
LONGEST_PAUSE = 30.0
LONGEST_STORE_PAUSE = 5.0
"""While the database is away, full, or can be read alone."""
SILENCE = timedelta(days=6)
"""After a week without updates their numbers start anew at random: a higher offset would confirm them unread."""
AT_ONCE = 4
"""Best-effort calls under way; they share their connections with the sender."""

TOKEN_REFUSED = "TELEGRAM_BOT_TOKEN: Telegram kennt dieses Token nicht. Bitte bei @BotFather nachsehen."  # noqa: S105 - a sentence

log = structlog.get_logger(__name__)


class Receiver:
    """Keeps updates; the poll and the webhook both end here."""

    def __init__(
        self,
        api: Api,
        inbox: Inbox,
        clock: Clock,
        threads: Threads,
        pulse: Pulse,
        wake: Callable[[], None],
        is_urgent: Callable[[str], bool],
    ) -> None:
        self._api = api
        self._inbox = inbox
        self._clock = clock
        self._threads = threads
        self._pulse = pulse
        self._wake = wake
        self._is_urgent = is_urgent
        """Says of a text whether it goes before others."""
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._answering: set[asyncio.Task[None]] = set()

    def now(self) -> datetime:
        """Return the time."""
        return self._clock.now()

    async def take(self, updates: Sequence[object]) -> bool:
        """Keep updates durably; False when one has no number to keep it by. Raises StoreError."""
        arrivals = [arrival for arrival in map(self._arrival, updates) if arrival]
        now = self.now()
        if arrivals:
            await self._threads.run(lambda: self._inbox.put(arrivals, now))
            self._wake()
        self._pulse.last_receive = now
        for query in filter(None, map(query_of, updates)):
            self._answer(query)
        return len(arrivals) == len(updates)

    def _arrival(self, update: object) -> Arrival | None:
        arrival = arrival_from(self._api.bot_id, update)
        return replace(arrival, urgent=self._is_urgent(text_of(update))) if arrival else None

    def _answer(self, query: str) -> None:
        """Let the button stop blinking, beside everything else."""
        task = asyncio.create_task(self._answered(query))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answered(self, query: str) -> None:
        async with self._turns:
            with suppress(ApiError):
                await self._api.call("answerCallbackQuery", {"callback_query_id": query})


class Troubles:
    """Says once what is wrong, once that it is over, and how long to wait meanwhile."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._count = 0
        self._told: tuple[str, str] | None = None
        """What was said last."""

    def happened(self, error: BaseException) -> float:
        """Note a failure; return the seconds to wait. Another one than before is said as well."""
        found = type(error).__name__, str(error)
        if found != self._told:
            log.error(self._what, error=found[0], reason=found[1])
        self._told = found
        self._count += 1
        return min(
            2.0 ** min(self._count - 2, 10), LONGEST_STORE_PAUSE if isinstance(error, StoreError) else LONGEST_PAUSE
        )

    def over(self) -> None:
        """Note a success."""
        if self._count:
            log.warning(f"{self._what}_over", failures=self._count)
        self._count, self._told = 0, None


class Poll:
    """The long poll; one process at a time does it."""

    def __init__(self, api: Api, receiver: Receiver, leadership: Leadership, threads: Threads, pulse: Pulse) -> None:
        self._api = api
        self._receiver = receiver
        self._leadership = leadership
        self._threads = threads
        self._pulse = pulse
        self._prepared = False
        self._offset: int | None = None
        self._heard = receiver.now()
        """When the last update came."""

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until told to stop; raises TokenError."""
        troubles = Troubles("receiving_failed")
        while not stop.is_set():
            try:
                if await self._turn(stop):
                    troubles.over()
            except TokenRefusedError as error:
                raise TokenError(TOKEN_REFUSED) from error
            except (ApiError, StoreError) as error:
                self._alarm(error)
                await rest(stop, troubles.happened(error))
        self._pulse.receiving = False
        await self._threads.run(self._leadership.release)

    async def _turn(self, stop: asyncio.Event) -> bool:
        """Take one batch, or ask whether this process may lead; say whether all is well.

        That is not known once the poll is prepared: another program with the same token disturbs only those who wait.
        """
        leads = await self._threads.run(self._leadership.take)
        self._pulse.receiving = leads
        if not leads:
            self._prepared, self._offset = False, None
            await rest(stop, STAND_BY_SECONDS)
        elif not self._prepared:
            await self._prepare()
            return False
        else:
            await self._batch(stop, POLL_SECONDS)
        return True

    async def _prepare(self) -> None:
        """Leave no webhook, ask for the wanted kinds, and see that Telegram took note."""
        await self._api.call("deleteWebhook", {"drop_pending_updates": False})
        await self._batch(asyncio.Event(), 0)
        await check_wanted(self._api, "")
        self._prepared = True

    async def _batch(self, stop: asyncio.Event, seconds: int) -> None:
        """Take what waits; only the next call confirms it."""
        if self._receiver.now() - self._heard > SILENCE:
            self._offset = None
        updates = await unless(stop, self._api.updates(self._offset, seconds, WANTED))
        if updates is None:
            return
        if not await self._receiver.take(updates):
            log.error("update_without_number")
        numbers = [number for number in map(number_of, updates) if number is not None]
        if numbers:
            self._offset = max(numbers) + 1
            self._heard = self._receiver.now()

    def _alarm(self, error: Exception) -> None:
        """Tell of somebody else who polls; if it is a webhook that somebody has set, it goes before the next poll."""
        if isinstance(error, RivalError):
            self._prepared = False
            self._pulse.conflicts += 1
            log.error("second_receiver", conflicts=self._pulse.conflicts)


async def keep_webhook(api: Api, webhook: Webhook, pulse: Pulse, clock: Clock, stop: asyncio.Event) -> None:
    """Tell Telegram where to call, and see every minute that nobody has told it otherwise; raises TokenError."""
    troubles, deliveries = Troubles("webhook_failed"), Deliveries()
    wanted = {"url": webhook.url, "secret_token": webhook.secret, "allowed_updates": list(WANTED)}
    pulse.has_webhook, is_set = True, False
    while not stop.is_set():
        try:
            if not is_set:
                await api.call("setWebhook", {**wanted, "drop_pending_updates": False})
            info = await api.call("getWebhookInfo")
            is_set = is_wanted(info, webhook.url)
            deliveries.look(info)
            pulse.webhook_seen = clock.now() if is_set else pulse.webhook_seen
            troubles.over()
            await rest(stop, CHECK_SECONDS)
        except TokenRefusedError as error:
            raise TokenError(TOKEN_REFUSED) from error
        except ApiError as error:
            await rest(stop, troubles.happened(error))


class Deliveries:
    """Whether what Telegram delivers arrives: only Telegram knows, where a proxy or its certificate is in the way."""

    def __init__(self) -> None:
        self._troubles = Troubles("webhook_undelivered")
        self._failed_at: tuple[object, ...] = ()
        """When Telegram failed last, as it said at the last look."""

    def look(self, info: Mapping[str, Any]) -> None:
        """Tell of a failure since the last look; what was before the first one may be over."""
        before, self._failed_at = self._failed_at, (info.get("last_error_date"),)
        if not before or before == self._failed_at:
            self._troubles.over()
        else:
            self._troubles.happened(ApiError(str(info.get("last_error_message"))))


async def check_wanted(api: Api, url: str) -> bool:
    """Say whether Telegram says what it was told, and complain if not."""
    return is_wanted(await api.call("getWebhookInfo"), url)


def is_wanted(info: Mapping[str, Any], url: str) -> bool:
    """Say whether updates are delivered as they are to be, and complain if not."""
    is_so = info.get("url") == url and set(info.get("allowed_updates") or ()) == set(WANTED)
    if not is_so:
        log.error("webhook_info_differs", webhook=bool(info.get("url")), kinds=len(info.get("allowed_updates") or ()))
    return is_so
