"""The command line: verbs, options, exit codes 0 ok, 1 finding, 2 usage."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from typer.exceptions import TyperException

from bot import case_verbs, logs, staff_verbs, verbs
from bot.bootstrap import PRODUCTION, App, Wiring
from bot.errors import BotError
from bot.reasons import reason
from bot.settings import Settings, load_settings
from bot.usage import usage_message
from intents.errors import FaqError

HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    help="FAQ-Bot einer Stadt: antwortet sicher oder gar nicht.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=HELP,
)
database = typer.Typer(help="Datenbank: anlegen, umstellen, sichern.", rich_markup_mode=None)
privacy = typer.Typer(help="Datenschutz: löschen, was nicht mehr gebraucht wird.", rich_markup_mode=None)
app.add_typer(database, name="db")
app.add_typer(privacy, name="privacy")
tickets = typer.Typer(help="Fälle, die an Menschen übergeben wurden.", rich_markup_mode=None)
app.add_typer(tickets, name="tickets")

staff = typer.Typer(help="Konten für die Seiten der Auswertung.", rich_markup_mode=None)
app.add_typer(staff, name="staff")

Faq = Annotated[Path | None, typer.Option("--faq", help="FAQ-Datei; sonst FAQ_PATH.", metavar="DATEI")]
AsJson = Annotated[bool, typer.Option("--json", help="Ausgabe als JSON.")]
Name = Annotated[str, typer.Argument(help="Name des Kontos.", metavar="NAME")]
_ROLE = {"help": "lesen, bearbeiten, veröffentlichen oder verwalten.", "metavar": "ROLLE"}


@app.callback(invoke_without_command=True)
def begin(context: typer.Context) -> None:
    """FAQ-Bot einer Stadt: antwortet sicher oder gar nicht."""
    if context.invoked_subcommand is None:
        _finish(lambda: verbs.run(_app(context)))


@app.command("run")
def run(context: typer.Context) -> None:
    """Startet den Bot; ohne TELEGRAM_BOT_TOKEN das Gespräch am Bildschirm."""
    _finish(lambda: verbs.run(_app(context)))


@app.command("web")
def web(context: typer.Context) -> None:
    """Zeigt allein die Seiten der Auswertung, neben einem laufenden Bot."""
    _finish(lambda: verbs.serve_pages(_app(context)))


@app.command("chat")
def chat(context: typer.Context, faq: Faq = None) -> None:
    """Gespräch am Bildschirm; Beenden mit /ende."""
    _finish(lambda: verbs.chat(_app(context, faq)))


@app.command("ask")
def ask(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Die Frage.", metavar="FRAGE")],
    after: Annotated[list[str] | None, typer.Option(help="Was vorher gesagt wurde; mehrfach möglich.")] = None,
    faq: Faq = None,
    *,
    as_json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="Sagt, warum so entschieden wurde.")] = False,
) -> None:
    """Beantwortet eine einzelne Frage."""
    _finish(lambda: verbs.ask(_app(context, faq), text, after or (), as_json=as_json, explain=explain))


@app.command("check")
def check(
    context: typer.Context,
    faq: Faq = None,
    tests: Annotated[
        Path | None,
        typer.Option(help="Testformulierungen (üblich: tests/faq neben der FAQ-Datei).", metavar="VERZEICHNIS"),
    ] = None,
    *,
    schema: Annotated[bool, typer.Option("--schema", help="Gibt das JSON-Schema der FAQ-Datei aus.")] = False,
) -> None:
    """Prüft die FAQ-Datei; jeder Befund mit Datei, Zeile und Spalte."""
    if schema:
        _finish(verbs.show_schema)
    _finish(lambda: verbs.check(_settings(), _wiring(context), faq, tests))


@app.command("gate")
def gate(
    context: typer.Context,
    job: Annotated[str | None, typer.Option("--job", hidden=True, help="Der Auftrag der Seiten.")] = None,
) -> None:
    """Prüft den Entwurf der FAQ: Befunde, Formulierungen, Wirkung auf echte Fragen."""
    _finish(lambda: verbs.gate(_settings(), _wiring(context), job))


@app.command("eval")
def evaluate(
    context: typer.Context,
    questions: Annotated[Path, typer.Option(help="Fragen, eine je Zeile (JSON).", metavar="DATEI")],
    faq: Faq = None,
    out: Annotated[Path | None, typer.Option(help="Ergebnisse, eines je Zeile.", metavar="DATEI")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Beantwortet eine Datei von Fragen und nennt die Kennzahlen."""
    _finish(lambda: verbs.evaluate(_app(context, faq), questions, out, as_json=as_json))


@app.command("train")
def train(
    data: Annotated[Path, typer.Option(help="Verzeichnis mit den Trainingsfragen.", metavar="VERZEICHNIS")],
) -> None:
    """Baut models/ aus öffentlichen Fragen mit Lösung neu."""
    _finish(lambda: verbs.train(_settings(), data))


@app.command("unanswered")
def unanswered(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Zeitraum in Tagen, 1 bis 3650.", metavar="TAGE")] = 30,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Ausgabe als CSV.")] = False,
) -> None:
    """Zeigt, welche Fragen offen blieben; die häufigsten zuerst."""
    _finish(lambda: verbs.show_unanswered(_app(context), days=days, as_csv=as_csv))


@app.command("cluster")
def cluster(
    context: typer.Context,
    job: Annotated[str | None, typer.Option(help="Nummer eines begonnenen Laufs.", hidden=True)] = None,
) -> None:
    """Fasst ähnliche Fragen der Auswertung zu Gruppen zusammen; der laufende Bot tut es von selbst."""
    _finish(lambda: verbs.cluster_questions(_settings(), _wiring(context), job))


@app.command("doctor")
def doctor(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Prüft alles, was der Bot braucht, und sagt, was zu tun ist."""
    _finish(lambda: verbs.doctor(_wiring(context), as_json=as_json))


@database.command("upgrade")
def upgrade() -> None:
    """Legt die Datenbank an oder stellt sie um; von SQLite entsteht vorher eine Sicherung."""
    _finish(lambda: verbs.migrate_database(_settings()))


@database.command("status")
def status() -> None:
    """Sagt, ob die Datenbank umgestellt werden muss."""
    _finish(lambda: verbs.show_database_status(_settings()))


@database.command("backup")
def backup(path: Annotated[Path, typer.Argument(help="Zieldatei.", metavar="PFAD")]) -> None:
    """Sichert die Datenbank, auch während der Bot läuft."""
    _finish(lambda: verbs.back_up_database(_settings(), path))


@privacy.command("prune")
def prune(context: typer.Context) -> None:
    """Löscht Fragetexte, deren Aufbewahrungszeit um ist."""
    _finish(lambda: verbs.prune(_settings(), _wiring(context)))


@tickets.command("list")
def list_tickets(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Zeitraum in Tagen, 1 bis 3650.", metavar="TAGE")] = 30,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Ausgabe als CSV.")] = False,
) -> None:
    """Zeigt die Fälle und ihre Kennzahlen."""
    _finish(lambda: case_verbs.list_tickets(_settings(), _wiring(context), days=days, as_csv=as_csv))


@tickets.command("show")
def show_ticket(
    number: Annotated[int, typer.Argument(min=1, help="Nummer des Falls.", metavar="NUMMER")],
    out: Annotated[Path | None, typer.Option(help="Schreibt in eine Datei, für die E-Akte.", metavar="DATEI")] = None,
) -> None:
    """Zeigt einen Fall mit allem, was geschrieben wurde."""
    _finish(lambda: case_verbs.show_ticket(_settings(), number, out))


@tickets.command("export")
def export_tickets(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Schreibt in dieses Verzeichnis.", metavar="VERZEICHNIS")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="Zeitraum in Tagen, 1 bis 3650.", metavar="TAGE")] = 30,
) -> None:
    """Schreibt die Fälle als Tabelle (CSV) und jeden als Text, für die E-Akte."""
    _finish(lambda: case_verbs.export_tickets(_settings(), _wiring(context), out, days=days))


@staff.command("add")
def add_staff(context: typer.Context, name: Name, role: Annotated[str, typer.Option(**_ROLE)]) -> None:
    """Legt ein Konto an und nennt einmal sein Erstpasswort."""
    _finish(lambda: staff_verbs.add(_settings(), _wiring(context), name, role))


@staff.command("list")
def list_staff() -> None:
    """Zeigt alle Konten."""
    _finish(lambda: staff_verbs.show(_settings()))


@staff.command("role")
def set_role(context: typer.Context, name: Name, role: Annotated[str, typer.Argument(**_ROLE)]) -> None:
    """Ändert, was ein Konto darf."""
    _finish(lambda: staff_verbs.set_role(_settings(), _wiring(context), name, role))


@staff.command("lock")
def lock_staff(context: typer.Context, name: Name) -> None:
    """Sperrt ein Konto und beendet seine Sitzungen."""
    _finish(lambda: staff_verbs.set_locked(_settings(), _wiring(context), name, locked=True))


@staff.command("unlock")
def unlock_staff(context: typer.Context, name: Name) -> None:
    """Hebt die Sperre eines Kontos auf."""
    _finish(lambda: staff_verbs.set_locked(_settings(), _wiring(context), name, locked=False))


@staff.command("reset")
def reset_staff(context: typer.Context, name: Name) -> None:
    """Gibt einem Konto ein neues Erstpasswort und beendet seine Sitzungen."""
    _finish(lambda: staff_verbs.reset(_settings(), _wiring(context), name))


@staff.command("remove")
def remove_staff(context: typer.Context, name: Name) -> None:
    """Löscht ein Konto; was es getan hat, bleibt im Protokoll."""
    _finish(lambda: staff_verbs.remove(_settings(), _wiring(context), name))


def main(arguments: Sequence[str] | None = None, *, wiring: Wiring = PRODUCTION) -> int:
    """Run a command line and return its exit code."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        given = None if arguments is None else list(arguments)
        code = app(given, prog_name="run_bot.py", obj=wiring, standalone_mode=False)
    except TyperException as error:
        verbs.say(usage_message(error))
        return verbs.USAGE
    return code if isinstance(code, int) else verbs.OK


def _finish(work: Callable[[], int]) -> NoReturn:
    """Do the work and end with its exit code; what goes wrong is told in one line."""
    raise typer.Exit(_code(work))


def _code(work: Callable[[], int]) -> int:
    try:
        code = work()
        sys.stdout.flush()
    except (BotError, FaqError) as error:
        verbs.say(str(error))
        return error.exit_code if isinstance(error, BotError) else verbs.USAGE
    except BrokenPipeError:
        _close_quietly()
        return verbs.OK
    except KeyboardInterrupt:
        return verbs.INTERRUPTED
    except OSError as error:
        return _refused(error)
    except Exception as error:  # noqa: BLE001 - the last resort: one line instead of a traceback
        return _unexpected(error)
    return code


def _refused(error: OSError) -> int:
    """Tell what the operating system refused."""
    verbs.say(f"{error.filename}: {reason(error)}" if error.filename else reason(error))
    structlog.get_logger(__name__).debug("refused", at=logs.places(error))
    return verbs.FINDING


def _unexpected(error: Exception) -> int:
    """Tell that the program itself failed; where goes to the log at level DEBUG."""
    verbs.say(f"Unerwarteter Fehler ({type(error).__name__}). Mit LOG_LEVEL=DEBUG steht mehr im Protokoll.")
    structlog.get_logger(__name__).debug("unexpected", at=logs.places(error))
    return verbs.FINDING


def _close_quietly() -> None:
    """Keep the interpreter from complaining about a reader that went away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _wiring(context: typer.Context) -> Wiring:
    wiring = context.find_object(Wiring)
    return wiring or PRODUCTION


def _settings() -> Settings:
    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    return settings


def _app(context: typer.Context, faq: Path | None = None) -> App:
    return App.from_settings(_settings(), _wiring(context), faq)
