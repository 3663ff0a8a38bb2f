"""Both clients speak to the server as they would to Telegram."""

import asyncio
from typing import Any

import httpx
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BotCommand as AiogramCommand
from telegram import BotCommand, LinkPreviewOptions, ReplyParameters, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from botapi.server import Server
from tests.botapi.clients import call, keyboard, talk


def test_python_telegram_bot_makes_every_call(server: Server) -> None:
    """Every call that a bot with hand-over needs, through the client that the product uses."""
    people = server.people
    erika, clerk = people.citizen(), people.citizen("Kemal")
    group = people.group(clerks=[clerk])
    first = people.text(erika, "/start hallo")
    album = people.album(erika, 2, "Zwei Fotos")

    async def conversation(bot: Any) -> list[Any]:
        sent = await bot.send_message(
            erika,
            "<b>Guten Tag</b>, 😀 <a href='https://example.org'>mehr</a>",
            parse_mode="HTML",
            reply_markup=keyboard("ja"),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=ReplyParameters(first),
        )
        topic = await bot.create_forum_topic(group, "[offen] #1 Ausweis")
        thread = topic.message_thread_id
        copied = await bot.copy_message(group, erika, first, message_thread_id=thread)
        return [
            await bot.edit_message_text(
                "Neu", chat_id=erika, message_id=sent.message_id, reply_markup=keyboard("nein")
            ),
            await bot.edit_message_reply_markup(chat_id=erika, message_id=sent.message_id),
            await bot.copy_messages(group, erika, album, message_thread_id=thread),
            await bot.forward_message(group, erika, first, message_thread_id=thread),
            await bot.forward_messages(group, erika, album, message_thread_id=thread),
            await bot.set_message_reaction(group, copied.message_id, "👍"),
            await bot.pin_chat_message(group, copied.message_id),
            await bot.get_chat(group),
            await bot.unpin_chat_message(group, copied.message_id),
            await bot.delete_message(group, copied.message_id),
            await bot.delete_messages(erika, [sent.message_id]),
            await bot.edit_forum_topic(group, thread, name="[zu] #1 Ausweis"),
            await bot.close_forum_topic(group, thread),
            await bot.reopen_forum_topic(group, thread),
            await bot.delete_forum_topic(group, thread),
            await bot.send_chat_action(erika, "typing"),
            await bot.set_my_commands([BotCommand("hilfe", "Hilfe")]),
            await bot.get_my_commands(),
            await bot.delete_my_commands(),
            await bot.set_my_description("Fragen und Antworten"),
            await bot.get_my_description(),
            await bot.set_my_short_description("Fragen"),
            await bot.get_my_short_description(),
            await bot.get_chat(erika),
            await bot.get_chat_member(group, clerk),
            await bot.get_chat_administrators(group),
            await bot.get_chat_member_count(group),
            await bot.get_webhook_info(),
            await bot.get_updates(allowed_updates=Update.ALL_TYPES),
            await bot.leave_chat(group),
        ]

    (outcomes,) = talk(server, conversation)
    assert isinstance(outcomes, list), outcomes
    assert outcomes[0].text == "Neu"
    assert outcomes[-2][0].message.text == "/start hallo"


def test_aiogram_reads_the_same_server(server: Server) -> None:
    """A second, independent client finds nothing to complain about."""
    erika = server.people.citizen()
    group = server.people.group(clerks=[erika])
    server.people.text(erika, "Hallo")
    asyncio.run(_aiogram_talks(server, erika, group))
    assert server.people.said(erika) == ["Guten Tag"]
    assert [topic["closed"] for topic in server.people.topics(group)] == [True]


async def _aiogram_talks(server: Server, erika: int, group: int) -> None:
    """Make the main calls with aiogram."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    async with AiogramBot(server.token, session=session) as bot:
        assert (await bot.get_me()).username == "local_faq_bot"
        sent = await bot.send_message(erika, "<i>Guten Tag</i>", parse_mode="HTML")
        assert sent.entities is not None
        assert sent.entities[0].type == "italic"
        topic = await bot.create_forum_topic(group, "Fall 1")
        await bot.copy_message(group, erika, sent.message_id, message_thread_id=topic.message_thread_id)
        await bot.close_forum_topic(group, topic.message_thread_id)
        await bot.set_my_commands([AiogramCommand(command="hilfe", description="Hilfe")])
        await bot.set_my_description("Fragen und Antworten")
        assert (await bot.get_my_description()).description == "Fragen und Antworten"
        await bot.set_my_short_description("Fragen")
        assert (await bot.get_my_short_description()).short_description == "Fragen"
        updates = await bot.get_updates()
        assert updates[0].message is not None
        assert updates[0].message.text == "Hallo"


def test_errors_arrive_as_the_client_names_them(server: Server) -> None:
    """The status decides which exception python-telegram-bot raises."""
    people = server.people
    blocked, stranger = people.citizen("Anna"), people.citizen("Bodo", started=False)
    people.block(blocked)
    old = people.basic_group(clerks=[blocked])
    new = people.migrate(blocked, old)
    outcomes = talk(
        server,
        lambda bot: bot.send_message(blocked, "x"),
        lambda bot: bot.send_message(stranger, "x"),
        lambda bot: bot.send_message(99, "x"),
        lambda bot: bot.send_message(old, "x"),
    )
    assert [type(one) for one in outcomes] == [Forbidden, Forbidden, BadRequest, ChatMigrated]
    assert [one.message for one in outcomes[:3]] == [
        "Forbidden: bot was blocked by the user",
        "Forbidden: bot can't initiate conversation with a user",
        "Chat not found",
    ]
    assert outcomes[3].new_chat_id == new


def test_a_wrong_token_is_unauthorized_and_an_unknown_method_not_found(server: Server) -> None:
    """401 and 404 as Telegram sends them."""
    assert call(server, "getMe", token="1:x") == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert call(server, "getNothing")["error_code"] == 404


def test_faults_look_like_real_troubles(server: Server) -> None:
    """Dropped connections, pages of a proxy, silence and refusals, each for so many calls."""
    erika = server.people.citizen()
    for kind in ("drop", "garbage", "status"):
        server.room.fault(kind=kind, method="sendMessage")
    server.room.fault(
        kind="error", method="sendMessage", code=429, description="Too Many Requests", parameters={"retry_after": 3}
    )
    server.room.fault(kind="error", method="sendMessage", code=409, description="Conflict: x")
    server.room.fault(kind="error", method="sendMessage", code=401, description="Unauthorized")
    outcomes = talk(server, *[lambda bot: bot.send_message(erika, "x")] * 7)
    assert [type(one).__name__ for one in outcomes[:6]] == [
        NetworkError.__name__,
        TelegramError.__name__,
        NetworkError.__name__,
        RetryAfter.__name__,
        Conflict.__name__,
        InvalidToken.__name__,
    ]
    assert outcomes[6].text == "x"
    assert server.people.said(erika) == ["x"]


def test_a_call_can_take_effect_although_its_answer_is_lost(server: Server) -> None:
    """The citizen has the message, the bot does not know."""
    erika = server.people.citizen()
    server.room.fault(kind="drop", method="sendMessage", done=True)
    server.room.fault(kind="hang", method="sendMessage", done=True, seconds=0.3)
    outcomes = talk(
        server,
        lambda bot: bot.send_message(erika, "eins"),
        lambda bot: bot.send_message(erika, "zwei", read_timeout=0.1),
    )
    assert [type(one) for one in outcomes] == [NetworkError, TimedOut]
    assert server.people.said(erika) == ["eins", "zwei"]


def test_every_answer_is_late_by_the_delay(server: Server) -> None:
    """A delay makes the server as slow as the real one."""
    server.room.delay(0.2)
    assert httpx.get(f"{server.url}/bot{server.token}/getMe").elapsed.total_seconds() >= 0.2


def test_parameters_come_in_four_ways(server: Server) -> None:
    """Query, form, multipart and JSON mean the same."""
    erika = server.people.citizen()
    url = f"{server.url}/bot{server.token}/SENDmessage"
    values = {"chat_id": str(erika), "text": "ä & ö"}
    httpx.get(url, params=values)
    httpx.post(url, data=values)
    httpx.post(url, data=values, files={"x": b"y"})
    httpx.post(url, json=values)
    assert server.people.said(erika) == ["ä & ö"] * 4


def test_another_process_acts_over_http(server: Server) -> None:
    """All verbs of people and server are there under /control."""

    def act(path: str, **arguments: Any) -> Any:
        return httpx.post(f"{server.url}/control/{path}", json=arguments).json()["result"]

    erika = act("people/citizen", first_name="Erika")
    act("people/text", person=erika, text="Hallo")
    assert act("people/shown", chat=erika)[0]["text"] == "Hallo"
    assert act("server/pending") == 1
    act("server/shift", seconds=86_401)
    assert act("server/pending") == 0
    act("server/fault", kind="status", code=500)
    assert httpx.get(f"{server.url}/bot{server.token}/getMe").status_code == 500
    assert act("server/calls")[-1]["method"] == "getme"
    assert httpx.post(f"{server.url}/control/people/_write", json={}).status_code == 400
