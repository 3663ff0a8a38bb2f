"""A city's single sign-on, against a real provider over real HTTP."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.accounts import Role
from bot.errors import SettingsError
from bot.settings import load_settings
from bot.store.audit import SqlAudit
from bot.web.staff.sso_login import SSO_BACK
from tests.botapi.clients import NO_TLS
from tests.fakes import FakeClock
from tests.staff.conftest import opened
from tests.staff.room import Browser, Room

pytestmark = [  # of the provider's, which runs in a thread
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]
BACK = f"https://faq.example.org/staff{SSO_BACK}"
ROLES = "faq-lesen=lesen; cn=faq,ou=stadt=veröffentlichen; faq-chef=verwalten"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Return the address of a provider; who logs in there is who says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses a part of Authlib that is going to be another package
        import oidc_provider_mock
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def known(provider: str, subject: str, **claims: Any) -> None:
    """Tell the provider what it knows of somebody."""
    assert httpx.put(f"{provider}/users/{subject}", json=claims, verify=NO_TLS).status_code == 204


@pytest.fixture
def room(tmp_path: Path, prepared: Path, clock: FakeClock, provider: str) -> Iterator[Room]:
    """Return staff pages that trust the provider."""
    from bot.clock import SystemClock

    clock.moment = SystemClock().now()  # the provider has the machine's time
    (tmp_path / "bot.sqlite").write_bytes(prepared.read_bytes())
    given = {"staff_url": "https://faq.example.org/staff/", "oidc_issuer": provider, "oidc_name": "Stadtnetz"}
    secret = {"oidc_client_id": "faq-bot", "oidc_client_secret": "geheim", "oidc_roles": ROLES}
    with opened(tmp_path, clock, **given, **secret) as made:
        made.faq.load()
        yield made


def sent_away(browser: Browser, **query: str) -> str:
    """Press the button of the login page; return where the browser is sent."""
    browser.get("/login", **query)
    assert "Anmelden über Stadtnetz" in browser.page
    answer = browser.get("/sso", **query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def confirmed(address: str, subject: str, **form: str) -> dict[str, str]:
    """Log in at the provider; return what the browser brings back."""
    answer = httpx.post(address, data={"sub": subject, **form}, verify=NO_TLS)
    place = urlsplit(answer.headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == BACK
    return {key: values[0] for key, values in parse_qs(place.query).items()}


def signed_on(room: Room, subject: str) -> Browser:
    """Go the whole way."""
    browser = room.browser()
    brought = confirmed(sent_away(browser), subject)
    browser.get(SSO_BACK, **brought)
    return browser


def test_a_login_at_the_city_is_a_login_here(room: Room, provider: str) -> None:
    """State, nonce and PKCE go along; the role is that of the group; the page that was asked for comes."""
    known(provider, "u1", name="Änne Groß", groups=["andere", "cn=faq,ou=stadt"])
    browser = room.browser()
    address = sent_away(browser, next="/staff/sitzungen")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = browser.get(SSO_BACK, **confirmed(address, "u1"))
    assert answer.headers["location"] == "/staff/sitzungen"
    page = browser.follow(answer).text
    assert "Änne Groß" in page
    assert "(veröffentlichen)" in page
    assert SqlAudit(room.database).find(most=1)[0].who == "Änne Groß"


def test_the_same_person_keeps_one_account_whose_role_follows_the_groups(room: Room, provider: str) -> None:
    """The highest role of all groups counts; whoever lost all of them is out, at once."""
    known(provider, "u2", name="Max", groups=["faq-lesen"])
    first = signed_on(room, "u2")
    known(provider, "u2", name="Max", groups=["faq-lesen", "faq-chef"])
    assert signed_on(room, "u2").get("/konten").status_code == 200
    assert [member.role for member in room.logins.store.members() if member.name.startswith("Max")] == [Role.ADMINISTER]
    known(provider, "u2", name="Max", groups=[])
    assert "keine Rolle eingerichtet" in signed_on(room, "u2").page
    assert first.get("/").status_code == 303


@pytest.mark.parametrize(
    "claims", [{}, {"groups": ["andere"]}, {"groups": None}, {"groups": {"faq-chef": 1}}, {"groups": 7}]
)
def test_without_a_group_nobody_gets_in(room: Room, provider: str, claims: dict[str, Any]) -> None:
    """No account is made either."""
    known(provider, "u3", name="Niemand", **claims)
    browser = signed_on(room, "u3")
    assert browser.last.status_code == 403
    assert room.logins.store.member(name="Niemand") is None
    assert browser.get("/").status_code == 303


def test_a_name_that_is_taken_is_another_person(room: Room, provider: str) -> None:
    """Nobody takes over an account by calling themselves so; odd names become readable ones."""
    known(provider, "u4", name="Vera", groups=["faq-lesen"])
    assert "<strong>Vera (2)</strong>" in signed_on(room, "u4").get("/").text
    known(provider, "u5", name="<b>\x00\n" + "lang " * 50, groups=["faq-lesen"])
    assert "<b>" not in signed_on(room, "u5").get("/").text


def test_a_locked_account_stays_locked(room: Room, provider: str, clock: FakeClock) -> None:
    """Whatever the groups say."""
    known(provider, "u6", name="Uta", groups=["faq-chef"])
    browser = signed_on(room, "u6")
    member = room.logins.store.member(name="Uta")
    assert member
    room.logins.set_locked(member, locked=True, who="Test", now=clock.now())
    assert browser.get("/").status_code == 303
    assert signed_on(room, "u6").last.status_code == 403


def test_a_session_here_has_no_password(room: Room, provider: str) -> None:
    """There is nothing to change, and none opens the account."""
    known(provider, "u7", name="Ole", groups=["faq-lesen"])
    browser = signed_on(room, "u7")
    assert "Ein Passwort gibt es hier nicht." in browser.get("/passwort").text
    assert room.browser().log_in("Ole", "").status_code == 401


def test_an_answer_for_another_browser_is_refused(room: Room, provider: str) -> None:
    """Somebody else's code, a changed state, a code twice, none at all, a refusal."""
    known(provider, "u8", name="Ida", groups=["faq-chef"])
    mine, other = room.browser(), room.browser()
    brought = confirmed(sent_away(mine), "u8")
    sent_away(other)
    attempts = [(other, brought), (mine, {**brought, "state": "x"}), (room.browser(), brought)]
    for browser, query in attempts:
        assert browser.get(SSO_BACK, **query).status_code == 403
    again = room.browser()
    brought = confirmed(sent_away(again), "u8")
    kept = again.cookies.get("faq_staff_sso")
    assert again.get(SSO_BACK, **brought).status_code == 303
    again.cookies.set("faq_staff_sso", str(kept), domain="staff.test", path="/staff")
    assert again.get(SSO_BACK, **brought).status_code == 403
    denied = room.browser()
    assert denied.get(SSO_BACK, **confirmed(sent_away(denied), "u8", action="deny")).status_code == 403


def test_a_token_for_another_login_is_refused(room: Room, provider: str) -> None:
    """The nonce in the token has to be the one that was sent."""
    known(provider, "u9", name="Jan", groups=["faq-chef"])
    browser = room.browser()
    address = sent_away(browser)
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    brought = confirmed(address.replace(nonce, "x" * 43), "u9")
    assert browser.get(SSO_BACK, **brought).status_code == 403
    assert browser.get("/").status_code == 303


def test_a_login_leads_nowhere_else(room: Room, provider: str) -> None:
    """Whatever the address of the login page said."""
    known(provider, "u10", name="Pia", groups=["faq-lesen"])
    browser = room.browser()
    browser.get("/sso", next="https://example.org/")
    answer = browser.get(SSO_BACK, **confirmed(browser.last.headers["location"], "u10"))
    assert answer.headers["location"] == "/staff/"


def test_a_provider_out_of_reach_is_told(tmp_path: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> None:
    """A page and a line in the log; the password still works."""
    given = {"staff_url": "https://faq.example.org/", "oidc_issuer": "http://localhost:1", "oidc_client_id": "x"}
    with opened(tmp_path, clock, **given, oidc_client_secret="x") as room:
        answer = room.browser().get("/sso")
    assert answer.status_code == 503
    assert "nicht erreichbar" in answer.text
    assert "sso_failed" in capsys.readouterr().err


def test_without_an_issuer_there_is_no_button(tmp_path: Path, clock: FakeClock) -> None:
    """And no way."""
    with opened(tmp_path, clock) as room:
        browser = room.browser()
        assert "Anmelden über" not in browser.get("/login").text
        assert browser.get("/sso").status_code == 404


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"oidc_issuer": "https://sso.example.org"}, "OIDC_ISSUER"),
        ({"oidc_issuer": "https://sso.example.org", "staff_url": "https://faq.example.org"}, "OIDC_CLIENT_ID"),
        ({"oidc_roles": "gruppe"}, "OIDC_ROLES"),
        ({"oidc_roles": "gruppe=chef"}, "OIDC_ROLES"),
        ({"oidc_roles": "=lesen"}, "OIDC_ROLES"),
        ({"staff_url": "faq.example.org"}, "STAFF_URL"),
    ],
)
def test_half_a_setting_is_refused(more: dict[str, str], named: str) -> None:
    """With the name of what is wrong or missing."""
    with pytest.raises(SettingsError, match=named):
        load_settings(env_file=None, **more)
