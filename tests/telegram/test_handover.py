"""Hand-over to people: the way of a case, and the 25 cases that others stumbled over."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cases import CaseState, LinkState, Side, TopicState
from bot.channels.telegram.options import Limits
from bot.opening_hours import OpeningHours
from bot.store.addresses import SqlAddresses
from botapi.faults import Fault
from botapi.server import Server
from botapi.world import BOT_ID
from intents.faq import FaqEntry
from tests.telegram.town import OFFICES, Open, ShiftedClock, Town, ids


def test_a_case_from_the_wish_to_the_rating(hall: Open) -> None:
    """A citizen asks for a human, a clerk takes the case and answers, both see what arrived; it ends with a rating."""
    with hall() as here:
        here.ask(here.erika, "wer?")
        here.seen(here.erika, "Gemeinderat")
        here.wish()
        card = here.card()["text"]
        assert "Letzte Fragen an den Bot:" in card
        assert "«wer?» – Antwort des Bots: Wer hat die Strategie beschlossen?" in card
        here.ask(here.erika, "Mein Nachbar ist laut")
        here.seen(here.group, "Mein Nachbar ist laut", here.thread())
        here.take()
        here.seen(here.erika, "Ein Mensch aus der Verwaltung kümmert sich")
        here.write(here.anna, "Seit wann denn?")
        here.seen(here.erika, "Seit wann denn?")
        here.seen(here.group, "Zugestellt bis", here.thread())
        here.press(here.anna, "Abschließen")
        asked = here.rate("🙂 Zufrieden")
        here.people.press(here.erika, asked["message_id"], "Ja, erledigt")
        here.seen(here.erika, "Vielen Dank für Ihre Rückmeldung")
        here.settled()
        case = here.case()
        assert (case.state, case.rating, case.solved) == (CaseState.CLOSED, 3, True)
        assert [topic["closed"] for topic in here.live_topics()] == [True]
        assert "Bewertung: zufrieden, erledigt" in here.card()["text"]
        assert here.server.complaints == []


def test_a_rating_shows_although_nothing_more_is_said(hall_here: Open) -> None:
    """Many leave the second question open."""
    with hall_here() as here:
        here.wish()
        here.finish()
        here.rate("🙁 Nicht zufrieden")
        here.until(lambda: "Bewertung: nicht zufrieden" in here.card()["text"])


def test_two_unanswered_questions_lead_to_an_offer(hall_here: Open) -> None:
    """The first one has a button; the second asks whether to hand over. «Nein» changes nothing."""
    with hall_here() as here:
        here.ask(here.erika, "Warum ist der Himmel blau?")
        first = here.seen(here.erika, "Das weiß ich leider nicht")
        assert "verbinden?" not in first["text"]
        here.ask(here.erika, "Und das Gras grün?")
        offer = here.seen(here.erika, "Soll ich Sie mit einem Menschen verbinden?")
        here.people.press(here.erika, offer["message_id"], "Nein, danke")
        here.seen(here.erika, "In Ordnung.")
        assert here.cases.last_of(here.running.chat(here.erika)) is None
        assert here.people.topics(here.group) == []


def test_the_citizen_goes_back_to_the_bot(hall_here: Open) -> None:
    """The case ends, the clerks see it, and the bot answers again."""
    with hall_here() as here:
        here.wish()
        opened = here.seen(here.erika, "Ihr Fall hat die Nummer")
        here.people.press(here.erika, opened["message_id"], "Zurück zum Bot")
        here.seen(here.erika, "Ab jetzt antworte wieder ich")
        here.ask(here.erika, "wer?")
        here.seen(here.erika, "Gemeinderat")
        here.seen(here.group, "Beendet von der Bürgerin", here.thread())
        assert here.case().closed_by == Side.CITIZEN


def test_an_emergency_is_answered_at_once_and_passed_on(hall_here: Open) -> None:
    """Also while a case is open: a clerk may be slow."""
    with hall_here() as here:
        here.wish()
        here.ask(here.erika, "es brennt")
        here.seen(here.erika, "Rufen Sie sofort die Feuerwehr: 112")
        here.seen(here.group, "es brennt", here.thread())
        here.until(lambda: any("#1 · 🚨 Notruf erkannt" in text for text in here.said_in(here.thread())))
        here.until(lambda: sum("Notruf erkannt" in text for text in here.texts(here.group)) == 2)
        here.take()
        here.ask(here.erika, "es brennt")
        here.until(lambda: sum("Notruf erkannt" in text for text in here.texts(here.group)) == 3)
        here.settled()
        assert sum("Notruf erkannt" in text for text in here.said_in(here.thread())) == 2


def test_what_is_changed_into_an_emergency_is_answered_at_once(hall_here: Open) -> None:
    """While the case is open the clerks are told as well; once it is over only the bot reads it."""
    with hall_here() as here:
        here.wish()
        mine = here.ask(here.erika, "es rennt")
        here.seen(here.group, "es rennt", here.thread())
        here.people.edit(here.erika, mine, "es brennt")
        here.seen(here.erika, "Rufen Sie sofort die Feuerwehr: 112")
        here.seen(here.group, "es brennt", here.thread())
        here.seen(here.group, "Notruf erkannt", here.thread())
        here.finish()
        here.settled()
        before = here.texts(here.group)
        here.people.edit(here.erika, mine, "Strategie")
        here.people.edit(here.erika, mine, "es brennt")
        here.until(lambda: sum("112" in text for text in here.people.said(here.erika)) == 2)
        here.settled()
        assert here.texts(here.group) == before


# ------------------------------------------------------------------ the 25 cases


def test_handover_01_two_wishes_in_the_same_second_are_one_case(hall: Open) -> None:
    """One ticket, one topic; the second press tells where the case stands."""
    with hall() as here:
        here.ask(here.erika, "/mensch")
        offer = here.seen(here.erika, "Soll ich Sie")
        for _ in range(2):
            here.people.press(here.erika, offer["message_id"], "Ja, bitte verbinden")
        here.seen(here.erika, "Ihr Fall #1 ist offen")
        here.settled()
        assert [topic["name"] for topic in here.people.topics(here.group)] == ["#1 Anfrage"]
        assert here.cases.of_number(2) is None


def test_handover_02_a_deleted_topic_is_opened_anew_once(hall: Open) -> None:
    """The message goes there, once, below a card that says so."""
    with hall() as here:
        here.wish()
        old = here.thread()
        here.people.delete_topic(here.anna, here.group, old)
        here.ask(here.erika, "Hallo?")
        here.ask(here.erika, "Noch da?")
        here.until(lambda: len(here.live_topics()) == 1)
        here.seen(here.group, "Noch da?", here.thread())
        here.settled()
        assert here.thread() != old
        assert sum("Fortsetzung" in text for text in here.said_in(here.thread())) == 1
        assert [text for text in here.said_in(here.thread()) if "?" in text] == ["Hallo?", "Noch da?"]
        assert here.case().generation == 2


@pytest.mark.parametrize("words", ["TOPIC_DELETED", "TOPIC_ID_INVALID"])
def test_handover_02_other_words_for_a_topic_that_is_gone(hall_here: Open, words: str) -> None:
    """They mean the same."""
    with hall_here() as here:
        here.wish()
        here.server.fault(Fault("error", method="copyMessage", code=400, description=f"Bad Request: {words}"))
        here.ask(here.erika, "Hallo?")
        here.until(lambda: len(here.live_topics()) == 2)
        here.seen(here.group, "Hallo?", here.thread())


def test_handover_03_closing_the_topic_in_the_app_closes_the_case(hall: Open) -> None:
    """The citizen hears of it once; opening it again in the app goes on with the case."""
    with hall() as here:
        here.wish()
        here.people.close_topic(here.anna, here.group, here.thread())
        here.seen(here.erika, "ist abgeschlossen")
        here.settled()
        assert here.case().state is CaseState.CLOSED
        here.people.reopen_topic(here.anna, here.group, here.thread())
        here.seen(here.erika, "ist wieder offen")
        here.settled()
        assert here.case().state is CaseState.OPEN
        assert sum("ist abgeschlossen" in text for text in here.people.said(here.erika)) == 1
        assert sum("ist wieder offen" in text for text in here.people.said(here.erika)) == 1


def test_handover_03_a_closed_topic_is_opened_before_it_is_written_to(hall_here: Open) -> None:
    """Telegram refuses words in a closed topic: it is opened, and they are sent then."""
    with hall_here() as here:
        here.wish()
        here.server.fault(Fault("error", method="copyMessage", code=400, description="Bad Request: TOPIC_CLOSED"))
        here.ask(here.erika, "Hallo?")
        here.seen(here.group, "Hallo?", here.thread())
        here.settled()
        assert len(here.calls("reopenForumTopic")) == 1
        assert ids(here.shown(here.group), "Hallo?") != []


def test_the_card_says_what_the_bot_really_did(hall_here: Open) -> None:
    """What was asked back counts as no answer; the offer says that earlier questions are passed on."""
    with hall_here() as here:
        here.ask(here.erika, "welche?")
        here.seen(here.erika, "Meinten Sie")
        here.ask(here.erika, "/mensch")
        here.seen(here.erika, "Ihre letzten Fragen an mich")
        here.wish()
        assert "«welche?» – Rückfrage des Bots, am nächsten: Wer hat" in here.card()["text"]


def test_the_card_keeps_small_talk_out_and_names_emergencies_without_their_words(hall_here: Open) -> None:
    """A wish for a human is no question, and what belongs elsewhere got no answer."""
    with hall_here() as here:
        for words, said in (("es brennt", "112"), ("Ausweis?", "Ein Unternehmen"), ("Mensch!", "verbinden?")):
            here.ask(here.erika, words)
            shown = here.seen(here.erika, said)
        assert "Sie möchten mit einem Menschen sprechen." not in shown["text"]
        here.wish()
        asked = here.card()["text"].split("Letzte Fragen an den Bot:")[1]
        assert asked.split("\n")[1:3] == [
            "- Notruf, ohne Wortlaut: Der Bot hat die Notrufnummern genannt",
            "- «Ausweis?» – gehört nicht zum Thema des Bots",
        ]
        assert "Mensch!" not in asked
        assert "brennt" not in asked


def test_whoever_is_not_content_can_go_on_and_the_group_hears_of_it(hall_here: Open) -> None:
    """«Nein, noch nicht» is no dead end."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.finish()
        asked = here.rate("🙁 Nicht zufrieden")
        here.people.press(here.erika, asked["message_id"], "Nein, noch nicht")
        again = here.seen(here.erika, "noch einmal mit einem Menschen sprechen?")
        here.seen(
            here.group, "#1 · Der Fall ist abgeschlossen. Die Bürgerin oder der Bürger sagt: noch nicht erledigt."
        )
        here.people.press(here.erika, again["message_id"], "Kontakt zu einem Menschen")
        here.seen(here.erika, "Soll ich Sie mit einem Menschen verbinden?")


def test_what_belongs_elsewhere_comes_with_a_way_to_a_human(hall_here: Open) -> None:
    """As an answer that the bot does not know does."""
    with hall_here() as here:
        here.ask(here.erika, "Ausweis?")
        shown = here.seen(here.erika, "Sie möchten lieber mit einem Menschen sprechen?")
        here.people.press(here.erika, shown["message_id"], "Kontakt zu einem Menschen")
        here.seen(here.erika, "Soll ich Sie mit einem Menschen verbinden?")


def test_another_offices_matter_goes_to_the_clerk_of_a_case_that_is_just_over(hall_here: Open) -> None:
    """The bot has no answer to it, and the clerk may know what it is about."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.finish()
        here.ask(here.erika, "Ausweis?")
        here.seen(here.group, "Ausweis?", here.thread())
        here.seen(here.erika, "ist wieder offen")


def test_handover_04_a_late_message_reopens_and_a_later_one_does_not(hall_here: Open) -> None:
    """Within 24 hours what the bot cannot answer goes on with the case; afterwards it is a question like any other."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.finish()
        here.wait(hours=23)
        here.ask(here.erika, "wer?")
        here.seen(here.erika, "Gemeinderat")
        assert here.case().state is CaseState.CLOSED
        here.ask(here.erika, "Eins noch zum Zaun")
        here.seen(here.group, "Eins noch zum Zaun", here.thread())
        here.seen(here.erika, "ist wieder offen")
        here.finish()
        here.wait(hours=25)
        here.ask(here.erika, "Und der Baum?")
        here.seen(here.erika, "Das weiß ich leider nicht")
        here.settled()
        assert here.case().state is CaseState.CLOSED
        assert not ids(here.shown(here.group), "Und der Baum?")


def test_handover_04_the_reason_is_kept(hall_here: Open) -> None:
    """«/abschliessen» takes one."""
    with hall_here() as here:
        here.wish()
        here.write(here.anna, "/abschliessen an den Bauhof verwiesen")
        here.until_store(lambda: here.case().close_reason == "an den Bauhof verwiesen")


def test_handover_05_changes_are_carried_over_both_ways(hall_here: Open) -> None:
    """The copy changes; nothing new appears."""
    with hall_here() as here:
        here.wish()
        here.take()
        mine = here.ask(here.erika, "Zaun im Westen")
        here.seen(here.group, "Zaun im Westen", here.thread())
        theirs = here.write(here.anna, "Ich komme Dienstag")
        here.seen(here.erika, "Ich komme Dienstag")
        here.people.edit(here.erika, mine, "Zaun im Osten")
        here.people.edit(here.anna, theirs, "Ich komme Mittwoch", chat=here.group)
        here.seen(here.group, "Zaun im Osten", here.thread())
        here.seen(here.erika, "Ich komme Mittwoch")
        assert not ids(here.shown(here.group), "Zaun im Westen")
        assert not ids(here.shown(here.erika), "Ich komme Dienstag")


def test_handover_05_a_change_before_the_copy_went_out_arrives(hall_here: Open) -> None:
    """It waits for what it changes."""
    with hall_here() as here:
        here.wish()
        here.server.fault(Fault("error", method="copyMessage", code=429, parameters={"retry_after": 1}))
        mine = here.ask(here.erika, "alt")
        here.people.edit(here.erika, mine, "neu")
        here.seen(here.group, "neu", here.thread())
        here.settled()
        assert ids(here.shown(here.group), "alt") == []


def test_handover_05_a_clerks_change_that_fails_is_told(hall_here: Open) -> None:
    """The citizen has deleted the copy: the clerk hears that the change did not arrive."""
    with hall_here() as here:
        here.wish()
        here.take()
        message = here.write(here.anna, "Montag")
        here.seen(here.erika, "Montag")
        here.settled()
        description = "Bad Request: message to edit not found"
        here.server.fault(
            Fault("error", method="editMessageText", chat_id=here.erika, code=400, description=description)
        )
        here.people.edit(here.anna, message, "Dienstag", chat=here.group)
        told = here.seen(here.group, "Das ist beim Gegenüber nicht angekommen", here.thread())
        assert told["reply_to_message"]["message_id"] == message


def test_handover_06_a_clerk_takes_a_message_back(hall_here: Open) -> None:
    """As a reply, and only for 48 hours; later it stays, and the clerk is told."""
    with hall_here() as here:
        here.wish()
        here.take()
        for text in ("falsch", "auch falsch"):
            here.write(here.anna, text)
            here.seen(here.erika, text)
        here.settled()
        messages = here.shown(here.group, here.thread())
        here.write(here.anna, "/zurueckholen", reply_to=ids(messages, "falsch")[0])
        here.until(lambda: not ids(here.shown(here.erika), "falsch"))
        here.seen(here.group, "Wird zurückgeholt", here.thread())
        here.wait(hours=49)
        here.write(here.anna, "/zurueckholen", reply_to=ids(messages, "auch falsch")[0])
        here.seen(here.group, "Nicht zurückgeholt", here.thread())
        assert ids(here.shown(here.erika), "auch falsch")


def test_handover_07_albums_arrive_as_albums(hall: Open) -> None:
    """Both ways, whole, in one call."""
    with hall() as here:
        here.wish()
        here.take()
        here.people.album(here.erika, 3, "Fotos vom Zaun")
        here.until(lambda: len([m for m in here.shown(here.group, here.thread()) if "photo" in m]) == 3)
        here.people.album(here.anna, 2, "Lageplan", chat=here.group, thread=here.thread())
        here.until(lambda: len([m for m in here.shown(here.erika) if "photo" in m and m["from"]["id"] == BOT_ID]) == 2)
        here.settled()
        copies = [json.loads(call["message_ids"]) for call in here.calls("copyMessages")]
        assert [len(copy) for copy in copies] == [3, 2]
        assert all(copy == sorted(copy) for copy in copies)
        links = here.cases.links(1)
        assert [link.state for link in links] == [LinkState.SENT] * 5
        assert None not in [link.copy for link in links]


def test_handover_07_a_restart_in_the_middle_of_an_album_loses_no_part(hall: Open) -> None:
    """What came before the stop waits in the inbox."""
    with hall() as here:
        here.wish()
        here.settled()
        members = (here.group, here.anna, here.bernd, here.erika)
        received = len(here.calls("getUpdates"))
        here.people.album(here.erika, 4, "Fotos")
        here.until(lambda: len(here.calls("getUpdates")) > received)
    with hall(members=members) as again:
        again.until(lambda: len([m for m in again.shown(again.group, again.thread()) if "photo" in m]) == 4)
        again.settled()
        assert len([m for m in again.shown(again.group, again.thread()) if "photo" in m]) == 4


def test_handover_08_replies_hang_together_on_both_sides(hall_here: Open) -> None:
    """Each side sees what is replied to, its own words as well."""
    with hall_here() as here:
        here.wish()
        here.take()
        mine = here.ask(here.erika, "Frage A")
        copy = here.seen(here.group, "Frage A", here.thread())
        theirs = here.write(here.anna, "Antwort A", reply_to=copy["message_id"])
        answer = here.seen(here.erika, "Antwort A")
        assert answer["reply_to_message"]["message_id"] == mine
        here.people.text(here.erika, "Nachfrage", reply_to=answer["message_id"])
        asked = here.seen(here.group, "Nachfrage", here.thread())
        assert asked["reply_to_message"]["message_id"] == theirs


def test_handover_08_a_reply_into_a_topic_that_is_gone_is_sent_without(hall_here: Open) -> None:
    """Rather without a thread than not at all."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.write(here.anna, "Antwort A")
        answer = here.seen(here.erika, "Antwort A")
        here.settled()
        here.people.delete_topic(here.anna, here.group, here.thread())
        here.people.text(here.erika, "Nachfrage", reply_to=answer["message_id"])
        here.until(lambda: len(here.live_topics()) == 1)
        here.seen(here.group, "Nachfrage", here.thread())


def test_handover_09_reactions_show_on_the_other_side(hall_here: Open) -> None:
    """Both ways."""
    with hall_here() as here:
        here.wish()
        here.take()
        mine = here.ask(here.erika, "Danke schon mal")
        copy = here.seen(here.group, "Danke schon mal", here.thread())
        here.settled()
        here.people.react(here.anna, copy["message_id"], "👍", chat=here.group)
        here.until(lambda: bool(here.people.reactions(here.erika, mine)))
        theirs = here.write(here.anna, "Gern")
        answer = here.seen(here.erika, "Gern")
        here.settled()
        here.people.react(here.erika, answer["message_id"], "👍")
        here.until(lambda: bool(here.people.reactions(here.group, theirs)))


def test_handover_10_a_blocked_citizen_shows_in_the_topic(hall: Open) -> None:
    """Nothing is tried again; a note when they come back."""
    with hall() as here:
        here.wish()
        here.take()
        here.settled()
        here.people.block(here.erika)
        here.seen(here.group, "hat den Bot blockiert", here.thread())
        here.write(here.anna, "Sind Sie noch da?")
        here.seen(here.group, "Nicht zugestellt, Nachrichten: 1.", here.thread())
        here.until(lambda: "Hat den Bot blockiert" in here.card()["text"])
        here.people.unblock(here.erika)
        here.seen(here.group, "ist wieder erreichbar", here.thread())
        here.settled()
        assert "blockiert" not in here.card()["text"]
        assert not ids(here.shown(here.erika), "Sind Sie noch da?")
        assert [link.state for link in here.cases.links(1)] == [LinkState.FAILED]
        failure = here.seen(here.group, "Nicht zugestellt, Nachrichten: 1.", here.thread())
        here.people.press(here.anna, failure["message_id"], "Erneut senden", chat=here.group)
        here.seen(here.erika, "Sind Sie noch da?")


def test_handover_11_a_flood_is_cut_and_a_barred_citizen_gets_no_topic(hall_here: Open) -> None:
    """Twenty messages a minute go through; whoever is barred is refused before a topic is made, or even offered."""
    with hall_here() as here:
        here.wish()
        offer = here.seen(here.erika, "Soll ich Sie")["message_id"]
        for number in range(22):
            here.ask(here.erika, f"Nachricht {number}")
        here.seen(here.erika, "sehr viele Nachrichten")
        here.settled()
        assert len([t for t in here.texts(here.group, here.thread()) if t.startswith("Nachricht ")]) == 20
        here.write(here.anna, "/sperren")
        here.seen(here.group, "Gesperrt", here.thread())
        here.seen(here.erika, "ist abgeschlossen")
        here.people.press(here.erika, offer, "Ja, bitte verbinden")
        here.ask(here.erika, "/mensch")
        refused = "zurzeit nicht an Menschen weitergegeben"
        here.until(lambda: sum(refused in text for text in here.people.said(here.erika)) == 2)
        assert len(here.people.topics(here.group)) == 1


def test_handover_12_what_cannot_be_passed_on_is_said(hall_here: Open) -> None:
    """Stickers and polls are refused with what to send instead; pictures, files and voice messages go through."""
    with hall_here() as here:
        here.wish()
        here.people.sticker(here.erika)
        here.seen(here.erika, "Das kann ich nicht weitergeben")
        here.people.photo(here.erika, "Bild")
        here.people.document(here.erika, "Antrag")
        here.people.voice(here.erika)
        here.seen(here.group, "Antrag", here.thread())
        here.until(lambda: any("voice" in m for m in here.shown(here.group, here.thread())))
        here.take()
        here.people.sticker(here.anna, chat=here.group, thread=here.thread())
        here.seen(here.group, "Das lässt sich nicht weitergeben", here.thread())


def test_handover_13_only_people_in_a_cases_topic_are_passed_on(hall_here: Open) -> None:
    """General, foreign topics, forwarded messages and other bots go nowhere; an anonymous administrator is the team."""
    with hall_here() as here:
        here.wish()
        here.people.text(here.anna, "Guten Morgen", chat=here.group)
        here.seen(here.group, "Hier geht nichts an Bürgerinnen und Bürger")
        here.people.text(here.anna, "Mahlzeit", chat=here.group)
        foreign = here.people.open_topic(here.bernd, here.group, "Kaffee")
        here.people.text(here.bernd, "Wer mag?", chat=here.group, thread=foreign)
        here.seen(here.group, "Dieses Thema gehört zu keinem Fall", foreign)
        here.people.press(here.anna, here.card()["message_id"], "Übernehmen", chat=here.group)
        here.until_store(lambda: here.case().clerk == "Anna")
        here.people.raw("message", forwarded(here))
        here.seen(here.group, "Weitergeleitete Nachrichten", here.thread())
        here.people.raw("message", by_bot(here))
        here.settled()
        said = [m for m in here.shown(here.erika) if m["from"]["id"] == BOT_ID]
        assert [m for m in said if m["text"] in ("Guten Morgen", "Mahlzeit", "Wer mag?", "Weiter", "Piep")] == []
        assert sum("Hier geht nichts" in text for text in here.texts(here.group)) == 1


def forwarded(here: Town) -> dict[str, Any]:
    """Return a message that a clerk forwarded into the topic."""
    return {**_in_topic(here, here.anna), "text": "Weiter", "forward_origin": {"type": "hidden_user", "date": 1}}


def by_bot(here: Town) -> dict[str, Any]:
    """Return a message of another bot in the topic."""
    return {**_in_topic(here, 99), "from": {"id": 99, "is_bot": True, "first_name": "Piep"}, "text": "Piep"}


def _in_topic(here: Town, person: int) -> dict[str, Any]:
    """Return the frame of a message in the first case's topic."""
    chat = {"id": here.group, "type": "supergroup", "title": "Team", "is_forum": True}
    author = {"id": person, "is_bot": False, "first_name": "Anna"}
    place = {"message_thread_id": here.thread(), "is_topic_message": True}
    return {"message_id": 9000 + person % 1000, "date": int(time.monotonic()), "chat": chat, "from": author, **place}


def test_handover_13_an_anonymous_administrator_answers_as_the_team(hall_here: Open) -> None:
    """Telegram says «Group»; the card says Team."""
    with hall_here(relay_all=True) as here:
        here.wish()
        here.write(here.anna, "Vom Team", anonymous=True)
        here.seen(here.erika, "Vom Team")
        here.settled()
        assert here.case().clerk == "Team"


def test_handover_14_only_members_act_as_staff(hall_here: Open) -> None:
    """Whoever left can press no button; commands from elsewhere and forged numbers do nothing."""
    with hall_here() as here:
        here.wish()
        here.wish(max_ := here.people.citizen("Max"))
        stranger = here.people.citizen("Fremd")
        here.people.press(stranger, here.card()["message_id"], "Übernehmen", chat=here.group)
        here.take(here.bernd)
        here.people.leave(here.bernd, here.group)
        here.people.press(here.bernd, here.card()["message_id"], "Abschließen", chat=here.group)
        card = here.card(2)["message_id"]
        here.people.press_stale(here.anna, card, "k:close:1", chat=here.group)
        for token in ("k:close:1", "k:take:1", "h:r:1:3", "h:s:1:1", "k:again:1:1"):
            here.people.press_stale(max_, here.seen(max_, "Nummer")["message_id"], token)
        here.people.text(max_, "/uebernehmen 1")
        here.settled()
        assert (here.case().state, here.case().clerk, here.case().rating) == (CaseState.ASSIGNED, "Bernd", None)
        assert here.case(2).state is CaseState.OPEN


@pytest.mark.parametrize("trouble", ["right", "forum"])
def test_handover_15_without_topics_the_case_lives_in_the_group(hall_here: Open, trouble: str) -> None:
    """Clerks reply to the card or to the citizen's words; the operator is told in the log."""
    with hall_here(forum=trouble == "right") as here:
        if trouble == "right":
            here.people.give_rights(here.anna, here.group, ["can_delete_messages"])
        here.accept(here.erika)
        here.until(lambda: any("Fall #1" in text for text in here.texts(here.group)))
        here.until_store(lambda: here.case().topic is TopicState.NONE and here.case().card is not None)
        here.ask(here.erika, "Der Zaun wackelt")
        copy = here.seen(here.group, "Der Zaun wackelt")
        assert copy["reply_to_message"]["message_id"] == here.card()["message_id"]
        here.take()
        here.people.text(here.anna, "Welcher Zaun?", chat=here.group, reply_to=copy["message_id"])
        here.seen(here.erika, "Welcher Zaun?")
        own = ids(here.shown(here.group), "Welcher Zaun?")[0]
        here.people.text(here.anna, "Der im Westen?", chat=here.group, reply_to=own)
        here.seen(here.erika, "Der im Westen?")
        here.people.text(here.bernd, "Guten Morgen", chat=here.group)
        here.seen(here.group, "antworten Sie auf seine Karte")
        said = [here.people.text(here.anna, words, chat=here.group) for words in ("Nur so gesagt", "Noch etwas")]
        here.until(lambda: replied_to(here, "#1 · Nicht zugestellt: Hier schreiben Sie an das Team") == said)
        here.settled()
        assert not {"Nur so gesagt", "Noch etwas", "Guten Morgen"} & set(here.texts(here.erika))
        assert here.running.service.pulse.failed_messages == 1


def replied_to(here: Town, words: str) -> list[int]:
    """Return which messages of the group the bot answered with some words."""
    said = [message for message in here.shown(here.group) if words in message.get("text", "")]
    return [message["reply_to_message"]["message_id"] for message in said]


def test_handover_16_a_group_that_moved_is_followed(hall_here: Open, server: Server) -> None:
    """Its new number is kept, also for the next start with the old setting."""
    people = server.people
    anna, bernd, erika = people.citizen("Anna"), people.citizen("Bernd"), people.citizen("Erika")
    old = people.basic_group("Team", [anna, bernd])
    with hall_here(members=(old, anna, bernd, erika)) as here:
        new = people.migrate(anna, old)
        here.accept(erika)
        here.until(lambda: any("Fall #1" in text for text in here.texts(new)))
        here.settled()
    with hall_here(members=(old, anna, bernd, erika)) as again:
        group = replace(again, group=new)
        again.ask(erika, "Hallo")
        group.seen(new, "Hallo")
        addresses = SqlAddresses(again.running.database)
        assert addresses.telegram_id(addresses.group(old, again.clock.now())) == new


SHUT = OpeningHours.from_text("Mo-Fr 08:00-12:00", "BW")
MONDAY_SEVEN = "2026-11-23T06:00:00+00:00"


def test_handover_17_outside_the_hours_the_next_opening_is_told(hall_here: Open) -> None:
    """And a promise counts business hours alone."""
    with hall_here(hours=SHUT, reply_within=2.0, clock=at(MONDAY_SEVEN)) as here:
        here.ask(here.erika, "/mensch")
        offer = here.seen(here.erika, "Soll ich Sie")
        assert "Es ist heute ab 8 Uhr wieder jemand da" in offer["text"]
        here.people.press(here.erika, offer["message_id"], "Ja, bitte verbinden")
        assert "Sie bekommen heute bis 10 Uhr eine Antwort" in here.seen(here.erika, "Ihr Fall hat")["text"]


def test_handover_17_a_promise_that_will_be_missed_is_told_before(hall_here: Open) -> None:
    """To the citizen and to the clerks; an answer in time takes it back."""
    with hall_here(hours=SHUT, reply_within=2.0, clock=at("2026-11-23T08:00:00+00:00")) as here:
        here.wish()
        here.wish(max_ := here.people.citizen("Max"))
        here.take(number=2)
        here.write(here.anna, "Schon da", 2)
        here.seen(max_, "Schon da")
        here.wait(minutes=95)
        here.settled()
        assert not [t for t in here.people.said(here.erika) if "später als angekündigt" in t]
        here.wait(minutes=10)
        here.seen(here.erika, "später als angekündigt (heute bis 11:15 Uhr")
        here.seen(here.group, "Bitte antworten", here.thread())
        here.settled()
        assert not [t for t in here.people.said(max_) if "später als angekündigt" in t]


def at(moment: str) -> ShiftedClock:
    """Return a clock that starts at a moment."""
    from datetime import datetime

    clock = ShiftedClock()
    clock.ahead = datetime.fromisoformat(moment) - clock.now()
    return clock


def test_handover_18_the_place_in_the_queue_is_told(hall_here: Open) -> None:
    """At the beginning, and when asked; taken cases do not count."""
    with hall_here() as here:
        here.wish()
        here.wish(max_ := here.people.citizen("Max"))
        assert "Sie sind an Stelle 2" in here.seen(max_, "Ihr Fall hat")["text"]
        here.ask(max_, "/status")
        here.seen(max_, "Vor Ihnen wartet gerade eine andere Person")
        here.take()
        here.ask(max_, "/status")
        here.seen(max_, "Sie sind als Nächstes an der Reihe")


def test_handover_19_a_case_that_nobody_takes_is_remembered(hall_here: Open) -> None:
    """First in the topic, then where all read, and the citizen once."""
    with hall_here(remind_after=timedelta(minutes=30)) as here:
        here.wish()
        here.wait(minutes=31)
        here.seen(here.group, "Bitte übernehmen", here.thread())
        here.wait(minutes=31)
        group = here.seen(here.group, "niemand hat übernommen")
        assert "message_thread_id" not in group
        here.seen(here.erika, "nicht vergessen")
        here.wait(minutes=120)
        here.settled()
        assert sum("nicht vergessen" in text for text in here.people.said(here.erika)) == 1


def test_handover_20_25_wishes_in_a_minute(server: Server, hall_here: Open) -> None:
    """All are told at once that they are in the queue; topics come as the group's budget allows; answers stay fast."""
    server.room.limit(real=True)
    with hall_here(limits=Limits()) as here:
        citizens = [here.people.citizen(f"B{number}") for number in range(25)]
        started = time.monotonic()
        for who in citizens:
            here.people.text(who, "/mensch")
        for who in citizens:
            offer = here.seen(who, "Soll ich Sie")
            here.people.press(who, offer["message_id"], "Ja, bitte verbinden")
        asked = time.monotonic()
        here.ask(here.erika, "wer?")
        here.seen(here.erika, "Gemeinderat")
        assert time.monotonic() - asked < 3  # behind what 25 others were told, at 30 messages a second
        for who in citizens:
            here.seen(who, "Ihr Fall hat die Nummer")
        assert time.monotonic() - started < 10
        assert [call for call in here.server.calls if call.status == 429] == []
        writes = [
            c for c in here.server.calls if c.chat_id == here.group and c.method not in ("getchat", "getchatmember")
        ]
        assert len(writes) <= 20


def test_handover_21_two_clerks_answer_at_once(hall: Open) -> None:
    """With «all» both go out, in order; with «assigned» the other one is told once that it stays inside."""
    with hall(relay_all=True) as here:
        here.wish()
        here.write(here.anna, "Eins")
        here.write(here.bernd, "Zwei")
        here.seen(here.erika, "Zwei")
        assert [t for t in here.people.said(here.erika) if t in ("Eins", "Zwei")] == ["Eins", "Zwei"]
        assert here.case().clerk == "Anna"


def test_handover_21_only_the_clerk_of_the_case_is_passed_on(hall_here: Open) -> None:
    """Two press «Übernehmen» at once: one has it. Notes stay inside whoever writes them."""
    with hall_here() as here:
        here.wish()
        early = here.write(here.bernd, "Zu früh")
        told = here.seen(here.group, "Noch hat niemand den Fall", here.thread())
        assert told["reply_to_message"]["message_id"] == early
        for clerk in (here.anna, here.bernd):
            here.people.press(clerk, here.card()["message_id"], "Übernehmen", chat=here.group)
        here.seen(here.group, "Diesen Fall hat schon Anna", here.thread())
        here.write(here.bernd, "Ich sage mal")
        here.seen(here.group, "Den Fall hat Anna", here.thread())
        here.write(here.bernd, "Noch etwas")
        here.write(here.anna, "// nur intern")
        here.write(here.anna, "/notiz auch intern")
        here.write(here.anna, "Fertig")
        here.seen(here.erika, "Fertig")
        here.settled()
        assert sum("Den Fall hat Anna" in text for text in here.texts(here.group)) == 1
        assert [link.text for link in here.cases.links(1) if link.side is Side.NOTE][-2:] == [
            "nur intern",
            "auch intern",
        ]
        assert sum("Ein Mensch aus der Verwaltung" in t for t in here.people.said(here.erika)) == 1
        assert not ids(here.shown(here.erika), "Noch etwas")


def test_handover_22_commands_and_menus_work_during_a_case(hall_here: Open) -> None:
    """The bot answers them, the case stays open, and free text goes to the clerk instead of the FAQ."""
    with hall_here() as here:
        here.wish()
        here.ask(here.erika, "/start")
        here.seen(here.erika, "Guten Tag!")
        menu = here.seen(here.erika, "Zu diesen Themen weiß ich Bescheid")
        here.people.press(here.erika, menu["message_id"], "Strategie")
        here.ask(here.erika, "/start faq_beschluss")
        here.seen(here.erika, "Gemeinderat")
        before = len(here.people.said(here.erika))
        here.ask(here.erika, "wer?")
        here.seen(here.group, "wer?", here.thread())
        here.settled()
        assert here.case().state is CaseState.OPEN
        assert len(here.people.said(here.erika)) == before
        assert not [t for t in here.texts(here.group, here.thread()) if t.startswith("/start")]


def test_handover_23_erasing_takes_the_case_along(hall: Open) -> None:
    """The topic is deleted; the ticket stays as a number without a person."""
    with hall() as here:
        here.wish()
        here.take()
        here.ask(here.erika, "Geheimes vom Zaun")
        here.seen(here.group, "Geheimes vom Zaun", here.thread())
        here.ask(here.erika, "/loeschen")
        sure = here.seen(here.erika, "Soll ich alles löschen")
        here.people.press(here.erika, sure["message_id"], "Ja, alles löschen")
        here.seen(here.erika, "Ich habe alles gelöscht")
        here.until(lambda: here.live_topics() == [])
        here.settled()
        case = here.case()
        assert (case.chat, case.state, case.summary, case.theme) == (None, CaseState.CLOSED, "", "")
        assert here.cases.links(1) == ()


def test_handover_24_long_texts_arrive_whole(hall_here: Open) -> None:
    """A message of 4096 characters is copied as it is; a longer answer of the FAQ comes in parts."""
    long = FaqEntry("lang", "Wie lang?", "\n\n".join("Wort " * 300 for _ in range(4)), category="Strategie")
    with hall_here(faq=replace(OFFICES, entries=(*OFFICES.entries, long))) as here:
        here.wish()
        here.take()
        here.ask(here.erika, "ä" * 4096)
        here.seen(here.group, "ä" * 4096, here.thread())
        here.people.photo(here.erika, "ö" * 1024)
        here.seen(here.group, "ö" * 1024, here.thread())
        here.people.press_stale(here.anna, here.card()["message_id"], "k:s:1:lang", chat=here.group)
        here.until(lambda: len([t for t in here.people.said(here.erika) if "Wort Wort" in t]) == 2)


def test_handover_25_service_messages_are_not_passed_on(hall_here: Open) -> None:
    """A pin, a new name, somebody who joins; the case goes on as before."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.seen(here.erika, "Ein Mensch aus der Verwaltung")
        before = len(here.people.said(here.erika))
        here.people.pin(here.anna, here.card()["message_id"], chat=here.group)
        here.people.rename_topic(here.anna, here.group, here.thread(), "#1 Zaun")
        here.people.join(here.people.citizen("Neu"), here.group)
        here.settled()
        assert len(here.people.said(here.erika)) == before
        here.write(here.anna, "Weiter geht es")
        here.seen(here.erika, "Weiter geht es")


# ------------------------------------------------------------------ topics and words whose fate is unknown


def test_a_topic_whose_answer_was_lost_is_found_by_its_own_message(hall_here: Open) -> None:
    """Telegram did it, the answer never came: no second topic is opened."""
    with hall_here() as here:
        here.server.fault(Fault("drop", method="createForumTopic", done=True))
        here.accept(here.erika)
        here.ask(here.erika, "Hallo?")
        here.until(lambda: len(here.people.topics(here.group)) == 1)
        here.seen(here.group, "Hallo?", here.thread())
        here.wait(minutes=2)
        here.settled()
        assert len(here.people.topics(here.group)) == 1
        assert len(here.calls("createForumTopic")) == 1


def test_a_topic_that_never_came_is_opened_once_more(hall_here: Open) -> None:
    """After a minute; the words wait in their lane meanwhile."""
    with hall_here() as here:
        here.server.fault(Fault("drop", method="createForumTopic", done=False))
        here.accept(here.erika)
        here.ask(here.erika, "Hallo?")
        here.until_store(lambda: here.case().topic is TopicState.UNKNOWN)
        here.wait(seconds=61)
        here.until(lambda: len(here.people.topics(here.group)) == 1)
        here.seen(here.group, "Hallo?", here.thread())
        here.settled()
        assert [text for text in here.texts(here.group, here.thread()) if "Fall #1" in text] == [here.card()["text"]]


def test_a_late_twin_of_a_topic_is_closed(hall_here: Open) -> None:
    """The bot's own message about the first one comes when there is a second one already."""
    with hall_here() as here:
        here.wish()
        here.settled()
        with here.server.world.changing():
            chat = here.server.world.chats[here.group]
            twin = here.server.world.open_topic(chat, BOT_ID, "#1 Anfrage", 7322096).thread_id
        here.until(lambda: any(t["closed"] for t in here.people.topics(here.group) if t["message_thread_id"] == twin))
        here.settled()
        assert here.case().thread != twin
        assert here.case().state is CaseState.OPEN


def test_a_clerks_words_of_unknown_fate_are_shown_so_and_sent_again_on_demand(hall_here: Open) -> None:
    """They are not repeated by themselves."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.settled()
        here.server.fault(Fault("drop", method="copyMessage", chat_id=here.erika, done=False))
        here.write(here.anna, "Kommen Sie um neun")
        told = here.seen(here.group, "Ungewiss, ob das angekommen ist", here.thread())
        assert not ids(here.shown(here.erika), "Kommen Sie um neun")
        here.people.press(here.anna, told["message_id"], "Erneut senden", chat=here.group)
        here.seen(here.erika, "Kommen Sie um neun")
        here.settled()
        assert [link.state for link in here.cases.links(1)] == [LinkState.SENT]


def test_canned_replies_answers_of_the_faq_and_offices(hall_here: Open) -> None:
    """A clerk answers with two taps; another office gets the case."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.write(here.anna, "/baustein eingang")
        here.seen(here.erika, "Ich kümmere mich darum")
        here.write(here.anna, "/faq Strategie")
        offered = here.seen(here.group, "Welche Antwort soll ich senden?", here.thread())
        here.people.press(here.anna, offered["message_id"], "Wer hat die Strategie beschlossen?", chat=here.group)
        here.seen(here.erika, "Gemeinderat")
        here.press(here.anna, "An anderes Amt")
        offices = here.seen(here.group, "An welches Amt?", here.thread())
        here.people.press(here.anna, offices["message_id"], "Bürgeramt", chat=here.group)
        here.seen(here.erika, "geht an: Bürgeramt")
        here.until_store(lambda: here.case().clerk == "")
        here.people.text(here.anna, "/offen", chat=here.group)
        here.seen(here.group, "Wartende Fälle:")
        here.people.text(here.anna, "/hilfe", chat=here.group)
        here.seen(here.group, "nur für das Team")


def test_a_clerk_who_is_away_loses_the_case_when_the_citizen_writes(hall_here: Open) -> None:
    """Somebody else can take it; the words are passed on all the same."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.people.text(here.anna, "/pause", chat=here.group)
        here.seen(here.group, "Gute Pause")
        here.ask(here.erika, "Sind Sie noch da?")
        here.seen(here.group, "Anna ist nicht da", here.thread())
        here.seen(here.group, "Sind Sie noch da?", here.thread())
        here.take(here.bernd)
        assert here.case().clerk == "Bernd"


def test_words_of_the_button_end_a_case_as_well(hall_here: Open) -> None:
    """And whoever got an answer is asked how content they are, also if they leave by themselves."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.write(here.anna, "Guten Tag")
        here.seen(here.erika, "Guten Tag")
        here.settled()
        here.ask(here.erika, "zurück zum Bot")
        here.seen(here.erika, "Ab jetzt antworte wieder ich")
        here.rate("🙂 Zufrieden")
        here.settled()
        assert (here.case().closed_by, here.case().rating) == (Side.CITIZEN, 3)
        assert not ids(here.shown(here.group), "zurück zum Bot")
