"""How a verb of the command line begins and ends: settings and parts, exit codes, and one line for what goes wrong."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import structlog
import typer

from bot import logs, verbs
from bot.bootstrap import PRODUCTION, App, Wiring
from bot.errors import BotError
from bot.reasons import reason
from bot.settings import Settings, load_settings, useless_keys
from intents.errors import FaqError


def open_streams() -> None:
    """Have three streams that take any text, also where whoever started the program closed them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name) or Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - for good
        setattr(sys, name, stream)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def finish(work: Callable[[], int]) -> NoReturn:
    """Do the work and end with its exit code; what goes wrong is told in one line."""
    raise typer.Exit(_code(work))


def leave(code: int) -> NoReturn:
    """End the process at once: neither threads that wait for others, nor a last search of all models for garbage.

    Both may take longer than the five seconds in which the bot is to stop.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


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


def wiring_of(context: typer.Context) -> Wiring:
    """Return the parts, of which a test may have put in some."""
    wiring = context.find_object(Wiring)
    return wiring or PRODUCTION


def settings_of() -> Settings:
    """Read the settings, name what is none, and log as they say; raises SettingsError."""
    settings = load_settings()
    for line in useless_keys():
        verbs.say(line)
    logs.configure(settings.log_level, settings.log_format)
    return settings


def app_of(context: typer.Context, faq: Path | None = None) -> App:
    """Return settings, parts and content; raises BotError and FaqError."""
    return App.from_settings(settings_of(), wiring_of(context), faq)
