"""What raw scores mean: histograms of questions with known answers, gathered on FAQs the trees have not seen.

FAQs of like evidence share one calibration: a FAQ whose own wordings find their entries earns more trust than one whose
wordings do not, or that has one wording for each entry.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Doubles
from intents.evidence import GROUPS, group_of
from intents.training_tables import FOREIGN, GENERAL, IN_SCOPE, KINDS, NEAR, Table

_BINS = 200


@dataclass(frozen=True)
class Scored:
    """The raw scores of a table's candidates, by models that have not seen its set."""

    table: Table
    plain: Doubles
    """Shape (candidates,)."""
    classified: Doubles
    """The same with the FAQ's own classifier."""


def calibrations(scored: Sequence[Scored]) -> list[dict[str, Any]]:
    """One for each group of FAQs that has any; where their own classifiers count, without them and with them."""
    found = []
    for group in GROUPS:
        members = [each for each in scored if group_of(each.table.evidence) == group]
        own = [each for each in members if each.table.evidence.classified and group.self_check]
        for classified, pairs in (
            (False, [(each.plain, each.table) for each in members]),
            (True, [(each.classified, each.table) for each in own]),
        ):
            if pairs:
                found.append({"group": asdict(group), "classified": classified, **_histograms(pairs)})
    return found


def _histograms(scored: Sequence[tuple[Doubles, Table]]) -> dict[str, Any]:
    """Histograms of raw scores of sets by trees that have not seen them; FAQs weigh the same."""
    parts = [_outcomes(raw, table) for raw, table in scored]
    best = np.concatenate([part[0] for part in parts])
    edges = np.unique(np.quantile(best[:, 0], np.linspace(0, 1, _BINS + 1)[1:-1]).round(4))
    return {
        "edges": edges.tolist(),
        "best": _count(best, edges, ((0,), (1,), (2,), (3,)), ((0, 1), (0, 1), (2,), (3,))),
        "others": _count(
            np.concatenate([part[1] for part in parts]), edges, ((0,), (1,), (2, 3)), ((0, 1), (0, 1), (2, 3))
        ),
    }


def _outcomes(raw: Doubles, table: Table) -> tuple[Doubles, Doubles]:
    """Rows (raw score, outcome number, weight) of the best candidates and of the others."""
    starts = table.starts
    best = np.zeros(len(raw), dtype=bool)
    for start, end in zip(starts, [*starts[1:], len(raw)], strict=True):
        best[start + int(np.argmax(raw[start:end]))] = True
    kinds = table.kinds[table.question]
    outcome = np.select([table.right, kinds == IN_SCOPE, kinds == NEAR], [0, 1, 2], 3)
    outcome = np.where(np.isin(kinds, (FOREIGN, GENERAL)), -1, outcome)
    rows = np.stack([raw, outcome, np.full(len(raw), 1.0)], axis=1)
    rows = _weigh_kinds(rows, table)
    known = outcome >= 0
    return rows[best & known], rows[~best & known]


def _weigh_kinds(rows: Doubles, table: Table) -> Doubles:
    """Give every FAQ the same say for each kind of question."""
    counts = np.bincount(table.kinds, minlength=len(KINDS))
    rows[:, 2] = 1 / np.maximum(counts[table.kinds[table.question]], 1)
    return rows


def _count(
    rows: Doubles, edges: Doubles, outcomes: Sequence[Sequence[int]], together: Sequence[Sequence[int]]
) -> list[list[float]]:
    """Weights by bin for each outcome, as shares of the outcomes counted together."""
    bins = np.searchsorted(edges, rows[:, 0])
    counted = []
    for group, all_of in zip(outcomes, together, strict=True):
        mask: NDArray[np.bool_] = np.isin(rows[:, 1], group)
        total = rows[np.isin(rows[:, 1], all_of), 2].sum()
        share = np.bincount(bins[mask], rows[mask, 2], len(edges) + 1) / max(total, 1e-12)
        counted.append(share.round(8).tolist())
    return counted
