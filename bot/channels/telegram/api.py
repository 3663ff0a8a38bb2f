"""Calls to the Bot API, and what their failures mean for what is to be done."""

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.options import TelegramOptions
from bot.channels.telegram.transport import ANSWER_SECONDS, CONNECT_SECONDS, UNSENT, Transport, trust

CONNECTIONS = 16
"""8 messages are under way at most."""
LONGEST_LIMIT = 3600.0
"""Seconds after which a chat is tried again, whatever Telegram says."""


class ApiError(TelegramError):
    """A call did not do what it was for."""


class NotSentError(ApiError):
    """The call surely never reached Telegram."""


class DoubtfulError(ApiError):
    """Nobody knows whether the call took effect: no answer in time, or none that can be read."""


class ServerError(ApiError):
    """Telegram, or a machine before it, says that it cannot do anything right now (5xx)."""


class LimitedError(ApiError):
    """Too many calls (429)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class BlockedError(ApiError):
    """The bot may not write to this chat (403)."""


class MigratedError(ApiError):
    """The group goes on under another id."""

    def __init__(self, chat_id: int) -> None:
        super().__init__("migrated")
        self.chat_id = chat_id


class RefusedError(ApiError):
    """Telegram will never do this (400)."""


class NotModifiedError(RefusedError):
    """The message says that already: what was wanted is so."""


class EntitiesError(RefusedError):
    """The mark-up of a text cannot be read."""


class ChatGoneError(RefusedError):
    """There is no such chat, or none that the bot was ever in."""


class TopicGoneError(RefusedError):
    """The topic is not there any more."""


class TopicClosedError(RefusedError):
    """The topic is closed."""


class NoReplyError(RefusedError):
    """The message that is replied to is not there, or in another topic."""


class TokenRefusedError(ApiError):
    """Telegram does not know this token (401, or 404 for one of the wrong form)."""


class RivalError(ApiError):
    """Somebody else receives with the same token (409)."""


def refusal(status: int, body: object) -> ApiError:
    """Return what an answer other than 2xx means; any body at all may come.

    A page of a proxy is not Telegram's word, whatever its status: nobody has blocked the bot, the token is good.
    """
    fields = body if isinstance(body, dict) else {}
    is_telegrams = fields.get("ok") is False and isinstance(fields.get("error_code"), int)
    if not is_telegrams and status != HTTPStatus.TOO_MANY_REQUESTS:
        return ServerError(str(status))
    words = fields.get("description")
    description = words if isinstance(words, str) else ""
    parameters = fields.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    moved = parameters.get("migrate_to_chat_id")
    if isinstance(moved, int) and not isinstance(moved, bool):
        return MigratedError(moved)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return LimitedError(_seconds(parameters.get("retry_after")))
    if status == HTTPStatus.BAD_REQUEST:
        return _bad_request(description)
    if "method not found" in description:
        return RefusedError(description)
    return _BY_STATUS.get(status, ServerError)(description or str(status))


_BY_STATUS: Mapping[int, type[ApiError]] = {
    401: TokenRefusedError,
    403: BlockedError,
    404: TokenRefusedError,
    409: RivalError,
    413: RefusedError,
}


_REFUSALS: Mapping[str, type[RefusedError]] = {
    "message is not modified": NotModifiedError,
    "TOPIC_NOT_MODIFIED": NotModifiedError,
    "chat not found": ChatGoneError,
    "group chat was deactivated": ChatGoneError,
    "message thread not found": TopicGoneError,
    "TOPIC_DELETED": TopicGoneError,
    "TOPIC_ID_INVALID": TopicGoneError,
    "TOPIC_CLOSED": TopicClosedError,
    "message to be replied not found": NoReplyError,
}


def _bad_request(description: str) -> ApiError:
    for words, error in _REFUSALS.items():
        if words in description:
            return error(description)
    if "can't parse entities" in description:
        return EntitiesError("can't parse entities")  # the rest quotes the text
    return RefusedError(description)


def _seconds(value: object) -> float:
    """Return how long Telegram wants to be left alone; a second when it does not say."""
    if not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
        return 1.0
    return float(min(max(1, value), LONGEST_LIMIT))


def accident(cause: BaseException | None) -> ApiError:
    """Return what it means that no answer came."""
    kind = type(cause).__name__
    return NotSentError(kind) if isinstance(cause, UNSENT) else DoubtfulError(kind)


class Requests(Transport):
    """The transport with our words for what goes wrong: those of python-telegram-bot quote texts."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a request; raises ApiError."""
        try:
            status, body = await super().do_request(*args, **kwargs)
        except TelegramError as error:
            raise accident(error.__cause__) from None
        except UnicodeError:
            raise RefusedError("no Unicode text") from None
        if not 200 <= status <= 299:
            raise refusal(status, _json(body))
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return a good answer's body."""
        body = _json(payload)
        if not isinstance(body, dict) or "result" not in body:
            raise DoubtfulError("no answer of the Bot API")
        return body


def _json(payload: bytes) -> object:
    """Return what JSON says, None for anything else."""
    try:
        found: object = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found


class Api:
    """The calls of one bot."""

    def __init__(self, options: TelegramOptions) -> None:
        logging.getLogger("telegram").setLevel(logging.WARNING)  # it logs addresses, which hold the token
        trusted = trust(options)
        self._requests = Requests(options, trusted, connections=CONNECTIONS)
        self._polling = Requests(options, trusted, connections=1)
        self._bot = Bot(
            options.token,
            base_url=f"{options.api_url.rstrip('/')}/bot",
            request=self._requests,
            get_updates_request=self._polling,
        )
        self.bot_id = int(options.token.partition(":")[0])

    async def call(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """Call a method; raises ApiError."""
        return await self._call(method, params or {}, ANSWER_SECONDS)

    async def updates(self, offset: int | None, seconds: int, kinds: tuple[str, ...]) -> list[Any]:
        """Wait for updates; those before the offset are confirmed, so they must be kept by now."""
        params: dict[str, Any] = {"timeout": seconds, "allowed_updates": list(kinds)}
        if offset is not None:
            params["offset"] = offset
        found = await self._call("getUpdates", params, seconds + CONNECT_SECONDS)
        if not isinstance(found, list):
            raise DoubtfulError("no list of updates")
        return found

    async def close(self) -> None:
        """Close all connections."""
        await self._requests.shutdown()
        await self._polling.shutdown()

    async def _call(self, method: str, params: Mapping[str, Any], seconds: float) -> Any:
        try:
            return await self._bot.do_api_request(_unknown_name(method), dict(params), read_timeout=seconds)
        except ApiError:
            raise
        except TelegramError as error:
            raise DoubtfulError(type(error.__cause__).__name__) from None


def _unknown_name(method: str) -> str:
    """Return a method's name in a form that means the same to Bot and is none of its own, or it warns at every call."""
    return re.sub("([A-Z])", r"_\1", method)
