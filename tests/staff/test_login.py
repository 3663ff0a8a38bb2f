"""Logging in: who gets in, who does not, and what a session is worth."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.accounts import Role
from bot.bootstrap import going_live
from bot.logins import MOST_PER_ADDRESS, MOST_PER_NAME, WINDOW
from bot.passwords import weakness
from bot.staff import IDLE, LONGEST_SESSION
from bot.store.audit import SqlAudit
from bot.web.staff.front import COOKIE
from tests.fakes import FakeClock
from tests.staff.conftest import opened
from tests.staff.room import NAMES, SECRET, Browser, Room

LENA = NAMES[Role.READ]


def test_a_login_leads_to_the_page_that_was_asked_for(room: Room) -> None:
    """With its query; case and spaces of the name do not count."""
    browser = room.browser()
    asked = browser.get("/sitzungen?page=2")
    assert asked.status_code == 303
    browser.follow(asked)
    aim = parse_qs(urlsplit(asked.headers["location"]).query)["next"][0]
    answer = browser.post("/login", name=" lena ", password=SECRET, next=aim)
    assert answer.headers["location"] == "/staff/sitzungen?page=2"
    assert browser.follow(answer).status_code == 200


@pytest.mark.parametrize(
    "aim",
    [
        "https://example.org/",
        "//example.org/staff/",
        "/staff//\\example.org",
        "/\\example.org",
        "\\\\example.org",
        "/staff/../anderswo",
        "/staff/\thttps:",
        "javascript:alert(1)",
        "/healthz",
        "staff/",
        "",
    ],
)
def test_a_login_leads_nowhere_else(room: Room, aim: str) -> None:
    """Whatever somebody put into the address of the login page."""
    browser = room.browser()
    page = browser.get("/login", next=aim)
    assert page.status_code == 200
    assert not aim or f'name="next" value="{aim}"' not in browser.page
    assert browser.post("/login", name=LENA, password=SECRET, next=aim).headers["location"] == "/staff/"


def test_wrong_name_and_wrong_password_look_the_same(room: Room) -> None:
    """Nobody learns who has an account; what was typed as a name is still there, as text."""
    answers = []
    for name in (LENA, "<i>Niemand</i>"):
        browser = room.browser()
        answer = browser.log_in(name, "falsch")
        assert answer.status_code == 401
        assert "<i>" not in answer.text
        answers.append(browser.page.replace(name, "").replace(browser.token(), ""))
    assert answers[0] == answers[1]
    assert "Name oder Passwort stimmt nicht" in answers[0]


def test_an_unknown_name_costs_as_much_as_a_known_one(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash is compared in both cases, so that the time says nothing."""
    compared: list[str] = []
    hasher = room.front.logins._passwords._hasher
    real = hasher.verify

    def verify(_: object, stored: str, password: str) -> bool:
        compared.append(stored)
        return real(stored, password)

    monkeypatch.setattr(type(hasher), "verify", verify)
    for name in (LENA, "Niemand"):
        room.browser().log_in(name, "falsch")
    assert len(compared) == 2


def test_the_token_changes_with_the_login(room: Room) -> None:
    """A token that somebody planted in the browser before is worth nothing afterwards."""
    planted = "x" * 43
    browser = room.browser()
    browser.cookies.set(COOKIE, planted, domain="staff.test", path="/staff")
    assert browser.log_in(LENA).status_code == 303
    assert browser.cookies[COOKIE] != planted
    thief = room.browser()
    thief.cookies.set(COOKIE, planted, domain="staff.test", path="/staff")
    assert thief.get("/").status_code == 303
    assert browser.get("/").status_code == 200


def test_the_cookie_is_for_our_pages_alone(room: Room) -> None:
    """No script reads it, no other site sends it; by https it never goes without."""
    plain = room.browser()
    plain.get("/login")
    kept = plain.last.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/staff"} <= set(kept.split("; "))
    assert "Secure" not in kept
    safe = room.browser(scheme="https")
    safe.get("/login")
    assert "Secure" in safe.last.headers["set-cookie"]


def test_tokens_are_stored_as_hashes(room: Room) -> None:
    """Whoever reads the database cannot log in with what stands there."""
    browser = room.browser(Role.READ)
    held = room.database.path.read_bytes() + room.database.path.with_name("bot.sqlite-wal").read_bytes()
    assert browser.cookies[COOKIE].encode() not in held
    assert SECRET.encode() not in held


@pytest.mark.parametrize(
    ("silence", "over"), [(IDLE - timedelta(minutes=1), False), (IDLE + timedelta(minutes=1), True)]
)
def test_a_silent_session_ends(room: Room, clock: FakeClock, silence: timedelta, over: bool) -> None:
    """After two hours without a page."""
    browser = room.browser(Role.READ)
    clock.moment += silence
    assert browser.get("/").status_code == (303 if over else 200)


def test_a_busy_session_ends_too(room: Room, clock: FakeClock) -> None:
    """After twelve hours, whatever was done in it."""
    browser = room.browser(Role.READ)
    for _ in range(LONGEST_SESSION // timedelta(hours=1)):
        clock.wait(hours=1)
        assert browser.get("/").status_code == 200
    clock.wait(minutes=1)
    assert browser.get("/").status_code == 303


def test_logging_out_ends_the_session(room: Room) -> None:
    """Also for whoever kept the cookie."""
    browser = room.browser(Role.READ)
    kept = Browser(room.served, cookies=browser.cookies)
    answer = browser.post("/logout")
    assert answer.headers["location"] == "/staff/login"
    assert kept.get("/").status_code == 303


def test_many_wrong_passwords_shut_the_account_for_a_while(room: Room, clock: FakeClock) -> None:
    """Also with the right one; the page says until when, other accounts get in."""
    browser = room.browser()
    for _ in range(MOST_PER_NAME):
        assert browser.log_in(LENA, "falsch").status_code == 401
    refused = room.browser(address="198.51.100.9").log_in(LENA)
    assert refused.status_code == 429
    assert "Zu viele Versuche. Bitte versuchen Sie es ab 22.11.2026, 10:45 Uhr wieder." in refused.text
    assert room.browser().log_in(NAMES[Role.EDIT]).status_code == 303
    clock.moment += WINDOW
    assert room.browser().log_in(LENA).status_code == 303


def test_many_names_from_one_address_are_stopped(room: Room) -> None:
    """Somebody who tries one password with all names; from elsewhere people get in."""
    for number in range(MOST_PER_ADDRESS):
        room.browser().log_in(f"Name {number}", "falsch")
    assert room.browser().log_in(LENA).status_code == 429
    assert room.browser(address="198.51.100.9").log_in(LENA).status_code == 303


def test_a_right_password_forgives_the_slips_before(room: Room) -> None:
    """The account's own; the address keeps what others did from there."""
    for _ in range(MOST_PER_NAME * 2):
        room.browser().log_in(LENA, "Tippfehler")
        assert room.browser().log_in(LENA).status_code == 303


def test_a_first_password_has_to_be_changed(room: Room) -> None:
    """No page but this one until then; afterwards the old one is worth nothing."""
    first = room.logins.add("Kim", Role.READ, who="Test", now=room.app.wiring.clock.now())
    browser = room.browser()
    browser.log_in("Kim", first)
    assert browser.get("/").headers["location"] == "/staff/passwort"
    assert "Erstpasswort" in browser.get("/passwort").text
    new = "ein neues langes Passwort"
    assert browser.post("/passwort", old=first, new=new, again=new).headers["location"] == "/staff/"
    assert browser.get("/").status_code == 200
    assert room.browser().log_in("Kim", first).status_code == 401
    assert room.browser().log_in("Kim", new).status_code == 303


def test_a_first_password_is_taken_as_it_was_copied(room: Room) -> None:
    """With blanks around it; afterwards it goes on where it was asked for, and nowhere else."""
    first = room.logins.add("Kim", Role.READ, who="Test", now=room.app.wiring.clock.now())
    browser = room.browser()
    answer = browser.log_in("Kim", f" {first}\t", next="/staff/sitzungen?page=2")
    forced = browser.follow(answer)
    assert forced.headers["location"] == "/staff/passwort?next=%2Fstaff%2Fsitzungen%3Fpage%3D2"
    browser.follow(forced)
    assert 'action="/staff/passwort?next=%2Fstaff%2Fsitzungen%3Fpage%3D2"' in browser.page
    typed = {"old": f"{first} ", "new": "ein neues langes Passwort", "again": "ein neues langes Passwort"}
    answer = browser.post("/passwort?next=%2Fstaff%2Fsitzungen%3Fpage%3D2", **typed)
    assert answer.headers["location"] == "/staff/sitzungen?page=2"
    again = {"old": typed["new"], "new": "noch ein ganz anderes", "again": "noch ein ganz anderes"}
    away = browser.post("/passwort?next=https://example.org/", **again)
    assert away.headers["location"] == "/staff/"


def test_a_first_password_runs_out(room: Room, clock: FakeClock) -> None:
    """After seven days an administrator has to give another one."""
    first = room.logins.add("Kim", Role.READ, who="Test", now=clock.now())
    clock.wait(days=7, seconds=1)
    assert room.browser().log_in("Kim", first).status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("falsch", "ein langes Passwort", "ein langes Passwort", "Das ist nicht Ihr bisheriges Passwort."),
        (SECRET, "kurz", "kurz", "mindestens 12 Zeichen"),
        (SECRET, "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "verschiedene Zeichen"),
        (SECRET, "ich bin die LENA hier", "ich bin die LENA hier", "Ihren Namen nicht enthalten"),
        (SECRET, "passwort1234", "passwort1234", "errät man leicht"),
        (SECRET, "Heilbronn-Rathaus 2026!", "Heilbronn-Rathaus 2026!", "errät man leicht"),
        (SECRET, "190283746551", "190283746551", "errät man leicht"),
        (SECRET, SECRET, SECRET, "Das ist Ihr bisheriges Passwort."),
        (SECRET, "ein langes Passwort", "ein anderes Passwort", "sind verschieden"),
        (SECRET, "x" * 129, "x" * 129, "höchstens 128 Zeichen"),
        ("", "", "", "Bitte geben Sie Ihr bisheriges Passwort ein."),
    ],
)
def test_a_bad_new_password_is_told_at_its_field(room: Room, old: str, new: str, again: str, message: str) -> None:
    """And nothing is changed."""
    browser = room.browser(Role.READ)
    answer = browser.post("/passwort", old=old, new=new, again=again)
    assert answer.status_code == 422
    assert message in browser.page
    assert 'aria-invalid="true"' in browser.page
    assert room.browser().log_in(LENA).status_code == 303


def test_no_part_of_a_name_is_a_password() -> None:
    """Parts of less than four letters stand in many words."""
    assert weakness("Frau Müller hat Hunger", "Lea Müller") == "Das Passwort darf Ihren Namen nicht enthalten."
    assert weakness("Frau Mueller hat Hunger", "Au Müller") is None


def test_nobody_tries_out_passwords_in_a_session_that_was_left_open(room: Room, clock: FakeClock) -> None:
    """As at the login; whoever knows the password may go on looking for a good new one."""
    browser, new = room.browser(Role.READ), "ein neues langes Passwort"
    for _ in range(MOST_PER_NAME + 1):
        browser.post("/passwort", old=SECRET, new="kurz", again="kurz")
    assert "mindestens 12 Zeichen" in browser.page
    for _ in range(MOST_PER_NAME):
        browser.post("/passwort", old="geraten", new=new, again=new)
    assert browser.post("/passwort", old=SECRET, new=new, again=new).status_code == 422
    assert "Zu viele Versuche" in browser.page
    clock.wait(seconds=WINDOW.total_seconds() + 1)
    assert browser.post("/passwort", old=SECRET, new=new, again=new).status_code == 303


def test_a_changed_password_ends_all_other_sessions(room: Room) -> None:
    """The one in which it was changed goes on."""
    other, browser = room.browser(Role.READ), room.browser(Role.READ)
    browser.post("/passwort", old=SECRET, new="ein neues langes Passwort", again="ein neues langes Passwort")
    assert other.get("/").status_code == 303
    assert browser.get("/").status_code == 200
    assert "Ihr Passwort ist geändert." in browser.page


def test_sessions_can_be_ended_one_by_one(room: Room) -> None:
    """One's own alone; whoever names another one's ends nothing."""
    mine, other, foreign = room.browser(Role.READ), room.browser(Role.READ), room.browser(Role.EDIT)
    mine.get("/sitzungen")
    keys = {each.key for each in room.logins.store.sessions(room.member(Role.READ).key)}
    (theirs,) = (each.key for each in room.logins.store.sessions(room.member(Role.EDIT).key))
    mine.post("/sitzungen", session=theirs)
    assert foreign.get("/").status_code == 200
    for key in keys:
        if f'value="{key}"' in mine.get("/sitzungen").text:
            mine.post("/sitzungen", session=key)
    assert other.get("/").status_code == 303
    assert mine.get("/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/129.0.0.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("<b>Testbrowser", "&lt;b&gt;Testbrowser"),
        ("", "unbekannt"),
    ],
)
def test_sessions_name_the_browser_in_words(room: Room, agent: str, words: str) -> None:
    """One that is not known, as it calls itself."""
    browser = room.browser()
    browser.headers = {"User-Agent": agent}
    browser.log_in(LENA)
    assert f'<th scope="row" class="long">{words}</th>' in browser.get("/sitzungen").text


def test_logins_are_on_record(room: Room) -> None:
    """Who and when; no password."""
    room.browser(Role.READ)
    deed = SqlAudit(room.database).find(most=1)[0]
    assert (deed.who, deed.action) == (LENA, "Angemeldet")


def test_hashes_are_brought_to_todays_cost(room: Room) -> None:
    """At a login, while the password is known; they are Argon2id."""
    from argon2 import PasswordHasher

    from bot.passwords import Passwords

    before = room.member(Role.READ).password
    room.front.logins._passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    room.browser(Role.READ)
    after = room.member(Role.READ).password
    assert before != after
    assert after
    assert after.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    room.browser(Role.READ)
    assert room.member(Role.READ).password == after


def test_pages_lie_below_the_path_of_the_proxy(tmp_path: Path, prepared: Path, clock: FakeClock) -> None:
    """Links, redirects and the cookie, as the browser sees them."""
    (tmp_path / "bot.sqlite").write_bytes(prepared.read_bytes())
    with opened(tmp_path, clock, root_path="/faq") as room:
        browser = room.browser(root="/faq")
        asked = browser.get("/sitzungen")
        assert asked.headers["location"] == "/faq/staff/login?next=%2Ffaq%2Fstaff%2Fsitzungen"
        browser.follow(asked)
        assert "Path=/faq/staff" in browser.last.headers["set-cookie"]
        answer = browser.post("/login", name=LENA, password=SECRET, next="/faq/staff/sitzungen")
        assert browser.follow(answer).status_code == 200
        assert 'href="/faq/staff/sitzungen" aria-current="page"' in browser.page
        assert browser.get("/static/staff.css").status_code == 200
        assert browser.send("GET", "/faq/staff").headers["location"] == "/faq/staff/"


def test_a_lock_that_two_people_ask_for_is_one(room: Room) -> None:
    """Each says what they want: the second one does not open the account again."""
    member, browser = room.member(Role.READ), room.browser(Role.ADMINISTER)
    for on, locked in (("yes", True), ("yes", True), ("no", False), ("no", False)):
        browser.get("/konten")
        browser.post(f"/konten/{member.key}/sperre", on=on)
        assert room.member(Role.READ).locked is locked


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page, without the token."""
    found = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return {key: value for key, value in found.items() if key != "csrf_token"}


def test_what_was_sent_after_the_session_had_ended_is_not_lost(room: Room, clock: FakeClock) -> None:
    """The login page says why it is there; afterwards one click sends the form, and none is sent unseen."""
    editor = room.browser(Role.EDIT)
    editor.get("/eintrag/beschluss/bearbeiten")
    words = {"question": "Wer beschloss?", "answer": "Der «Rat» & mehr.\n\n- eins\n- zwei", "kind": "answer"}
    clock.wait(hours=3)
    editor.headers["Referer"] = "http://staff.test/staff/eintrag/beschluss/bearbeiten"
    answer = editor.post("/eintrag/beschluss/bearbeiten", **words, do="save")
    assert answer.status_code == 401
    assert "Ihre Sitzung ist beendet" in editor.page
    assert "noch einmal senden" in editor.page
    editor.post("/login", name=NAMES[Role.EDIT], password="falsch", **hidden(editor.page))
    assert hidden(editor.page)["next"] == "/staff/eintrag/beschluss/bearbeiten"
    editor.post("/login", name=NAMES[Role.EDIT], password=SECRET, **hidden(editor.page))
    assert "noch nicht angekommen" in editor.page
    publishing = going_live(room.app.settings, room.database).publishing
    assert publishing.drafts.current() is None
    assert editor.post("/eintrag/beschluss/bearbeiten", **hidden(editor.page)).status_code == 303
    entry = publishing.faq().get("beschluss")
    assert entry
    assert (entry.question, entry.answer) == (words["question"], words["answer"])


@pytest.mark.parametrize(("path", "fields"), [("/passwort", {"old": SECRET}), ("/auswertung", {"x": "y" * 200_000})])
def test_passwords_and_what_is_too_long_are_not_carried_along(
    room: Room, clock: FakeClock, path: str, fields: dict[str, str]
) -> None:
    """The login page still leads back to where the form was."""
    editor = room.browser(Role.EDIT)
    clock.wait(hours=3)
    editor.headers["Referer"] = f"http://elsewhere.test/staff{path}"
    answer = editor.post(path, **fields)
    if answer.status_code == 303:
        editor.follow(answer)
    assert "Ihre Sitzung ist beendet" in editor.page
    assert hidden(editor.page) == {"next": f"/staff{path}"}
    answer = editor.post("/login", name=NAMES[Role.EDIT], password=SECRET, **hidden(editor.page))
    assert answer.headers["location"] == f"/staff{path}"


def test_who_comes_anew_is_not_told_of_a_session(room: Room) -> None:
    """Nor who has logged out."""
    browser = room.browser()
    for _ in range(2):
        assert "Sitzung ist beendet" not in browser.get("/login").text
    browser = room.browser(Role.READ)
    browser.follow(browser.post("/logout"))
    assert "Sitzung ist beendet" not in browser.page


def test_a_form_of_another_site_is_not_carried_along(room: Room) -> None:
    """Somebody who logs in must not send what others wrote."""
    browser = room.browser()
    answer = browser.post("/auswertung/einordnen", action="ignore")
    assert answer.headers["location"] == "/staff/login"
    browser.get("/login")
    browser.page = ""
    assert browser.post("/login", name=LENA, password=SECRET, kept_for="/staff/logout", kept="a=b").status_code == 403
