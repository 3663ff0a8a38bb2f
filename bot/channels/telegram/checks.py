"""What Telegram says about this bot, for «doctor»."""

import asyncio
import warnings
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp
from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.options import TelegramOptions
from bot.channels.telegram.transport import PROXY_FAILED, Transport, trust
from bot.clock import Clock
from bot.doctor import GroupFacts, Hook, TelegramFacts

_PATIENCE = 10.0


def look(options: TelegramOptions, clock: Clock, group: int | None = None) -> TelegramFacts:
    """Ask who the bot is, how updates reach it, and about the staff group; a trouble is a fact like any other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBUserWarning)  # durations will be of another type some day; none is read here
        return asyncio.run(_look(options, clock, group))


async def _look(options: TelegramOptions, clock: Clock, group: int | None) -> TelegramFacts:
    watch = _Watch(clock)
    request = Transport(options, trust(options), connections=1, answer_seconds=_PATIENCE, on_date=watch.read)
    bot = Bot(options.token, base_url=f"{options.api_url}/bot", request=request, get_updates_request=request)
    async with request:
        try:
            me, hook = await bot.get_me(), await bot.get_webhook_info()
            team = await _group(bot, me.id, group) if group is not None else None
        except TelegramError as error:
            return TelegramFacts(trouble=_trouble(error, by_proxy=bool(options.proxy_url)), detail=_detail(error))
    return TelegramFacts(
        username=me.username or me.first_name,
        may_join_groups=bool(me.can_join_groups),
        reads_all=bool(me.can_read_all_group_messages),
        hook=_hook(hook),
        group=team,
        at=watch.at,
        here=clock.now(),
    )


async def _group(bot: Bot, me: int, group: int) -> GroupFacts:
    """Ask what the staff group is, and what the bot may do there. Raises TelegramError when nobody answers."""
    try:
        chat, member = await bot.get_chat(group), await bot.get_chat_member(group, me)
    except ChatMigrated as error:
        return GroupFacts(group, "moved", error.new_chat_id)
    except BadRequest:
        return GroupFacts(group, "unknown")
    except Forbidden:
        return GroupFacts(group, "outside")
    rights = frozenset(name for name, held in member.to_dict().items() if held is True)
    return GroupFacts(
        group,
        title=chat.title or "",
        kind=chat.type,
        has_topics=bool(chat.is_forum),
        status=member.status,
        rights=RIGHTS if member.status == "creator" else rights,
    )


RIGHTS = frozenset({"can_manage_topics", "can_delete_messages"})
"""What a group's owner may without its being said."""


class _Watch:
    """Reads Telegram's clock from its answers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.at: datetime | None = None

    def read(self, date: str | None) -> None:
        """Note the time that an answer carries."""
        self.at = parsedate_to_datetime(date) if date else None


def _hook(info: WebhookInfo) -> Hook:
    return Hook(
        url=info.url,
        pending=info.pending_update_count,
        allowed=tuple(info.allowed_updates or ()),
        error=info.last_error_message,
        error_at=info.last_error_date,
    )


def _trouble(error: TelegramError, *, by_proxy: bool) -> str:
    """Name what went wrong, as doctor.yaml does."""
    cause = error.__cause__
    if isinstance(error, InvalidToken):
        return "refused"
    if isinstance(error, TimedOut):
        return "timeout"
    if "CERTIFICATE_VERIFY_FAILED" in str(cause):
        return "certificate"
    if isinstance(cause, PROXY_FAILED) or (by_proxy and isinstance(cause, aiohttp.ClientConnectorError)):
        return "proxy"
    return "unreachable" if isinstance(cause, aiohttp.ClientError) else "odd"


def _detail(error: TelegramError) -> str:
    return error.message if isinstance(error, NetworkError) else type(error).__name__
