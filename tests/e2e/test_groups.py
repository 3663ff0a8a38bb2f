"""In groups only what is meant for the bot is answered."""

from collections.abc import Iterator

import pytest

from bot.texts import Texts
from tests.e2e.conftest import Town
from tests.e2e.talk import Chat


@pytest.fixture
def group(town: Town) -> Iterator[Chat]:
    """Return a citizen in a group of neighbours."""
    person = town.server.people.citizen("Erika")
    room = town.server.people.group("Nachbarn", [person], forum=False)
    chat = town.join(person, room)
    chat.say("/hilfe")
    yield chat
    assert chat.nothing_more()


def test_a_mention_is_answered_as_a_reply(group: Chat) -> None:
    """So that everybody sees what it belongs to."""
    seen = group.say("@local_faq_bot Was ist ZuP 24?")
    assert "Zukunftssicherung" in seen.text
    assert seen.replies_to == group.last


def test_a_reply_to_the_bot_is_talk_among_people(group: Chat) -> None:
    """Unless it mentions the bot."""
    seen = group.say("/themen")
    group.write("Was ist ZuP 24?", reply_to=seen.id)
    answer = group.one(lambda: group.write("@local_faq_bot Was ist ZuP 24?", reply_to=seen.id))
    assert ("Zukunftssicherung" in answer.text, answer.replies_to) == (True, group.last)


def test_talk_among_people_is_left_alone(group: Chat) -> None:
    """Also questions that the bot could answer, and commands of other bots."""
    for words in ("Was ist ZuP 24?", "/hilfe@other_bot", "/wetter"):
        group.write(words)
    assert "Zu diesen Themen" in group.say("/themen").text


def test_buttons_work(group: Chat, texts: Texts) -> None:
    """Menus, choices and feedback."""
    topic = group.press(group.say("/themen"), "Über diesen Bot")
    assert "kein Mensch" in group.press(topic, topic.buttons[0]).text
    asked = group.say("@local_faq_bot Wie viel hat die Strategie gekostet?")
    answer = group.press(asked, asked.buttons[0])
    assert group.press(answer, texts.feedback_yes).text.endswith(texts.feedback_thanks)


@pytest.mark.parametrize("command", ["/mensch", "/auskunft", "/loeschen", "/mensch@local_faq_bot"])
def test_what_is_private_is_asked_for_in_private(group: Chat, town: Town, texts: Texts, command: str) -> None:
    """With a link, which does the same there."""
    seen = group.say(command)
    assert seen.text == texts.private_only
    (link,) = seen.links
    name = command[1:].partition("@")[0]
    assert link == f"https://t.me/local_faq_bot?start={name}"
    private = town.join(group.person, group.person)
    usual = {"mensch": "07131 560", "auskunft": texts.stored_none, "loeschen": texts.erase_confirm}
    assert usual[name] in private.say(f"/start {name}").text
