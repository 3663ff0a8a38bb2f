"""Trying the bot without Telegram, as the README says it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.settings import Settings
from tests.conftest import TINY_FAQ
from tests.e2e.program import ROOT, Program, folder_of
from tests.telegram.running import free_port

SERVER = re.compile(r"^\$ \.venv/bin/python (-m botapi)$", re.MULTILINE)
BOT = re.compile(r"^TELEGRAM_API_URL=(\S+) TELEGRAM_BOT_TOKEN=(\S+) make run$", re.MULTILINE)
DEFAULT_PORT = "8090"


@contextmanager
def terminal(command: str, port: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the server that a person types into."""
    own = {key: value for key, value in os.environ.items() if key.lower() not in Settings.model_fields}
    words, pipe = [sys.executable, *command.split(), "--port", port], subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, env=own, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
        yield process
        process.kill()


def test_the_two_commands_of_the_readme_make_a_chat(tmp_path: Path, vectors: Path) -> None:
    """One terminal is Telegram, the other one the bot; what is typed is answered, with buttons to press."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,), ((address, token),) = SERVER.findall(readme), BOT.findall(readme)
    port = str(free_port())
    own = address.replace(DEFAULT_PORT, port)
    settings = {"TELEGRAM_API_URL": own, "TELEGRAM_BOT_TOKEN": token, **folder_of(tmp_path, vectors, TINY_FAQ)}
    bot = Program(tmp_path, settings)
    with ExitStack() as stack:
        telegram = stack.enter_context(terminal(command, port))
        assert telegram.stdin
        assert telegram.stdout
        stack.callback(bot.close)
        bot.start()
        assert telegram.stdout.readline().startswith(f"Bot API: {own}   token: {token} ")
        print("Wer hat die Strategie beschlossen?", file=telegram.stdin, flush=True)
        shown = iter(telegram.stdout.readline, "")
        assert any("Der Gemeinderat hat sie beschlossen." in line for line in shown)
        assert any(":1 [👍 Ja, hat geholfen]" in line for line in shown)
        assert bot.stop()[0] == 0
