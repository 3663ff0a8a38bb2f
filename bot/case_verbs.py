"""The verbs about cases that people handle: list, show, export."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import casefile
from bot.bootstrap import Wiring, open_database
from bot.cases import Case, Folder
from bot.channels.safe import neutral
from bot.errors import BotError
from bot.reasons import reason
from bot.settings import Settings
from bot.store.cases import SqlCases
from bot.store.files import make_file, make_folder
from bot.verbs import FINDING, OK, print_bytes, say

TABLE_FILE = "faelle.csv"


def list_tickets(settings: Settings, wiring: Wiring, *, days: int, as_csv: bool) -> int:
    """Print the cases of the last days, and figures."""
    with _cases(settings) as cases:
        found = cases.all_since(wiring.clock.now() - timedelta(days=days))
    if as_csv:
        print_bytes(_table_bytes(found))
        return OK
    if found:
        Console(highlight=False).print(_table(found))
    for key, value in casefile.figures(found).items():
        print(f"{casefile.spoken(value):>7}  {casefile.FIGURES[key]}")
    return OK


def _table(cases: Sequence[Case]) -> Table:
    """Return a list of cases that fits into 80 columns: only long themes take more than a line."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in casefile.LISTED:
        table.add_column(name, no_wrap=name != casefile.LISTED[-1], overflow="fold")
    for case in cases:
        table.add_row(*(Text(neutral(cell)) for cell in casefile.short_row(case)))
    return table


def show_ticket(settings: Settings, number: int, out: Path | None) -> int:
    """Print a case with all that was written, or write it into a file."""
    with _cases(settings) as cases:
        case, links = cases.of_number(number), cases.links(number)
    if case is None:
        say(f"Fall #{number} gibt es nicht.")
        return FINDING
    if out is None:
        print(_text_of(Folder(case, links)), end="")
        return OK
    _write(out, _text_of(Folder(case, links)).encode())
    print(f"{out}: geschrieben")
    return OK


def export_tickets(settings: Settings, wiring: Wiring, out: Path, *, days: int) -> int:
    """Write the cases of the last days into a folder: a table, and each case as a text."""
    with _cases(settings) as cases:
        found = cases.all_since(wiring.clock.now() - timedelta(days=days))
        folders = [Folder(case, cases.links(case.number)) for case in found]
    _write(out / TABLE_FILE, _table_bytes(found))
    for folder in folders:
        _write(out / f"fall-{folder.case.number:05}.txt", _text_of(folder).encode())
    print(f"{out}: {len(folders)} Fälle geschrieben")
    return OK


def _text_of(folder: Folder) -> str:
    return neutral(casefile.as_text(folder.case, folder.links))


def _table_bytes(cases: tuple[Case, ...]) -> bytes:
    """Return a table as spreadsheets in German offices open it."""
    return casefile.as_csv(cases).encode("utf-8-sig", errors="replace")


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; raises BotError."""
    try:
        make_folder(path.parent)
        make_file(path)
        path.write_bytes(content)
    except OSError as error:
        raise BotError(f"{path}: nicht schreibbar: {reason(error)}") from error


@contextmanager
def _cases(settings: Settings) -> Iterator[SqlCases]:
    """Give the cases in the database."""
    with closing(open_database(settings)) as database:
        yield SqlCases(database)
