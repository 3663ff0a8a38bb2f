"""How the lint words what it finds."""

from __future__ import annotations

from intents.errors import Finding, Level
from intents.faq import FaqBase
from intents.messages import say

Spot = tuple[str, str, int]
"""Entry id, field, index: a key of `FaqBase.positions`."""


def hint(faq: FaqBase, spot: Spot, key: str, *, level: Level = "warning", **values: object) -> Finding:
    """Make a finding from the sentence `lint.key` of messages.yaml."""
    place = faq.position(*spot)
    message = say(f"lint.{key}", entry=spot[0], **values)
    start = say("lint.hint") if level == "hint" else ""
    return Finding(faq.name, place.line, place.column, start + message, level)
