"""Citizens who ask what the bot does not know, straight into the store."""

from bot.effects import Wish
from bot.journal import Question
from bot.ports import Outcome
from bot.state import ChatState
from bot.store.addresses import SqlAddresses
from bot.store.chats import SqlChats
from bot.store.database import Database
from tests.fakes import NOW


def asked(store: Database, telegram_id: int, *texts: str, wishes: bool = True, plain: bool = False) -> str:
    """Let a citizen ask what nobody knows, and wish to hear later; return the chat's key."""
    chat = SqlAddresses(store).chat(telegram_id, NOW)
    chats = SqlChats(store, "telegram")
    for number, text in enumerate(texts, 1):
        question = Question(number, NOW, text, "fallback", "below_threshold", None, 0.1, (), "f", "m")
        state = ChatState(asked=number, plain=plain)
        wish = (Wish(number, is_on=True),) if wishes else ()
        chats.commit(chat, chats.load(chat).version, Outcome(state, (question,), wishes=wish), NOW)
    return chat
