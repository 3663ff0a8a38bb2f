"""The judgements of «doctor» that no machine of the tests can bring about, and its catalogue."""

from datetime import timedelta
from pathlib import Path

import yaml

from bot import doctor
from bot.doctor import Check, Hook, TelegramFacts, disk_check, said, telegram_checks
from tests.fakes import NOW

BOT = Path(doctor.__file__).parent
CATALOGUE = yaml.safe_load((BOT / "doctor.yaml").read_text(encoding="utf-8"))


def test_little_room_is_a_warning() -> None:
    """Below 500 MB."""
    assert disk_check(500 * 2**20, BOT).state == "ok"
    assert disk_check(500 * 2**20 - 1, BOT).state == "warn"


def test_an_old_failure_of_a_webhook_is_forgotten() -> None:
    """Telegram never takes it back."""
    url = "https://bot.example.org/telegram"
    hook = Hook(url, 0, (), "Wrong response from the webhook: 502 Bad Gateway", NOW - timedelta(hours=2))
    facts = TelegramFacts(username="x", hook=hook, here=NOW)
    assert [check.state for check in telegram_checks(facts, api="", webhook=url)] == ["ok", "ok", "ok"]


def test_every_finding_is_used_and_every_failure_helps() -> None:
    """What stands in the catalogue stands in the code, with a known state, and a failure with what to do."""
    code = "".join(
        path.read_text(encoding="utf-8") for path in (*BOT.glob("*.py"), *BOT.glob("channels/telegram/*.py"))
    )
    for name, finding in CATALOGUE["findings"].items():
        topic, _, key = name.partition("-")
        assert topic in CATALOGUE["topics"], name
        assert f'"{key}"' in code, name
        assert finding["state"] in CATALOGUE["states"], name
        assert "mend" in finding or finding["state"] in ("ok", "skipped"), name


def test_no_secret_passes_through() -> None:
    """Whatever an error quotes."""
    quoted = said("database", "unusable", reason="postgresql://bot:geheim@db.example.org und 123456789:AAE-geheimes")
    assert "geheim" not in quoted.text


def test_lines_name_states_in_words() -> None:
    """No sign or colour alone; what helps stands below."""
    lines = list(doctor.as_lines([Check("clock", "warn", "geht falsch.", "stellen")]))
    assert lines[0].split() == ["Warnung", "Uhr", "geht", "falsch."]
    assert lines[1].strip() == "→ stellen"
    assert lines[-1] == "Ergebnis: 0 Fehler, 1 Warnung."
