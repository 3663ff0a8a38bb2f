"""What is wrong with an FAQ file, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "hint"]
"""A hint is worth a look and no reason to fail."""


@dataclass(frozen=True, order=True)
class Finding:
    """One German sentence about one place in a file; findings sort by place."""

    file: str
    line: int
    """1-based."""
    column: int
    """1-based, counted in characters."""
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        """Say it the way editors and compilers do: file:line:column: message."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"

    @property
    def fails(self) -> bool:
        """Tell whether a check with this finding has failed."""
        return self.level != "hint"


class FaqError(Exception):
    """The FAQ file cannot be used; `findings` holds every reason, sorted by place."""

    findings: tuple[Finding, ...]

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the findings, sorted by place; the message holds one line for each."""
        self.findings = tuple(sorted(set(findings)))
        super().__init__("\n".join(map(str, self.findings)))


class DataError(Exception):
    """A file of training questions cannot be used; the message says which line and why."""


class ModelFileError(ValueError):
    """A file of the models is not what it should be; the message is its path."""
