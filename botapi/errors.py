"""What the server refuses, in Telegram's words.

No schema tells these sentences. Each group says where it was seen: "observed" names a public issue that quotes the real
server, "source" is the open source of telegram-bot-api and TDLib, "assumed" was found in neither.
"""

from collections.abc import Mapping

# observed: tdlib/telegram-bot-api#472, #693, #854; for thread 1 #798 and python-telegram-bot#4739
NO_THREAD = "message thread not found"
# observed: rteixeirax/qbittorrent_telegram_notification#12
TOPIC_CLOSED = "TOPIC_CLOSED"
# observed: LiveHelperChat/telegram#69
TOPIC_DELETED = "TOPIC_DELETED"
# source: names of the server's errors; which call gives which is assumed
TOPIC_ID_INVALID = "TOPIC_ID_INVALID"
TOPIC_NOT_MODIFIED = "TOPIC_NOT_MODIFIED"
# observed: NousResearch/hermes-agent#13162 (in a private chat)
NO_FORUM = "the chat is not a forum"
# source
NO_TITLE = "title must be non-empty"
NO_RIGHT_TO_CREATE = "not enough rights to create a topic"
# assumed
NO_RIGHT = "not enough rights"
NO_RIGHT_TO_PIN = "not enough rights to manage pinned messages in the chat"

# observed: go-telegram/bot#134
NO_CHAT = "chat not found"
# observed: TwiN/gatus#179, with `parameters`
MIGRATED = "group chat was upgraded to a supergroup chat"
# observed: Achaak/toogoodtogo-bot#27
BLOCKED = "bot was blocked by the user"
# source
NOT_STARTED = "bot can't initiate conversation with a user"
KICKED = "bot was kicked from the supergroup chat"
NO_USER = "user not found"
NO_CHAT_ID = "chat_id is empty"

# observed: guidone/node-red-contrib-chatbot#254, n3d1117/chatgpt-telegram-bot#493
TOO_LONG = "message is too long"
# observed: cherrytea-dev/la_searcher_bot#917
EDIT_TOO_LONG = "MESSAGE_TOO_LONG"
# source
NO_TEXT = "message text is empty"
CAPTION_TOO_LONG = "message caption is too long"
BAD_ENTITIES = "can't parse entities: {}"
BAD_PARSE_MODE = "unsupported parse_mode"
NO_REPLY = "message to be replied not found"
NO_COPY = "message to copy not found"
NO_FORWARD = "message to forward not found"
CANNOT_COPY = "message can't be copied"
CANNOT_FORWARD = "message can't be forwarded"
CANNOT_EDIT = "message can't be edited"
NO_TEXT_TO_EDIT = "there is no text in the message to edit"
NO_CAPTION_TO_EDIT = "there is no caption in the message to edit"
NO_PIN = "message to pin not found"
NO_REACTION = "message to react not found"
BAD_REACTION = "REACTION_INVALID"
BAD_ORDER = "message identifiers must be in a strictly increasing order"
# observed: TelegramBotAPI/errors#7, tdlib/telegram-bot-api#400
NO_EDIT = "message to edit not found"
# observed: daniel-hauser/moneyman#133, rubenlagus/TelegramBots#674
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
# observed: telegramdesktop/tdesktop#5978, vldc-hq/vldc-bot#49
NO_DELETE = "message to delete not found"
# observed: backmeupplz/DeleteNudesBot#4
CANNOT_DELETE = "message can't be deleted for everyone"

# observed: jehy/telegram-test-api#62, LiveHelperChat/telegram#64 (66 bytes)
BAD_BUTTON_DATA = "BUTTON_DATA_INVALID"
# source
BAD_BUTTON = "can't parse inline keyboard button: {}"
BAD_MARKUP = "object expected as reply markup"
# observed: telegraf/telegraf#1839, eternnoir/pyTelegramBotAPI#1615
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
# source
BAD_ACTION = "wrong parameter action in request"
BAD_COMMAND = "BOT_COMMAND_INVALID"
TOO_MANY_COMMANDS = "BOT_COMMANDS_TOO_MUCH"
# assumed
DESCRIPTION_TOO_LONG = "bot description is too long"

# observed: lorcalhost/BTB-manager-telegram#69, pengrad/java-telegram-bot-api#261
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
# source
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
WEBHOOK_SET = "terminated by setWebhook request"
BAD_SECRET = "secret token contains unallowed characters"  # noqa: S105 - a sentence, no secret
NO_METHOD = "Not Found: method not found"
# assumed
BAD_WEBHOOK = "bad webhook: invalid webhook URL specified"

_NAMES = {400: "Bad Request", 403: "Forbidden", 409: "Conflict", 429: "Too Many Requests"}


class ApiError(Exception):
    """A call that the server refuses."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})


def refused(code: int, text: str, **parameters: int) -> ApiError:
    """Return the error as Telegram words it: «Bad Request: chat not found»."""
    return ApiError(code, f"{_NAMES[code]}: {text}", parameters)


def bad(text: str) -> ApiError:
    """Return a 400."""
    return refused(400, text)


def too_many(seconds: int) -> ApiError:
    """Return a 429 that asks to wait."""
    return refused(429, f"retry after {seconds}", retry_after=seconds)
