"""Telling citizens later, in a browser without a window: who waits, what they read, and that they get it once."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.accounts import Role
from bot.corrections import Correction
from bot.effects import Wish
from bot.ports import Outcome
from bot.store.addresses import SqlAddresses
from bot.store.audit import SqlAudit
from bot.store.chats import SqlChats
from bot.store.corrections import SqlCorrections
from bot.store.notices import SqlNotices
from bot.store.outbox import SqlOutbox
from tests.askers import asked as wished
from tests.fakes import NOW
from tests.review_log import asked, log, numbers, regroup
from tests.staff.room import Room
from tests.staff.samples import EVIL


def sent(room: Room) -> list[str]:
    """Return what goes out."""
    taken: list[Any] = [one.payload for one in SqlOutbox(room.database).take(NOW, most=99)]
    return [str(payload["plain"]) for payload in taken]


def waits(room: Room, telegram_id: int, text: str) -> int:
    """Let a citizen wait for an answer; return the id of the question."""
    wished(room.database, telegram_id, text)
    return SqlNotices(room.database).waiting()[-1].question


def test_somebody_who_waits_is_told_once_the_entry_is_live(room: Room) -> None:
    """Preview, send, and pressed again nobody is left; the record says who did it, and names nobody."""
    one = waits(room, 800, "Wer hat das *damals* entschieden?")
    other = waits(room, 801, "Und wer genau?")
    browser = room.browser(Role.PUBLISH)
    assert "Wer hat das *damals* entschieden?" in browser.get("/bescheid").text
    browser.get("/bescheid/ohne", entry="beschluss")
    assert "Sie hatten gefragt: «Wer hat das damals entschieden?»." in browser.page
    assert "Der Gemeinderat hat sie beschlossen." in browser.page
    fields = {"entry": "beschluss", "item": [str(one), str(other)]}
    answer = browser.post("/bescheid/ohne", **fields)
    assert "Bescheid bekommen: 2." in browser.follow(answer).text
    first, second = sorted(sent(room))
    assert "«Wer hat das damals entschieden?»" in second
    assert first.startswith("Sie hatten gefragt: «Und wer genau?». Inzwischen gibt es dazu eine Antwort:")
    assert "Der Gemeinderat hat sie beschlossen." in second
    assert browser.post("/bescheid/ohne", **fields).status_code == 404
    (deed,) = SqlAudit(room.database).find(action="Bescheid gegeben")
    assert (deed.who, deed.subject) == ("Petra", "beschluss: 2 Chats")


def test_a_question_of_whatever_number_can_be_told(room: Room) -> None:
    """Also the three millionth."""
    log(room.database, asked("Wer?"))
    room.database.write(lambda connection: connection.exec_driver_sql("UPDATE question SET id = 3000000"))
    number = waits(room, 800, "Wer genau?")
    assert number > 3_000_000
    browser = room.browser(Role.PUBLISH)
    answer = browser.post("/bescheid/ohne", entry="beschluss", item=str(number))
    assert "Bescheid bekommen: 1." in browser.follow(answer).text


def test_what_the_bot_answers_by_now_is_chosen_already(room: Room) -> None:
    """Other questions of the group are for the reviewer to decide."""
    found = waits(room, 800, "Wer hat die Strategie beschlossen?")
    missed = waits(room, 801, "Und wer genau?")
    page = room.browser(Role.PUBLISH).get("/bescheid/ohne", entry="beschluss").text
    assert f'value="{found}" id="f{found}" checked>' in page
    assert f'value="{missed}" id="f{missed}">' in page


def test_a_group_leads_to_those_who_wait_in_it(room: Room) -> None:
    """From the review to the page of the same questions."""
    chat, chats = chat_of(room, 800), SqlChats(room.database, "telegram")
    log(room.database, asked("Was kostet ein Hund?"), asked("Wann kommt die Tonne?"), chat=chat)
    saved = chats.load(chat)
    chats.commit(chat, saved.version, Outcome(saved.state, wishes=(Wish(1, is_on=True),)), NOW)
    regroup(room.database)
    number = numbers(room.database)
    browser = room.browser(Role.PUBLISH)
    page = browser.get(f"/auswertung/{number['Was kostet ein Hund?']}").text
    assert f'1 auf eine Antwort · <a href="/staff/bescheid/{number["Was kostet ein Hund?"]}">' in page
    assert "auf eine Antwort" not in browser.get(f"/auswertung/{number['Wann kommt die Tonne?']}").text
    group = browser.get(f"/bescheid/{number['Was kostet ein Hund?']}").text
    assert "Was kostet ein Hund?" in group
    assert "Wann kommt die Tonne?" not in group


def test_nobody_is_told_of_what_is_not_live(room: Room) -> None:
    """An entry that does not exist, or only in a draft; nothing is chosen; and questions that were not shown."""
    number = waits(room, 800, "Wann?")
    browser = room.browser(Role.PUBLISH)
    for entry in ("entwurf", "", "x" * 5000):
        assert "Fehler: Bitte wählen Sie einen Eintrag" in browser.get("/bescheid/ohne", entry=entry).text
        assert browser.post("/bescheid/ohne", entry=entry, item=str(number)).status_code == 409
    answer = browser.post("/bescheid/ohne", entry="beschluss", item=[str(number + 1), "eins", "-1"])
    assert "mindestens eine Frage" in browser.follow(answer).text
    assert sent(room) == []
    assert number in [one.question for one in SqlNotices(room.database).waiting()]


@pytest.mark.parametrize("role", [Role.READ, Role.EDIT])
def test_only_who_may_publish_may_send(room: Room, role: Role) -> None:
    """Others see who waits."""
    number = waits(room, 800, "Wann?")
    browser = room.browser(role)
    assert "Senden darf, wer veröffentlichen darf." in browser.get("/bescheid/ohne", entry="beschluss").text
    browser.get("/bescheid")
    assert browser.post("/bescheid/ohne", entry="beschluss", item=str(number)).status_code == 403
    assert sent(room) == []


def test_who_blocked_the_bot_waits_on(room: Room) -> None:
    """The page says so before and after."""
    items = [waits(room, 800, "Wann?"), waits(room, 801, "Wo?")]
    addresses = SqlAddresses(room.database)
    addresses.set_blocked(addresses.chat(800, NOW), NOW, is_blocked=True)
    browser = room.browser(Role.PUBLISH)
    assert "später: blockiert oder in einem Fall" in browser.get("/bescheid/ohne", entry="beschluss").text
    answer = browser.post("/bescheid/ohne", entry="beschluss", item=[str(item) for item in items])
    assert "Bescheid bekommen: 1. Es warten weiter: 1." in browser.follow(answer).text


@pytest.mark.parametrize("group", ["1000", "0", "x", "ohne"])
def test_a_group_in_which_nobody_waits_is_not_found(room: Room, group: str) -> None:
    """Whatever stands in the address."""
    assert room.browser(Role.READ).get(f"/bescheid/{group}").status_code == 404


def test_a_correction_is_shown_before_it_is_sent(room: Room) -> None:
    """To as many as got the answer; what was changed since is shown again; sent twice is sent once."""
    log(room.database, replace(asked("?"), decision="answer", entry="begleitung"), chat=chat_of(room, 800))
    browser, path = room.browser(Role.PUBLISH), "/eintrag/begleitung/falsch"
    fields = {"key": "0" * 32, "since": "2026-11-22", "text": "Es war *niemand*."}
    for text in ("Es war jemand.", fields["text"]):
        browser.get(path)
        shown = browser.post(path, **{**fields, "seen": seen_in(browser.page), "text": text})
        assert "Berichtigung: Eine frühere Antwort von mir war falsch." in browser.page
        assert shown.status_code == 200
    assert "Es war niemand." in browser.page
    assert "An 1 Chat senden" in browser.page
    assert sent(room) == []
    fields["seen"] = seen_in(browser.page)
    for _ in range(2):
        answer = browser.post(path, **fields)
        assert answer.status_code == 303
        browser.follow(answer)
    assert [words.endswith("Richtig ist:\n\nEs war niemand.") for words in sent(room)] == [True]


def chat_of(room: Room, telegram_id: int) -> str:
    """Return the key of a citizen's chat."""
    return SqlAddresses(room.database).chat(telegram_id, NOW)


def seen_in(page: str) -> str:
    """Return the mark of what a page shows."""
    found = re.search(r'name="seen" type="hidden" value="([0-9a-f]*)"', page)
    assert found
    return found[1]


def test_a_correction_that_was_cut_off_can_go_on(room: Room) -> None:
    """Its words are those of its editor; afterwards nothing is left to be done."""
    log(room.database, replace(asked("?"), decision="answer", entry="begleitung"), chat=chat_of(room, 800))
    wrong = Correction("k2", "begleitung", NOW, f"Es war {EVIL}", "Petra", NOW)
    SqlCorrections(room.database).start(wrong)
    browser = room.browser(Role.PUBLISH)
    assert "1 fehlen noch" in browser.get("/bescheid").text
    answer = browser.post("/berichtigung/k2")
    assert "Nachgeholt: 1." in browser.follow(answer).text
    (words,) = sent(room)
    assert words.startswith(
        "Berichtigung: Eine frühere Antwort von mir war falsch. Es ging um die Frage «Wer hat die Stadt begleitet?». "
        "Bitte entschuldigen Sie das. Richtig ist:\n\nEs war <script>"
    )
    browser.post("/berichtigung/k2")
    assert browser.post("/berichtigung/gibt-es-nicht").status_code == 303
    assert (sent(room), SqlCorrections(room.database).find("k2")) == ([], replace(wrong, chats=1))
