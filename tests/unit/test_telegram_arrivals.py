"""What is read from a raw update before it is understood."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.arrivals import (
    WANTED,
    album_of,
    arrival_from,
    blocked_by,
    chat_id_of,
    is_private_text,
    kind_of,
    query_of,
    text_of,
    written_at,
)

CHAT = {"id": 7, "type": "private"}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["update_id", "message", "chat", "id", "callback_query", "media_group_id", "date", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_checklist_18_any_json_can_come(update: Any) -> None:
    """Nothing raises, and what is kept fits into the database."""
    for read in (kind_of, chat_id_of, album_of, query_of, blocked_by, is_private_text, text_of, written_at):
        read(update)
    arrival = arrival_from(1, update)
    if arrival:
        assert json.loads(arrival.raw) == update
        assert -(2**63) <= arrival.chat_id < 2**63
        assert -(2**63) <= arrival.update_id < 2**63


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"message": {"chat": CHAT}}, 7),
        ({"edited_channel_post": {"chat": {"id": -100}}}, -100),
        ({"callback_query": {"id": "1", "message": {"chat": CHAT}}}, 7),
        ({"callback_query": {"id": "1", "inline_message_id": "x"}}, 0),
        ({"my_chat_member": {"chat": CHAT}}, 7),
        ({"of_the_future": {"chat": CHAT}}, 7),
        ({"poll": {"id": "1"}}, 0),
        ({"message": "kaputt"}, 0),
        ({"message": {"chat": {"id": "7"}}}, 0),
        ({"message": {"chat": {"id": True}}}, 0),
        ({"message": {"chat": {"id": 2**63}}}, 0),
        ({}, 0),
    ],
)
def test_the_chat_of_an_update(update: Any, chat: int) -> None:
    """0 where there is none."""
    assert chat_id_of({"update_id": 1, **update}) == chat


def test_an_update_without_number_cannot_be_kept() -> None:
    """It could not be told from another one."""
    for broken in ({}, {"update_id": "1"}, {"update_id": True}, {"update_id": 2**63}, "Text", None, [1]):
        assert arrival_from(1, broken) is None


def test_lone_surrogates_survive() -> None:
    """JSON may hold them, UTF-8 may not."""
    arrival = arrival_from(1, json.loads(r'{"update_id": 1, "message": {"text": "\ud83d"}}'))
    assert arrival
    assert json.loads(arrival.raw)["message"]["text"] == "\ud83d"


def test_an_album_is_one_of_new_messages_with_a_decent_name() -> None:
    """An edited part is no part; a name that PostgreSQL refuses is none."""
    assert album_of({"message": {"media_group_id": "13000"}}) == "13000"
    assert album_of({"edited_message": {"media_group_id": "13000"}}) is None
    assert album_of({"message": {"media_group_id": "a\0b"}}) is None


def test_who_blocks_and_who_comes_back() -> None:
    """Only updates about the bot itself say so."""
    for status, told in (("kicked", True), ("left", True), ("member", False), ("administrator", False)):
        assert blocked_by({"my_chat_member": {"new_chat_member": {"status": status}}}) is told
    assert blocked_by({"chat_member": {"new_chat_member": {"status": "left"}}}) is None


def test_when_a_citizen_wrote() -> None:
    """In a private chat; a senseless date is none."""
    assert written_at({"message": {"chat": CHAT, "date": 60}}) == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert written_at({"message": {"chat": {"id": -1}, "date": 60}}) is None
    assert written_at({"message": {"chat": CHAT, "date": 10**18}}) is None


def test_names_of_kinds_are_no_citizens_words() -> None:
    """An unknown name is not repeated."""
    assert kind_of({"update_id": 1, "Meine IBAN": {}}) == "unknown"
    assert kind_of({"update_id": 1, "message": {}}) == "message"
    assert len(set(WANTED)) == len(WANTED) > 20
