"""Looks through `.env` for what would be lost without a word: broken lines, and keys that mean nothing."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv.parser import Binding, parse_stream

ENCODING = "utf-8-sig"
"""UTF-8, also as some editors write it, with a mark in front."""


def broken_lines(path: Path | None) -> list[str]:
    """Name the lines that cannot be read; never what stands in them, it may be a secret."""
    return [
        f"{path}, Zeile {_line(binding)}: nicht lesbar. Erlaubt ist: SCHLÜSSEL=WERT, mit schließendem "
        "Anführungszeichen, wo eines beginnt; oder eine Zeile, die mit # beginnt."
        for binding in _bindings(path)
        if binding.error or (binding.key and binding.value is None)
    ]


def unknown_keys(path: Path | None, known: Collection[str]) -> list[str]:
    """Name the keys that are no setting."""
    return [
        f"{path}, Zeile {_line(binding)}: Die Einstellung {binding.key} gibt es nicht; sie gilt nicht."
        f"{_nearest(binding.key, known)}"
        for binding in _bindings(path)
        if binding.key and binding.key.upper() not in known
    ]


def _bindings(path: Path | None) -> Iterator[Binding]:
    """Read the file; one that is not there is empty."""
    if path and path.is_file():
        with path.open(encoding=ENCODING) as stream:
            yield from parse_stream(stream)


def _line(binding: Binding) -> int:
    """Return where it stands; the parser counts from the empty lines above it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _nearest(key: str, known: Collection[str]) -> str:
    """Name the setting that was probably meant."""
    found = get_close_matches(key.upper(), known, n=1, cutoff=0.8)
    return f" Meinten Sie {found[0]}?" if found else ""
