"""Collects everything that is wrong with one file."""

from __future__ import annotations

from intents.errors import FaqError, Finding
from intents.faq import Position
from intents.messages import say

MOST = 1_000
"""Further errors are counted only: a file with more is no FAQ at all."""

START = Position(1, 1)
"""Where a finding about the whole file stands."""


class Report:
    """The errors of one file, as they are met."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0
        self._findings: list[Finding] = []
        self._overflow = START

    def error(self, place: Position, key: str, *, owner: str = "", **values: object) -> None:
        """Note an error: the sentence `key` of messages.yaml, after the name of who owns the place."""
        if self._counts(place):
            self._findings.append(self._finding(place, owner + say(key, **values)))

    def complain(self, place: Position, message: str) -> None:
        """Note an error in words of its own."""
        if self._counts(place):
            self._findings.append(self._finding(place, message))

    def _counts(self, place: Position) -> bool:
        """Count an error; tell whether it is also to be worded."""
        self.count += 1
        if self.count == MOST + 1:
            self._overflow = place
        return self.count <= MOST

    def raise_errors(self) -> None:
        """Raise all errors at once, or return when there are none."""
        if self.count > MOST:
            more = say("more-errors", count=self.count - MOST)
            self._findings.append(self._finding(self._overflow, more))
        if self._findings:
            raise FaqError(self._findings)

    def _finding(self, place: Position, message: str) -> Finding:
        return Finding(self.file, place.line, place.column, message)
