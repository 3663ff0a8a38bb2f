"""What a FAQ shows of itself before anybody asks it: how far its scores can be trusted."""

from dataclasses import dataclass

TRUSTED = 0.5
"""Self-check from which a FAQ's own classifier counts, and from which a FAQ is calibrated with others of that kind."""
SEVERAL = 5
"""Entries from which a FAQ is more than a handful: in smaller ones no score has anything to be compared with."""
_RISE = 3.0
"""How fast the classifier's weight rises with the self-check: from five of six wordings found it weighs 1."""


@dataclass(frozen=True)
class Evidence:
    """How large a FAQ is, and how well its wordings find their entries."""

    entries: int
    wordings: float
    """Wordings of an entry, in the median."""
    self_check: float
    """Share of an entry's wordings that find it when they are left out, 0 to 1, on average over the entries."""
    classified: bool
    """Whether the FAQ has a classifier of its own; very large ones and those of one entry have none (`logistic.py`)."""

    @property
    def weight(self) -> float:
        """Weight of the classifier beside the trees, 0 to 1: it has to prove itself on the FAQ's own wordings."""
        if not self.classified or self.entries < SEVERAL:
            return 0.0
        return min(1.0, max(0.0, _RISE * (self.self_check - TRUSTED)))


@dataclass(frozen=True)
class Group:
    """FAQs that share a calibration: of so many entries and wordings and such a self-check, or more."""

    entries: int
    wordings: float
    self_check: float

    @property
    def caution(self) -> float:
        """The tolerated rate is divided by it for answers: FAQs differ, and the next one may be harder than average."""
        return 1.25 if self.self_check else 1.75

    def reached(self, evidence: Evidence) -> bool:
        """Whether a FAQ has all that the group asks for."""
        enough = self.entries <= evidence.entries and self.wordings <= evidence.wordings
        return enough and self.self_check <= evidence.self_check


GROUPS = (
    Group(0, 0, 0.0),
    Group(SEVERAL, 0, 0.0),
    Group(SEVERAL, 2, 0.0),
    Group(SEVERAL, 0, TRUSTED),
)
"""A FAQ belongs to the last that it reaches: a handful of entries; more; several wordings each; wordings that prove
themselves."""


def group_of(evidence: Evidence) -> Group:
    """The group of a FAQ."""
    return [group for group in GROUPS if group.reached(evidence)][-1]
