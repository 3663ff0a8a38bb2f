"""The log: one line for each event on stderr; never a citizen's words, never a secret."""

import logging
import re
import sys
from collections.abc import Sequence
from contextlib import suppress

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_TOKEN = re.compile(r"\d{3,}:[\w-]{8,}", re.ASCII)
"""A bot token, wherever it stands: in an address («/bot123:abc…/getMe»), in an error, in a setting."""
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
"""User and password in an address."""

_CHATTY = ("httpx", "httpcore")
"""They log addresses, and so the token, at INFO."""


def configure(level: str, form: str = "lines") -> None:
    """Log to stderr from this level on, as lines of key=value or of JSON."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _Masked(_RENDERERS[form]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: _Patient(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers = [*(each for each in root.handlers if not isinstance(each, _Libraries)), _Libraries()]


def masked(text: str) -> str:
    """Return a text without anything that looks like a token or a password in an address."""
    return _CREDENTIALS.sub("***@", _TOKEN.sub("***", text))


def places(error: BaseException) -> str:
    """Return where an error arose, without its message, which may quote a citizen."""
    found = []
    trace = error.__traceback__
    while trace:
        found.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(found)


class _Patient(structlog.PrintLogger):
    """Writes lines; where that fails, as on a full disk, the line is lost and the bot goes on."""

    def msg(self, message: str) -> None:
        """Write a line."""
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = msg


class _Masked:
    """Writes an event, and then takes out what must not stand in a log."""

    def __init__(self, renderer: Processor) -> None:
        self._renderer = renderer

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> str:
        """Return the line."""
        return masked(str(self._renderer(logger, name, event)))


_KEYS: Sequence[str] = ("timestamp", "level", "event")
_RENDERERS: dict[str, Processor] = {
    "lines": structlog.processors.LogfmtRenderer(key_order=_KEYS),
    "json": structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
}


class _Libraries(logging.Handler):
    """Tells the warnings of libraries without their values: these may be what a citizen wrote."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """Log the sentence as the library wrote it, its first line alone, and the error's name."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        sentence = str(record.msg).split("\n", 1)[0]
        more = {"error": error} if error else {}
        structlog.get_logger(record.name).log(record.levelno, "library", name=record.name, says=sentence, **more)
