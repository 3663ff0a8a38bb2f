"""The server's rules, each as a scene that fails when the rule is broken.

`test_rules.py` plays them on the server as it is, `test_mutations.py` on servers with one rule broken.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx

from botapi import errors
from botapi.limits import Limits
from botapi.server import Server
from botapi.values import Json
from tests.botapi.clients import call, refusal, result, updates
from tests.botapi.hook import hook

Rule = Callable[[Server], None]


def texts(found: list[Json]) -> list[str]:
    """Return the texts of updates."""
    return [one["message"]["text"] for one in found]


def button(data: str = "ja") -> Json:
    """Return a keyboard of one button."""
    return {"inline_keyboard": [[{"text": "Knopf", "callback_data": data}]]}


def send(server: Server, chat: int, text: str = "x", **params: Any) -> int:
    """Send a message that must arrive; return its id."""
    return int(result(server, "sendMessage", chat_id=chat, text=text, **params)["message_id"])


# updates by polling


def updates_repeat_until_the_offset_confirms_them(server: Server) -> None:
    """Reading confirms nothing; an offset confirms all before it."""
    erika = server.people.citizen()
    for text in ("eins", "zwei", "drei"):
        server.people.text(erika, text)
    assert texts(updates(server)) == texts(updates(server)) == ["eins", "zwei", "drei"]
    second = updates(server)[1]["update_id"]
    assert texts(updates(server, offset=second)) == ["zwei", "drei"]
    assert texts(updates(server)) == ["zwei", "drei"]
    assert texts(updates(server, offset=-1)) == ["drei"]
    assert texts(updates(server, limit=1)) == ["drei"]


def a_long_poll_returns_as_soon_as_something_comes(server: Server) -> None:
    """It neither answers early nor sleeps through."""
    erika = server.people.citizen()
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(updates, server, timeout=1)
        assert server.until(lambda: bool(server.calls), 1)
        Event().wait(0.1)
        assert not poll.done()
        server.people.text(erika, "Hallo")
        assert texts(poll.result(1)) == ["Hallo"]


def a_second_poll_ends_the_first_one(server: Server) -> None:
    """409 for the one that waited."""
    with ThreadPoolExecutor() as pool:
        first = pool.submit(call, server, "getUpdates", timeout=1)
        Event().wait(0.2)
        updates(server)
        body = first.result(3)
    assert body["error_code"] == 409
    assert body["description"] == f"Conflict: {errors.OTHER_POLLER}"


def unwanted_kinds_do_not_come(server: Server) -> None:
    """allowed_updates holds until it is changed; the default leaves out reactions."""
    erika = server.people.citizen()
    message = server.people.text(erika, "eins")
    server.people.react(erika, message, "👍")
    first = updates(server)
    assert [list(one)[1] for one in first] == ["message"]
    updates(server, offset=first[-1]["update_id"] + 1, allowed_updates=["message_reaction"])
    server.people.text(erika, "zwei")
    server.people.react(erika, message, "👍")
    assert [list(one)[1] for one in updates(server)] == ["message_reaction"]


def messages_expire_after_a_day(server: Server) -> None:
    """An outage of more than 24 hours loses messages."""
    erika = server.people.citizen()
    server.people.text(erika, "eins")
    server.room.shift(86_000)
    assert texts(updates(server)) == ["eins"]
    server.room.shift(401)
    assert updates(server) == []


def buttons_expire_after_150_seconds(server: Server) -> None:
    """A pressed button waits much less long than a message."""
    erika = server.people.citizen()
    server.people.press(erika, send(server, erika, reply_markup=button()), "ja")
    server.room.shift(140)
    assert [one["callback_query"]["data"] for one in updates(server)] == ["ja"]
    server.room.shift(11)
    assert updates(server) == []


# webhook


def a_webhook_excludes_polling(server: Server) -> None:
    """Polling is refused, and a poll that waits is ended."""
    with hook() as web, ThreadPoolExecutor() as pool:
        poll = pool.submit(call, server, "getUpdates", timeout=1)
        Event().wait(0.2)
        result(server, "setWebhook", url=web.url)
        assert poll.result(2)["description"] == f"Conflict: {errors.WEBHOOK_SET}"
        assert refusal(server, "getUpdates") == f"Conflict: {errors.WEBHOOK_ACTIVE}"
        result(server, "deleteWebhook")
        assert updates(server) == []


def the_webhook_gets_its_secret(server: Server) -> None:
    """Every delivery carries the header; a secret of other characters is refused."""
    erika = server.people.citizen()
    with hook() as web:
        assert refusal(server, "setWebhook", url=web.url, secret_token="ä b") == f"Bad Request: {errors.BAD_SECRET}"
        result(server, "setWebhook", url=web.url, secret_token="geheim_1-A")
        server.people.text(erika, "Hallo")
        assert web.wait(1)
        assert web.came[0][1] == "geheim_1-A"
        assert web.came[0][0]["message"]["text"] == "Hallo"


def a_failed_delivery_is_repeated_before_the_next_one(server: Server) -> None:
    """Messages of one chat arrive strictly in order, whatever goes wrong."""
    erika = server.people.citizen()
    with hook() as web:
        web.answers = [500, 403, 200]
        server.people.text(erika, "eins")
        server.people.text(erika, "zwei")
        result(server, "setWebhook", url=web.url)
        assert web.wait(4)
        first, second = web.ids()[0], web.ids()[-1]
        assert web.ids() == [first, first, first, second]
        info = result(server, "getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 403 Forbidden"


def a_webhook_is_given_time(server: Server) -> None:
    """Retry-After is obeyed: 10 seconds of the server take 0.2 here."""
    erika = server.people.citizen()
    with hook() as web:
        web.answers, web.retry_after = [503], 10
        server.people.text(erika, "eins")
        result(server, "setWebhook", url=web.url)
        assert web.wait(1)
        assert not web.wait(2, 0.1)
        assert web.wait(2)


def a_stuck_message_does_not_hold_up_a_button(server: Server) -> None:
    """Buttons have a queue of their own, and so has every chat."""
    erika, bodo = server.people.citizen(), server.people.citizen("Bodo")
    message = send(server, erika, reply_markup=button())
    with hook() as web:
        web.held = True
        result(server, "setWebhook", url=web.url)
        server.people.text(erika, "steckt fest")
        assert web.wait(1)
        server.people.text(erika, "wartet")
        server.people.press(erika, message, "ja")
        server.people.text(bodo, "Hallo")
        assert web.wait(3)
        assert not web.wait(4, 0.2)
        came = [update for update, _ in web.came]
        assert {list(one)[1] for one in came} == {"message", "callback_query"}
        web.release()
        assert web.wait(4)


def connections_are_limited(server: Server) -> None:
    """No more deliveries at once than max_connections."""
    with hook() as web:
        web.held = True
        result(server, "setWebhook", url=web.url, max_connections=2)
        for number in range(4):
            server.people.text(server.people.citizen(), str(number))
        assert web.wait(2)
        assert not web.wait(3, 0.2)
        web.release()
        assert web.wait(4)
        assert web.most_at_once == 2


def the_webhook_keeps_the_kinds_of_before(server: Server) -> None:
    """Unset allowed_updates stay; pending updates are dropped on request alone."""
    with hook() as web:
        result(server, "setWebhook", url=web.url, allowed_updates=["callback_query"])
        result(server, "setWebhook", url=web.url)
        assert result(server, "getWebhookInfo")["allowed_updates"] == ["callback_query"]
        result(server, "setWebhook", url=web.url, allowed_updates=[])
        assert "allowed_updates" not in result(server, "getWebhookInfo")
        result(server, "deleteWebhook")
    server.people.text(server.people.citizen(), "bleibt")
    result(server, "deleteWebhook")
    assert server.room.pending() == 1
    result(server, "deleteWebhook", drop_pending_updates=True)
    assert server.room.pending() == 0


# sending and editing


def long_texts_are_refused(server: Server) -> None:
    """4,096 UTF-16 units after the tags are gone; an emoji counts twice."""
    erika = server.people.citizen()
    send(server, erika, "😀" * 2048)
    send(server, erika, f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    assert refusal(server, "sendMessage", chat_id=erika, text="😀" * 2049) == "Bad Request: message is too long"
    assert refusal(server, "sendMessage", chat_id=erika, text=" \n ") == "Bad Request: message text is empty"


def long_button_data_is_refused(server: Server) -> None:
    """64 bytes, not characters."""
    erika = server.people.citizen()
    send(server, erika, reply_markup=button("ä" * 32))
    said = refusal(server, "sendMessage", chat_id=erika, text="x", reply_markup=button("ä" * 32 + "x"))
    assert said == "Bad Request: BUTTON_DATA_INVALID"


def bad_html_is_refused(server: Server) -> None:
    """With the place in bytes, as Telegram says it."""
    erika = server.people.citizen()
    said = refusal(server, "sendMessage", chat_id=erika, text="ä < b", parse_mode="HTML")
    assert said == 'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 3'


def attachments_can_be_exchanged(server: Server) -> None:
    """By the id of a file that Telegram knows; a text may get one, a voice message no other."""
    erika = server.people.citizen()
    picture, voice = server.people.photo(erika, "alt"), server.people.voice(erika)
    media = {"type": "photo", "media": updates(server)[0]["message"]["photo"][-1]["file_id"], "caption": "neu"}
    copies = [_copy(server, erika, message) for message in (picture, voice)]
    for message in (send(server, erika), copies[0]):
        shown = result(server, "editMessageMedia", chat_id=erika, message_id=message, media=media)
        assert (shown["photo"][-1]["file_id"], shown["caption"], "text" in shown) == (media["media"], "neu", False)
    for message, other in ((copies[1], {}), (copies[0], {"media": "fremd"}), (copies[0], {"type": "voice"})):
        said = refusal(server, "editMessageMedia", chat_id=erika, message_id=message, media={**media, **other})
        assert said.endswith(errors.CANNOT_EDIT)


def _copy(server: Server, chat: int, message: int) -> int:
    """Copy a message into its own chat; return the copy's id."""
    return int(result(server, "copyMessage", chat_id=chat, from_chat_id=chat, message_id=message)["message_id"])


def reactions_in_a_group_are_told_to_administrators(server: Server) -> None:
    """A member of the group hears of none; in a private chat the bot hears of all."""
    anna = server.people.citizen()
    team, plain = server.people.group("Team", [anna]), server.people.basic_group("Team", [anna])
    updates(server, allowed_updates=["message_reaction"])
    for chat in (team, plain, anna):
        server.people.react(anna, server.people.text(anna, "x", chat=chat), "👍", chat=chat)
    found = [one["message_reaction"]["chat"]["id"] for one in updates(server) if "message_reaction" in one]
    assert found == [team, anna]


def an_edit_must_change_something(server: Server) -> None:
    """Text and keyboard are compared; only the bot's own messages can be edited."""
    erika = server.people.citizen()
    message = send(server, erika, "alt", reply_markup=button())
    same = {"chat_id": erika, "message_id": message, "text": "alt"}
    assert refusal(server, "editMessageText", **same, reply_markup=button()).endswith(errors.NOT_MODIFIED)
    assert "reply_markup" not in result(server, "editMessageText", **same)
    foreign = server.people.text(erika, "meins")
    assert refusal(server, "editMessageText", chat_id=erika, message_id=foreign, text="x").endswith(errors.CANNOT_EDIT)
    assert refusal(server, "editMessageText", chat_id=erika, message_id=999, text="x").endswith(errors.NO_EDIT)


def a_reply_needs_its_message(server: Server) -> None:
    """Unless the call allows that it is gone."""
    erika = server.people.citizen()
    gone = {"message_id": 999}
    said = refusal(server, "sendMessage", chat_id=erika, text="x", reply_parameters=gone)
    assert said == "Bad Request: message to be replied not found"
    send(server, erika, reply_parameters={**gone, "allow_sending_without_reply": True})
    message = server.people.text(erika, "Frage")
    sent = result(server, "sendMessage", chat_id=erika, text="x", reply_parameters={"message_id": message})
    assert sent["reply_to_message"]["text"] == "Frage"


def old_messages_cannot_be_deleted(server: Server) -> None:
    """After 48 hours they stay; so does the beginning of a topic."""
    erika, group = server.people.citizen(), server.people.group()
    message = send(server, erika)
    topic = result(server, "createForumTopic", chat_id=group, name="Fall")["message_thread_id"]
    assert refusal(server, "deleteMessage", chat_id=group, message_id=topic).endswith(errors.CANNOT_DELETE)
    server.room.shift(48 * 3600 + 1)
    assert refusal(server, "deleteMessage", chat_id=erika, message_id=message).endswith(errors.CANNOT_DELETE)
    result(server, "deleteMessage", chat_id=erika, message_id=send(server, erika))
    assert refusal(server, "deleteMessage", chat_id=erika, message_id=999).endswith(errors.NO_DELETE)


def service_messages_are_not_copied(server: Server) -> None:
    """Single they are refused, among others left out; ids must rise."""
    erika, group = server.people.citizen(), server.people.group()
    topic = server.people.open_topic(erika, group, "Fall")
    album = server.people.album(erika, 2, chat=group, thread=topic)
    place = {"chat_id": erika, "from_chat_id": group}
    assert refusal(server, "copyMessage", **place, message_id=topic).endswith(errors.CANNOT_COPY)
    assert len(result(server, "copyMessages", **place, message_ids=[topic, *album])) == 2
    copies = server.people.shown(erika)
    assert copies[0]["media_group_id"] == copies[1]["media_group_id"] != str(album[0])
    assert refusal(server, "copyMessages", **place, message_ids=album[::-1]).endswith(errors.BAD_ORDER)


def a_query_can_be_answered_for_a_while(server: Server) -> None:
    """The answer reaches the person; too late it is refused."""
    erika = server.people.citizen()
    message = send(server, erika, reply_markup=button())
    query = server.people.press(erika, message, "Knopf")
    result(server, "answerCallbackQuery", callback_query_id=query, text="Danke")
    assert (server.people.answer_to(query) or {})["text"] == "Danke"
    late = server.people.press_stale(erika, message, "alt")
    server.room.shift(151)
    assert refusal(server, "answerCallbackQuery", callback_query_id=late) == f"Bad Request: {errors.OLD_QUERY}"


# topics


def a_topic_must_exist(server: Server) -> None:
    """Unknown, General by its number, deleted: the message is refused."""
    erika, group = server.people.citizen(), server.people.group()
    topic = result(server, "createForumTopic", chat_id=group, name="x" * 200)
    thread = topic["message_thread_id"]
    assert topic["name"] == "x" * 128
    assert result(server, "sendMessage", chat_id=group, text="x", message_thread_id=thread)["is_topic_message"] is True
    server.people.delete_topic(erika, group, thread)
    for gone in (thread, 1, 999):
        said = refusal(server, "sendMessage", chat_id=group, text="x", message_thread_id=gone)
        assert said == "Bad Request: message thread not found"
    assert refusal(server, "closeForumTopic", chat_id=group, message_thread_id=thread) == "Bad Request: TOPIC_DELETED"
    assert refusal(server, "closeForumTopic", chat_id=group, message_thread_id=9) == "Bad Request: TOPIC_ID_INVALID"
    assert server.people.shown(group) == []


def a_topic_that_is_so_already_stays(server: Server) -> None:
    """Closing a closed one, opening an open one, the same name: TOPIC_NOT_MODIFIED."""
    group = server.people.group()
    thread = result(server, "createForumTopic", chat_id=group, name="Fall")["message_thread_id"]
    place = {"chat_id": group, "message_thread_id": thread}
    assert refusal(server, "reopenForumTopic", **place) == "Bad Request: TOPIC_NOT_MODIFIED"
    assert refusal(server, "editForumTopic", **place, name="Fall") == "Bad Request: TOPIC_NOT_MODIFIED"
    result(server, "closeForumTopic", **place)
    assert refusal(server, "closeForumTopic", **place) == "Bad Request: TOPIC_NOT_MODIFIED"


def the_bot_hears_of_its_own_topics(server: Server) -> None:
    """Creation, name, closing and reopening come back as messages from itself; its own texts do not."""
    group = server.people.group()
    thread = result(server, "createForumTopic", chat_id=group, name="Fall")["message_thread_id"]
    place = {"chat_id": group, "message_thread_id": thread}
    result(server, "editForumTopic", **place, name="Fall 2")
    result(server, "closeForumTopic", **place)
    result(server, "reopenForumTopic", **place)
    send(server, group, message_thread_id=thread)
    came = [one["message"] for one in updates(server)]
    kinds = [next(key for key in one if key.startswith("forum_topic_")) for one in came]
    assert [kind.removeprefix("forum_topic_") for kind in kinds] == ["created", "edited", "closed", "reopened"]
    assert {one["from"]["id"] for one in came} == {server.world.me.id}
    assert {one["message_thread_id"] for one in came} == {thread}


def topics_need_rights(server: Server) -> None:
    """Without can_manage_topics none is made and a closed one is shut; without forum mode there are none."""
    erika, group = server.people.citizen(), server.people.group()
    thread = server.people.open_topic(erika, group, "Fall")
    server.people.close_topic(erika, group, thread)
    send(server, group, message_thread_id=thread)
    server.people.give_rights(erika, group, [])
    place = {"chat_id": group, "message_thread_id": thread}
    assert refusal(server, "sendMessage", **place, text="x") == "Bad Request: TOPIC_CLOSED"
    assert refusal(server, "createForumTopic", chat_id=group, name="x").endswith(errors.NO_RIGHT_TO_CREATE)
    assert refusal(server, "reopenForumTopic", **place).endswith(errors.NO_RIGHT)
    assert refusal(server, "deleteForumTopic", **place).endswith(errors.NO_RIGHT)
    server.people.switch_forum(group, on=False)
    assert refusal(server, "createForumTopic", chat_id=group, name="x") == "Bad Request: the chat is not a forum"


def a_reply_stays_in_its_topic(server: Server) -> None:
    """Messages in a topic reply at least to its beginning; a reply into another topic is refused."""
    erika, group = server.people.citizen(), server.people.group()
    one, two = server.people.open_topic(erika, group, "Eins"), server.people.open_topic(erika, group, "Zwei")
    message = server.people.text(erika, "x", chat=group, thread=one)
    assert server.people.shown(group, one)[-1]["reply_to_message"]["message_id"] == one
    sent = result(server, "sendMessage", chat_id=group, text="y", reply_parameters={"message_id": message})
    assert sent["message_thread_id"] == one
    wrong = {"message_thread_id": two, "reply_parameters": {"message_id": message}}
    assert refusal(server, "sendMessage", chat_id=group, text="y", **wrong).endswith(errors.NO_REPLY)


# people and limits


def blocking_is_told_and_refuses(server: Server) -> None:
    """my_chat_member says it, 403 repeats it, and back."""
    erika = server.people.citizen()
    server.people.block(erika)
    assert refusal(server, "sendMessage", chat_id=erika, text="x") == "Forbidden: bot was blocked by the user"
    server.people.unblock(erika)
    send(server, erika)
    told = [one["my_chat_member"]["new_chat_member"]["status"] for one in updates(server)]
    assert told == ["kicked", "member"]


def a_thrown_out_bot_is_refused(server: Server) -> None:
    """403 for every call to the group."""
    erika, group = server.people.citizen(), server.people.group()
    server.people.kick_bot(erika, group)
    assert refusal(server, "sendMessage", chat_id=group, text="x").startswith("Forbidden: bot was kicked")


def talk_of_a_group_is_private_to_it(server: Server) -> None:
    """A bot that is no administrator gets commands and replies to it."""
    erika, group = server.people.citizen(), server.people.group()
    server.people.give_rights(erika, group, [])
    own = send(server, group)
    server.people.text(erika, "unter uns", chat=group)
    server.people.text(erika, "/hilfe", chat=group)
    server.people.text(erika, "ja", chat=group, reply_to=own)
    assert texts([one for one in updates(server) if "message" in one]) == ["/hilfe", "ja"]


def a_group_takes_twenty_writes_a_minute(server: Server) -> None:
    """Topics, edits and every copy count; the citizen's chat does not wait for the group."""
    server.room.limit(real=True)
    erika, group = server.people.citizen(), server.people.group()
    album = server.people.album(erika, 10)
    thread = result(server, "createForumTopic", chat_id=group, name="Fall")["message_thread_id"]
    result(server, "copyMessages", chat_id=group, from_chat_id=erika, message_ids=album)
    result(server, "closeForumTopic", chat_id=group, message_thread_id=thread)
    message = send(server, group)
    for number in range(7):
        result(server, "editMessageText", chat_id=group, message_id=message, text=str(number))
    body = call(server, "sendMessage", chat_id=group, text="x")
    assert body["error_code"] == 429
    wait = body["parameters"]["retry_after"]
    assert 55 <= wait <= 60
    assert body["description"] == f"Too Many Requests: retry after {wait}"
    send(server, erika)
    server.room.shift(wait)
    send(server, group)


def a_citizen_takes_bursts_and_the_bot_thirty_a_second(server: Server) -> None:
    """Five at once to one person; thirty in a second to all."""
    server.room.limit(real=True)
    erika = server.people.citizen()
    statuses = [call(server, "sendMessage", chat_id=erika, text="x").get("error_code", 200) for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    server.room.shift(10)
    with server.world.lock:
        now = server.world.clock.now()
        assert [server.world.budget.charge(chat, 1, now) for chat in range(1, 32)] == [0] * Limits().overall.count + [1]


def a_description_is_for_a_language(server: Server) -> None:
    """Where a language has none, the one for all is shown; an empty text takes it away."""
    for method, kind in (("MyDescription", "description"), ("MyShortDescription", "short_description")):
        result(server, f"set{method}", **{kind: f"{kind} für alle"})
        result(server, f"set{method}", **{kind: "for all", "language_code": "en"})
        told = [result(server, f"get{method}", language_code=language)[kind] for language in ("", "de", "en")]
        assert told == [f"{kind} für alle", f"{kind} für alle", "for all"]
        result(server, f"set{method}")
        assert result(server, f"get{method}") == {kind: ""}


def a_description_is_short(server: Server) -> None:
    """512 characters, 120 for the bot's page."""
    result(server, "setMyDescription", description="x" * 512)
    result(server, "setMyShortDescription", short_description="x" * 120)
    assert errors.DESCRIPTION_TOO_LONG in refusal(server, "setMyDescription", description="x" * 513)
    assert errors.DESCRIPTION_TOO_LONG in refusal(server, "setMyShortDescription", short_description="x" * 121)


def a_fault_lasts_so_many_calls(server: Server) -> None:
    """Then everything is as before; other methods and chats never noticed."""
    erika, bodo = server.people.citizen(), server.people.citizen("Bodo")
    server.room.fault(kind="error", chat_id=erika, code=429, description="x", parameters={"retry_after": 3})
    send(server, bodo)
    assert call(server, "sendMessage", chat_id=erika, text="x")["parameters"] == {"retry_after": 3}
    send(server, erika)
    server.room.fault(kind="status", method="getMe", times=2, code=500)
    url = f"{server.url}/bot{server.token}"
    assert [httpx.get(f"{url}/{name}").status_code for name in ("getMe", "getMyCommands", "getMe", "getMe")] == [
        500,
        200,
        500,
        200,
    ]


def update_ids_may_fall(server: Server) -> None:
    """After a silent week Telegram starts at another number; a higher offset then loses updates."""
    erika = server.people.citizen()
    server.people.text(erika, "vorher")
    last = updates(server)[-1]["update_id"]
    assert updates(server, offset=last + 1) == []
    server.people.next_update_id(5)
    server.people.text(erika, "nachher")
    assert [one["update_id"] for one in updates(server)] == [5]
    assert updates(server, offset=last + 1) == []


RULES: tuple[Rule, ...] = (
    updates_repeat_until_the_offset_confirms_them,
    a_long_poll_returns_as_soon_as_something_comes,
    a_second_poll_ends_the_first_one,
    unwanted_kinds_do_not_come,
    messages_expire_after_a_day,
    buttons_expire_after_150_seconds,
    a_webhook_excludes_polling,
    the_webhook_gets_its_secret,
    a_failed_delivery_is_repeated_before_the_next_one,
    a_webhook_is_given_time,
    a_stuck_message_does_not_hold_up_a_button,
    connections_are_limited,
    the_webhook_keeps_the_kinds_of_before,
    long_texts_are_refused,
    long_button_data_is_refused,
    bad_html_is_refused,
    an_edit_must_change_something,
    attachments_can_be_exchanged,
    reactions_in_a_group_are_told_to_administrators,
    a_reply_needs_its_message,
    old_messages_cannot_be_deleted,
    service_messages_are_not_copied,
    a_query_can_be_answered_for_a_while,
    a_topic_must_exist,
    a_topic_that_is_so_already_stays,
    the_bot_hears_of_its_own_topics,
    topics_need_rights,
    a_reply_stays_in_its_topic,
    blocking_is_told_and_refuses,
    a_thrown_out_bot_is_refused,
    talk_of_a_group_is_private_to_it,
    a_group_takes_twenty_writes_a_minute,
    a_citizen_takes_bursts_and_the_bot_thirty_a_second,
    a_description_is_for_a_language,
    a_description_is_short,
    a_fault_lasts_so_many_calls,
    update_ids_may_fall,
)
