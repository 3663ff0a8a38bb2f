"""The log: one line of key=value on stderr; never a citizen's words, never a token."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Log to stderr from this level on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def places(error: BaseException) -> str:
    """Return where an error arose, without its message, which may quote a citizen."""
    found = []
    trace = error.__traceback__
    while trace:
        found.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(found)
