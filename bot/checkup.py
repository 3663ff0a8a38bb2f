"""Looks at everything the bot needs, for «doctor»: gathers the facts that doctor.py judges."""

import errno
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.bootstrap import Wiring, connect, telegram_options
from bot.channels.telegram.checks import look
from bot.clock import city_day
from bot.doctor import FAIL, Check, bad_faq_check, contact_checks, disk_check, faq_check, said, telegram_checks
from bot.errors import BotError, SettingsError, WebError
from bot.faq_file import AUTHOR
from bot.ports import FaqVersions
from bot.reasons import reason
from bot.settings import ENV_FILE, Settings, useless_keys
from bot.store.checks import check_writable, is_led, is_running
from bot.store.database import Database
from bot.store.faq_versions import SqlFaqVersions
from intents.errors import FaqError, ModelFileError
from intents.faq import load_faq

_OTHERS = 0o077
"""Rights of everybody but the owner."""


def refused(error: SettingsError) -> list[Check]:
    """Return what can be said when the settings cannot be read."""
    return [said("settings", "bad", reason=line) for line in str(error).splitlines()]


def examine(settings: Settings, wiring: Wiring, *, env_file: Path = ENV_FILE) -> Iterator[Check]:
    """Look at everything, one part after the other; a part that fails keeps no other from being looked at."""
    yield _settings(env_file)
    yield from (said("settings", "unknown", reason=line) for line in useless_keys(env_file))
    yield from _models(settings)
    with closing(connect(settings)) as database:
        form, is_current = _form(database)
        yield form
        yield from _faq(settings, wiring, SqlFaqVersions(database) if is_current else None)
        is_busy = form.state != FAIL and _is_busy(database)
        if form.state != FAIL:
            yield said("run", "busy" if is_busy else "idle")
    yield from _ports(settings, is_busy=is_busy)
    yield from _disks(settings)
    yield from _telegram(settings, wiring)


def _settings(env_file: Path) -> Check:
    """Find secrets that others may read."""
    try:
        is_open = bool(env_file.stat().st_mode & _OTHERS)
    except OSError:
        is_open = False
    return said("settings", "open" if is_open else "fine", path=env_file)


def _models(settings: Settings) -> Iterator[Check]:
    """Load models and encoders as the bot would."""
    from intents.encoder import EncoderError, EncoderWarning
    from intents.models import load_models

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", EncoderWarning)
        try:
            models = load_models(settings.models_dir, wanted=settings.encoders)
            models.check()
        except EncoderError as error:
            yield said("encoders", "refused", reason=error)
            return
        except OSError as error:
            yield said("models", "missing", reason=f"{error.filename}: {reason(error)}")
            return
        except ModelFileError as error:
            yield said("models", "broken", reason=error)
            return
    yield said("models", "fine", hash=models.hash)
    left_out = [str(each.message) for each in caught if issubclass(each.category, EncoderWarning)]
    yield said("encoders", "left-out", reason=left_out[0]) if left_out else said("encoders", "fine")


def _form(database: Database) -> tuple[Check, bool]:
    """Look at the database's form and whether it can be written; tell as well whether its tables can be used."""
    from bot.store.migrate import status

    try:
        found = status(database)
        if found.is_current:
            check_writable(database)
    except BotError as error:
        return said("database", "unusable", reason=error), False
    values = {"place": database.place, "found": found.found or "«leer»", "revision": found.newest}
    if found.is_current:
        return said("database", "fine", **values), True
    if database.is_server:
        return said("database", "not-ready", **values), False
    return (said("database", "old", **values) if found.found else _missing(database.path)), False


def _missing(path: Path) -> Check:
    """Tell whether a SQLite file can be made."""
    folder = _existing(path.parent)
    key = "new" if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) else "no-room"
    return said("database", key, place=path, folder=folder)


def _faq(settings: Settings, wiring: Wiring, versions: FaqVersions | None) -> Iterator[Check]:
    """Load the file, and compare it with the published form; without a usable database there is none to be seen."""
    from intents.lint import lint

    active = versions.active() if versions else None
    try:
        faq = load_faq(settings.faq_path)
    except FaqError as error:
        yield bad_faq_check(error, active)
        return
    findings = len(lint(faq, today=city_day(wiring.clock.now())))
    yield faq_check(faq, findings, active, versions.last_hash(AUTHOR) if versions else None)
    yield from contact_checks(faq, hands_over=settings.staff_group_id is not None)


def _is_busy(database: Database) -> bool:
    """Look for a bot on the same database."""
    return is_led(database) if database.is_server else is_running(database.path)


def _ports(settings: Settings, *, is_busy: bool) -> Iterator[Check]:
    """Try to listen where the bot will; a running one does so already."""
    yield _port("INTERNAL", settings.internal_host, settings.internal_port, is_busy=is_busy)
    if settings.webhook_url:
        yield _port("PUBLIC", settings.public_host, settings.public_port, is_busy=is_busy)


def _port(side: str, host: str, port: int, *, is_busy: bool) -> Check:
    """Take a port for a moment."""
    from bot.web.serving import bound_to

    try:
        bound_to(host, port, side).close()
    except WebError as error:
        if getattr(error.__cause__, "errno", None) != errno.EADDRINUSE:
            return said("ports", "bad", reason=error)
        return said("ports", "own" if is_busy else "taken", side=side, port=port)
    return said("ports", "free", side=side, port=port)


def _telegram(settings: Settings, wiring: Wiring) -> Iterator[Check]:
    """Ask Telegram, if there is a token."""
    options = telegram_options(settings)
    if options is None:
        yield said("telegram", "no-token")
        return
    facts = look(options, wiring.clock, settings.staff_group_id)
    yield from telegram_checks(facts, api=options.api_url, webhook=options.webhook.url if options.webhook else None)


def _disks(settings: Settings) -> Iterator[Check]:
    """Look at the disk of the data folder, and at that of the database if it is another."""
    growing = [settings.data_dir] if settings.server_url else [settings.data_dir, settings.database_path.parent]
    disks: dict[int, Path] = {}
    for folder in map(_existing, growing):
        disks.setdefault(folder.stat().st_dev, folder)
    for folder in disks.values():
        yield disk_check(shutil.disk_usage(folder).free, folder)


def _existing(folder: Path) -> Path:
    """Return the folder, or what is nearest above it."""
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())
