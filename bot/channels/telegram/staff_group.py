"""Whether the staff group can be reached: looked at when the bot starts, and told to the operator."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import structlog

from bot.channels.telegram.api import Api, ApiError, BlockedError, ChatGoneError
from bot.clock import Clock
from bot.errors import StoreError
from bot.ports import Addresses

log = structlog.get_logger(__name__)

Run = Callable[[Callable[[], object]], Awaitable[object]]
"""Runs what uses the database beside the loop."""


def tell_out_of_reach(error: ApiError) -> None:
    """Tell the operator that no clerk hears of anything."""
    log.error("staff_group_out_of_reach", setting="STAFF_GROUP_ID", why=str(error))


def tell_without_group(count: int) -> None:
    """Tell the operator that no staff group is named any more, and how many cases were open."""
    log.warning("cases_without_group", setting="STAFF_GROUP_ID", count=count)


async def look_at(group: str, api: Api, addresses: Addresses, clock: Clock, run: Run) -> None:
    """Ask Telegram for the staff group, and note whether it is there; any other trouble says nothing about it."""
    with suppress(ApiError, StoreError):
        telegram_id = await run(partial(addresses.telegram_id, group))
        is_there = await _is_there(api, telegram_id)
        await run(partial(addresses.set_blocked, group, clock.now(), is_blocked=not is_there))


async def _is_there(api: Api, telegram_id: object) -> bool:
    """Say whether Telegram knows the group, and tell the operator if not. Raises ApiError."""
    try:
        await api.call("getChat", {"chat_id": telegram_id})
    except (BlockedError, ChatGoneError) as error:
        tell_out_of_reach(error)
        return False
    return True
