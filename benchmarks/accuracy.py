"""How often the right entry comes first, and how well a system knows when it does not.

    python benchmarks/accuracy.py --data DIR [--sets …] [--k 1 5 0.5] [--seeds 3] [--out results.json]

Every system sees the same folds: a quarter of the entries is left out whole (near out-of-scope), general
knowledge is asked as far out-of-scope. Tables go to stdout, progress to stderr.
"""

import argparse
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.figures import FAR, IN, NEAR, Figures, Outcome, figures, paired_gain
from benchmarks.memo import Memo
from benchmarks.peers import all_peers
from benchmarks.systems import System, peer_system, project_system
from benchmarks.tables import against_best, best_peer, table
from intents.datasets import Fold, LabelledSet, far_questions, load_sets, make_fold

Outcomes = dict[str, list[Outcome]]
"""System → its outcome on each fold, in the same order for all systems."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled questions")
    parser.add_argument("--sets", nargs="+", help="names of sets (default: all)")
    parser.add_argument("--k", nargs="+", type=float, default=[1, 5, 0.5], help="known wordings; < 1: share")
    parser.add_argument("--seeds", type=int, default=3, help="folds per set and k")
    parser.add_argument("--far", type=int, default=200, help="general-knowledge questions per fold")
    parser.add_argument("--models", default="models", help="folder of models; {set} = the measured set's name")
    parser.add_argument("--encoders", nargs="+", default=["auto"], help="encoder settings of this project")
    parser.add_argument("--peers-only", action="store_true", help="leave this project out")
    parser.add_argument("--memo", type=Path, default=Path(tempfile.gettempdir()) / "faq-embeddings")
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    return parser.parse_args(words)


def systems_of(options: argparse.Namespace) -> list[System]:
    """List the peers, then this project with each encoder setting."""
    memo = Memo(options.memo)
    systems = [peer_system(peer) for peer in all_peers(memo)]
    if not options.peers_only:
        systems += [project_system(options.models, memo, encoders=name) for name in options.encoders]
    return systems


def ask_all(systems: Sequence[System], fold: Fold, far: Sequence[str]) -> dict[str, Outcome]:
    """Put the questions of one fold and far ones to every system."""
    queries = [*fold.queries, *far]
    expected = [*fold.expected, *([None] * len(far))]
    inside = [IN if name else NEAR for name in fold.expected]
    scope = np.array([*inside, *([FAR] * len(far))], np.int64)
    said: dict[str, Outcome] = {}
    for system in systems:
        began = time.perf_counter()
        ranked = system.ask(fold, queries, expected)
        said[system.name] = Outcome(tuple(queries), scope, ranked.ranks, ranked.confidence)
        progress(f"{fold.name}: {system.name}, {time.perf_counter() - began:.1f} s")
    return said


def progress(line: str) -> None:
    """Tell on stderr how far it is."""
    print(line, file=sys.stderr, flush=True)


def measure_set(
    systems: Sequence[System],
    labelled: LabelledSet,
    k: float,
    *,
    seeds: int,
    far: Sequence[str],
    most_far: int,
) -> Outcomes:
    """Measure every system on several folds of one set."""
    outcomes: Outcomes = {system.name: [] for system in systems}
    for seed in range(seeds):
        fold = make_fold(labelled, k=k, seed=seed)
        some = Random(seed).sample(list(far), min(most_far, len(far)))
        for name, outcome in ask_all(systems, fold, some).items():
            outcomes[name].append(outcome)
    return outcomes


def report(title: str, outcomes: Outcomes, systems: Sequence[System]) -> dict[str, Figures]:
    """Print one table over the pooled folds and return its rows."""
    peers = [system.name for system in systems if system.is_peer]
    pooled = {name: Outcome.pooled(parts) for name, parts in outcomes.items()}
    rows = {name: figures(outcome) for name, outcome in pooled.items()}
    print(table(f"{title}, {next(iter(rows.values())).questions} questions", rows, peers))
    strongest = best_peer(rows, peers, "top1")
    for system in systems:
        if not system.is_peer:
            gain = paired_gain(pooled[system.name], pooled[strongest])
            print("\n" + against_best(system.name, rows, peers, gain))
    sys.stdout.flush()
    return rows


def measure(options: argparse.Namespace) -> dict[str, dict[str, dict[str, Figures]]]:
    """Measure all sets at every k; k → set (and «all sets») → system → figures."""
    systems, far = systems_of(options), far_questions(options.data)
    sets = [one for one in load_sets(options.data) if not options.sets or one.name in options.sets]
    found: dict[str, dict[str, dict[str, Figures]]] = {}
    for k in options.k:
        by_set = {
            one.name: measure_set(systems, one, k, seeds=options.seeds, far=far, most_far=options.far) for one in sets
        }
        together = {s.name: [part for said in by_set.values() for part in said[s.name]] for s in systems}
        label = f"k = {k:g}"
        found[label] = {"all sets": report(f"{label}, all sets", together, systems)}
        for name, outcomes in by_set.items():
            found[label][name] = report(f"{label}, {name}", outcomes, systems)
    return found


def main() -> int:
    """Measure, print, write."""
    from threadpoolctl import threadpool_limits

    warnings.filterwarnings("ignore", message="The number of unique classes")
    options = arguments()
    with threadpool_limits(limits=1):
        found = measure(options)
    if options.out:
        plain = {
            k: {s: {name: asdict(row) for name, row in rows.items()} for s, rows in sets.items()}
            for k, sets in found.items()
        }
        options.out.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
