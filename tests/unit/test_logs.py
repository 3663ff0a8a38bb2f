"""The log: its two forms, and what never stands in it."""

import errno
import io
import json
import logging

import pytest
import structlog

from bot import logs, verbs

TOKEN = "123456789:AAE-geheimes_Token_0123456789"
WORDS = "Meine Katze heißt Mimi"


def logged(capsys: pytest.CaptureFixture[str], **values: object) -> str:
    """Log an event and return the line."""
    structlog.get_logger().error("something", **values)
    return capsys.readouterr().err


@pytest.mark.parametrize("form", ["lines", "json"])
@pytest.mark.parametrize(
    "value",
    [
        TOKEN,
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        ConnectionError(f"POST https://api.telegram.org/bot{TOKEN}/getUpdates failed"),
        ["a", {"b": TOKEN}],
        "4242:local-token",
        "postgresql://faqbot:AAE-geheimes_Token@db.example.org/faqbot",
        "http://nutzer:geheimes_Token@proxy:3128",
    ],
)
def test_no_secret_is_logged(capsys: pytest.CaptureFixture[str], form: str, value: object) -> None:
    """However deep it sits, also in the text of an error."""
    logs.configure("WARNING", form)
    line = logged(capsys, value=value)
    assert "something" in line
    assert "geheim" not in line
    assert "local-token" not in line
    assert "***" in line


@pytest.mark.parametrize(
    "value", ["faq_data.yaml:41:7: leer", "2026-11-22T09:30:00.123Z", "127.0.0.1:8080", "/bot/live.py:123"]
)
def test_times_and_places_stay(capsys: pytest.CaptureFixture[str], value: str) -> None:
    """They have colons as well."""
    logs.configure("WARNING", "json")
    assert json.loads(logged(capsys, value=value))["value"] == value


def test_json_has_the_same_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """One object a line, umlauts as they are."""
    logs.configure("WARNING", "json")
    line = logged(capsys, wer="Müller")
    assert "Müller" in line
    assert {"timestamp": "", **json.loads(line)}.keys() == {"timestamp", "level", "event", "wer"}


def test_libraries_are_told_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence and the error's name; neither what was filled in, nor the traceback."""
    logs.configure("WARNING")
    sentence = "failed for %s\nfuture: %r"
    logging.getLogger("telegram.bibliothek").error(sentence, WORDS, WORDS, exc_info=ValueError(WORDS))
    line = capsys.readouterr().err
    assert "name=telegram.bibliothek" in line
    assert "error=ValueError" in line
    assert "Mimi" not in line
    assert line.count("\n") == 1


def test_http_clients_do_not_log_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even where the root logger lets everything through."""
    logs.configure("DEBUG")
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TOKEN)
    assert capsys.readouterr().err == ""
    assert not logging.getLogger("httpcore.http11").isEnabledFor(logging.INFO)


def test_configuring_twice_says_things_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The bridge for libraries is put in place once."""
    for _ in range(3):
        logs.configure("WARNING")
    logging.getLogger("etwas").warning("einmal")
    assert capsys.readouterr().err.count("einmal") == 1


class FullDisk(io.StringIO):
    """A log on a full disk."""

    def write(self, _text: str, /) -> int:
        """Refuse."""
        raise OSError(errno.ENOSPC, "full")


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_a_log_that_cannot_be_written_does_no_harm(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    """A full disk below the log must not end a loop of the bot."""
    monkeypatch.setattr("sys.stderr", FullDisk())
    logs.configure("DEBUG")
    getattr(structlog.get_logger(), level)("something")
    logging.getLogger("etwas").warning("einmal")
    verbs.say("etwas")
