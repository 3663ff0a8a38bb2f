"""Figures as Markdown tables, the best peer of each column marked."""

from collections.abc import Mapping, Sequence

from benchmarks.figures import Figures
from intents.evaluate import Interval

COLUMNS: Mapping[str, tuple[str, int]] = {
    "top1": ("top-1", 1),
    "top3": ("top-3", 1),
    "coverage5": ("coverage at 5 % wrong", 1),
    "coverage10": ("coverage at 10 % wrong", 1),
    "auroc_near": ("AUROC near", 1),
    "auroc_far": ("AUROC far", 1),
    "ece": ("ECE", -1),
    "aurc": ("AURC", -1),
    "aurc_in": ("AURC in scope", -1),
}
"""Field of Figures → heading, and 1 where more is better."""


def value(figures: Figures, field: str) -> float:
    """Return a figure without its interval."""
    found: float | Interval = getattr(figures, field)
    return found.value if isinstance(found, Interval) else found


def best_peer(rows: Mapping[str, Figures], peers: Sequence[str], field: str) -> str:
    """Name the peer that is best in one column."""
    sign = COLUMNS[field][1]
    return max(peers, key=lambda name: _sortable(sign * value(rows[name], field)))


def _sortable(number: float) -> float:
    return number if number == number else float("-inf")  # noqa: PLR0124 - NaN is the one that differs


def table(title: str, rows: Mapping[str, Figures], peers: Sequence[str]) -> str:
    """Render one table; * marks the best peer of a column."""
    best = {field: best_peer(rows, peers, field) for field in COLUMNS} if peers else {}
    lines = [["system", *(heading for heading, _ in COLUMNS.values())]]
    lines += [
        [name, *(_cell(row, field) + (" *" if best.get(field) == name else "") for field in COLUMNS)]
        for name, row in rows.items()
    ]
    return f"\n### {title}\n{markdown(lines)}"


def _cell(figures: Figures, field: str) -> str:
    found: float | Interval = getattr(figures, field)
    if isinstance(found, Interval):
        return f"{found.value:.3f} ({found.low:.3f}-{found.high:.3f})"
    return f"{found:.3f}"


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """Render rows of cells, the first being the heading, in columns of equal width."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    rows = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([rows[0], rule, *rows[1:]])


def against_best(name: str, rows: Mapping[str, Figures], peers: Sequence[str], gain: Interval) -> str:
    """One line: this project beside the best peer of each column; `gain` is the paired gain in top-1."""
    ours = rows[name]

    def beside(field: str) -> tuple[float, float]:
        return value(ours, field), value(rows[best_peer(rows, peers, field)], field)

    ratios = [f"{COLUMNS[f][0]} x {_times(*beside(f))}" for f in ("coverage5", "coverage10", "aurc", "aurc_in")]
    near, far = beside("auroc_near"), beside("auroc_far")
    return (
        f"{name} beside the best peer of each column: "
        f"top-1 {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f}), {', '.join(ratios)}, "
        f"AUROC near {near[0] - near[1]:+.3f}, far {far[0] - far[1]:+.3f}"
    )


def _times(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "-"
