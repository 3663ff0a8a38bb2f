"""The bot as an operator runs it: the real program as a process, with a database of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from bot.store.database import Database
from botapi.server import Server

ROOT = Path(__file__).resolve().parents[1]
RUN = (sys.executable, str(ROOT / "run_bot.py"))
SECRET = "benchmark-1"  # noqa: S105 - the webhook's, of a server on this machine
UNHURRIED = {"SEND_PER_SECOND": "100000", "SEND_PER_CHAT": "100000", "SEND_PER_GROUP_MINUTE": "100000"}
"""Settings that lift the limits."""
ENGINES = ("sqlite", "postgresql")
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 60.0
START_SECONDS = 180.0


@dataclass(frozen=True)
class Program:
    """How the program is started."""

    settings: Mapping[str, str]
    log: Path
    """Gets what it says."""
    is_webhook: bool = False

    @classmethod
    def at(
        cls, server: tuple[str, str], database: str, folder: Path, settings: Mapping[str, str], *, webhook: bool = False
    ) -> "Program":
        """Let it talk to a server (address, token) and keep its data in a database and a folder."""
        ports = {"INTERNAL_PORT": str(free_port()), "PUBLIC_PORT": str(free_port())}
        hook = {"WEBHOOK_URL": f"http://127.0.0.1:{ports['PUBLIC_PORT']}/telegram", "WEBHOOK_SECRET": SECRET}
        telegram = {"TELEGRAM_API_URL": server[0], "TELEGRAM_BOT_TOKEN": server[1]}
        fixed = {**telegram, "DATABASE_URL": database, "DATA_DIR": str(folder)}
        return cls({**fixed, **ports, **(hook if webhook else {}), **settings}, folder / "bot.log", webhook)

    def start(self) -> "Process":
        """Start it."""
        with self.log.open("ab") as log:
            words = [*RUN, "run"]
            return Process(subprocess.Popen(words, cwd=ROOT, env=self._environment(), stdout=log, stderr=log))

    @contextmanager
    def running(self) -> Iterator["Process"]:
        """Run it, and see that nothing of it is left."""
        process = self.start()
        try:
            yield process
        finally:
            process.kill()

    def do(self, *words: str) -> None:
        """Run one of its other verbs to its end."""
        subprocess.run([*RUN, *words], cwd=ROOT, env=self._environment(), check=True, stdout=subprocess.DEVNULL)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings}


@dataclass(frozen=True)
class Process:
    """A running program."""

    handle: "subprocess.Popen[bytes]"

    @property
    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self.handle.poll() is None

    def see_alive(self, log: Path) -> None:
        """Stop everything if it ended by itself."""
        if not self.is_alive:
            raise SystemExit(f"the bot ended by itself:\n{log.read_text(encoding='utf-8')[-2000:]}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.handle.send_signal(signal.SIGKILL)
        self.handle.wait()

    def stop(self) -> int:
        """Ask it to end; return its exit code, or that of a process that had to be killed."""
        self.handle.terminate()
        try:
            return self.handle.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.handle.returncode

    def cpu_seconds(self) -> float:
        """Return the processor time it has used (Linux)."""
        fields = Path(f"/proc/{self.handle.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mb(self) -> float:
        """Return its resident memory (Linux)."""
        status = Path(f"/proc/{self.handle.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def started(program: Program, server: Server) -> Process:
    """Start the bot, and wait until it receives."""
    before = len(server.calls)
    process = program.start()
    wanted = "setwebhook" if program.is_webhook else "getupdates"
    if not server.until(lambda: any(call.method == wanted for call in server.calls[before:]), START_SECONDS):
        process.kill()
        raise SystemExit(f"the bot did not start:\n{program.log.read_text(encoding='utf-8')[-2000:]}")
    return process


@contextmanager
def databases(engines: tuple[str, ...], folder: Path) -> Iterator[Callable[[str], str]]:
    """Give what makes blank databases; a PostgreSQL server runs meanwhile, if it is wanted."""
    numbers = iter(range(1000))

    def file(_: str) -> str:
        return f"sqlite:///{folder / f'bot-{next(numbers)}.sqlite'}"

    if "postgresql" not in engines:
        yield file
        return
    from tests.postgres import running_server

    with running_server() as server:
        yield lambda engine: server.blank() if engine == "postgresql" else file(engine)


def opened(url: str) -> Database:
    """Open a database that a bot has used."""
    sqlite = "sqlite:///"
    return Database.at(Path(url.removeprefix(sqlite))) if url.startswith(sqlite) else Database.on_server(url)


def left_over(url: str) -> dict[str, int]:
    """Count what is neither handled nor sent, by table and state."""
    with closing(opened(url)) as database:
        return {**database.read(partial(_left, "inbox", "done")), **database.read(partial(_left, "outbox", "sent"))}


def _left(table: str, over: str, connection: sa.Connection) -> dict[str, int]:
    query = sa.text(f"SELECT state, count(*) FROM {table} WHERE state <> :over GROUP BY state")  # noqa: S608 - ours
    return {f"{table} {state}": count for state, count in connection.execute(query, {"over": over})}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
