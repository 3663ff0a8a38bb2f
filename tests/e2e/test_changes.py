"""Changed questions, media, albums, people who block the bot."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.texts import Texts
from botapi.faults import Fault
from tests.e2e.conftest import Town
from tests.e2e.talk import Chat
from tests.telegram.test_receiving import waits

KNOWN, OTHER, UNKNOWN = "Was ist ZuP 24?", "Wer hat die Strategie beschlossen?", "Wie hoch ist der Eiffelturm?"


def test_checklist_18_a_changed_question_changes_its_answer(erika: Chat) -> None:
    """In place, within 15 minutes."""
    seen = erika.say(UNKNOWN)
    changed = erika.one(lambda: erika.change(KNOWN))
    assert changed.id == seen.id
    assert "Zukunftssicherung" in changed.text
    stored = erika.say("/auskunft").text
    assert KNOWN in stored
    assert UNKNOWN not in stored


def test_checklist_18_a_change_replaces_an_answer_that_waits(erika: Chat) -> None:
    """The first answer is never seen."""
    erika.say("/hilfe")
    fault = Fault("error", method="sendMessage", chat_id=erika.person, code=429, parameters={"retry_after": 2})
    erika.server.fault(fault)
    erika.write(UNKNOWN)
    assert erika.server.until(lambda: fault.times < 1, 5)
    seen = erika.one(lambda: erika.change(KNOWN))
    assert "Zukunftssicherung" in seen.text


def test_checklist_18_a_late_change_gets_a_new_answer(erika: Chat) -> None:
    """After 15 minutes, as a reply to what was changed."""
    seen = erika.say(UNKNOWN)
    erika.server.room.shift(16 * 60)
    answer = erika.one(lambda: erika.change(KNOWN))
    assert (answer.id > seen.id, answer.replies_to) == (True, erika.last)
    assert erika.shown()[seen.id].text == seen.text


def test_checklist_18_a_change_of_an_older_question_gets_a_new_answer(erika: Chat) -> None:
    """Only the last question changes its answer."""
    older = erika.write(UNKNOWN)
    erika.after(lambda: None)
    erika.say(OTHER)
    answer = erika.one(lambda: erika.change(KNOWN, older))
    assert answer.replies_to == older


def test_checklist_18_a_change_of_two_questions_into_one_deletes_the_rest(erika: Chat) -> None:
    """The first message is changed, the second goes."""
    first, second = erika.after(lambda: erika.write("Wer hat die Strategie beschlossen und was ist ZuP 24?"), 2)
    erika.change(KNOWN)
    assert erika.server.until(lambda: second.id not in erika.shown())
    (changed,) = erika.news()
    assert changed.id == first.id
    erika.after(lambda: None)


Send = Callable[[Chat], Any]


@pytest.mark.parametrize(
    ("send", "kind"),
    [
        (lambda chat: chat.server.people.photo(chat.person), "picture"),
        (lambda chat: chat.server.people.voice(chat.person), "voice"),
        (lambda chat: chat.server.people.sticker(chat.person), "sticker"),
        (lambda chat: chat.server.people.location(chat.person), "place"),
        (lambda chat: chat.server.people.contact(chat.person), "contact"),
        (lambda chat: chat.server.people.document(chat.person), "file"),
        (lambda chat: chat.server.people.album(chat.person, 4), "picture"),
    ],
)
def test_whatever_is_no_text_gets_one_kind_message(erika: Chat, texts: Texts, send: Send, kind: str) -> None:
    """It asks to write; an album of four gets one."""
    assert texts.media[kind] in erika.one(lambda: send(erika)).text


def test_a_caption_is_read_as_a_question(erika: Chat, texts: Texts) -> None:
    """And the answer says that only the text was read."""
    seen = erika.one(lambda: erika.server.people.album(erika.person, 3, KNOWN))
    assert "Zukunftssicherung" in seen.text
    assert texts.attachment in seen.text


def test_checklist_16_who_blocked_the_bot_gets_nothing_until_they_let_it_in(erika: Chat, texts: Texts) -> None:
    """No call goes to them meanwhile; afterwards everything is as before."""
    people = erika.server.people
    erika.say(KNOWN)
    people.block(erika.person)
    calls = len(erika.server.calls)
    people.unblock(erika.person)
    assert waits(lambda: not erika.server.room.pending())  # a webhook may bring their words first
    assert "Gemeinderat" in erika.say(OTHER).text
    assert all(call.status != 403 for call in erika.server.calls[calls:])
    assert texts.introduction not in erika.say(KNOWN).text


def test_checklist_18_broken_and_unknown_updates_disturb_nobody(erika: Chat, town: Town) -> None:
    """Polls, reactions, kinds of a future Telegram, and nonsense."""
    people, found = town.server.people, len(town.server.complaints)
    message = erika.say(KNOWN)
    people.react(erika.person, message.id, "👍")
    for kind, payload in (("poll", {"id": "1"}), ("message", {"text": 5}), ("hologram", {}), ("edited_message", {})):
        people.raw(kind, payload)
    assert "Gemeinderat" in erika.say(OTHER).text
    assert waits(lambda: not town.server.room.pending())  # a webhook may bring one of them later than the question
    del town.server.complaints[found:]  # Telegram would send none of these
