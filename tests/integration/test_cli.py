"""The verbs of the command line."""

import json
import os
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

import intents.matcher
from bot.bootstrap import Wiring
from bot.cli import main
from bot.effects import Feedback, Mark
from bot.errors import ModelsError
from bot.journal import Question
from bot.ports import Outcome
from bot.settings import load_settings
from bot.state import ChatState
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.understanding import build_understanding
from intents.decision import Candidate
from intents.encoder import EncoderWarning
from intents.faq import load_faq
from tests.conftest import TINY_FAQ
from tests.fakes import FAQ, NOW, FakeClock, FakeUnderstanding, answer, clarify, understanding_of
from tests.labelled import write_labelled
from tests.unit.test_rehearsal import KEYS

ROOT = Path(__file__).parents[2]

TABLE = {
    "Wer hat die Strategie beschlossen?": answer("beschluss"),
    "Wer hat die Stadt begleitet?": answer("begleitung"),
    "welche?": clarify("beschluss", "begleitung"),
}


@pytest.fixture
def wiring(clock: FakeClock) -> Wiring:
    """Return parts without a real matcher."""
    return Wiring(clock, understanding_of(TABLE))


@pytest.fixture
def faq(tiny_faq: Path) -> list[str]:
    """Return the option that names the small FAQ."""
    return ["--faq", str(tiny_faq)]


def test_ask_prints_what_a_citizen_reads(
    wiring: Wiring, faq: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Answer, source and date; no database is made."""
    assert main(["ask", "Wer hat die Strategie beschlossen?", *faq], wiring=wiring) == 0
    out = capsys.readouterr().out
    assert "Der Gemeinderat hat sie beschlossen." in out
    assert "Stand: 01.11.2026" in out
    assert not list(tmp_path.glob("**/bot.sqlite*"))


def test_ask_as_json_keeps_the_contract(wiring: Wiring, faq: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exactly the agreed keys on one line."""
    assert main(["ask", "Wer?  ", "--json", *faq], wiring=wiring) == 0
    data = json.loads(capsys.readouterr().out)
    assert list(data) == KEYS
    assert (data["query"], data["decision"], data["entry"]) == ("Wer?  ", "fallback", None)


def test_both_parts_are_explained(clock: FakeClock, faq: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Of two questions in one message, each with the reply to it; blank lines between."""
    parts = tuple(replace(answer(name), explanation=(f"wegen {name}",)) for name in ("beschluss", "begleitung"))
    both = replace(parts[0], reason="parts", parts=parts)
    wiring = Wiring(clock, understanding_of({"wer und wer?": both}))
    assert main(["ask", "wer und wer?", "--explain", *faq], wiring=wiring) == 0
    out = capsys.readouterr().out
    assert out.endswith("\n\nwegen beschluss\n\nwegen begleitung\n")


def test_json_is_utf8_on_every_terminal(wiring: Wiring, faq: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that reads it gets the question back untouched."""
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(written, encoding="ascii"))
    assert main(["ask", "Ämter «x» \udcff?", "--json", *faq], wiring=wiring) == 0
    (line,) = written.getvalue().splitlines()
    assert json.loads(line.decode("utf-8"))["query"] == "Ämter «x» \udcff?"


def test_ask_after_plays_the_turns_before(wiring: Wiring, faq: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A number picks from the clarify that came before."""
    assert main(["ask", "2", "--after", "hallo", "--after", "welche?", *faq], wiring=wiring) == 0
    assert "Ein Unternehmen hat sie begleitet." in capsys.readouterr().out


def test_eval_writes_results_and_figures(
    wiring: Wiring, faq: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One result a question in the same order, and figures where there are labels."""
    questions, out = tmp_path / "q.jsonl", tmp_path / "r.jsonl"
    asked = [("Wer hat die Strategie beschlossen?", ["beschluss"]), ("Wie wird das Wetter?", [])] * 40
    lines = [json.dumps({"query": query, "expected": expected}) for query, expected in asked]
    questions.write_text("\n".join(lines), encoding="utf-8")
    arguments = ["eval", "--questions", str(questions), "--out", str(out), "--json", *faq]
    assert main(arguments, wiring=wiring) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["answered_right"] == 1.0
    assert figures["decisions"] == {"answer": 40, "fallback": 40}
    results = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [result["query"] for result in results] == [query for query, _ in asked]
    assert all(list(result) == KEYS for result in results)


def test_eval_without_labels_counts_decisions(
    wiring: Wiring, faq: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No share is printed that nobody can know."""
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"query": "welche?"}\n', encoding="utf-8")
    assert main(["eval", "--questions", str(questions), *faq], wiring=wiring) == 0
    out = capsys.readouterr().out
    assert "1  Fragen" in out
    assert "1  clarify" in out
    assert "richtig" not in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["gibtesnicht"],
        ["ask", "x", "--faq", "gibtesnicht.yaml"],
        ["eval"],
        ["eval", "--questions", "gibtesnicht.jsonl"],
        ["check", "--faq", "gibtesnicht.yaml"],
        ["train", "--data", "gibtesnicht"],
        ["unanswered", "--days", "0"],
    ],
)
def test_wrong_usage_is_exit_code_2(
    wiring: Wiring,
    tiny_faq: Path,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A message on stderr, no traceback, nothing on stdout."""
    monkeypatch.setenv("FAQ_PATH", str(tiny_faq))
    assert main(arguments, wiring=wiring) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gibtesnicht"], "Den Befehl 'gibtesnicht' gibt es nicht."),
        (["db", "gibtesnicht"], "Den Befehl 'gibtesnicht' gibt es nicht."),
        (["db"], "Der Befehl fehlt."),
        (["ask"], "Die Angabe FRAGE fehlt."),
        (["ask", "a", "b"], "Das ist zu viel: b."),
        (["eval"], "Die Option '--questions' fehlt. Fragen, eine je Zeile (JSON)."),
        (["eval", "--questions"], "Hinter '--questions' fehlt der Wert."),
        (["ask", "x", "--json=3"], "Die Option '--json' hat keinen Wert."),
        (["ask", "x", "--quatsch"], "Die Option --quatsch gibt es nicht."),
        (["unanswered", "--days", "0"], "Der Wert für '--days' ist nicht erlaubt. Zeitraum in Tagen, 1 bis 3650."),
        (["unanswered", "--days", "x"], "Der Wert für '--days' ist nicht erlaubt. Zeitraum in Tagen, 1 bis 3650."),
    ],
)
def test_wrong_usage_is_told_in_german(
    wiring: Wiring, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what is wrong and where help is."""
    assert main(arguments, wiring=wiring) == 2
    assert capsys.readouterr().err == f"{message} Hilfe: run_bot.py --help\n"


@pytest.mark.parametrize(("target", "message"), [("", "Ordner, keine Datei"), ("weg.yaml", "gibt es nicht")])
def test_an_faq_that_cannot_be_read_is_wrong_usage(
    wiring: Wiring, tmp_path: Path, target: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check` says of a folder and of a missing file what every verb says; exit code 2."""
    path = str(tmp_path / target)
    assert main(["check", "--faq", path], wiring=wiring) == 2
    checked = capsys.readouterr()
    assert main(["ask", "x", "--faq", path], wiring=wiring) == 2
    assert capsys.readouterr() == checked
    assert checked.out == ""
    assert message in checked.err


def test_what_the_system_refuses_is_german(
    wiring: Wiring, faq: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason comes from the error's number, not from the system's English words."""
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"query": "a"}\n', encoding="utf-8")
    for option, path in (("--questions", tmp_path), ("--out", tmp_path)):
        both = {"--questions": str(questions), option: str(path)}
        given = [word for pair in both.items() for word in pair]
        assert main(["eval", *given, *faq], wiring=wiring) == 2
        assert "ist ein Verzeichnis" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["ask", "Wer?"], ["check"], ["run"]])
def test_an_faq_path_that_leads_nowhere_is_named(
    verb: list[str], wiring: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator reads which setting it is, and the whole path."""
    monkeypatch.setenv("FAQ_PATH", "gibtsnicht.yaml")
    assert main(verb, wiring=wiring) == 2
    assert capsys.readouterr().err.strip() == f"FAQ_PATH: {Path.cwd() / 'gibtsnicht.yaml'}: Datei nicht gefunden"


def test_a_models_dir_that_leads_nowhere_is_a_wrong_setting(
    faq: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told apart from models that are broken: nothing but another setting helps."""
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "weg"))
    assert main(["ask", "Wer?", *faq]) == 2
    assert capsys.readouterr().err.strip() == f"MODELS_DIR: {tmp_path / 'weg'}: Verzeichnis nicht gefunden"


def test_a_broken_model_is_named(tiny_faq: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator learns which file is to be brought back."""
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    (tmp_path / "background.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelsError, match=r"^MODELS_DIR: .*background\.json: lässt sich nicht lesen$"):
        build_understanding(load_settings(env_file=None), load_faq(tiny_faq), NOW.date(), None)


def test_an_encoder_left_out_is_one_log_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator reads an event, no Python warning."""

    def build(*_: object, **__: object) -> FakeUnderstanding:
        warnings.warn("e5 fehlt", EncoderWarning, stacklevel=2)
        return FakeUnderstanding()

    monkeypatch.setattr(intents.matcher, "build_matcher", build)
    settings = load_settings(env_file=None, data_dir=tmp_path)
    build_understanding(settings, FAQ, NOW.date(), None)
    log = capsys.readouterr().err
    assert "encoder_left_out" in log
    assert "e5 fehlt" in log
    assert log.count("\n") == 1


def test_a_bad_question_line_is_named(
    wiring: Wiring, faq: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File and line on stderr."""
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"query": "a"}\n{"query": \n', encoding="utf-8")
    assert main(["eval", "--questions", str(questions), *faq], wiring=wiring) == 2
    assert f"{questions}:2: " in capsys.readouterr().err


def test_a_broken_training_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder is there, and a file in it is broken."""
    pytest.importorskip("lightgbm", reason="training needs the train extra")
    data = write_labelled(tmp_path)
    (data / "mainfranken.jsonl").write_text("kaputt\n", encoding="utf-8")
    assert main(["train", "--data", str(data)]) == 1
    assert capsys.readouterr().err == f"{data / 'mainfranken.jsonl'}:1: Kein gültiges JSON in UTF-8\n"


def test_results_never_overwrite_the_questions(wiring: Wiring, faq: list[str], tmp_path: Path) -> None:
    """The same file for both is refused."""
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"query": "a"}\n', encoding="utf-8")
    assert main(["eval", "--questions", str(questions), "--out", str(questions), *faq], wiring=wiring) == 2
    assert questions.read_text(encoding="utf-8") == '{"query": "a"}\n'


def test_check_finds_schema_errors(wiring: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every finding with its place; exit code 1."""
    broken = tmp_path / "kaputt.yaml"
    broken.write_text("entries:\n  - id: a\n    question: A?\n    answer: ''\n", encoding="utf-8")
    assert main(["check", "--faq", str(broken)], wiring=wiring) == 1
    assert re.search(r"kaputt\.yaml:4:\d+: ", capsys.readouterr().out)


def test_check_says_how_long_it_takes_and_what_it_looked_at(
    wiring: Wiring, tiny_faq: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, whether a terminal is there or not; the findings alone stand in the output."""
    main(["check", "--faq", str(tiny_faq)], wiring=wiring)
    out, err = capsys.readouterr()
    start, done = err.splitlines()
    wordings = sum(len(entry.phrasings) for entry in load_faq(tiny_faq).entries)
    assert start.startswith(f"Ich prüfe {wordings} Formulierungen")
    assert done.startswith(f"Geprüft. Einträge: 2, Formulierungen: {wordings}, ")
    counts = [int(number) for number in re.findall(r"(?:Fehler|Warnungen|Hinweise): (\d+)", done)]
    assert sum(counts) == out.count("\n") > 0


def test_a_broken_faq_is_told_before_asking(wiring: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`ask` names the place as `check` does; exit code 2."""
    broken = tmp_path / "kaputt.yaml"
    broken.write_text("entries: 3\n", encoding="utf-8")
    assert main(["ask", "x", "--faq", str(broken)], wiring=wiring) == 2
    assert "kaputt.yaml:1:" in capsys.readouterr().err


def test_the_schema_is_printed(wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    """Editors get completion from it."""
    assert main(["check", "--schema"], wiring=wiring) == 0
    assert "entries" in json.loads(capsys.readouterr().out)["properties"]


def log_questions() -> None:
    """Fill the question log."""
    settings = load_settings(env_file=None)
    database = Database.at(settings.database_path)
    upgrade(database)
    chats = SqlChats(database, "console")
    nearest = (Candidate("beschluss", 0.2),)
    texts = ("=Was kostet das?", "das kostet =was", "Wann?")
    questions = tuple(
        Question(n, NOW, text, "fallback", "gate", None, 0.2, nearest, "f", "m") for n, text in enumerate(texts)
    )
    picked = Question(9, NOW, "welche?", "clarify", "margin", None, 0.4, nearest, "f", "m")
    outcome = Outcome(ChatState(), (*questions, picked), (Mark(9, Feedback.PICKED),))
    chats.commit("c", 0, outcome, NOW)
    database.close()


def test_unanswered_lists_the_most_frequent_first(
    wiring: Wiring, tiny_faq: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a table and as CSV that no spreadsheet runs."""
    monkeypatch.setenv("FAQ_PATH", str(tiny_faq))
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["unanswered"], wiring=wiring) == 0
    assert "blieb keine Frage offen" in capsys.readouterr().out
    log_questions()
    assert main(["unanswered"], wiring=wiring) == 0
    assert "Was kostet das?" in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "50")
    assert main(["unanswered"], wiring=wiring) == 0
    assert "…" not in capsys.readouterr().out
    assert main(["unanswered", "--csv"], wiring=wiring) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("\ufeffanzahl;zuletzt;beispiele")
    assert rows[1].startswith("1;2026-11-22 10:30;'=Was kostet das?;beschluss;0.20") or rows[1].startswith("2;")
    assert "welche?" not in "\n".join(rows)


def test_database_verbs(wiring: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Create, back up, refuse to overwrite, prune."""
    target = tmp_path / "kopie.sqlite"
    assert main(["db", "backup", str(target)], wiring=wiring) == 1
    assert main(["db", "upgrade"], wiring=wiring) == 0
    assert main(["db", "backup", str(target)], wiring=wiring) == 0
    assert main(["db", "backup", str(target)], wiring=wiring) == 1
    assert target.stat().st_size > 0
    assert "gibt es schon" in capsys.readouterr().err
    assert main(["privacy", "prune"], wiring=wiring) == 0
    assert "0 Fragetexte gelöscht" in capsys.readouterr().out


def test_prune_deletes_what_is_too_old(wiring: Wiring, clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> None:
    """After the retention time the texts are gone."""
    log_questions()
    clock.wait(days=31)
    assert main(["privacy", "prune"], wiring=wiring) == 0
    assert "4 Fragetexte gelöscht" in capsys.readouterr().out


def test_bad_settings_are_one_line(
    wiring: Wiring, faq: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Key, value and what is allowed; exit code 2."""
    monkeypatch.setenv("MAX_WRONG_ANSWER_RATE", "2")
    assert main(["ask", "x", *faq], wiring=wiring) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("verb", [["ask", "x"], ["check"]])
@pytest.mark.parametrize("level", ["WARNING", "DEBUG"])
def test_what_nobody_expected_is_one_line(
    faq: list[str],
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    verb: list[str],
    level: str,
) -> None:
    """A fault of the program itself shows no traceback and no words of a citizen."""

    def broken(*_: object) -> None:
        raise RuntimeError("Geheimnis")

    monkeypatch.setenv("LOG_LEVEL", level)
    assert main([*verb, *faq], wiring=Wiring(clock, broken)) == 1  # type: ignore[arg-type]
    err = capsys.readouterr().err
    assert "RuntimeError" in err
    assert "Geheimnis" not in err


def run(arguments: list[str], tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as an operator does, with an empty input."""
    own = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var"), **environment}
    command = [sys.executable, str(ROOT / "run_bot.py"), *arguments]
    return subprocess.run(
        command, input="", env=own, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], "Aufruf: run_bot.py [OPTIONEN] BEFEHL [ANGABEN]..."),
        (["ask", "-h"], "FRAGE  Die Frage.  [nötig]"),
        (["db", "--help"], "Datenbank: anlegen"),
        (["unanswered", "--help"], "[sonst 30]"),
        (["tickets", "show", "--help"], "NUMMER  Nummer des Falls.  [nötig]"),
        (["staff", "add", "--help"], "-h, --help    Zeigt diese Hilfe."),
    ],
)
def test_help_is_german(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The texts of the verbs, and what stands around them."""
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert said in out
    assert not re.search(r"Usage|OPTIONS|Options|Commands|Arguments|exit|required|default|<", out)


def test_the_end_waits_for_nothing() -> None:
    """Neither for threads, nor for a search for garbage: on a busy machine that took more than five seconds."""
    program = "import runpy, sys, threading, time; threading.Thread(target=time.sleep, args=(100,)).start();"
    program += f"sys.argv = ['run_bot.py', '--help']; runpy.run_path({str(ROOT / 'run_bot.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=50, check=True)
    assert b"run_bot.py" in done.stdout


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path: Path, tiny_faq: Path) -> None:
    """The chat ends with one line on stderr."""
    (tmp_path / "datei").write_text("", encoding="utf-8")
    done = run(["chat"], tmp_path, DATA_DIR=str(tmp_path / "datei" / "x"), FAQ_PATH=str(tiny_faq))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "lässt sich nicht" in done.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the place of a small FAQ and its index, for the whole program with its matcher."""
    place = tmp_path_factory.mktemp("klein")
    (place / "faq.yaml").write_text(TINY_FAQ, encoding="utf-8")
    return place


def test_run_without_a_token_answers_the_pipe(small: Path) -> None:
    """Without a verb and without a token the terminal chat opens and says so."""
    command = [sys.executable, str(ROOT / "run_bot.py")]
    own = {"PATH": os.environ["PATH"], "DATA_DIR": str(small), "FAQ_PATH": str(small / "faq.yaml")}
    given = "Wer hat die Strategie beschlossen?\n"
    done = subprocess.run(
        command,
        input=given,
        env=own,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0
    assert "Der Gemeinderat hat sie beschlossen." in done.stdout
    assert "TELEGRAM_BOT_TOKEN ist nicht gesetzt" in done.stderr
    assert "\x1b" not in done.stdout


def test_check_looks_at_every_phrasing(small: Path) -> None:
    """Findings carry their place."""
    done = run(["check", "--faq", str(small / "faq.yaml")], small, DATA_DIR=str(small))
    assert done.returncode in (0, 1)
    assert len(done.stderr.splitlines()) == 2, "start and end alone: no warning, no progress without a terminal"
    assert all(re.match(r".*faq\.yaml:\d+:\d+: ", line) for line in done.stdout.splitlines())


def test_ask_explains_itself(small: Path) -> None:
    """--explain adds German lines below the reply."""
    arguments = ["ask", "wer hat beschlosen", "--explain", "--faq", str(small / "faq.yaml")]
    done = run(arguments, small, DATA_DIR=str(small))
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 3


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_mistake(tmp_path: Path, closed: str) -> None:
    """As a scheduler may start the program."""
    line = f'exec "{sys.executable}" run_bot.py check --schema {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_address_of_a_database_that_makes_no_sense_is_told(tmp_path: Path) -> None:
    """By the setting's name."""
    done = run(["db", "status"], tmp_path, DATABASE_URL="postgresql://amt@localhost/faq?port=abc")
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL: ")
