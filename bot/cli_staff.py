"""The verb `staff` of the command line: accounts for the staff pages."""

from typing import Annotated

import typer

from bot import staff_verbs
from bot.cli_ending import finish, settings_of, wiring_of
from bot.usage import Verbs

staff = Verbs(help="Konten für die Seiten der Auswertung.")

Name = Annotated[str, typer.Argument(help="Name des Kontos.", metavar="NAME")]
_ROLE = {"help": "lesen, bearbeiten, veröffentlichen oder verwalten.", "metavar": "ROLLE"}


@staff.command("add")
def add(context: typer.Context, name: Name, role: Annotated[str, typer.Option(**_ROLE)]) -> None:
    """Legt ein Konto an und nennt einmal sein Erstpasswort."""
    finish(lambda: staff_verbs.add(settings_of(), wiring_of(context), name, role))


@staff.command("list")
def show() -> None:
    """Zeigt alle Konten."""
    finish(lambda: staff_verbs.show(settings_of()))


@staff.command("role")
def set_role(context: typer.Context, name: Name, role: Annotated[str, typer.Argument(**_ROLE)]) -> None:
    """Ändert, was ein Konto darf."""
    finish(lambda: staff_verbs.set_role(settings_of(), wiring_of(context), name, role))


@staff.command("lock")
def lock(context: typer.Context, name: Name) -> None:
    """Sperrt ein Konto und beendet seine Sitzungen."""
    finish(lambda: staff_verbs.set_locked(settings_of(), wiring_of(context), name, locked=True))


@staff.command("unlock")
def unlock(context: typer.Context, name: Name) -> None:
    """Hebt die Sperre eines Kontos auf."""
    finish(lambda: staff_verbs.set_locked(settings_of(), wiring_of(context), name, locked=False))


@staff.command("reset")
def reset(context: typer.Context, name: Name) -> None:
    """Gibt einem Konto ein neues Erstpasswort und beendet seine Sitzungen."""
    finish(lambda: staff_verbs.reset(settings_of(), wiring_of(context), name))


@staff.command("remove")
def remove(context: typer.Context, name: Name) -> None:
    """Löscht ein Konto; was es getan hat, bleibt im Protokoll."""
    finish(lambda: staff_verbs.remove(settings_of(), wiring_of(context), name))
