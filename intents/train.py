"""Rebuild models/ from labelled public questions: background, ranker, calibration, reference vectors.

Every set in turn is left out: trees trained on the others score it, and these scores become the histograms from
which calibration and thresholds follow. The shipped trees are then trained on all sets. The same machine gives the
same bytes.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.background import to_json
from intents.calibrating import Scored, calibrations
from intents.datasets import LabelledSet, far_questions, general_questions, load_sets, requests
from intents.domain import Domain, domain_features
from intents.encoder import CachedEncoder, Doubles, E5Encoder, EmbeddingCache, Progress, UseEncoder, reference_vectors
from intents.evidence import SEVERAL
from intents.features import QUICK_FAMILIES, feature_names
from intents.ranker import CLASSIFIER, with_classifier
from intents.training_tables import (
    FAR,
    FOREIGN,
    GENERAL,
    IN_SCOPE,
    KINDS,
    NEAR,
    Table,
    learn_background,
    make_table,
    training_folds,
)

Say = Callable[[str], None]

VARIANTS: Mapping[str, tuple[str, ...]] = {"both": ("e5", "use"), "usem3": ("use",)}
"""Weights by the encoders they need."""
_ROUNDS = 300
_PARAMETERS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 15,
    "max_depth": 7,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
_WEIGHTS = {IN_SCOPE: 0.68, NEAR: 0.16, FOREIGN: 0.08, GENERAL: 0.08}
"""Share of each kind of question in training; the public general knowledge only calibrates (share-alike licence)."""
_HANDFUL = 0.25
"""Weight of a FAQ of a handful of entries beside larger ones: nearly half of those cut from the sets are so small."""
_GENERAL = 0.15
"""Share of general questions in the regression that tells them apart."""
_LOOSENESS = 0.01
"""Its inverse penalty (C): small, so that scores which say the same share the weight."""
_TINY = 1e-6
"""Added to spreads: a feature may be the same everywhere."""


def train(
    data: Path,
    models: Path,
    *,
    cache: EmbeddingCache | None,
    say: Say,
    without: Path | None = None,
    variants: Sequence[str] = tuple(VARIANTS),
) -> None:
    """Read the labelled sets below `data` and write all artefacts to `models`.

    With `without`, a folder, models that have not seen an origin are written to `without`/origin, for measuring on it.
    """
    sets = load_sets(data)
    far = [*far_questions(data), *requests(data)]
    encoders = {"e5": CachedEncoder(E5Encoder(), cache), "use": CachedEncoder(UseEncoder(), cache)}
    _encode_all(sets, far, encoders, say)
    _write_common(models, sets, encoders)
    say("background.json")
    for origin in dict.fromkeys(each.origin for each in sets):
        if without:
            _write_common(without / origin, [each for each in sets if each.origin != origin], encoders)
    for variant in variants:
        families = VARIANTS[variant]
        chosen = {family: encoders[family] for family in families}
        tables: dict[str, list[Table]] = {}
        for each in sets:
            tables.setdefault(each.origin, []).extend(_tables(each, sets, chosen, far, say))
        name = f"ranker-{variant}.json"
        for folder, ranker in _rankers(models, without, families, tables, say):
            (folder / name).write_text(json.dumps(ranker, separators=(",", ":")) + "\n", encoding="utf-8")
            say(name if folder == models else f"{folder.name}/{name}")


def _encode_all(
    sets: Sequence[LabelledSet], far: Sequence[str], encoders: Mapping[str, CachedEncoder], say: Say
) -> None:
    """Fill the cache, so that nothing is encoded twice."""
    texts = [text for each in sets for entry in each.entries for text in (*entry.wordings, *entry.unanswered)]
    texts += [entry.question for each in sets for entry in each.entries if entry.question]
    for family, encoder in encoders.items():
        encoder.encode([*texts, *far], _counting(family, say))


def _counting(family: str, say: Say) -> Progress:
    def count(done: int, everything: int) -> None:
        say(f"{family}: {done} von {everything} Texten")

    return count


def _tables(
    labelled: LabelledSet,
    sets: Sequence[LabelledSet],
    encoders: Mapping[str, CachedEncoder],
    far: Sequence[str],
    say: Say,
) -> list[Table]:
    """All tables of one set, with a background that has not seen it."""
    others = [each for each in sets if each.origin != labelled.origin]
    background = learn_background(others, encoders)
    rng = random.Random(labelled.name)  # noqa: S311 - a seeded sample, no secret
    asked = sorted({text for each in others for entry in each.entries for text in entry.wordings})
    sources = {FOREIGN: asked, FAR: far, GENERAL: general_questions()}
    tables = []
    for fold in training_folds(labelled):
        few = max(20, len(fold.queries) // 6)
        outside = {kind: rng.sample(texts, few) for kind, texts in sources.items()}
        tables.append(make_table(fold, background, encoders, outside))
    say(f"{labelled.name}: {len(tables)} FAQs, {sum(len(table.kinds) for table in tables)} Fragen")
    return tables


def _write_common(folder: Path, sets: Sequence[LabelledSet], encoders: Mapping[str, CachedEncoder]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "background.json").write_text(to_json(learn_background(sets, encoders)), encoding="utf-8")
    (folder / "reference.json").write_text(reference_vectors(encoders), encoding="utf-8")


def _rankers(
    models: Path, without: Path | None, families: Sequence[str], tables: Mapping[str, Sequence[Table]], say: Say
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The ranker of all sets, and on request those that have not seen one origin, each with its folder."""
    names = feature_names(families, QUICK_FAMILIES)
    scored: dict[str, list[Scored]] = {}
    fitted: dict[str, _Fitted] = {}
    for origin, of_origin in tables.items():
        fitted[origin] = _fit_all({other: each for other, each in tables.items() if other != origin}, names)
        scored[origin] = [fitted[origin].score(table) for table in of_origin]
        say(f"ohne {origin}")
    yield models, _artefact(families, _fit_all(tables, names), [each for found in scored.values() for each in found])
    for origin in tables:
        if without is None:
            return
        others = [each for other, found in scored.items() if other != origin for each in found]
        yield without / origin, _artefact(families, fitted[origin], others)


@dataclass(frozen=True)
class _Fitted:
    """What was learned from some sets."""

    names: Sequence[str]
    """Of the features."""
    trees: Any
    domain: Mapping[str, float]

    def score(self, table: Table) -> Scored:
        """Score the candidates of a table, without and with its FAQ's own classifier."""
        raw: Doubles = self.trees.predict(table.rows, raw_score=True)
        penalty = Domain.from_json(self.domain, self.names).penalty(table.best())[table.question]
        said = table.rows[:, self.names.index(CLASSIFIER)]
        return Scored(table, raw - penalty, with_classifier(raw, said, table.evidence.weight) - penalty)


def _fit_all(tables: Mapping[str, Sequence[Table]], names: Sequence[str]) -> _Fitted:
    return _Fitted(names, _fit(tables), _fit_domain(tables, names))


def _artefact(families: Sequence[str], fitted: _Fitted, scored: Sequence[Scored]) -> dict[str, Any]:
    return {
        "families": list(families),
        "features": list(fitted.names),
        "trees": _flatten(fitted.trees.dump_model()),
        "domain": dict(fitted.domain),
        "calibrations": calibrations(scored),
    }


# ------------------------------------------------------------------ what no city is asked


def _fit_domain(tables: Mapping[str, Sequence[Table]], names: Sequence[str]) -> dict[str, float]:
    """Fit the regression that tells general questions from those with an entry; sets weigh the same."""
    from sklearn.linear_model import LogisticRegression

    read = domain_features(names)
    columns = [names.index(name) for name in read]
    parts = [_general_or_not(of_set, columns) for of_set in tables.values()]
    best, general, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
    mean, spread = best.mean(axis=0), best.std(axis=0) + _TINY
    model = LogisticRegression(C=_LOOSENESS, max_iter=1000)
    model.fit((best - mean) / spread, general, sample_weight=weights * len(weights) / weights.sum())
    found = model.coef_[0] / spread
    bias = model.intercept_[0] - found @ mean
    return {name: float(f"{value:.7g}") for name, value in (("bias", bias), *zip(read, found, strict=True))}


def _general_or_not(tables: Sequence[Table], columns: Sequence[int]) -> tuple[Doubles, NDArray[np.bool_], Doubles]:
    """Best values of one set's general questions and of those with an entry, which is which, and their weights."""
    best = np.concatenate([table.best()[:, columns] for table in tables]).astype(np.float64)
    kinds = np.concatenate([table.kinds for table in tables])
    used = np.isin(kinds, (GENERAL, IN_SCOPE))
    general = kinds[used] == GENERAL
    weights = np.where(general, _GENERAL / general.sum(), (1 - _GENERAL) / (~general).sum())
    return best[used], general, weights


# ------------------------------------------------------------------ trees


def _fit(tables: Mapping[str, Sequence[Table]]) -> Any:
    """Fit the trees; sets weigh the same, and so do the kinds of question within a set, as `_WEIGHTS` says."""
    import lightgbm

    used = [table for name in tables for table in tables[name]]
    keep = [table.kinds[table.question] != FAR for table in used]
    rows = np.concatenate([table.rows[mask] for table, mask in zip(used, keep, strict=True)])
    right = np.concatenate([table.right[mask] for table, mask in zip(used, keep, strict=True)])
    weights = np.concatenate([_row_weights(tables[name]) for name in tables])
    data = lightgbm.Dataset(rows, right, weight=weights * len(weights) / weights.sum(), free_raw_data=True)
    return lightgbm.train(dict(_PARAMETERS), data, _ROUNDS)


def _row_weights(tables: Sequence[Table]) -> Doubles:
    """Weights of one set's rows; they sum to 1."""
    weights = []
    for table in tables:
        counts = np.bincount(table.kinds, minlength=len(KINDS))
        of_kind = np.array([_WEIGHTS.get(kind, 0.0) / max(counts[kind], 1) for kind in KINDS])
        of_kind *= 1.0 if table.evidence.entries >= SEVERAL else _HANDFUL
        kinds = table.kinds[table.question]
        weights.append(of_kind[kinds[kinds != FAR]])
    joined = np.concatenate(weights)
    total: Doubles = joined / joined.sum()
    return total


def _flatten(model: Mapping[str, Any]) -> dict[str, Any]:
    """Turn LightGBM's nested trees into flat lists."""
    flat: dict[str, Any] = {"roots": [], "feature": [], "threshold": [], "left": [], "right": [], "depth": 0}
    for tree in model["tree_info"]:
        flat["roots"].append(len(flat["feature"]))
        flat["depth"] = max(flat["depth"], _add_node(flat, tree["tree_structure"]))
    return flat


def _add_node(flat: dict[str, Any], node: Mapping[str, Any]) -> int:
    """Append a node and all below it; return how many steps lead to its deepest leaf."""
    place = len(flat["feature"])
    leaf = "leaf_value" in node
    flat["feature"].append(0 if leaf else node["split_feature"])
    flat["threshold"].append(float(f"{node['leaf_value' if leaf else 'threshold']:.7g}"))
    flat["left"].append(place)
    flat["right"].append(place)
    if leaf:
        return 0
    depths = []
    for side in ("left", "right"):
        flat[side][place] = len(flat["feature"])
        depths.append(_add_node(flat, node[f"{side}_child"]))
    return 1 + max(depths)
