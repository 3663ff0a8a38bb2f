"""Telling citizens later, in a browser without a window: who waits, what they read, and that they get it once."""

from datetime import timedelta
from typing import Any

import pytest

from bot.accounts import Role
from bot.corrections import Correction
from bot.store.audit import SqlAudit
from bot.store.corrections import SqlCorrections
from bot.store.notices import SqlNotices
from bot.store.outbox import SqlOutbox
from tests.askers import asked
from tests.fakes import NOW
from tests.staff.room import Room


def sent(room: Room) -> list[str]:
    """Return what goes out."""
    taken: list[Any] = [one.payload for one in SqlOutbox(room.database).take(NOW, most=99)]
    return [str(payload["plain"]) for payload in taken]


def test_somebody_who_waits_is_told_once_the_entry_is_live(room: Room) -> None:
    """Preview, send, and pressed again nobody is left; the record says who did it, and names nobody."""
    asked(room.database, 700, "Wer hat das *damals* entschieden?")
    asked(room.database, 701, "Und wer genau?")
    browser = room.browser(Role.PUBLISH)
    assert "Wer hat das *damals* entschieden?" in browser.get("/bescheid").text
    browser.get("/bescheid/ohne", entry="beschluss")
    assert "Sie hatten gefragt: «Wer hat das damals entschieden?»." in browser.page
    assert "Der Gemeinderat hat sie beschlossen." in browser.page
    fields = {"entry": "beschluss", "item": ["1", "2"]}
    answer = browser.post("/bescheid/ohne", **fields)
    assert "Bescheid bekommen: 2." in browser.follow(answer).text
    first, second = sorted(sent(room))
    assert first.startswith("Sie hatten gefragt: «Und wer genau?». Inzwischen gibt es dazu eine Antwort:")
    assert "Der Gemeinderat hat sie beschlossen." in second
    assert browser.post("/bescheid/ohne", **fields).status_code == 404
    assert "Zurzeit wartet niemand." in browser.get("/bescheid").text
    (deed,) = SqlAudit(room.database).find(action="Bescheid gegeben")
    assert (deed.who, deed.subject) == ("Petra", "beschluss: 2 Chats")


def test_nobody_is_told_of_what_is_not_live(room: Room) -> None:
    """An entry that does not exist, or only in a draft; nothing is chosen; and questions that were not shown."""
    asked(room.database, 700, "Wann?")
    browser = room.browser(Role.PUBLISH)
    for entry in ("entwurf", "", "x" * 5000):
        assert "Fehler: Bitte wählen Sie einen Eintrag" in browser.get("/bescheid/ohne", entry=entry).text
        assert browser.post("/bescheid/ohne", entry=entry, item="1").status_code == 409
    answer = browser.post("/bescheid/ohne", entry="beschluss", item=["2", "eins", "-1"])
    assert "Bescheid bekommen: 0." in browser.follow(answer).text
    assert (sent(room), len(SqlNotices(room.database).waiting())) == ([], 1)


@pytest.mark.parametrize("role", [Role.READ, Role.EDIT])
def test_only_who_may_publish_may_send(room: Room, role: Role) -> None:
    """Others see who waits."""
    asked(room.database, 700, "Wann?")
    browser = room.browser(role)
    assert "Senden darf, wer veröffentlichen darf." in browser.get("/bescheid/ohne", entry="beschluss").text
    browser.get("/bescheid")
    assert browser.post("/bescheid/ohne", entry="beschluss", item="1").status_code == 403
    assert sent(room) == []


def test_who_blocked_the_bot_waits_on(room: Room) -> None:
    """The page says so before and after."""
    from bot.store.addresses import SqlAddresses

    chat = asked(room.database, 700, "Wann?")
    asked(room.database, 701, "Wo?")
    SqlAddresses(room.database).set_blocked(chat, NOW, is_blocked=True)
    browser = room.browser(Role.PUBLISH)
    assert "später: blockiert oder in einem Fall" in browser.get("/bescheid/ohne", entry="beschluss").text
    answer = browser.post("/bescheid/ohne", entry="beschluss", item=["1", "2"])
    assert "Bescheid bekommen: 1. Es warten weiter: 1." in browser.follow(answer).text


@pytest.mark.parametrize("group", ["7", "0", "x", "ohne"])
def test_a_group_in_which_nobody_waits_is_not_found(room: Room, group: str) -> None:
    """Whatever stands in the address."""
    assert room.browser(Role.READ).get(f"/bescheid/{group}").status_code == 404


def test_a_correction_that_was_cut_off_can_go_on(room: Room) -> None:
    """Its words are those of its editor; afterwards nothing is left to be done."""
    asked(room.database, 700, "Wann?")
    SqlNotices(room.database).tell([1], "beschluss", lambda _: (), "Petra", NOW)
    corrections = SqlCorrections(room.database)
    corrections.start(Correction("k1", "beschluss", NOW - timedelta(days=1), "Es war der *Kreistag*.", "Petra", NOW))
    browser = room.browser(Role.PUBLISH)
    assert "1 fehlen noch" in browser.get("/bescheid").text
    answer = browser.post("/berichtigung/k1")
    assert "Nachgeholt: 1." in browser.follow(answer).text
    (words,) = sent(room)
    assert words == (
        "Berichtigung: Eine frühere Antwort von mir war falsch. Es ging um die Frage «Wer hat die Strategie "
        "beschlossen?». Bitte entschuldigen Sie das. Richtig ist:\n\nEs war der Kreistag."
    )
    browser.post("/berichtigung/k1")
    assert browser.post("/berichtigung/gibt-es-nicht").status_code == 303
    assert (sent(room), corrections.find("k1")) == ([], corrections.latest(1)[0])
