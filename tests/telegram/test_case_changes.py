"""Hand-over, case 5 and 9: changes and reactions are carried over both ways, and what fails is told."""

from dataclasses import replace

from bot.cases import LinkState, Side
from botapi.faults import Fault
from tests.telegram.running import UNHURRIED
from tests.telegram.town import Json, Open, Town, ids

REFUSED = "Bad Request: message can't be edited"


def refuse(here: Town, method: str, chat: int, times: int = 1) -> None:
    """Let Telegram refuse the next calls of a method."""
    here.server.fault(Fault("error", method=method, chat_id=chat, code=400, description=REFUSED, times=times))


def photo_of(message: Json) -> str:
    """Return which picture a message shows."""
    return str(message["photo"][-1]["file_id"])


def test_handover_05_a_picture_that_was_exchanged_is_exchanged_on_the_other_side(hall_here: Open) -> None:
    """Both ways, with its caption; a text that got a picture gets it there as well."""
    with hall_here() as here:
        here.wish()
        here.take()
        mine, theirs = here.people.photo(here.erika, "Zaun"), here.write(here.anna, "Plan folgt")
        here.seen(here.group, "Zaun", here.thread())
        here.seen(here.erika, "Plan folgt")
        here.settled()
        for person, message, chat in ((here.erika, mine, None), (here.anna, theirs, here.group)):
            here.people.replace(person, message, here.people.new_photo("neu"), chat)
        for chat, message, other in ((here.erika, mine, here.group), (here.group, theirs, here.erika)):
            (written,) = [one for one in here.shown(chat) if one["message_id"] == message]
            assert photo_of(here.seen(other, "neu")) == photo_of(written)
        assert not ids(here.shown(here.group), "Zaun")


def test_handover_05_a_copy_that_cannot_be_changed_is_followed_by_the_new_words(hall_here: Open) -> None:
    """As a reply to it; the next change goes there. A picture comes again, and so does a text that is too long."""
    with hall_here() as here:
        here.wish()
        mine, picture = here.ask(here.erika, "Zaun im Westen"), here.people.photo(here.erika, "so")
        copy = here.seen(here.group, "Zaun im Westen", here.thread())
        here.seen(here.group, "so", here.thread())
        refuse(here, "editMessageText", here.group)
        here.people.edit(here.erika, mine, "Zaun im Osten")
        told = here.seen(here.group, "bearbeitet: Zaun im Osten", here.thread())
        assert told["reply_to_message"]["message_id"] == copy["message_id"]
        here.people.edit(here.erika, mine, "Zaun im Norden")
        here.until(lambda: bool(ids(here.shown(here.group, here.thread()), "Zaun im Norden")))
        refuse(here, "editMessageMedia", here.group)
        here.people.edit(here.erika, picture, "anders")
        assert "photo" in here.seen(here.group, "bearbeitet: anders", here.thread())
        refuse(here, "editMessageText", here.group)
        here.people.edit(here.erika, mine, "ä" * 4096)
        here.until(lambda: bool(ids(here.shown(here.group, here.thread()), "ä" * 4096)))


def test_handover_05_a_change_that_finds_no_way_is_told_to_both(hall_here: Open) -> None:
    """Neither the copy nor a new message: the clerk hears of it, and the citizen is asked to write again."""
    with hall_here() as here:
        here.wish()
        mine = here.ask(here.erika, "Zaun")
        copy = here.seen(here.group, "Zaun", here.thread())
        here.settled()
        refuse(here, "editMessageText", here.group)
        refuse(here, "sendMessage", here.group)
        here.people.edit(here.erika, mine, "Hecke")
        told = here.seen(here.group, "Eine Änderung dieser Nachricht", here.thread())
        assert told["reply_to_message"]["message_id"] == copy["message_id"]
        here.seen(here.erika, "konnte ich nicht weitergeben")


def test_handover_05_a_clerk_hears_of_every_change_that_may_not_have_arrived(hall_here: Open) -> None:
    """Silence of Telegram, words that became a note, a canned reply, a message that could not be taken back."""
    with hall_here() as here:
        here.wish()
        here.take()
        sent = [here.write(here.anna, text) for text in ("Montag", "Dienstag", "/baustein eingang", "Mittwoch")]
        here.seen(here.erika, "Mittwoch")
        here.settled()
        here.server.fault(Fault("drop", method="editMessageText", chat_id=here.erika, times=2))
        here.people.edit(here.anna, sent[0], "Freitag", chat=here.group)
        here.until(lambda: told_about(here) == {sent[0]})
        here.people.edit(here.anna, sent[1], "// lieber nicht", chat=here.group)
        here.people.edit(here.anna, sent[2], "/baustein termin", chat=here.group)
        here.until(lambda: told_about(here) == set(sent[:3]))
        refuse(here, "deleteMessage", here.erika)
        here.write(here.anna, "/zurueckholen", reply_to=sent[3])
        here.until(lambda: told_about(here) == set(sent))
        here.settled()
        assert [t for t in here.people.said(here.erika) if "nicht" in t and "lieber" in t] == []
        staff = [link for link in here.cases.links(1) if link.side is Side.STAFF]
        assert {link.state for link in staff} == {LinkState.SENT}


def told_about(here: Town) -> set[int]:
    """Return the clerk's messages of which was told that the other side shows something else."""
    told = [m for m in here.shown(here.group, here.thread()) if "beim Gegenüber nicht angekommen" in m.get("text", "")]
    return {m["reply_to_message"]["message_id"] for m in told}


def test_handover_05_what_could_not_be_passed_on_goes_once_it_is_changed(hall_here: Open) -> None:
    """And a changed note stays a note, with its new words."""
    with hall_here() as here:
        here.wish()
        here.take()
        mine = here.people.sticker(here.erika)
        here.seen(here.erika, "Das kann ich nicht weitergeben")
        here.people.replace(here.erika, mine, here.people.new_photo("Zaun"))
        here.seen(here.group, "Zaun", here.thread())
        note = here.write(here.anna, "// alt")
        here.settled()
        here.people.edit(here.anna, note, "// neu", chat=here.group)
        here.until_store(lambda: [link.text for link in here.cases.links(1) if link.side is Side.NOTE] == ["neu"])


def test_handover_09_reactions_are_the_first_to_go(hall_here: Open) -> None:
    """Where little room is left words need it; nothing waits for a reaction, and nobody is alarmed."""
    with hall_here(limits=replace(UNHURRIED, group_per_minute=20)) as here:
        here.wish()
        here.take()
        theirs = here.write(here.anna, "Gern")
        answer = here.seen(here.erika, "Gern")
        for number in range(13):
            here.ask(here.erika, f"Frage {number}")
        here.seen(here.group, "Frage 12", here.thread())
        here.people.react(here.erika, answer["message_id"], "👍")
        here.ask(here.erika, "Noch etwas")
        here.seen(here.group, "Noch etwas", here.thread())
        here.settled()
        assert here.people.reactions(here.group, theirs) == []
        assert here.running.service.pulse.failed_messages == 0


def test_handover_09_a_reaction_can_be_taken_back_and_one_that_fails_alarms_nobody(hall_here: Open) -> None:
    """It is shown as well as it goes."""
    with hall_here() as here:
        here.wish()
        here.take()
        mine = here.ask(here.erika, "Danke")
        copy = here.seen(here.group, "Danke", here.thread())
        here.settled()
        for emoji in ("👍", ""):
            here.people.react(here.anna, copy["message_id"], emoji, chat=here.group)
            here.until(lambda: bool(here.people.reactions(here.erika, mine)) == bool(emoji))  # noqa: B023 - called at once
        here.people.react(here.anna, copy["message_id"], "🦄", chat=here.group)
        here.until(lambda: len(here.calls("setMessageReaction")) == 3)
        here.settled()
        assert here.running.service.pulse.failed_messages == 0
