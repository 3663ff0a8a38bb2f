"""Every command of the handbooks runs, and every output they show is real.

Blocks fenced as `console` hold commands after `$ ` and their output; blocks fenced as `sh` commands alone.
A `yaml` block that begins with a file name in a comment is that file. In shown output `…` stands for
anything; probabilities, times and dates may be others. Verbs run in this process and share their matchers,
so that nothing is prepared twice.
"""

import configparser
import inspect
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

import intents.matcher
from bot.bootstrap import Wiring, live_faq, open_database
from bot.cli import main
from bot.clock import SystemClock
from bot.errors import SettingsError
from bot.ports import Understanding
from bot.settings import Settings, load_settings
from bot.texts import load_texts
from bot.understanding import Progress, build_understanding
from bot.web.internal import internal_app
from intents.faq import FaqBase, load_faq
from tests.conftest import TINY_FAQ
from tests.integration.test_web import FakeVitals, fetched

ROOT = Path(__file__).parents[2]
EVENT = re.compile(
    r"""(?:\blog\.(?:info|warning|error|exception)|\bTroubles|\b_repeating|_tell(?=\("\w+", claim))"""
    r'''\((?:\s*#[^\n]*\n)?\s*"(\w+)"'''
)
"""What the program logs, by name; the traces of an error at DEBUG are named after it."""

HANDBOOKS = ("README.md", "docs/redaktion.md", "docs/operator.md", "docs/developer.md", "models/README.md")
LINKED = (*HANDBOOKS, "CHANGELOG.md", "docs/why.md", "docs/auswertung.md")
PICTURE = ROOT / "docs" / "chat.svg"
SVG = "{http://www.w3.org/2000/svg}"
PYTHON = ".venv/bin/python"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"# ([\w.-]+\.yaml)\n")
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
_ASSIGNMENT = re.compile(r"[A-Z_]+=.*")
_VOLATILE = re.compile(r"…|\d{4}-\d\d-\d\d \d\d:\d\d|\d\d\.\d\d\.\d{4}|\d+\.\d+|\d+(?= Prozent)|(?<=Python )\d+")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    place: str
    """File and line."""
    language: str
    content: str


@dataclass(frozen=True)
class Done:
    """What a command printed, on stdout or else on stderr, and its exit code."""

    output: str
    code: int = 0


class Matchers:
    """Prepares each FAQ once for all documents."""

    def __init__(self, index: Path) -> None:
        """Keep all vectors in one folder."""
        self.index = index
        self._ready: dict[str, Understanding] = {}

    def __call__(self, settings: Settings, faq: FaqBase, today: date, progress: Progress | None) -> Understanding:
        """Return the matcher of a FAQ."""
        if faq.hash not in self._ready:
            own = settings.model_copy(update={"data_dir": self.index})
            self._ready[faq.hash] = build_understanding(own, faq, today, progress)
        return self._ready[faq.hash]


@pytest.fixture(scope="module")
def matchers(vectors: Path) -> Matchers:
    """Return the matchers that all documents share."""
    return Matchers(vectors)


@dataclass(frozen=True)
class Shell:
    """Runs the commands of one document, one after the other, in a folder of its own."""

    matchers: Matchers
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, command: str) -> Done:
        """Run a command line: settings, a pipe from printf or echo, a redirection to a file."""
        lexer = shlex.shlex(command, posix=True, punctuation_chars="|>")
        lexer.whitespace_split = True
        words = list(lexer)
        target = words.pop() if words[-2:-1] in ([">"], [">>"]) else None
        mode = {">": "w", ">>": "a"}[words.pop()] if target else ""
        *before, last = _stages(words)
        done = self._program(last, "".join(_printed(stage) for stage in before))
        if target:
            with (self.folder / target).open(mode, encoding="utf-8") as file:
                file.write(done.output)
        return done

    def _program(self, words: Sequence[str], given: str) -> Done:
        """Run one program, or its quick equivalent."""
        settings = list(takewhile(_ASSIGNMENT.fullmatch, words))
        with self.monkeypatch.context() as patch:
            for setting in settings:
                patch.setenv(*setting.split("=", 1))
            match words[len(settings) :]:
                case ["echo" | "printf", *_]:
                    return Done(_printed(words))
                case ["make", "run"] if given:
                    return self._started(["run"], given)
                case ["curl", "-s", address]:
                    return _fetched(address, self.matchers)
                case ["make", *targets]:
                    return _completed(["make", "--dry-run", *targets], ROOT)
                case [program, *arguments] if program == PYTHON:
                    return self._python(arguments, given)
        return pytest.fail(f"no test knows how to run {words}")

    def _python(self, words: Sequence[str], given: str) -> Done:
        """Run what is started with the Python of the environment."""
        match words:
            case ["run_bot.py", *arguments]:
                return self._verb(_quick(arguments), given)
            case ["-m", "botapi", *_]:
                return _completed([sys.executable, *words], ROOT, given=given)
            case ["-m", "pytest", *paths]:
                return Done("", 0 if all((ROOT / path).exists() for path in paths) else 1)
            case [script, *options] if script.startswith("benchmarks/"):
                return _offered(script, options)
        return pytest.fail(f"no test knows how to run {words}")

    def _verb(self, arguments: Sequence[str], given: str) -> Done:
        """Run a verb in this process."""
        (self.folder / "klein.yaml").write_text(TINY_FAQ, encoding="utf-8")
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        self.capsys.readouterr()
        code = main(arguments, wiring=Wiring(SystemClock(), self.matchers))
        printed = self.capsys.readouterr()
        return Done((printed.out or printed.err).removeprefix("\ufeff"), code)

    def _started(self, arguments: Sequence[str], given: str) -> Done:
        """Start the program as `make` does, beside vectors that are there already."""
        self.matchers(_settings(), _shipped(), date(2026, 11, 30), None)
        database = f"sqlite:///{self.folder / 'bot.sqlite'}"
        own = {"PATH": os.environ["PATH"], "DATA_DIR": str(self.matchers.index), "DATABASE_URL": database}
        return _completed([sys.executable, str(ROOT / "run_bot.py"), *arguments], self.folder, own, given)


@pytest.fixture
def shell(
    matchers: Matchers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Return a shell in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Shell(matchers, tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("document", HANDBOOKS)
def test_commands_run_and_print_what_is_shown(document: str, shell: Shell) -> None:
    """A document is worked through from top to bottom."""
    for block in _blocks(document):
        if name := _FILE_NAME.match(block.content):
            (shell.folder / name[1]).write_text(block.content, encoding="utf-8")
        for command, shown in _commands(block):
            done = shell.run(command)
            _check(f"{block.place}: {command}", done, shown)


def test_the_library_example_runs(matchers: Matchers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python block of the developer handbook, with the matcher that is there already."""
    made = inspect.signature(intents.matcher.build_matcher)

    def build(*given: object, **options: object) -> Understanding:
        made.bind(*given, **options)
        return matchers(_settings(), _shipped(), date(2026, 11, 30), None)

    monkeypatch.setattr(intents.matcher, "build_matcher", build)
    monkeypatch.chdir(ROOT)
    code = next(block.content for block in _blocks("docs/developer.md") if block.language == "python")
    place: dict[str, object] = {}
    exec(code, place)
    assert getattr(place["decision"], "entry", None) == "zup-24"


def test_the_picture_shows_a_real_chat(shell: Shell) -> None:
    """What the bot says in the picture is what it says; there is a text alternative."""
    root = ET.parse(PICTURE).getroot()
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    texts = load_texts()
    lines = [(text.get("class", ""), _flat("".join(text.itertext()))) for text in root.iter(f"{SVG}text")]
    asked = [text.removeprefix(texts.console_you) for kind, text in lines if kind == "you"]
    done = shell.run("printf " + shlex.quote("".join(f"{each}\\n" for each in asked)) + f" | {PYTHON} run_bot.py run")
    said = _flat(done.output)
    assert asked
    assert {text for kind, text in lines if kind == "head"} == {texts.console_bot}
    assert {text for kind, text in lines if kind == "hint"} <= {texts.console_pick}
    for passage in _passages(lines):
        assert passage in said


@pytest.mark.parametrize("document", LINKED)
def test_links_lead_somewhere(document: str) -> None:
    """Every relative link names a file of the repository."""
    text = (ROOT / document).read_text(encoding="utf-8")
    missing = [link for link in _LINK.findall(text) if not ((ROOT / document).parent / link).exists()]
    assert missing == []


def test_every_setting_stands_in_the_operator_handbook() -> None:
    """Key and default, as the program has them."""
    text = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `{name.upper()}` \|(.*?)\|", text, re.MULTILINE)
        assert row, name
        if isinstance(field.default, int | float | str) and field.default != "":
            shown = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            assert f"`{shown}`" in row[1]


def test_the_service_starts_the_program_with_known_settings() -> None:
    """The unit names what is there: the program, its verb, its handbook, settings, and one folder it may write to."""
    unit = configparser.RawConfigParser(strict=False)
    text = (ROOT / "deploy" / "heilbronn-faq-bot.service").read_text(encoding="utf-8")
    unit.read_string(re.sub("^Environment=", "", text, flags=re.MULTILINE).replace(" OPENBLAS", "\nOPENBLAS"))
    service = unit["Service"]
    home = service["WorkingDirectory"]
    assert service["ExecStart"] == f"{home}/{PYTHON} run_bot.py run"
    assert unit["Unit"]["Documentation"] == f"file://{home}/docs/operator.md"
    assert service["DATA_DIR"] == f"/var/lib/{service['StateDirectory']}"
    assert service["RestartPreventExitStatus"] == str(SettingsError.exit_code)


def test_the_reverse_proxy_leads_to_the_public_port() -> None:
    """As the settings have it by default, and to no other."""
    text = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    ports = re.findall(r"proxy_pass http://([\d.]+):(\d+)/;", text)
    settings = _settings()
    assert ports == [(settings.public_host, str(settings.public_port))]


def test_the_example_of_a_webhook_is_allowed(tmp_path: Path) -> None:
    """Every block of settings in the operator handbook can be put into a .env as it is."""
    blocks = [block.content for block in _blocks("docs/operator.md") if block.language == "ini"]
    env_file = tmp_path / ".env"
    for block in blocks:
        env_file.write_text(block, encoding="utf-8")
        assert load_settings(env_file=env_file)
    assert any("WEBHOOK_URL" in block for block in blocks)


def test_every_dependency_has_its_reason() -> None:
    """docs/why.md names each package of pyproject.toml."""
    text = (ROOT / "docs" / "why.md").read_text(encoding="utf-8")
    wanted = re.findall(r"^ +\"([\w.-]+)[^\"]*[<>=;\"]", _dependencies(), re.MULTILINE)
    wanted += re.findall(r"\"([\w.-]+)(?:>=|==)", _dependencies())
    assert [name for name in dict.fromkeys(wanted) if f"`{name}`" not in text] == []


# ------------------------------------------------------------------ reading documents


def _blocks(document: str) -> list[Block]:
    """Return the fenced blocks of a document in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [
        Block(f"{document}:{text.count(chr(10), 0, match.start()) + 1}", match[1], match[2])
        for match in _BLOCK.finditer(text)
    ]


def _commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of a block, each with the output lines it shows."""
    if block.language == "sh":
        yield from ((line, []) for line in block.content.splitlines())
    elif block.language == "console":
        for part in re.split(r"^\$ ", block.content, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield command, shown


def _check(place: str, done: Done, shown: Sequence[str]) -> None:
    """Compare a command with what its document shows of it."""
    refused = any("nicht erlaubt" in line for line in shown)
    allowed = {2} if refused else {0, 1} if " check" in place else {0}
    assert done.code in allowed, f"{place}\n{done.output}"
    printed = "".join(f"{_flat(line)}\n" for line in done.output.splitlines() if line.strip())
    if shown:
        assert re.fullmatch("".join(map(_pattern, shown)), printed), f"{place}\n{done.output}"


def _pattern(line: str) -> str:
    """Return what matches a shown line; a line of «…» alone matches any lines."""
    flat = _flat(line)
    if flat in ("", "…"):
        return r"(?:.*\n)*?" if flat else ""
    parts = _VOLATILE.split(flat)
    signs = [".*?" if sign == "…" else r"[\d.:-]+(?: \d\d:\d\d)?" for sign in _VOLATILE.findall(flat)]
    return "".join(re.escape(part) + sign for part, sign in zip(parts, [*signs, r"\n"], strict=True))


def _flat(text: str) -> str:
    """Return a text with single spaces."""
    return " ".join(text.split())


def _passages(lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Join the lines of a picture that belong to one reply; «…» stands for what is left out."""
    joined = " ".join(text if kind.startswith("bot") else "\n" for kind, text in lines)
    yield from (_flat(part) for part in re.split(r"[\n…]", joined) if part.strip())


def _dependencies() -> str:
    """Return the part of pyproject.toml that lists packages."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return text[text.index("dependencies = [") : text.index("[tool.")]


# ------------------------------------------------------------------ running commands


def _stages(words: Sequence[str]) -> list[list[str]]:
    """Cut a command line at its pipes."""
    stages: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    return stages


def _printed(words: Sequence[str]) -> str:
    """Return what printf or echo prints."""
    assert words[0] in ("printf", "echo"), f"no test knows how to run {words}"
    return words[1].replace("\\n", "\n") if words[0] == "printf" else f"{words[1]}\n"


def _quick(arguments: list[str]) -> list[str]:
    """Return a verb that does the same with less: a small FAQ to check, no training."""
    match arguments:
        case ["check"] | ["check", "--faq", "faq_data.yaml"]:
            return ["check", "--faq", "klein.yaml"]
        case ["train", "--data", _]:
            return ["train", "--help"]
    return arguments


def _offered(script: str, options: Sequence[str]) -> Done:
    """Say whether a benchmark starts and knows the options."""
    done = _completed([sys.executable, str(ROOT / script), "--help"], ROOT)
    unknown = [option for option in options if option.startswith("-") and option not in done.output]
    return Done(done.output, 1 if unknown else done.code)


def _completed(
    command: Sequence[str], folder: Path, environment: dict[str, str] | None = None, given: str = ""
) -> Done:
    """Run another program."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Done(done.stdout or done.stderr, done.returncode)


def _fetched(address: str, matchers: Matchers) -> Done:
    """Ask the internal listener of a healthy bot, which runs for as long as that takes."""
    with closing(open_database(_settings())) as database:
        faq = live_faq(_settings(), Wiring(SystemClock(), matchers), database)
        faq.load()
        vitals = FakeVitals(
            last_receive=SystemClock().now(),
            last_send_turn=SystemClock().now(),
            dead_letters=0,
            conflicts=0,
            failed_messages=0,
        )
        (response,) = fetched(internal_app(vitals, faq, SystemClock()), urlsplit(address).path)
    return Done(response.text, 0 if response.status_code == 200 else 1)


def _settings() -> Settings:
    """Return the settings of the test's environment."""
    return load_settings(env_file=None)


def _shipped() -> FaqBase:
    """Return the shipped FAQ."""
    return load_faq(ROOT / "faq_data.yaml")


def test_the_handbook_explains_every_event_of_the_log() -> None:
    """An operator who sees a name finds what to do, and no name that never comes."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    text = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8").partition("\n## Logs")[2].partition("\n## ")[0]
    told = set(
        re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `")))
    )
    logged = set(EVENT.findall(code))
    assert logged - told == set()
    assert told - logged - {"refused", "unexpected", "library"} == set()
