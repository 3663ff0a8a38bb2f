"""What could go wrong in a case without anybody noticing: who is heard, what comes twice, which message changes."""

from dataclasses import replace
from datetime import date

import pytest

from bot.always import AlwaysOpen
from bot.case_rules import Rules
from bot.cases import CaseState, LinkState, Side
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.staff_answers import ReadyAnswers
from bot.channels.telegram.staff_voice import StaffVoice
from bot.content import Content
from bot.store.addresses import SqlAddresses
from bot.store.cases import SqlCases
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.store.tables import ticket
from bot.texts import load_texts
from botapi.faults import Fault
from tests.fakes import FAQ, FakeUnderstanding
from tests.telegram.town import Json, Open, Town, ids

ALBUM = {"media_group_id": "13000000001"}


def pictures(here: Town, chat: int, thread: int | None = None) -> list[Json]:
    """Return the pictures that the bot put into a chat."""
    return [m for m in here.shown(chat, thread) if "photo" in m and m["from"]["is_bot"]]


def test_handover_11_a_barred_citizen_does_not_come_back_by_writing_on(hall_here: Open) -> None:
    """The end of the case is the end; the bot answers."""
    with hall_here() as here:
        here.wish()
        here.write(here.anna, "/sperren")
        here.seen(here.erika, "ist abgeschlossen")
        here.ask(here.erika, "Noch mehr Unsinn")
        here.seen(here.erika, "Das weiß ich leider nicht")
        here.settled()
        assert here.case().state is CaseState.CLOSED
        assert not ids(here.shown(here.group), "Noch mehr Unsinn")


def test_handover_11_a_bar_is_lifted_in_any_case_of_the_citizen(hall: Open) -> None:
    """Nobody remembers in which one it was set."""
    with hall() as here:
        here.wish()
        here.finish()
        here.settled()
        here.wish()
        here.write(here.anna, "/sperren", 2)
        here.until_store(lambda: here.case(2).barred)
        here.settled()
        here.write(here.anna, "/entsperren")
        here.seen(here.group, "Die Sperre ist aufgehoben", here.thread())
        here.settled()
        assert not here.case(2).barred
        here.wish()


def test_an_emergency_in_a_case_that_is_over_is_answered_at_once(hall_here: Open) -> None:
    """Also as a reply to a clerk, which goes on with the case."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.write(here.anna, "Guten Tag")
        answer = here.seen(here.erika, "Guten Tag")
        here.finish()
        here.people.text(here.erika, "es brennt", reply_to=answer["message_id"])
        here.seen(here.erika, "Rufen Sie sofort die Feuerwehr: 112")
        here.seen(here.group, "es brennt", here.thread())


def test_an_offered_answer_goes_out_once(hall_here: Open) -> None:
    """Two clerks tap, or one twice: the citizen reads it once, and the transcript keeps it."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.write(here.anna, "/faq Strategie")
        offered = here.seen(here.group, "Welche Antwort soll ich senden?", here.thread())["message_id"]
        for entry in ("beschluss", "beschluss", "begleitung"):
            here.people.press_stale(here.anna, offered, f"k:s:1:{entry}", chat=here.group)
        here.seen(here.group, "Aus dieser Auswahl ging schon eine Antwort hinaus", here.thread())
        here.settled()
        assert len([text for text in here.people.said(here.erika) if "Gemeinderat" in text]) == 1
        (sent,) = here.cases.links(1)
        assert "Gemeinderat" in str(sent.text)


def test_handover_10_all_that_failed_is_sent_again_at_once(hall_here: Open) -> None:
    """Words and an album, in their order and as they were; what has arrived by then is not repeated."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.settled()
        here.people.block(here.erika)
        here.seen(here.group, "hat den Bot blockiert", here.thread())
        here.write(here.anna, "Hier der Plan")
        here.people.album(here.anna, 2, "Lageplan", chat=here.group, thread=here.thread())
        here.until(lambda: not here.cases.untold(1) and len(here.cases.links(1)) == 3)
        here.settled()
        told = here.seen(here.group, "Nicht zugestellt, Nachrichten: ", here.thread())
        here.people.unblock(here.erika)
        here.seen(here.group, "ist wieder erreichbar", here.thread())
        for said in [m for m in here.shown(here.group, here.thread()) if "Nicht zugestellt" in m.get("text", "")]:
            here.people.press(here.anna, said["message_id"], "Erneut senden", chat=here.group)
        here.until(lambda: len(pictures(here, here.erika)) == 2)
        here.people.press(here.anna, told["message_id"], "Erneut senden", chat=here.group)
        here.seen(here.group, "Das wird nicht erneut gesendet", here.thread())
        here.settled()
        assert len(ids(here.shown(here.erika), "Hier der Plan")) == 1
        assert [m.get("caption") for m in pictures(here, here.erika)] == ["Lageplan", None]
        assert len({m["media_group_id"] for m in pictures(here, here.erika)}) == 1


def test_an_album_that_fails_is_told_once(hall_here: Open) -> None:
    """And goes again as an album."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.settled()
        here.server.fault(Fault("error", method="copyMessages", code=400, description="Bad Request: nothing to copy"))
        here.people.album(here.anna, 3, "Lageplan", chat=here.group, thread=here.thread())
        told = here.seen(here.group, "Nicht zugestellt.", here.thread())
        here.settled()
        assert sum("Nicht zugestellt." in text for text in here.said_in(here.thread())) == 1
        here.people.press(here.anna, told["message_id"], "Erneut senden", chat=here.group)
        here.until(lambda: len(pictures(here, here.erika)) == 3)


@pytest.mark.parametrize("way", ["citizen", "staff"])
def test_handover_05_a_change_in_an_album_under_way_changes_its_own_picture(hall_here: Open, way: str) -> None:
    """The second one, not the first."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.settled()
        to = here.group if way == "citizen" else here.erika
        writer, place = (here.erika, {}) if way == "citizen" else (here.anna, {"chat": here.group})
        here.server.fault(Fault("error", method="copyMessages", code=429, parameters={"retry_after": 2}))
        more = {} if way == "citizen" else {"thread": here.thread()}
        album = here.people.album(writer, 2, "eins", **place, **more)
        here.until_store(lambda: len(here.cases.links(1)) == 2)
        here.people.edit(writer, album[1], "zwei", **place)
        here.until(lambda: len(pictures(here, to)) == 2)
        here.settled()
        assert [m.get("caption") for m in pictures(here, to)] == ["eins", "zwei"]


def test_handover_06_what_is_taken_back_before_it_arrived_stays_taken_back(hall_here: Open) -> None:
    """Its late arrival makes it no delivered message."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.settled()
        here.server.fault(
            Fault("error", method="copyMessage", chat_id=here.erika, code=429, parameters={"retry_after": 2})
        )
        sent = here.write(here.anna, "falsch")
        here.write(here.anna, "/zurueckholen", reply_to=sent)
        here.seen(here.group, "Wird zurückgeholt", here.thread())
        here.settled()
        assert not ids(here.shown(here.erika), "falsch")
        assert [link.state for link in here.cases.links(1) if link.side is Side.STAFF] == [LinkState.TAKEN]


def test_a_choice_is_closed_once_it_was_made_and_shows_what_was_sent(hall_here: Open) -> None:
    """So do canned replies that were named; a choice may be put away, and a colleague's press sends nothing."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.write(here.anna, "/baustein")
        offered = here.seen(here.group, "Welchen Textbaustein soll ich senden?", here.thread())
        here.people.press(here.bernd, offered["message_id"], "termin", chat=here.group)
        here.seen(here.group, "Den Fall hat Anna", here.thread())
        here.people.press(here.anna, offered["message_id"], "termin", chat=here.group)
        here.seen(here.erika, "Dafür brauchen Sie einen Termin")
        here.seen(here.group, "#1 · Anna schickt:\n\nDafür brauchen Sie einen Termin", here.thread())
        here.write(here.anna, "/faq Strategie")
        offered = here.seen(here.group, "Welche Antwort soll ich senden?", here.thread())
        here.people.press(here.anna, offered["message_id"], "Wer hat die Strategie beschlossen?", chat=here.group)
        here.seen(here.group, "Gemeinderat", here.thread())
        typed = here.write(here.anna, "/baustein eingang")
        shown = here.seen(here.group, "Anna schickt:\n\nVielen Dank", here.thread())
        assert shown["reply_to_message"]["message_id"] == typed
        here.press(here.anna, "FAQ-Antwort senden")
        here.seen(here.group, "Dazu finde ich keine Antwort", here.thread())
        here.press(here.anna, "An anderes Amt")
        offered = here.seen(here.group, "An welches Amt?", here.thread())
        here.people.press(here.anna, offered["message_id"], "Nichts davon", chat=here.group)
        here.seen(here.group, "Nichts ausgewählt", here.thread())
        here.settled()
        open_choices = [m for m in here.shown(here.group, here.thread()) if m.get("text", "").endswith(("?", "NAME."))]
        assert open_choices == []


def test_an_album_with_a_note_in_it_stays_inside(hall_here: Open) -> None:
    """Below whichever picture it stands."""
    with hall_here() as here:
        here.wish()
        here.take()
        parts = [{"caption": "Lageplan"}, {"caption": "// der alte"}]
        for part in parts:
            content = {**here.people.new_photo(), **part}
            here.people.content(here.anna, content, here.group, thread=here.thread(), extra=ALBUM)
        here.until_store(lambda: [link.side for link in here.cases.links(1)] == [Side.NOTE])
        here.write(here.anna, "Guten Tag")
        here.seen(here.erika, "Guten Tag")
        assert pictures(here, here.erika) == []


def test_who_lets_go_of_a_case_is_named(hall_here: Open) -> None:
    """The one whose it was hears of it; a case that nobody has cannot be let go of."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.settled()
        here.press(here.bernd, "Freigeben")
        here.seen(here.group, "#1 · Bernd hat den Fall freigegeben.", here.thread())
        here.until_store(lambda: here.case().clerk == "")
        here.write(here.anna, "/freigeben")
        here.seen(here.group, "Diesen Fall hat zurzeit niemand", here.thread())
        here.press(here.bernd, "An anderes Amt")
        offices = here.seen(here.group, "An welches Amt?", here.thread())
        here.people.press(here.bernd, offices["message_id"], "Bürgeramt", chat=here.group)
        here.seen(here.group, "Bernd gibt den Fall weiter an: Bürgeramt", here.thread())


def test_without_offices_in_the_faq_no_card_offers_any(hall_here: Open) -> None:
    """A button that leads nowhere puzzles."""
    with hall_here(faq=FAQ) as here:
        here.wish()
        labels = [one["text"] for row in here.card()["reply_markup"]["inline_keyboard"] for one in row]
        assert labels == ["Übernehmen", "Abschließen", "FAQ-Antwort senden"]


def test_an_office_with_a_long_name_fits_into_its_column(database: Database) -> None:
    """PostgreSQL would refuse what is longer than that."""
    long = replace(FAQ, entries=tuple(replace(entry, department="Amt für " + "Wald " * 40) for entry in FAQ.entries))
    content = Content(long, FakeUnderstanding().match, load_texts(), 30)
    bureau = Bureau("g", lambda: content, SqlCases(database), SqlRecords(database), Rules(AlwaysOpen()))
    answers = ReadyAnswers(bureau, StaffVoice(bureau, SqlAddresses(database)))
    (name,) = answers.departments().values()
    assert len(name) == ticket.c.department.type.length  # type: ignore[attr-defined]


def test_an_entry_whose_time_is_over_is_not_offered(hall_here: Open) -> None:
    """Nor sent by a button that stood there before."""
    over = replace(FAQ, entries=tuple(replace(entry, valid_until=date(2020, 1, 1)) for entry in FAQ.entries))
    with hall_here(faq=over) as here:
        here.wish()
        here.take()
        here.write(here.anna, "/faq Strategie")
        here.people.press_stale(here.anna, here.card()["message_id"], "k:s:1:beschluss", chat=here.group)
        here.until(lambda: len([t for t in here.said_in(here.thread()) if "Dazu finde ich keine Antwort" in t]) == 2)
        here.settled()
        assert here.cases.links(1) == ()
