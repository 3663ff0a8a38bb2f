"""The program as its users start it: a process with settings, a log, and an end."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.settings import Settings
from botapi.server import Server
from tests.botapi.clients import NO_TLS
from tests.telegram.running import free_port

ROOT = Path(__file__).parents[2]
READY = "Der Bot ist bereit"
UNLIMITED = {"SEND_PER_SECOND": "100000", "SEND_PER_CHAT": "100000", "SEND_PER_GROUP_MINUTE": "100000"}
PATIENCE = 180.0
"""Seconds that a start may take on a busy machine."""


@dataclass
class Program:
    """A verb that runs until it is stopped, in a folder of its own."""

    folder: Path
    settings: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    verb: str = "run"
    ready: str = READY
    """What it says when it can be used."""
    starts: int = 0
    """How often it will have said that it is ready, once it is."""

    @property
    def log_file(self) -> Path:
        """Where everything that it prints is kept, of all its starts."""
        return self.folder / "log.txt"

    def log(self) -> str:
        """Return everything that it printed."""
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    def start(self) -> None:
        """Start it."""
        self.starts = self.log().count(self.ready) + 1
        environment = {key: value for key, value in os.environ.items() if key.lower() not in Settings.model_fields}
        command = [sys.executable, "run_bot.py", self.verb]
        with self.log_file.open("ab") as log:
            own = {**environment, **self.settings, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            self.process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=log)

    def wait_until_ready(self) -> None:
        """Wait until it says that it answers questions; a start that fails shows its log."""
        deadline = time.monotonic() + PATIENCE
        while self.log().count(self.ready) < self.starts and time.monotonic() < deadline:
            assert self.running.poll() is None, self.log()
            time.sleep(0.02)
        assert self.log().count(self.ready) == self.starts, self.log()

    @property
    def running(self) -> "subprocess.Popen[bytes]":
        """The process that was started."""
        assert self.process is not None
        return self.process

    def end(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        return self.running.wait(PATIENCE)

    def stop(self) -> tuple[int, float]:
        """Ask it to end; return its exit code and how many seconds it took."""
        asked = time.monotonic()
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(20), time.monotonic() - asked

    def close(self) -> None:
        """See that nothing of it is left."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def page(self, path: str) -> tuple[int, dict[str, Any]]:
        """Fetch an internal page; 0 while nobody listens."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.settings['INTERNAL_PORT']}{path}", verify=NO_TLS)
        except httpx.TransportError:
            return 0, {}
        return answer.status_code, json.loads(answer.content)

    def until_page(self, path: str, status: int) -> dict[str, Any]:
        """Wait for a status of an internal page; return what it says then."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.page(path))[0] != status and time.monotonic() < deadline:
            time.sleep(0.02)
        assert found[0] == status, found
        return found[1]


def program(folder: Path, server: Server, vectors: Path, *, faq: str, webhook: bool = False, **more: str) -> Program:
    """Return a program that is not started yet; the embedding cache is shared."""
    settings = {
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "LOG_LEVEL": "DEBUG",
        **folder_of(folder, vectors, faq),
        **UNLIMITED,
        **(hooked() if webhook else {}),
        **more,
    }
    return Program(folder, settings)


def folder_of(folder: Path, vectors: Path, faq: str) -> dict[str, str]:
    """Prepare a folder with an FAQ; return the settings that lead to it."""
    data = folder / "var"
    data.mkdir(parents=True)
    (data / "index.sqlite").symlink_to(vectors / "index.sqlite")
    (folder / "faq.yaml").write_text(faq, encoding="utf-8")
    return {"DATA_DIR": str(data), "FAQ_PATH": str(folder / "faq.yaml"), "INTERNAL_PORT": str(free_port())}


def hooked() -> dict[str, str]:
    """Return the settings of a webhook."""
    port = str(free_port())
    return {
        "WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
        "WEBHOOK_SECRET": "geheim_fuer-Telegram",
        "PUBLIC_PORT": port,
    }
