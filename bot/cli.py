"""The command line: verbs, options, exit codes 0 ok, 1 finding, 2 usage."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from bot import case_verbs, verbs
from bot.bootstrap import PRODUCTION, Wiring
from bot.cli_ending import app_of as _app
from bot.cli_ending import finish as _finish
from bot.cli_ending import open_streams
from bot.cli_ending import settings_of as _settings
from bot.cli_ending import wiring_of as _wiring
from bot.cli_staff import staff
from bot.usage import Verbs, usage_message

HELP = {"help_option_names": ["-h", "--help"]}

app = Verbs(
    help="FAQ-Bot einer Stadt: antwortet sicher oder gar nicht.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=HELP,
)
database = Verbs(help="Datenbank: anlegen, umstellen, sichern.")
privacy = Verbs(help="Datenschutz: löschen, was nicht mehr gebraucht wird.")
app.add_typer(database, name="db")
app.add_typer(privacy, name="privacy")
tickets = Verbs(help="Fälle, die an Menschen übergeben wurden.")
app.add_typer(tickets, name="tickets")
app.add_typer(staff, name="staff")

Faq = Annotated[Path | None, typer.Option("--faq", help="FAQ-Datei; sonst FAQ_PATH.", metavar="DATEI")]
AsJson = Annotated[bool, typer.Option("--json", help="Ausgabe als JSON.")]


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
    after: Annotated[
        list[str] | None, typer.Option(help="Was vorher gesagt wurde; mehrfach möglich.", metavar="TEXT")
    ] = None,
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


def main(arguments: Sequence[str] | None = None, *, wiring: Wiring = PRODUCTION) -> int:
    """Run a command line and return its exit code."""
    open_streams()
    try:
        given = None if arguments is None else list(arguments)
        code = app(given, prog_name="run_bot.py", obj=wiring, standalone_mode=False)
    except TyperException as error:
        verbs.say(usage_message(error))
        return verbs.USAGE
    return code if isinstance(code, int) else verbs.OK
