"""The state behind the server: one bot, people, chats, and what waits for the bot."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

from botapi.clock import ServerClock
from botapi.limits import UNLIMITED, Budget, Limits
from botapi.updates import CALLBACK_SECONDS, DAY, UpdateQueue
from botapi.values import ANONYMOUS_ADMIN, Chat, Json, Member, Message, Topic, User, chat_json, present

TOKEN = "4242:local-token"  # noqa: S105 - opens nothing but this server
BOT_ID = 4242
FIRST_UPDATE = 700_000_001


@dataclass
class Query:
    """A pressed button that waits for an answer."""

    pressed: float
    answer: Json | None = None
    """What the bot answered: text, show_alert, url."""


@dataclass
class Webhook:
    """Where updates are delivered to."""

    url: str = ""
    secret: str | None = None
    max_connections: int = 40
    last_error: tuple[int, str] | None = None
    """Time and message of the last failed delivery."""


@dataclass
class World:
    """Everything the server knows; hold `lock` while reading it from another thread, change it within `changing`."""

    token: str = TOKEN
    limits: Limits = UNLIMITED
    clock: ServerClock = field(default_factory=ServerClock)
    lock: Condition = field(default_factory=Condition)
    """Notified whenever something happened."""
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    updates: UpdateQueue = field(default_factory=lambda: UpdateQueue(FIRST_UPDATE))
    webhook: Webhook = field(default_factory=Webhook)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """By scope and language."""
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    """By kind and language."""
    actions: list[tuple[int, str]] = field(default_factory=list)
    """Chat and action of every sendChatAction."""

    abilities: set[str] = field(default_factory=lambda: {"can_join_groups"})
    """What the bot's owner switched on."""
    listeners: list[Callable[[], None]] = field(default_factory=list)
    """Called after every change."""

    def __post_init__(self) -> None:
        self.me = User(BOT_ID, "FAQ-Bot", is_bot=True, username="local_faq_bot")
        self.users = {
            BOT_ID: self.me,
            ANONYMOUS_ADMIN: User(ANONYMOUS_ADMIN, "Group", True, username="GroupAnonymousBot"),
        }
        self.budget = Budget(self.limits)
        self._private_ids = itertools.count(1)
        self._numbers = itertools.count(1)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock for a change and tell all who wait for one."""
        with self.lock:
            yield
            self.lock.notify_all()
        for listener in self.listeners:
            listener()

    def number(self) -> int:
        """Return a number never used before, for ids."""
        return next(self._numbers)

    def now(self) -> int:
        """Return the time as Telegram writes it."""
        return int(self.clock.now())

    def post(self, chat: Chat, message: Message) -> Message:
        """Put a message into a chat."""
        chat.messages[message.id] = message
        return message

    def new_message(self, chat: Chat, sender: int, content: Json, thread_id: int | None = None) -> Message:
        """Return a message with the next id of its chat; private chats share one row of ids."""
        chat.last_id = next(self._private_ids) if chat.private else chat.last_id + 1
        return Message(chat.last_id, self.now(), sender, content, thread_id)

    def open_topic(self, chat: Chat, sender: int, name: str, icon_color: int) -> Topic:
        """Open a topic; the message that says so gives it its id, and the bot hears of it, even of its own."""
        content = {"forum_topic_created": {"name": name, "icon_color": icon_color}}
        message = self.new_message(chat, sender, content)
        message.thread_id = message.id
        topic = chat.topics[message.id] = Topic(message.id, name, icon_color)
        self.announce(chat, self.post(chat, message))
        return topic

    def service(self, chat: Chat, sender: int, content: Json, thread_id: int | None = None) -> Message:
        """Post a message that no person wrote; the bot hears of it, even of its own."""
        message = self.post(chat, self.new_message(chat, sender, content, thread_id))
        self.announce(chat, message)
        return message

    def announce(self, chat: Chat, message: Message, kind: str = "message") -> None:
        """Tell the bot of a message."""
        date = message.edit_date or message.date
        self.updates.add(kind, self.message_json(chat, message), f"message {chat.id}", date + DAY)

    def press(self, chat: Chat, message: Message, person: int, data: str) -> str:
        """Tell the bot of a pressed button; return the query's id."""
        query_id = str(self.number() + 10**15)
        now = self.clock.now()
        payload = {
            "id": query_id,
            "from": self.users[person].json(),
            "message": self.message_json(chat, message),
            "chat_instance": str(chat.id * 7919),
            "data": data,
        }
        self.queries[query_id] = Query(now)
        self.updates.add("callback_query", payload, f"callback {person}", now + CALLBACK_SECONDS)
        return query_id

    def change_member(self, chat: Chat, user_id: int, new: Member, by: int) -> None:
        """Change what somebody is in a chat and tell the bot; in a private chat it is about the bot itself."""
        old = chat.members.get(user_id, Member("left"))
        chat.members[user_id] = new
        payload = {
            "chat": self.chat_json(chat),
            "from": self.users[by].json(),
            "date": self.now(),
            "old_chat_member": old.json(self.users[user_id]),
            "new_chat_member": new.json(self.users[user_id]),
        }
        kind = "my_chat_member" if user_id == BOT_ID else "chat_member"
        self.updates.add(kind, payload, f"member {chat.id}", self.clock.now() + DAY)

    def chat_json(self, chat: Chat) -> Json:
        """Return a Telegram Chat."""
        return chat_json(chat, self.users[chat.id] if chat.private else None)

    def message_json(self, chat: Chat, message: Message) -> Json:
        """Return a Telegram Message with what it replies to."""
        shown = self._bare_json(chat, message)
        replied = self._replied(chat, message)
        return {**shown, "reply_to_message": self._bare_json(chat, replied)} if replied else shown

    def _replied(self, chat: Chat, message: Message) -> Message | None:
        """Return what a message replies to; in a topic that is at least the message that opened it."""
        replied = chat.messages.get(message.reply_to or message.thread_id or 0)
        return None if replied is message else replied

    def _bare_json(self, chat: Chat, message: Message) -> Json:
        """Return a Telegram Message without what it replies to."""
        topic = {"message_thread_id": message.thread_id, "is_topic_message": True} if message.thread_id else {}
        shown = self.chat_json(chat)
        return {
            "message_id": message.id,
            "from": self.users[ANONYMOUS_ADMIN if message.anonymous else message.sender].json(),
            **({"sender_chat": shown} if message.anonymous else {}),
            "chat": shown,
            "date": message.date,
            **present({"edit_date": message.edit_date, "reply_markup": message.markup}),
            **topic,
            **message.extra,
            **message.content,
        }
