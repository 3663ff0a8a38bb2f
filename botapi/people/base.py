"""What all verbs need."""

from botapi.values import Chat, Member, Message
from botapi.world import BOT_ID, World


class Acting:
    """Acts on one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _message(self, person: int, chat: int | None, message: int) -> tuple[Chat, Message]:
        """Return a message and its chat."""
        room = self._world.chats[chat or person]
        return room, room.messages[message]

    def _tell(self, room: Chat, message: Message, kind: str) -> None:
        """Tell the bot of a message that reaches it."""
        if reaches_bot(room, message):
            self._world.announce(room, message, kind)


def reaches_bot(room: Chat, message: Message) -> bool:
    """Tell whether the bot gets a message: privacy mode hides a group's talk from a bot that is no administrator."""
    bot = room.members.get(BOT_ID, Member("left"))
    replied = room.messages.get(message.reply_to or 0)
    addressed = message.text.startswith("/") or (replied is not None and replied.sender == BOT_ID)
    return bot.inside and (room.private or bot.status == "administrator" or addressed)
