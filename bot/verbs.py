"""What the verbs of the command line do; each returns the exit code."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot import logs
from bot.bootstrap import (
    App,
    Wiring,
    back_up,
    database_status,
    forget_old,
    lint_file,
    logged_questions,
    open_database,
    progress_line,
    sole_run,
    talk,
    telegram_options,
    upgrade_database,
)
from bot.channels.console import plain_reply
from bot.channels.safe import neutral
from bot.drafts import Gate
from bot.errors import QuestionFileError, SettingsError
from bot.jsonout import decision_to_json
from bot.questionfile import AskedQuestion, read_questions
from bot.reasons import reason
from bot.rehearsal import decide_all, played, replies_to
from bot.review import COLUMNS, OpenGroup, row, to_csv, unanswered
from bot.settings import Settings, load_settings
from bot.understanding import train_models
from intents.decision import Decision
from intents.errors import FaqError, Finding
from intents.faq_schema import json_schema

OK, FINDING, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""


def run(app: App) -> int:
    """Run the bot on Telegram; without a token say so, and hold a chat here."""
    options = telegram_options(app.settings)
    with sole_run(app.settings):
        if options is None:
            say(app.texts.console_no_token)
            talk(app)
        else:
            from bot.running import serve_telegram  # Telegram and web libraries, which no other verb needs

            say(app.texts.console_starting)
            texts = app.texts
            serve_telegram(app, options, lambda: say(texts.console_connecting), lambda: say(texts.console_ready))
    return OK


def serve_pages(app: App) -> int:
    """Serve the staff pages and the health checks alone, beside a running bot."""
    from bot.running import serve_web  # web libraries, which no other verb needs

    place = f"http://{app.settings.internal_host}:{app.settings.internal_port}{app.settings.root_path}/staff/"
    say(f"Die Seiten werden vorbereitet: {place}")
    serve_web(app, ready=lambda: say("Die Seiten sind bereit."))
    return OK


def chat(app: App) -> int:
    """Hold a terminal chat."""
    talk(app)
    return OK


def ask(app: App, text: str, after: Sequence[str], *, as_json: bool, explain: bool) -> int:
    """Decide one question and print the decision or what a citizen would read."""
    understanding = app.understanding()
    decision = next(decide_all(app.situation(), [AskedQuestion(text, after=tuple(after))], understanding))
    if as_json:
        print_json(decision_to_json(decision))
        return OK
    before = played(app.situation(), after, understanding.match)
    shown = [plain_reply(reply) for reply in replies_to(before, text, decision)]
    if explain:
        shown += ["\n".join(part.explanation) for part in decision.parts or (decision,)]
    print("\n\n".join(map(neutral, shown)))
    return OK


def evaluate(app: App, questions: Path, out: Path | None, *, as_json: bool) -> int:
    """Decide a file of questions, write the results, print the figures."""
    from intents.evaluate import summarise

    asked = read_questions(questions)
    if out and out.exists() and out.samefile(questions):
        raise QuestionFileError(f"{out}: --out und --questions sind dieselbe Datei")
    decided = _with_progress(decide_all(app.situation(), asked, app.understanding()), len(asked))
    decisions = list(_written(decided, out) if out else decided)
    figures = summarise([(d, q.expected) for d, q in zip(decisions, asked, strict=True)])
    if as_json:
        print_json(json.dumps({**figures, "decisions": _counts(decisions)}, ensure_ascii=False))
    else:
        _print_figures(app, figures, decisions, labelled=any(q.expected is not None for q in asked))
    return OK


def check(settings: Settings, wiring: Wiring, faq: Path | None, tests: Path | None = None) -> int:
    """Print every finding in an FAQ file with its place; hints alone are no failure."""
    path = faq or settings.faq_path
    if tests and not tests.is_dir():
        say(f"{tests}: Verzeichnis nicht gefunden")
        return USAGE
    try:
        app = App.from_settings(settings, wiring, faq)
    except FaqError as error:
        if not (path.is_file() and os.access(path, os.R_OK)):
            raise
        return _show_findings(error.findings)
    wordings = _grouped(sum(len(entry.phrasings) for entry in app.faq.entries))
    say(app.texts.check_start.format(formulierungen=wordings))
    findings = lint_file(app, path, tests)
    code = _show_findings(findings)
    levels = Counter(finding.level for finding in findings)
    counts = {"fehler": levels["error"], "warnungen": levels["warning"], "hinweise": levels["hint"]}
    say(app.texts.check_done.format(eintraege=_grouped(len(app.faq.entries)), formulierungen=wordings, **counts))
    return code


def gate(settings: Settings, wiring: Wiring, job: str | None) -> int:
    """Check the draft of the FAQ, and print what it would change."""
    from bot.gatekeeper import check_draft

    found = check_draft(settings, wiring, job)
    if job is None:
        _show_gate(found)
    return FINDING if found.errors else OK


def _show_gate(found: Gate) -> None:
    fresh = [each for each in found.result["findings"] if each["new"]]
    for each in fresh:
        print(f"Zeile {each['line']}, Spalte {each['column']}: {each['message']}")
    missed = sum(not each["ok"] for each in found.result["wordings"])
    changed = sum(len(each["questions"]) for each in found.result["impact"])
    print(
        f"Entwurf geprüft: {len(fresh)} neue Befunde, {missed} von {len(found.result['wordings'])} Formulierungen"
        f" verfehlen ihren Eintrag. Ändert {changed} der letzten {found.result['asked']} Fragen."
    )


def _show_findings(findings: Sequence[Finding]) -> int:
    """Print findings; return the exit code that they amount to."""
    for finding in findings:
        print(finding)
    sys.stdout.flush()
    return FINDING if any(finding.fails for finding in findings) else OK


def _grouped(count: int) -> str:
    """Write a number with dots between the thousands."""
    return f"{count:,}".replace(",", ".")


def show_schema() -> int:
    """Print the JSON Schema of FAQ files."""
    print_json(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return OK


def train(settings: Settings, data: Path) -> int:
    """Rebuild the models from labelled public questions."""
    if not data.is_dir():
        say(f"{data}: Verzeichnis nicht gefunden")
        return USAGE
    train_models(settings, data)
    return OK


def show_unanswered(app: App, *, days: int, as_csv: bool) -> int:
    """Print what stayed unanswered, grouped."""
    database = open_database(app.settings)
    try:
        questions = logged_questions(database, days, app.wiring.clock)
    finally:
        database.close()
    groups = unanswered(questions, app.understanding().lemma_key) if questions else []
    if as_csv:
        print_bytes(to_csv(groups).encode("utf-8-sig", errors="replace"))
    else:
        _print_groups(groups, days)
    return OK


def cluster_questions(settings: Settings, wiring: Wiring, job: str | None) -> int:
    """Group the questions of the review list."""
    from bot.clustering import cluster

    tell = progress_line("Fragen werden zusammengefasst: {prozent} %") if sys.stderr.isatty() else _silent
    new, moved = cluster(settings, wiring, job, tell)
    if job is None:
        print(f"{_grouped(new)} neue Fragen, {_grouped(moved)} in eine andere Gruppe eingeordnet")
    return OK


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def migrate_database(settings: Settings) -> int:
    """Create or migrate the database."""
    print(f"{upgrade_database(settings)}: auf dem neuesten Stand")
    return OK


def show_database_status(settings: Settings) -> int:
    """Print in which form the database is; a finding when something has to be done."""
    place, status = database_status(settings)
    if status.is_current:
        print(f"{place}: auf dem neuesten Stand ({status.newest})")
        return OK
    print(f"{place}: {status.found or 'keine Tabellen'}, nötig ist {status.newest}. Bitte «db upgrade» ausführen.")
    return FINDING


def back_up_database(settings: Settings, target: Path) -> int:
    """Copy the database."""
    print(f"{back_up(settings, target)}: geschrieben")
    return OK


def prune(settings: Settings, wiring: Wiring) -> int:
    """Delete question texts whose time is over."""
    database = open_database(settings)
    try:
        count = forget_old(database, settings, wiring.clock)
    finally:
        database.close()
    print(f"{count} Fragetexte gelöscht (älter als {settings.question_retention_days} Tage)")
    return OK


def doctor(wiring: Wiring, *, as_json: bool) -> int:
    """Print what is wrong and how to mend it."""
    from bot import checkup, doctor  # it brings the client for Telegram, which other verbs do not need

    try:
        settings = load_settings()
    except SettingsError as error:
        checks = checkup.refused(error)
    else:
        logs.configure(settings.log_level, settings.log_format)
        checks = list(checkup.examine(settings, wiring))
    if as_json:
        print_json(neutral(json.dumps(doctor.as_json(checks), ensure_ascii=False)))
    else:
        print("\n".join(map(neutral, doctor.as_lines(checks))))
    return FINDING if doctor.has_failed(checks) else OK


def say(line: str) -> None:
    """Print a line for the person at the shell, apart from the program's output; nobody may be there to read it."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def _written(decisions: Iterator[Decision], out: Path) -> Iterator[Decision]:
    """Write each decision as a line while it passes."""
    try:
        with out.open("w", encoding="utf-8") as file:
            for decision in decisions:
                file.write(decision_to_json(decision) + "\n")
                file.flush()
                yield decision
    except OSError as error:
        raise QuestionFileError(f"{out}: nicht schreibbar: {reason(error)}") from error


def _with_progress(decisions: Iterator[Decision], total: int) -> Iterator[Decision]:
    """Count on stderr for a person who waits."""
    for done, decision in enumerate(decisions, start=1):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done}/{total}" + ("\n" if done == total else ""))
        yield decision


def _counts(decisions: Sequence[Decision]) -> dict[str, int]:
    """Return how often each kind of decision was taken."""
    return dict(sorted(Counter(decision.kind.value for decision in decisions).items()))


def _print_figures(app: App, figures: dict[str, float | int], decisions: Sequence[Decision], *, labelled: bool) -> None:
    """Print the figures, a line each; without labels only how the questions were decided."""
    for key, value in figures.items():
        if labelled or key == "n":
            shown = str(value) if isinstance(value, int) else f"{value:.3f}"
            print(f"{shown:>7}  {app.texts.figures.get(key, key)}")
    for kind, count in _counts(decisions).items():
        print(f"{count:>7}  {kind}")


def print_json(text: str) -> None:
    """Print JSON, which is UTF-8 whatever encoding the terminal has."""
    print_bytes(f"{text}\n".encode(errors="backslashreplace"))


def print_bytes(content: bytes) -> None:
    """Print bytes as they are, whatever encoding the terminal has."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _print_groups(groups: Sequence[OpenGroup], days: int) -> None:
    """Print the groups as a table."""
    if not groups:
        print(f"In den letzten {days} Tagen blieb keine Frage offen.")
        return
    table = Table(*(Column(name, overflow="fold") for name in COLUMNS))
    for group in groups:
        table.add_row(*(Text(neutral(cell)) for cell in row(group)))
    Console(highlight=False).print(table)
