"""Every command, over polling and over webhook."""

import pytest

from bot.channels.telegram.profile import GROUPS, PRIVATE, commands_for
from bot.texts import Texts
from botapi.server import Server
from tests.botapi.clients import result
from tests.e2e.conftest import Town
from tests.e2e.talk import Chat


def test_start_welcomes_and_shows_the_topics(erika: Chat, texts: Texts) -> None:
    """The bot says that it is a program, what not to tell it, and what it knows."""
    welcome = erika.say("/start")
    assert "Ich bin ein Programm, kein Mensch." in welcome.text
    assert "/datenschutz" in welcome.text
    assert welcome.text.endswith(texts.topics)
    assert welcome.buttons == ("Strategie", "Haushalt und Finanzierung", "Über diesen Bot")


def test_a_deep_link_leads_to_its_answer(erika: Chat) -> None:
    """`?start=faq_<id>` shows the entry; one that is unknown gets a polite text."""
    assert "Zukunftssicherung der Verwaltung" in erika.say("/start faq_zup-24").text
    assert "nicht mehr gültig" in erika.say("/start faq_gibt-es-nicht").text


def test_topics_have_pages_and_ways_back(erika: Chat, texts: Texts) -> None:
    """Topic, second page, first page, all topics, an answer: the menu changes in place, the answer is a new message."""
    menu = erika.say("/themen")
    first = erika.press(menu, "Strategie")
    assert first.buttons[-2:] == (texts.topic_more, texts.topic_all_topics)
    second = erika.press(first, texts.topic_more)
    assert second.buttons[-2:] == (texts.topic_back, texts.topic_all_topics)
    assert not set(first.tokens[:-2]) & set(second.tokens[:-2])
    assert erika.press(second, texts.topic_back).tokens == first.tokens
    again = erika.press(first, texts.topic_all_topics)
    assert again.buttons == menu.buttons
    assert {one.id for one in (first, second, again)} == {menu.id}
    about = erika.press(again, "Über diesen Bot")
    answer = erika.press(about, "Wer oder was antwortet mir hier?")
    assert answer.id != menu.id
    assert "kein Mensch" in answer.text


def test_plain_language_repeats_the_last_answer(erika: Chat, texts: Texts) -> None:
    """/leicht says it again in short sentences, and holds until the next /leicht."""
    usual = erika.say("Was ist ZuP 24?")
    told, plain = erika.after(lambda: erika.write("/leicht"), 2)
    assert told.text == texts.plain_on
    assert plain.text.startswith("ZuP 24 ist der Name von einem Konzept.")
    assert erika.say("Was ist ZuP 24?").text.startswith("ZuP 24 ist der Name von einem Konzept.")
    assert erika.say("/leicht").text == texts.plain_off
    assert erika.say("Was ist ZuP 24?").text.splitlines()[0] in usual.text


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("/hilfe", "/loeschen – alles zu diesem Chat löschen"),
        ("/help", "Ein kurzer Satz genügt."),
        ("/mensch", "Telefon: 07131 560"),
        ("/datenschutz", "Datenschutzerklärung: https://www.heilbronn.de/datenschutz"),
        ("/impressum", "Impressum: https://www.heilbronn.de/impressum"),
        ("/quatsch", "Den Befehl /quatsch kenne ich nicht."),
        ("/ende", "Auf Wiedersehen!"),
    ],
)
def test_a_command_gets_one_message(erika: Chat, command: str, part: str) -> None:
    """Whoever says it first is told that this is a program, unless the command says so itself."""
    assert part in erika.say(command).text


def test_what_is_stored_is_told(erika: Chat) -> None:
    """/auskunft names the questions of this chat."""
    erika.say("Was ist ZuP 24?")
    assert "«Was ist ZuP 24?»" in erika.say("/auskunft").text


def test_checklist_24_erasing_asks_and_erases(erika: Chat, texts: Texts) -> None:
    """«Nein» keeps everything, «Ja» leaves nothing: the bot meets a stranger."""
    erika.say("Was ist ZuP 24?")
    assert erika.press(erika.say("/loeschen"), texts.erase_no).text == texts.erase_kept
    assert "«Was ist ZuP 24?»" in erika.say("/auskunft").text
    assert erika.press(erika.say("/loeschen"), texts.erase_yes).text == texts.erase_done.strip()
    assert texts.stored_none in erika.say("/auskunft").text
    assert erika.say("Hallo").text.startswith(texts.introduction)


def test_the_menus_of_commands_are_known(town: Town, texts: Texts) -> None:
    """To private chats and to groups; the bot's page and an empty chat say what it is."""
    server: Server = town.server
    for scope in (PRIVATE, GROUPS):
        assert result(server, "getMyCommands", scope=scope) == commands_for(scope["type"], texts)
    assert result(server, "getMyDescription") == {"description": texts.bot_description.strip()}
    assert result(server, "getMyShortDescription") == {"short_description": texts.bot_short_description}
