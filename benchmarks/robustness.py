"""How much typing mistakes, other spellings, other forms, frames and dialect cost (intents/perturbations.py).

    python benchmarks/robustness.py [--faq faq_data.yaml] [--dev]
    python benchmarks/robustness.py --data DIR [--sets …] [--k 5] [--folds 1]

Without --data the shipped FAQ is asked its citizens' wordings (tests/faq/*.yaml, holdout half; with --dev the other
half, and what broke is listed). With --data folds of the labelled public questions are asked. Exits with 1 when this
project misses a goal.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.memo import Memo
from benchmarks.peers import Peer, all_peers
from benchmarks.systems import known_phrasings
from benchmarks.tables import markdown
from intents.datasets import LabelledSet, load_sets, make_fold
from intents.decision import Decision, DecisionKind
from intents.evaluate import GIVEN
from intents.faq import FaqBase, Kind, load_faq
from intents.matcher import build_matcher
from intents.perturbations import PERTURBATIONS, perturb
from intents.query import Query
from tests.faq_rows import Expect, Row, read_rows

ROOT = Path(__file__).resolve().parents[1]
TOP1_LOSS = 5.0
"""Goal: points of top-1 that a change may cost."""
WRONG_GAIN = 1.0
"""Goal: points of wrong answers, of all asked, that a change may bring."""
PEER_WRONG = 0.03
"""A peer answers from the confidence on at which this share of the clean questions gets a wrong answer."""
PEERS = ("rapidfuzz token_set_ratio", "e5 nearest neighbour")


@dataclass(frozen=True)
class Question:
    """A clean question and what may be answered to it."""

    text: str
    right: frozenset[str]
    """Ids of the right entries; empty where no answer may be given."""
    allowed: frozenset[str] = frozenset()
    """Ids that are neither right nor wrong: redirects, where one is expected."""


@dataclass(frozen=True)
class Exam:
    """A FAQ and the questions it is asked."""

    name: str
    faq: FaqBase
    questions: tuple[Question, ...]
    models: Path


@dataclass(frozen=True)
class Said:
    """What a system said."""

    best: str | None
    given: frozenset[str]
    """Ids of the entries shown as answers, and «emergency» for a notice."""


Answer = Callable[[Sequence[str]], list[Said]]


@dataclass(frozen=True)
class System:
    """A named system; `prepare` makes it ready for an exam."""

    name: str
    prepare: Callable[[Exam], Answer]
    is_peer: bool = True


@dataclass(frozen=True)
class Pair:
    """One question, clean and changed, and what was said to either."""

    question: Question
    text: str
    """The changed question."""
    clean: Said
    changed: Said


Changed = Mapping[str, Sequence[tuple[int, str]]]
"""Perturbation → number of a question and its changed text, for those that it changes."""
Pairs = dict[str, list[Pair]]
"""Perturbation → its pairs."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--faq", type=Path, default=ROOT / "faq_data.yaml")
    parser.add_argument("--dev", action="store_true", help="measure the development half, list what broke")
    parser.add_argument("--data", type=Path, help="folder of the labelled questions; asked instead of the shipped FAQ")
    parser.add_argument("--sets", nargs="+", help="names of sets (default: all)")
    parser.add_argument("--k", type=float, default=5, help="known wordings; < 1: share")
    parser.add_argument("--folds", type=int, default=1, help="folds per set")
    parser.add_argument("--questions", type=int, default=200, help="questions per fold, at most")
    parser.add_argument("--changes", nargs="+", choices=PERTURBATIONS, help="names of perturbations (default: all)")
    parser.add_argument("--draws", type=int, default=1, help="changed forms per question and perturbation")
    parser.add_argument("--seed", type=int, default=0, help="of the changes")
    parser.add_argument("--models", default=str(ROOT / "models"), help="folder of models; {set}, {origin} = measured")
    parser.add_argument("--encoders", nargs="+", default=["auto"], help="encoder settings of this project")
    parser.add_argument("--day", type=date.fromisoformat, default=date(2026, 11, 30), help="the day of asking")
    parser.add_argument("--memo", type=Path, default=Path(tempfile.gettempdir()) / "faq-embeddings")
    return parser.parse_args(words)


# ------------------------------------------------------------------ what is asked


def exams_of(options: argparse.Namespace) -> Iterator[Exam]:
    """Yield the shipped FAQ with its rows, or folds of the public sets."""
    if not options.data:
        yield shipped_exam(options)
        return
    for labelled in load_sets(options.data):
        if not options.sets or labelled.name in options.sets:
            for seed in range(options.folds):
                yield fold_exam(labelled, seed, options)


def shipped_exam(options: argparse.Namespace) -> Exam:
    """The shipped FAQ and one half of its rows: those that stand alone and are no smalltalk or emergency."""
    faq, half = load_faq(options.faq), "dev" if options.dev else "holdout"
    redirects = frozenset(entry.id for entry in faq.entries if entry.kind is Kind.REDIRECT)
    rows = [row for row in read_rows() if row.split == half and not row.after and (row.ids or row.is_unanswerable)]
    questions = tuple(question_of(row, redirects) for row in rows)
    return Exam(f"shipped FAQ, {half}", faq, questions, Path(options.models))


def question_of(row: Row, redirects: frozenset[str]) -> Question:
    """Read a row; where a redirect is expected, any of the redirects will do."""
    return Question(row.say, row.ids, redirects if row.expect is Expect.REDIRECT else frozenset())


def fold_exam(labelled: LabelledSet, seed: int, options: argparse.Namespace) -> Exam:
    """Cut a fold and draw some of its questions, those without an entry among them."""
    fold = make_fold(labelled, k=options.k, seed=seed)
    pairs = list(zip(fold.queries, fold.expected, strict=True))
    some = Random(seed).sample(pairs, min(options.questions, len(pairs)))
    questions = tuple(Question(text, frozenset([name]) if name else frozenset()) for text, name in some)
    models = options.models.format(set=labelled.name, origin=labelled.origin)
    return Exam(fold.name, fold.faq, questions, Path(models))


def changed_forms(questions: Sequence[Question], options: argparse.Namespace) -> Changed:
    """Change every question by every perturbation; each draw depends on the seed and the question alone."""
    return {
        name: sorted({each for draw in range(options.draws) for each in _drawn(name, questions, options.seed + draw)})
        for name in options.changes or PERTURBATIONS
    }


def _drawn(name: str, questions: Sequence[Question], seed: int) -> Iterator[tuple[int, str]]:
    for number, question in enumerate(questions):
        text = perturb(name, question.text, Random(f"{seed}/{name}/{question.text}"))
        if text != question.text:
            yield number, text


# ------------------------------------------------------------------ who is asked


def systems_of(options: argparse.Namespace) -> list[System]:
    """List this project with each encoder setting, then the two peers."""
    memo = Memo(options.memo)
    own = [project(memo, encoders, options.day) for encoders in options.encoders]
    return [*own, *(peer_system(peer) for peer in all_peers(memo) if peer.name in PEERS)]


def project(memo: Memo, encoders: str, day: date) -> System:
    """Let this project decide."""

    def prepare(exam: Exam) -> Answer:
        matcher = build_matcher(exam.faq, models=exam.models, cache=memo, today=day, encoders=encoders)
        return lambda texts: [said_by(decision) for decision in matcher.match_many([Query(text) for text in texts])]

    return System(f"this project ({encoders})", prepare, is_peer=False)


def said_by(decision: Decision) -> Said:
    """Read a decision; both parts count in a message of two questions."""
    parts = decision.parts or (decision,)
    given = {part.entry or "" for part in parts if part.kind in GIVEN}
    notices = {"emergency" for part in parts if part.kind is DecisionKind.EMERGENCY}
    return Said(decision.candidates[0].id if decision.candidates else None, frozenset(given | notices))


def peer_system(peer: Peer) -> System:
    """Let a peer answer by its nearest wording, silent below the confidence that suits the clean questions."""

    def prepare(exam: Exam) -> Answer:
        texts, labels = known_phrasings(exam.faq)
        scorer = peer.fit(texts, labels, len(exam.faq.entries))

        def answer(asked: Sequence[str], bound: float) -> list[tuple[Said, float]]:
            scores = scorer.score(asked)
            names = [exam.faq.entries[number].id for number in scores.argmax(axis=1)]
            sure = scorer.confidence(scores).tolist()
            pairs = zip(names, sure, strict=True)
            return [(Said(name, frozenset([name] if at >= bound else [])), at) for name, at in pairs]

        clean = answer([question.text for question in exam.questions], 0.0)
        wrong = [is_wrong(q, said) for q, (said, _) in zip(exam.questions, clean, strict=True)]
        bound = lowest_bound(wrong, [at for _, at in clean])
        return lambda asked: [said for said, _ in answer(asked, bound)]

    return System(peer.name, prepare)


def lowest_bound(wrong: Sequence[bool], confidence: Sequence[float], share: float = PEER_WRONG) -> float:
    """Return the lowest confidence from which on at most this share of all questions is answered wrongly."""
    missed, sure = np.asarray(wrong), np.asarray(confidence)
    fitting = (bound for bound in np.unique(sure) if (missed & (sure >= bound)).mean() <= share)
    return float(next(fitting, np.inf))


def is_first(question: Question, said: Said) -> bool:
    """Tell whether a right entry comes first."""
    return said.best in question.right


def is_right(question: Question, said: Said) -> bool:
    """Tell whether the question is answered, and only by right entries."""
    return bool(said.given) and said.given <= question.right


def is_wrong(question: Question, said: Said) -> bool:
    """Tell whether anything was answered that may not be."""
    return not said.given <= question.right | question.allowed


# ------------------------------------------------------------------ figures


def measure(system: System, exam: Exam, changed: Changed) -> Pairs:
    """Ask a system all questions clean, then all changed forms."""
    began = time.perf_counter()
    answer = system.prepare(exam)
    clean = answer([question.text for question in exam.questions])
    found: Pairs = {}
    for name, forms in changed.items():
        replies = answer([text for _, text in forms]) if forms else []
        found[name] = [
            Pair(exam.questions[number], text, clean[number], said)
            for (number, text), said in zip(forms, replies, strict=True)
        ]
        progress(f"{exam.name}: {system.name}, {name}, {time.perf_counter() - began:.0f} s")
    return found


def progress(line: str) -> None:
    """Tell on stderr how far it is."""
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Shift:
    """A share in per cent, clean and changed."""

    clean: float
    changed: float

    @property
    def points(self) -> float:
        """By how much it grew."""
        return self.changed - self.clean


@dataclass(frozen=True)
class Effect:
    """What one perturbation does to one system."""

    answerable: int
    unanswerable: int
    top1: Shift
    """Of the answerable questions."""
    wrong: Shift
    """Of all questions."""
    right: Shift
    """Answered right, and nothing else: of the answerable questions."""
    answered: Shift
    """Answered all the same: of the unanswerable questions."""

    @property
    def misses(self) -> tuple[str, ...]:
        """Name the goals that are not kept."""
        goals = {"top-1": -self.top1.points <= TOP1_LOSS, "wrong": self.wrong.points <= WRONG_GAIN}
        return tuple(name for name, kept in goals.items() if not kept)


def effect_of(pairs: Sequence[Pair]) -> Effect:
    """Compute the figures over the questions that a perturbation changes."""
    answerable = [pair for pair in pairs if pair.question.right]
    unanswerable = [pair for pair in pairs if not pair.question.right]
    return Effect(
        len(answerable),
        len(unanswerable),
        top1=_shift(answerable, is_first),
        wrong=_shift(pairs, is_wrong),
        right=_shift(answerable, is_right),
        answered=_shift(unanswerable, is_wrong),
    )


def _shift(pairs: Sequence[Pair], test: Callable[[Question, Said], bool]) -> Shift:
    clean = sum(test(pair.question, pair.clean) for pair in pairs)
    changed = sum(test(pair.question, pair.changed) for pair in pairs)
    return Shift(100 * clean / max(len(pairs), 1), 100 * changed / max(len(pairs), 1))


# ------------------------------------------------------------------ tables

_HEADING = (
    *("perturbation", "n", "top-1", "changed", "points", "wrong", "changed", "points"),
    *("right answer", "changed", "unanswerable answered", "changed"),
)


def system_table(effects: Mapping[str, Effect], *, with_goals: bool) -> str:
    """Render one system; n counts questions with and without an entry."""
    lines = [[*_HEADING, *(["goals"] if with_goals else [])]]
    for name, effect in effects.items():
        missed = f"missed: {', '.join(effect.misses)}" if effect.misses else ""
        cells = [name, f"{effect.answerable} + {effect.unanswerable}", *_cells(effect.top1), *_cells(effect.wrong)]
        cells += [*_cells(effect.right)[:2], *_cells(effect.answered)[:2]]
        lines.append([*cells, *([missed] if with_goals else [])])
    return markdown(lines)


def _cells(shift: Shift) -> list[str]:
    return [f"{shift.clean:.1f}", f"{shift.changed:.1f}", f"{shift.points:+.1f}"]


def comparison(effects: Mapping[str, Mapping[str, Effect]]) -> str:
    """Render all systems side by side: top-1 and right answers of the changed questions, points in brackets."""
    kinds: Mapping[str, Callable[[Effect], Shift]] = {
        "top-1": lambda effect: effect.top1,
        "right answer": lambda effect: effect.right,
    }
    lines = [["perturbation", *(f"{kind}, {system}" for kind in kinds for system in effects)]]
    for name in next(iter(effects.values())):
        shifts = [shift(effect[name]) for shift in kinds.values() for effect in effects.values()]
        lines.append([name, *(f"{shift.changed:.1f} ({shift.points:+.1f})" for shift in shifts)])
    return markdown(lines)


def broken(pairs: Pairs) -> list[str]:
    """List the changed questions that lost their right entry or got a wrong answer that the clean ones did not get."""
    return [_broken(name, pair) for name, some in pairs.items() for pair in some if _is_lost(pair) or _is_worse(pair)]


def _is_lost(pair: Pair) -> bool:
    return is_first(pair.question, pair.clean) and not is_first(pair.question, pair.changed)


def _is_worse(pair: Pair) -> bool:
    return is_wrong(pair.question, pair.changed) and not is_wrong(pair.question, pair.clean)


def _broken(name: str, pair: Pair) -> str:
    mark = "WRONG" if _is_worse(pair) else "lost"
    wanted, got = "/".join(sorted(pair.question.right)) or "-", "/".join(sorted(pair.changed.given)) or "silent"
    return f"{name}: {mark} {pair.text[:120]!r} -> {wanted}; {pair.changed.best}, {got}"


def report(title: str, systems: Sequence[System], found: Mapping[str, Pairs]) -> bool:
    """Print a table for each system and one for all; tell whether this project keeps its goals."""
    effects = {name: {change: effect_of(some) for change, some in pairs.items()} for name, pairs in found.items()}
    for system in systems:
        print(f"### {title}, {system.name}\n{system_table(effects[system.name], with_goals=not system.is_peer)}\n")
    print(f"### {title}, side by side\n{comparison(effects)}")
    own = [effect for system in systems if not system.is_peer for effect in effects[system.name].values()]
    return not any(effect.misses for effect in own)


def measure_all(systems: Sequence[System], options: argparse.Namespace) -> tuple[list[str], dict[str, Pairs]]:
    """Measure every system in every exam; the exams' names, and pairs pooled over exams."""
    names, found = [], {system.name: dict[str, list[Pair]]() for system in systems}
    for exam in exams_of(options):
        names.append(exam.name)
        changed = changed_forms(exam.questions, options)
        for system in systems:
            for change, pairs in measure(system, exam, changed).items():
                found[system.name].setdefault(change, []).extend(pairs)
    return names, found


def main() -> int:
    """Measure, print; 1 when this project misses a goal."""
    from threadpoolctl import threadpool_limits

    warnings.filterwarnings("ignore", message="The number of unique classes")
    options = arguments()
    systems = systems_of(options)
    with threadpool_limits(limits=1):
        names, found = measure_all(systems, options)
    is_kept = report(", ".join(names), systems, found)
    if options.dev and not options.data:
        own = [system.name for system in systems if not system.is_peer]
        print("\n".join(["", *(line for name in own for line in (name, *broken(found[name])))]))
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
