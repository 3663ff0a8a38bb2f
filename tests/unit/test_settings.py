"""Settings: where they come from and how a bad one is told."""

import re
from pathlib import Path

import certifi
import pytest
from pydantic import ValidationError

from bot.bootstrap import telegram_options
from bot.channels.telegram.options import Limits
from bot.errors import SettingsError
from bot.settings import ROOT, Settings, load_settings, useless_keys

TOKEN = "123456789:AAE-geheimes_Token_0123456789"


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """Return a place for a .env file."""
    return tmp_path / ".env"


def test_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh machine runs without any setting."""
    monkeypatch.delenv("DATA_DIR")
    settings = load_settings(env_file=None)
    assert settings.telegram_bot_token is None
    assert settings.database_path == ROOT / "var" / "bot.sqlite"
    assert settings.faq_path == ROOT / "faq_data.yaml"


def test_environment_beats_env_file_beats_default(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three sources have their order."""
    env_file.write_text("QUESTION_RETENTION_DAYS=7\nOUT_OF_SCOPE_SHARE=0.5\n", encoding="utf-8")
    monkeypatch.setenv("QUESTION_RETENTION_DAYS", "9")
    settings = load_settings(env_file=env_file)
    assert (settings.question_retention_days, settings.out_of_scope_share) == (9, 0.5)
    assert settings.max_wrong_answer_rate == 0.03


def test_empty_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable, as a compose file leaves it, is no value."""
    for key in ("TELEGRAM_BOT_TOKEN", "QUESTION_RETENTION_DAYS", "DATABASE_URL"):
        monkeypatch.setenv(key, "")
    settings = load_settings(env_file=None)
    assert settings.telegram_bot_token is None
    assert settings.question_retention_days == 30


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("MAX_WRONG_ANSWER_RATE", "0.9", "0.005 bis 0.5"),
        ("MAX_WRONG_ANSWER_RATE", "0,03", "0.005 bis 0.5"),
        ("MAX_WRONG_ANSWER_RATE", "nan", "0.005 bis 0.5"),
        ("OUT_OF_SCOPE_SHARE", "-1", "0 bis 0.95"),
        ("QUESTION_RETENTION_DAYS", "ewig", "3650"),
        ("QUESTION_RETENTION_DAYS", "4000", "3650"),
        ("ENCODERS", "gpt", "auto, both oder usem3"),
        ("LOG_LEVEL", "LAUT", "DEBUG"),
        ("OPENING_HOURS", "Mo-Fr 8-25", "Stelle 9, «25»: Das ist keine Uhrzeit"),
        ("HOLIDAYS_LAND", "XX", "BB, BE, BW"),
        ("LOG_FORMAT", "xml", "lines oder json"),
        ("TELEGRAM_API_URL", "api.telegram.org", "https://"),
        ("TELEGRAM_API_URL", "http://", "https://"),
        ("TELEGRAM_CA_FILE", "/gibt/es/nicht.pem", "PEM"),
        ("WEBHOOK_URL", "http://bot.example.org/telegram", "https://"),
        ("WEBHOOK_URL", "https://bot.example.org:99999/telegram", "https://"),
        ("PUBLIC_PORT", "0", "1 bis 65535"),
        ("INTERNAL_PORT", "8080", "eine andere als PUBLIC_PORT"),
        ("ROOT_PATH", "faq", "/faq"),
        ("ROOT_PATH", "/faq/", "/faq"),
        ("TRUSTED_PROXIES", "127.0.0.1,proxy", "10.0.0.0/8"),
        ("SEND_PER_SECOND", "0", "über 0"),
        ("SEND_PER_CHAT", "-1", "über 0"),
        ("SEND_CHAT_BURST", "0", "1 bis"),
        ("SEND_PER_GROUP_MINUTE", "viele", "über 0"),
        ("WORKERS", "0", "1 bis 24"),
        ("FAQ_RELOAD", "vielleicht", "true oder false"),
        ("STAFF_GROUP_ID", "100500", "eine negative ganze Zahl"),
        ("STAFF_GROUP_ID", "@team", "eine negative ganze Zahl"),
        ("STAFF_GROUP_ID", "-100123456789012345678901", "eine negative ganze Zahl"),
        ("OPENING_HOURS", "Mo-Fr 8-12; \udcff", "Tage und Zeiten"),
        ("TELEGRAM_API_URL", "https://api telegram.org", "https://"),
        ("TELEGRAM_API_URL", "https://api\ttelegram.org", "https://"),
        ("STAFF_RELAY", "alle", "assigned oder all"),
        ("REPLY_WITHIN", "0", "eine Zahl über 0"),
        ("REPLY_WITHIN", "bald", "Stunden"),
        ("REMIND_AFTER", "0", "Minuten"),
        ("ATTACHMENTS", "photo,gif", "photo, document, voice"),
        ("ATTACHMENTS", "photo,,voice", "oder none"),
        ("ATTACHMENT_MB", "5000", "1 bis 2000"),
    ],
)
def test_a_bad_value_is_one_line(monkeypatch: pytest.MonkeyPatch, key: str, value: str, allowed: str) -> None:
    """The line names the key, the value and what is allowed."""
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=None)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(f"{key}={value!r}")
    assert allowed in line


def test_settings_of_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is handed over by default; kinds of attachments stand in a list, none is one as well."""
    bare = load_settings(env_file=None)
    assert (bare.staff_group_id, bare.staff_relay, bare.reply_within) == (None, "assigned", None)
    assert (bare.attachments, bare.attachment_mb, bare.remind_after) == (("photo", "document", "voice"), 20, 30)
    values = {"STAFF_GROUP_ID": "-100500", "STAFF_RELAY": "all", "REPLY_WITHIN": "4.5", "ATTACHMENTS": "none"}
    for key, value in values.items():
        monkeypatch.setenv(key, value)
    made = load_settings(env_file=None)
    assert (made.staff_group_id, made.staff_relay, made.reply_within, made.attachments) == (-100500, "all", 4.5, ())
    monkeypatch.setenv("ATTACHMENTS", "video, photo")
    assert load_settings(env_file=None).attachments == ("video", "photo")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "geheim-ohne-doppelpunkt"),
        ("DATABASE_URL", "mysql://nutzer:geheim@host/db"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("TELEGRAM_PROXY_URL", "socks5://nutzer:geheim@proxy:1080"),
        ("TELEGRAM_PROXY_URL", "http://nutzer:geheim@pro\txy:1080"),
        ("WEBHOOK_SECRET", "geheim mit Leerzeichen"),
        ("WEBHOOK_SECRET", "geheim" * 50),
    ],
)
def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    """A bad secret is never repeated."""
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=None)
    assert str(caught.value).startswith(f"{key}=***")
    assert "geheim" not in str(caught.value)


def test_the_token_is_not_printed() -> None:
    """Neither repr nor str shows it."""
    settings = load_settings(env_file=None, telegram_bot_token=TOKEN)
    assert TOKEN not in repr(settings) + str(settings)
    assert settings.telegram_bot_token
    assert settings.telegram_bot_token.get_secret_value() == TOKEN


def test_several_bad_values_are_several_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything wrong is told at once."""
    monkeypatch.setenv("ENCODERS", "x")
    monkeypatch.setenv("LOG_LEVEL", "y")
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=None)
    assert len(str(caught.value).splitlines()) == 2


def test_an_unreadable_env_file_is_told(env_file: Path) -> None:
    """A .env that is no text is named."""
    env_file.write_bytes(b"\xff\xfe\x00A=1")
    with pytest.raises(SettingsError, match=r"\.env"):
        load_settings(env_file=env_file)


@pytest.mark.parametrize(("line", "place"), [("BLA BLA", 4), ('TELEGRAM_BOT_TOKEN="1:a', 4), ("WORKERS", 4)])
def test_a_broken_line_of_the_env_file_stops_the_start(env_file: Path, line: str, place: int) -> None:
    """With file and line, and without what stands in it: it may be a secret."""
    env_file.write_text(f"# Bot\n\n\n{line}\nLOG_LEVEL=INFO\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=env_file)
    assert str(caught.value).startswith(f"{env_file}, Zeile {place}: nicht lesbar.")
    assert "1:a" not in str(caught.value)


def test_an_unknown_key_of_the_env_file_is_named(env_file: Path) -> None:
    """With the setting that was probably meant; small letters, export and comments are none of its business."""
    lines = ["# BLA=1", "telegram_bot_tokn=1:a", "export workers=2", "POSTGRES_PASSWORD=geheim"]
    env_file.write_text("\n".join(lines), encoding="utf-8-sig")
    assert load_settings(env_file=env_file).workers == 2
    assert useless_keys(env_file) == [
        (
            f"{env_file}, Zeile 2: Die Einstellung telegram_bot_tokn gibt es nicht; sie gilt nicht."
            " Meinten Sie TELEGRAM_BOT_TOKEN?"
        ),
        f"{env_file}, Zeile 4: Die Einstellung POSTGRES_PASSWORD gibt es nicht; sie gilt nicht.",
    ]
    assert not useless_keys(env_file.with_name("nirgends"))


def test_a_wrong_word_is_quoted_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words count in capitals and in small letters alike."""
    monkeypatch.setenv("LOG_FORMAT", "JSON")
    assert load_settings(env_file=None, log_level="debug").log_level == "DEBUG"
    with pytest.raises(SettingsError, match="LOG_LEVEL='laut'"):
        load_settings(env_file=None, log_level="laut")


def test_settings_do_not_change() -> None:
    """They are frozen."""
    settings = load_settings(env_file=None)
    with pytest.raises(ValidationError):
        settings.encoders = "both"


def test_every_setting_says_what_is_allowed() -> None:
    """A description is what a bad value's line is made of."""
    assert all(field.description for field in Settings.model_fields.values())


def test_a_webhook_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one anybody could send updates."""
    monkeypatch.setenv("WEBHOOK_URL", "https://bot.example.org/telegram")
    with pytest.raises(SettingsError, match=r"^WEBHOOK_SECRET=\(nicht gesetzt\): .*Pflicht"):
        load_settings(env_file=None)
    monkeypatch.setenv("WEBHOOK_SECRET", "abc-DEF_123")
    assert load_settings(env_file=None).webhook_url == "https://bot.example.org/telegram"


def test_an_api_server_of_ones_own_may_deliver_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram itself never does."""
    monkeypatch.setenv("WEBHOOK_SECRET", "x")
    monkeypatch.setenv("WEBHOOK_URL", "http://127.0.0.1:8080/telegram")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9000/")
    settings = load_settings(env_file=None)
    assert (settings.telegram_api_url, settings.webhook_url) == (
        "http://127.0.0.1:9000",
        "http://127.0.0.1:8080/telegram",
    )


def test_the_pace_of_sending_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of Telegram's limits, and the burst."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:x")
    for number, name in enumerate(("SEND_PER_SECOND", "SEND_PER_CHAT", "SEND_CHAT_BURST", "SEND_PER_GROUP_MINUTE"), 2):
        monkeypatch.setenv(name, str(number))
    options = telegram_options(load_settings(env_file=None))
    assert options
    assert options.limits == Limits(2, 3, 4, 5)


def test_trusted_proxies_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses and networks of both kinds, with or without blanks."""
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,fd00::/8")
    assert load_settings(env_file=None).trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "fd00::/8")


def test_a_ca_file_holds_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other file is refused before the first call."""
    path = tmp_path / "ca.pem"
    path.write_text("kein Zertifikat", encoding="utf-8")
    monkeypatch.setenv("TELEGRAM_CA_FILE", str(path))
    with pytest.raises(SettingsError, match="PEM"):
        load_settings(env_file=None)
    path.write_text(Path(certifi.where()).read_text(encoding="utf-8"), encoding="utf-8")
    assert load_settings(env_file=None).telegram_ca_file == path


def test_the_example_names_every_setting(tmp_path: Path) -> None:
    """Each stands there once, with its default; the file can be used once the signs of comment are taken away."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = re.findall(r"^# ([A-Z_]+=.*)$", text, re.MULTILINE)
    assert sorted(line.partition("=")[0].lower() for line in lines) == sorted(Settings.model_fields)
    env_file = tmp_path / ".env"
    env_file.write_text("\n".join(lines), encoding="utf-8")
    settings = load_settings(env_file=env_file)
    for name, field in Settings.model_fields.items():
        if name not in ("data_dir", "faq_path", "models_dir"):
            assert getattr(settings, name) == field.default, name


def test_the_example_changes_nothing(tmp_path: Path) -> None:
    """Copied as it is, it sets nothing."""
    env_file = tmp_path / ".env"
    env_file.write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    assert load_settings(env_file=env_file) == load_settings(env_file=None)
