"""A decision as JSON: the contract of `ask --json` and `eval --out`."""

import json
from typing import Any

from intents.decision import Decision

_LINE_ENDS = {ord(sign): json.dumps(sign)[1:-1] for sign in "\x85\u2028\u2029"}
"""Beside the control characters, which JSON escapes anyway: many readers end a line there."""


def decision_to_dict(decision: Decision) -> dict[str, Any]:
    """Return exactly the agreed keys, in the agreed order."""
    return {
        "query": decision.query,
        "decision": decision.kind.value,
        "entry": decision.entry,
        "smalltalk": decision.smalltalk,
        "reason": decision.reason,
        "confidence": decision.confidence,
        "candidates": [{"id": c.id, "confidence": c.confidence} for c in decision.candidates],
        "choices": list(decision.choices),
        "faq": decision.faq,
        "model": decision.model,
        "ms": round(decision.ms, 3),
    }


def decision_to_json(decision: Decision) -> str:
    """Return a decision as one line of JSON; characters that end a line or that no file can hold are escaped."""
    line = json.dumps(decision_to_dict(decision), ensure_ascii=False, allow_nan=False)
    return (
        line.translate(_LINE_ENDS) if _is_encodable(line) else json.dumps(decision_to_dict(decision), allow_nan=False)
    )


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
