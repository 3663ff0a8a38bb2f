"""The terminal chat: in a pipe, and at a real pseudo terminal."""

import io
import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.channels.console import LONGEST_LINE, PlainScreen, converse, piped_lines, plain_reply
from bot.events import CommandGiven, Event, TextSaid
from bot.replies import Choice, Reply
from bot.store.database import Database
from bot.store.questions import questions_since
from bot.worker import Handled
from tests.fakes import NOW

ROOT = Path(__file__).parents[2]

FAKE_BOT = """
import sys, os, signal, time
from bot.bootstrap import Wiring
from bot.cli import main
from tests.fakes import FakeClock, answer, clarify, understanding_of
TABLE = {"wer?": answer("beschluss"), "welche?": clarify("beschluss", "begleitung")}
wiring = Wiring(FakeClock(), understanding_of(TABLE))
"""


def program(code: str = "sys.exit(main(['chat'], wiring=wiring))") -> list[str]:
    """Return the command that starts a chat with a fake understanding."""
    return [sys.executable, "-c", FAKE_BOT + code]


@pytest.fixture
def environment(tmp_path: Path, tiny_faq: Path) -> dict[str, str]:
    """Return an environment with files of the test's own."""
    own = {"DATA_DIR": str(tmp_path / "var"), "FAQ_PATH": str(tiny_faq), "PYTHONPATH": str(ROOT)}
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    return {**kept, **own, "TERM": "xterm-256color"}


def piped(environment: dict[str, str], given: bytes, code: str | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run a chat with these bytes as its input."""
    command = program(code) if code else program()
    return subprocess.run(command, input=given, env=environment, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("word", ["exit", "quit", "Ende", "/ende"])
def test_words_that_leave_programs_end_the_chat(word: str) -> None:
    """Whoever knows no command gets out as well; in a sentence they are a question."""
    given: list[Event] = []

    def handle(event: Event) -> Handled:
        given.append(event)
        return Handled((), over=isinstance(event, CommandGiven))

    assert converse(handle, iter(["das Ende?", word, "danach"]), PlainScreen(io.StringIO()))
    assert given == [TextSaid("das Ende?"), CommandGiven("ende")]


def test_piped_lines_are_answered_without_colours(environment: dict[str, str]) -> None:
    """Each line is one question; numbers refer to the list before; the exit code is 0."""
    done = piped(environment, b"wer?\n\n1\nwelche?\n2\n")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "\x1b" not in text
    assert "Der Gemeinderat hat sie beschlossen." in text
    assert "Quelle: Digitale Stadt (https://example.org)" in text
    assert "Stand: 01.11.2026" in text
    assert text.count("Ein Unternehmen hat sie begleitet.") == 2
    assert text.count("Ich bin ein Programm") == 1
    assert done.stderr == b""


def test_nothing_in_the_pipe_is_no_error(environment: dict[str, str]) -> None:
    """An empty input prints nothing and ends well."""
    done = piped(environment, b"")
    assert (done.returncode, done.stdout) == (0, b"")


def test_strange_bytes_survive(environment: dict[str, str]) -> None:
    """Invalid UTF-8, NUL, escape sequences and a megabyte are answered like anything else."""
    lines = [
        b"\xff\xfe\x80",
        b"a\x00b",
        b"\x1b[2Jhallo\x1b]0;x\x07",
        b"x" * 1_200_000,
        b"wer?\r",
        "👩‍👧".encode(),
    ]
    done = piped(environment, b"\n".join(lines))
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"Gemeinderat" in done.stdout
    assert done.stdout.count("Das weiß ich leider nicht".encode()) == 5


def test_the_end_command_ends_before_the_pipe(environment: dict[str, str]) -> None:
    """What stands behind /ende is not read."""
    done = piped(environment, b"/ende\nwer?\n")
    assert done.returncode == 0
    assert "Auf Wiedersehen" in done.stdout.decode()
    assert b"Gemeinderat" not in done.stdout


def test_a_reader_that_goes_away_ends_silently(environment: dict[str, str]) -> None:
    """As in `| head -1`: no traceback."""
    with subprocess.Popen(
        program(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(b"wer?\n" * 50)
        process.stdin.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


def test_a_kill_between_commit_and_reply_loses_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    """Killed at the moment of showing: the question stands in the log."""
    code = """
from bot.channels.console import PlainScreen
PlainScreen.show = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
main(['chat'], wiring=wiring)
"""
    done = piped(environment, b"wer?\n", code)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == b""
    database = Database.at(tmp_path / "var" / "bot.sqlite")
    assert [q.text for q in questions_since(database, NOW)] == ["wer?"]
    database.close()


def test_a_kill_before_the_commit_shows_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    """Killed while deciding: nothing was shown, and nothing half is stored."""
    code = """
from tests.fakes import FakeUnderstanding
FakeUnderstanding.match = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
main(['chat'], wiring=wiring)
"""
    done = piped(environment, b"wer?\n", code)
    assert done.stdout == b""
    database = Database.at(tmp_path / "var" / "bot.sqlite")
    assert questions_since(database, NOW) == []
    database.close()


@pytest.mark.parametrize("days", ["0", "30"])
@pytest.mark.parametrize("end", [b"", b"/ende\n"])
def test_a_chat_that_is_over_leaves_no_last_question(
    environment: dict[str, str], tmp_path: Path, days: str, end: bytes
) -> None:
    """Nothing of what was said last stands in the chat's state; without retention in no file at all."""
    done = piped({**environment, "QUESTION_RETENTION_DAYS": days}, b"mein name ist Erika Muster\n" + end)
    assert done.returncode == 0
    assert last_questions(tmp_path) == [""]
    files = [path.read_bytes() for path in (tmp_path / "var").iterdir()]
    assert any(b"Erika Muster" in content for content in files) == (days == "30")


def test_a_killed_chat_without_retention_leaves_no_words(environment: dict[str, str], tmp_path: Path) -> None:
    """Not even a process that could not tidy up has written them."""
    code = """
from bot.channels.console import PlainScreen
PlainScreen.show = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
main(['chat'], wiring=wiring)
"""
    piped({**environment, "QUESTION_RETENTION_DAYS": "0"}, b"mein name ist Erika Muster\n", code)
    files = list((tmp_path / "var").iterdir())
    assert files
    assert all(b"Erika Muster" not in path.read_bytes() for path in files)


def last_questions(tmp_path: Path) -> list[str]:
    """Return what is stored of the chats' last questions."""
    with closing(sqlite3.connect(tmp_path / "var" / "bot.sqlite")) as connection:
        return [json.loads(state)["last_question"] for (state,) in connection.execute("SELECT state FROM chat")]


class Terminal:
    """A program at a pseudo terminal."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # tests in the background of a shell inherit it ignored
            os.execve(sys.executable, program(), environment)
        self.seen = ""

    def until(self, text: str, *, seconds: float = 30) -> str:
        """Read until a text is shown; return all that was shown."""
        end = time.monotonic() + seconds
        while text not in self.seen and time.monotonic() < end:
            if select.select([self._file], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self._file, 65536).decode(errors="replace")
                except OSError:
                    break
        assert text in self.seen, self.seen
        return self.seen

    def type(self, keys: bytes) -> None:
        """Press keys, a moment after the prompt, as people do."""
        time.sleep(0.2)
        self.seen = ""
        os.write(self._file, keys)

    def exit_code(self) -> int:
        """Wait for the end."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self._file)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def terminal(environment: dict[str, str]) -> Terminal:
    """Return a chat at a terminal."""
    return Terminal(environment)


@pytest.mark.parametrize("keys", [b"/ende\n", b"\x03", b"\x04"])
def test_a_person_is_welcomed_and_may_leave(terminal: Terminal, keys: bytes, tmp_path: Path) -> None:
    """/ende, Ctrl-C and Ctrl-D all end politely with exit code 0."""
    assert "Ich bin ein Programm" in terminal.until("Sie: ")
    terminal.type(b"wer?\n")
    assert "\x1b[" in terminal.until("Sie: ")
    terminal.type(keys)
    terminal.until("Auf Wiedersehen")
    assert terminal.exit_code() == 0
    assert last_questions(tmp_path) == [""]


def test_no_colour_is_respected(environment: dict[str, str]) -> None:
    """NO_COLOR leaves no colour codes."""
    terminal = Terminal({**environment, "NO_COLOR": "1"})
    seen = terminal.until("Sie: ")
    assert "\x1b[3" not in seen
    assert "\x1b[1;3" not in seen
    terminal.type(b"\x04")
    terminal.until("Auf Wiedersehen")
    assert terminal.exit_code() == 0


def test_a_plain_reply_has_all_its_parts() -> None:
    """Text, small print, offer and choices stand below each other."""
    reply = Reply("*a*", ("Stand: x",), "Auch:", (Choice("b\nc", "e:b", 1), Choice("Nichts", "n:1", 0)))
    assert plain_reply(reply) == "a\n\nStand: x\n\nAuch:\n  1. b c\n  0. Nichts"


def test_answers_cannot_steer_the_terminal() -> None:
    """An escape sequence in a reply is taken out."""
    stream = io.StringIO()
    PlainScreen(stream).show(Reply("a\x1b[2Jb"), last=True)
    assert stream.getvalue() == "ab\n\n"


def test_very_long_lines_are_cut() -> None:
    """The rest of a line that is too long is skipped, not taken for another question."""
    source = io.BytesIO(b"\xef\xbb\xbfa\n" + b"x" * (2 * LONGEST_LINE + 5) + b"\nb")
    assert [len(line) for line in piped_lines(source)] == [2, LONGEST_LINE, 1]


def test_lines_become_events() -> None:
    """Commands and text are told apart; empty lines are no events."""
    events: list[Event] = []

    def handle(event: Event) -> Handled:
        events.append(event)
        return Handled(())

    converse(handle, iter(["/Themen ", "  ", "\x00", "/", "wer?", "/etc/passwd"]), PlainScreen(io.StringIO()))
    said = [TextSaid("/"), TextSaid("wer?"), TextSaid("/etc/passwd")]
    assert events == [CommandGiven("themen"), *said]
