"""From Telegram's updates to what happened."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.translate import LONGEST_TEXT, Incoming, is_private, translate, translate_album
from bot.events import ChoicePicked, CommandGiven, Event, MediaSent, TextSaid
from botapi.conformity import update_complaints
from tests.telegram_updates import BOT, ERIKA, GROUP, ME, PRIVATE, SECONDS, changed, message, pressed, raw, said

FILE = {"file_id": "f", "file_unique_id": "u"}
MEDIA: dict[str, tuple[dict[str, Any], str]] = {
    "photo": ({"photo": [{**FILE, "width": 1, "height": 1}]}, "picture"),
    "voice": ({"voice": {**FILE, "duration": 3}}, "voice"),
    "sticker": (
        {
            "sticker": {
                **FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
            }
        },
        "sticker",
    ),
    "location": ({"location": {"latitude": 49.1, "longitude": 9.2}}, "place"),
    "contact": ({"contact": {"phone_number": "0", "first_name": "Max"}}, "contact"),
    "document": ({"document": FILE}, "file"),
    "dice": ({"dice": {"emoji": "🎲", "value": 3}}, "sticker"),
    "poll": (
        {
            "poll": {
                "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
                "members_only": False,
            }
        },
        "other",
    ),
}  # fmt: skip


def event(update: bytes) -> Event | None:
    """Return what an update tells."""
    incoming = translate(update, ME)
    return incoming.event if incoming else None


@pytest.mark.parametrize(
    "update", [said("a"), changed("a"), pressed("m", [[{"text": "x", "callback_data": "m"}]]), said("a", chat=GROUP)]
)
def test_the_updates_of_these_tests_are_real(update: bytes) -> None:
    """Aiogram reads them as they are."""
    assert update_complaints(json.loads(update)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Wer hat das beschlossen?", TextSaid("Wer hat das beschlossen?")),
        ("/themen", CommandGiven("themen")),
        ("/THEMEN@stadt_bot", CommandGiven("themen")),
        ("/start faq_beschluss", CommandGiven("start", "faq_beschluss")),
        ("/start mensch", CommandGiven("mensch")),
        ("/start auskunft", CommandGiven("auskunft")),
        ("/start irgendwas", CommandGiven("start", "irgendwas")),
        ("/löschen", CommandGiven("loeschen")),
        ("👍🏽", TextSaid("👍🏽")),
        ("\u202eمرحبا\u0000", TextSaid("مرحبا")),
        ("\x00", TextSaid("")),
        ("\u200b\u2060\u00ad", TextSaid("")),
        ("w\u00ader\u200d?", TextSaid("wer?")),
    ],
)
def test_a_private_message_is_a_text_or_a_command(text: str, wanted: Event) -> None:
    """With the bot's name and with links as well; signs that no database takes are left out."""
    assert event(said(text)) == wanted


@pytest.mark.parametrize("name", MEDIA)
def test_checklist_18_whatever_is_no_text_has_a_kind(name: str) -> None:
    """The reply can be fitting."""
    content, kind = MEDIA[name]
    assert event(said(content)) == MediaSent(kind)


def test_a_caption_is_a_question() -> None:
    """And it is told that the picture was not looked at."""
    incoming = translate(said({**MEDIA["photo"][0], "caption": "Was ist das?"}), ME)
    assert incoming
    assert (incoming.event, incoming.attached) == (TextSaid("Was ist das?"), True)


def test_an_album_speaks_once() -> None:
    """The part with a text is heard, wherever it stands; without one it is a picture."""
    photo = MEDIA["photo"][0]
    bare, captioned = said(photo, 10), said({**photo, "caption": "Wer?"}, 11)
    with_text = translate_album([bare, captioned, bare], ME)
    assert with_text
    assert (with_text.event, with_text.message) == (TextSaid("Wer?"), 11)
    without = translate_album([bare, bare], ME)
    assert without
    assert (without.event, without.message) == (MediaSent("picture"), 10)


def test_a_broken_part_does_not_silence_its_album() -> None:
    """It is left out; only when every part is broken there is nothing to answer."""
    broken = b'{"update_id": 1, "message": {"message_id": 9, "chat": {"type": "private"}}}'
    captioned = said({**MEDIA["photo"][0], "caption": "Wer?"}, 11)
    heard = translate_album([broken, captioned, broken], ME)
    assert heard
    assert heard.event == TextSaid("Wer?")
    with pytest.raises(KeyError):
        translate_album([broken, broken], ME)


def test_a_press_names_the_choice_and_the_buttons() -> None:
    """What is below the message is known, unless the message is out of reach."""
    keyboard = [[{"text": "Ja", "callback_data": "f:y:3"}]]
    bold = {"type": "bold", "offset": 0, "length": 3}
    incoming = translate(pressed("f:y:3", keyboard, entities=[bold]), ME)
    assert incoming == Incoming(
        ChoicePicked("f:y:3"),
        50,
        pressed=True,
        buttons=(({"text": "Ja", "callback_data": "f:y:3"},),),
        shown="Antwort",
        entities=(bold,),
    )
    far = translate(pressed("e:beschluss"), ME)
    assert far == Incoming(ChoicePicked("e:beschluss"), 50, pressed=True, buttons=None)


def test_checklist_18_a_change_is_no_new_message() -> None:
    """It says when; a moving position is nothing."""
    incoming = translate(changed("Wer?", after=60), ME)
    assert incoming
    assert incoming.at
    assert incoming.edited_at
    assert (incoming.edited_at - incoming.at).total_seconds() == 60
    moving = {"location": {"latitude": 49.1, "longitude": 9.2}, "edit_date": SECONDS + 5}
    assert event(raw({"edited_message": message(moving)})) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Wer von euch kommt?", None),
        ("@stadt_bot Wer hat das beschlossen?", TextSaid("Wer hat das beschlossen?")),
        ("Frag @Stadt_Bot wer das war", TextSaid("Frag   wer das war")),
        ("@stadt_bot", CommandGiven("hilfe")),
        ("@stadt_bot2 Wer?", None),
        ("mail@stadt_bot.de", None),
        ("/themen", CommandGiven("themen")),
        ("/themen@stadt_bot", CommandGiven("themen")),
        ("/themen@other_bot", None),
        ("/settings", None),
        ("/settings@stadt_bot", CommandGiven("settings")),
    ],
)
def test_in_a_group_only_what_is_meant_for_the_bot_counts(text: str, wanted: Event | None) -> None:
    """Commands and mentions; the rest is none of its business."""
    assert event(said(text, chat=GROUP)) == wanted


def test_a_reply_in_a_group_is_heard_with_a_mention_alone() -> None:
    """People talk to each other below an answer as well."""
    to_bot = message("Antwort", 9, chat=GROUP, sender=BOT)
    assert event(said("Und wann?", chat=GROUP, reply_to_message=to_bot)) is None
    assert event(said("@stadt_bot Und wann?", chat=GROUP, reply_to_message=to_bot)) == TextSaid("Und wann?")


@pytest.mark.parametrize("mask", [1087968824, 136817688])
def test_who_hides_behind_the_group_is_heard(mask: int) -> None:
    """Anonymous administrators and channels look like bots, but people write there."""
    sender = {"id": mask, "is_bot": True, "first_name": "Group"}
    assert event(said("/themen", chat=GROUP, sender=sender)) == CommandGiven("themen")


def test_a_topic_of_a_forum_is_known() -> None:
    """The answer goes there."""
    forum = {**GROUP, "is_forum": True}
    incoming = translate(said("/themen", chat=forum, is_topic_message=True, message_thread_id=7), ME)
    assert incoming
    assert (incoming.group, incoming.thread) == (True, 7)


@pytest.mark.parametrize(
    "update",
    [
        said("Hallo", sender=BOT),
        said("Hallo", sender={"id": 5, "is_bot": True, "first_name": "Other"}),
        said({"new_chat_members": [ERIKA]}, chat=GROUP),
        said({"pinned_message": message("a", 3)}),
        raw({"channel_post": message("a", chat={"id": -1, "type": "channel", "title": "k"})}),
        raw({"edited_channel_post": message("a", chat={"id": -1, "type": "channel", "title": "k"}, edit_date=1)}),
        raw({"poll": MEDIA["poll"][0]["poll"]}),
        raw({"something_new": {"a": 1}}),
        raw({}),
        raw(
            {
                "my_chat_member": {
                    "chat": PRIVATE, "from": ERIKA, "date": SECONDS,
                    "old_chat_member": {"status": "member", "user": BOT},
                    "new_chat_member": {"status": "kicked", "user": BOT, "until_date": 0},
                }
            }
        ),
        raw({"callback_query": {"id": "1", "from": ERIKA, "chat_instance": "c", "game_short_name": "g"}}),
    ],
)  # fmt: skip
def test_checklist_18_everything_else_is_ignored(update: bytes) -> None:
    """Other bots, the bot itself, service messages, channels, polls, kinds of updates that are not known yet."""
    assert event(update) is None


@pytest.mark.parametrize("update", [b"{", b"[]", b"", b'{"update_id": 1, "message": {"text": 3}}', b"\xff"])
def test_a_broken_update_raises(update: bytes) -> None:
    """The worker tries again, and sets it aside in the end."""
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        translate(update, ME)


def test_a_broken_update_may_still_tell_its_chat() -> None:
    """Only a private chat gets an apology for it."""
    assert is_private(b'{"update_id": 1, "message": {"chat": {"type": "private"}}}')
    assert is_private(b'{"update_id": 1, "callback_query": {"message": {"chat": {"type": "private"}}}}')
    for update in (b"{", b"[]", b"3", b'{"message": {"chat": {"type": "group"}}}', b'{"update_id": 1}'):
        assert not is_private(update)


@given(st.text(st.characters()) | st.just("a" * 1_000_000) | st.just("\ud800😀\u202e" * 4000))
def test_no_text_breaks_anything(text: str) -> None:
    """Whatever is typed comes out clean, and not too long."""
    found = event(said(text))
    assert isinstance(found, TextSaid | CommandGiven | None)
    if isinstance(found, TextSaid):
        assert len(found.text) <= LONGEST_TEXT
        assert "\x00" not in found.text
        found.text.encode()
