"""What happens to a program that has run for a while: another FAQ, an end, another start."""

import time
from pathlib import Path

from bot.texts import Texts
from tests.conftest import TINY_FAQ
from tests.e2e.conftest import Town
from tests.e2e.program import Program
from tests.e2e.talk import Chat

MARKET = """
  - id: wochenmarkt
    question: Wann ist Wochenmarkt?
    alternates: [Markttage, An welchen Tagen ist Markt?]
    answer: Der Wochenmarkt ist am Samstag.
"""
WITHIN = 15.0
"""Seconds until a change is live: three on two free cores, five are promised, and the tests' machine may be busy."""


def faq_path(program: Program) -> Path:
    """Return the FAQ that a program follows."""
    return Path(program.settings["FAQ_PATH"])


def exchanged(path: Path, text: str) -> str:
    """Write another text into a file; return what stood there."""
    before = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return before


def seconds_until(program: Program, key: str, before: object) -> float:
    """Wait until what /readyz says of the FAQ has changed; return how long that took."""
    started = time.monotonic()
    while program.page("/readyz")[1]["checks"]["faq"][key] == before and time.monotonic() - started < 2 * WITHIN:
        time.sleep(0.05)
    return time.monotonic() - started


def test_a_changed_faq_is_live_within_seconds(town: Town, erika: Chat) -> None:
    """Without a restart; one that is broken is told, and the last good one stays."""
    path, before = faq_path(town.program), town.program.page("/readyz")[1]["checks"]["faq"]
    good = path.read_text(encoding="utf-8") + MARKET
    path.write_text(good, encoding="utf-8")
    assert seconds_until(town.program, "hash", before["hash"]) < WITHIN
    assert "am Samstag" in erika.say("Wann ist Wochenmarkt?").text
    path.write_text(good + "  - id: [\n", encoding="utf-8")
    assert seconds_until(town.program, "problem", None) < WITHIN
    status, told = town.program.page("/readyz")
    assert (status, told["ready"]) == (200, True)
    assert f"{path}:" in told["checks"]["faq"]["problem"]
    assert "am Samstag" in erika.say("Wann ist Wochenmarkt?").text
    path.write_text(good, encoding="utf-8")
    assert seconds_until(town.program, "problem", told["checks"]["faq"]["problem"]) < WITHIN


def test_checklist_11_20_23_a_restart_loses_nothing(town: Town, texts: Texts) -> None:
    """It ends at once; what comes meanwhile is answered later, from another FAQ, and old buttons politely."""
    chat = town.chat()
    seen = chat.say("Was ist ZuP 24?")
    code, seconds = town.program.stop()
    assert (code, seconds < 5) == (0, True)
    usual = exchanged(faq_path(town.program), TINY_FAQ)
    chat.write("Wer hat die Strategie beschlossen?")
    town.program.start()
    town.program.wait_until_ready()
    (answer,) = chat.after(lambda: None)
    assert "Der Gemeinderat hat sie beschlossen." in answer.text
    assert texts.entry_gone in chat.press(seen, seen.buttons[-1]).text
    assert chat.press(seen, texts.feedback_yes).text.endswith(texts.feedback_thanks)
    assert chat.nothing_more()
    tiny = town.program.page("/readyz")[1]["checks"]["faq"]["hash"]
    exchanged(faq_path(town.program), usual)
    seconds_until(town.program, "hash", tiny)


def test_checklist_26_the_log_holds_no_token_and_no_citizen_s_words(town: Town) -> None:
    """At the lowest level, of all that was said in this session."""
    chat = town.chat()
    chat.say("Meine IBAN ist DE02120300000000202051")
    log = town.program.log()
    settings = town.program.settings
    secrets = {settings["TELEGRAM_BOT_TOKEN"], settings["TELEGRAM_BOT_TOKEN"].partition(":")[2]}
    assert "level=info" in log
    assert not [secret for secret in secrets | {settings.get("WEBHOOK_SECRET", "-" * 9)} if secret in log]
    words = {words for one in town.chats for words in one.words if len(words) > 8 and not words.startswith("/")}
    assert words
    assert not [one for one in words if one in log]


def test_the_server_understood_the_bot(town: Town) -> None:
    """No call of the session was refused for its form; what the server sent would have been Telegram's."""
    refused = [(call.method, call.params) for call in town.server.calls if call.status in (400, 404)]
    assert refused == []
    assert town.server.complaints == []
