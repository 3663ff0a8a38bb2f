"""Users, chats, topics and messages as the server keeps them, and their JSON."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ANONYMOUS_ADMIN = 1087968824
"""The user id of «Group», behind which anonymous administrators write."""
GENERAL = 1
"""The thread id of the topic that every forum has; messages in it carry none."""
RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_welcome_messages",
)
SERVICE = (
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "pinned_message",
    "new_chat_members",
    "left_chat_member",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
)
"""Kinds of content that no person wrote: they are not copied, forwarded or edited."""


@dataclass
class User:
    """A person or a bot."""

    id: int
    first_name: str
    is_bot: bool = False
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None

    def json(self) -> Json:
        """Return a Telegram User."""
        names = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name, **present(names)}


@dataclass
class Member:
    """What somebody is in a chat."""

    status: str = "member"
    """creator, administrator, member, left or kicked."""
    rights: frozenset[str] = frozenset()

    def may(self, right: str) -> bool:
        """Tell whether a right is held."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    @property
    def inside(self) -> bool:
        """Whether the person takes part in the chat."""
        return self.status in ("creator", "administrator", "member")

    def json(self, user: User) -> Json:
        """Return a Telegram ChatMember."""
        return {"status": self.status, "user": user.json(), **self._details()}

    def _details(self) -> Json:
        if self.status == "administrator":
            rights = {right: right in self.rights for right in RIGHTS}
            return {**rights, "can_be_edited": False, "is_anonymous": False}
        if self.status == "creator":
            return {"is_anonymous": False}
        return {"until_date": 0} if self.status == "kicked" else {}


@dataclass
class Topic:
    """A topic of a forum; its id is that of the message that opened it."""

    thread_id: int
    name: str
    icon_color: int
    closed: bool = False
    deleted: bool = False

    def json(self) -> Json:
        """Return a Telegram ForumTopic."""
        return {"message_thread_id": self.thread_id, "name": self.name, "icon_color": self.icon_color}


@dataclass
class Message:
    """A message; `content` holds the keys that differ by kind, as Telegram names them."""

    id: int
    date: int
    sender: int
    content: Json
    thread_id: int | None = None
    reply_to: int | None = None
    markup: Json | None = None
    """An inline keyboard, shown under the message."""
    edit_date: int | None = None
    anonymous: bool = False
    extra: Json = field(default_factory=dict)
    """media_group_id, forward_origin, link_preview_options."""
    reactions: list[Json] = field(default_factory=list)
    """What the bot reacted with."""

    @property
    def service(self) -> bool:
        """Whether no person wrote it."""
        return any(kind in self.content for kind in SERVICE)

    @property
    def text(self) -> str:
        """The text or the caption."""
        return str(self.content.get("text", self.content.get("caption", "")))


@dataclass
class Chat:
    """A private chat, a group or a supergroup."""

    id: int
    type: str
    """private, group or supergroup."""
    title: str = ""
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    """What is shown; deleted messages are gone."""
    topics: dict[int, Topic] = field(default_factory=dict)
    last_id: int = 0
    migrated_to: int | None = None
    started: bool = True
    """Whether the person of a private chat has ever written to the bot."""
    pinned: list[int] = field(default_factory=list)

    @property
    def private(self) -> bool:
        """Whether it is a chat with one person."""
        return self.type == "private"


def chat_json(chat: Chat, person: User | None) -> Json:
    """Return a Telegram Chat; `person` is the other side of a private one."""
    if person:
        names = {"last_name": person.last_name, "username": person.username}
        return {"id": chat.id, "type": chat.type, "first_name": person.first_name, **present(names)}
    return {"id": chat.id, "type": chat.type, "title": chat.title, **({"is_forum": True} if chat.is_forum else {})}


def present(values: Json) -> Json:
    """Leave out what has no value."""
    return {key: value for key, value in values.items() if value is not None}
