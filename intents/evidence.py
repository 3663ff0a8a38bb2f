"""What a FAQ shows of itself before anybody asks it: how far its scores can be trusted."""

from dataclasses import dataclass

TRUSTED = 0.5
"""Self-check from which a FAQ's own classifier counts, and from which a FAQ is calibrated with others of that kind."""
_RISE = 3.0
"""How fast the classifier's weight rises with the self-check: from five of six wordings found it weighs 1."""


@dataclass(frozen=True)
class Evidence:
    """How many wordings a FAQ has, and how well they find their entries."""

    wordings: float
    """Wordings of an entry, in the median."""
    self_check: float
    """Share of the FAQ's own wordings that find their entry when they are left out, 0 to 1."""
    classified: bool
    """Whether the FAQ has a classifier of its own; very large ones have none (`logistic.py`)."""

    @property
    def weight(self) -> float:
        """Weight of the classifier beside the trees, 0 to 1: it has to prove itself on the FAQ's own wordings."""
        return min(1.0, max(0.0, _RISE * (self.self_check - TRUSTED))) if self.classified else 0.0
