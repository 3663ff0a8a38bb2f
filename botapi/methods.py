"""All calls that the server knows, by their names in small letters; Telegram reads them in any case."""

from collections.abc import Callable
from typing import Any

from botapi import chats, editing, forum, hooks, profile, sending
from botapi.params import Params
from botapi.world import World

Method = Callable[[World, Params], Any]

METHODS: dict[str, Method] = {
    "getme": chats.get_me,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_member,
    "getchatadministrators": chats.get_administrators,
    "getchatmembercount": chats.get_member_count,
    "leavechat": chats.leave,
    "sendchataction": chats.send_action,
    "answercallbackquery": chats.answer_query,
    "setmycommands": profile.set_commands,
    "getmycommands": profile.get_commands,
    "deletemycommands": profile.delete_commands,
    "setmydescription": profile.set_description,
    "getmydescription": profile.get_description,
    "setmyshortdescription": profile.set_short_description,
    "getmyshortdescription": profile.get_short_description,
    "sendmessage": sending.send_message,
    "copymessage": sending.copy_message,
    "copymessages": sending.copy_messages,
    "forwardmessage": sending.forward_message,
    "forwardmessages": sending.forward_messages,
    "editmessagetext": editing.edit_text,
    "editmessagecaption": editing.edit_caption,
    "editmessagemedia": editing.edit_media,
    "editmessagereplymarkup": editing.edit_markup,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "setmessagereaction": editing.react,
    "pinchatmessage": editing.pin,
    "unpinchatmessage": editing.unpin,
    "createforumtopic": forum.create,
    "editforumtopic": forum.edit,
    "closeforumtopic": forum.close,
    "reopenforumtopic": forum.reopen,
    "deleteforumtopic": forum.delete,
    "setwebhook": hooks.set_webhook,
    "deletewebhook": hooks.delete_webhook,
    "getwebhookinfo": hooks.webhook_info,
}
POLL = "getupdates"
"""The one call that waits: see `polling.py`."""
