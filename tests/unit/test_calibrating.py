"""What training calibrates is what the matcher scores: same groups, same weights, same penalty."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents import train as training
from intents.calibrating import Scored, calibrations
from intents.evidence import GROUPS, Evidence, group_of
from intents.features import QUICK_FAMILIES, feature_names
from intents.ranker import CLASSIFIER, Ranker, load_ranker, make_policy
from intents.training_tables import FAR, GENERAL, IN_SCOPE, KINDS, NEAR, Table

FAMILIES = ("use",)
NAMES = feature_names(FAMILIES, QUICK_FAMILIES)
QUESTIONS, CANDIDATES = 200, 4
OF_EACH_GROUP = (
    Evidence(4, 9, 0.9, classified=True),
    Evidence(5, 1, 0.0, classified=True),
    Evidence(5, 2, 0.49, classified=True),
    Evidence(5, 2, 0.5, classified=True),
    Evidence(30, 6, 0.7, classified=True),
    Evidence(900, 30, 0.95, classified=True),
)
SHIPPED = sorted((Path(__file__).parents[2] / "models").glob("ranker-*.json"))


@cache
def shipped(path: Path) -> Ranker:
    """Read shipped weights once."""
    return load_ranker(path)


def table(evidence: Evidence, seed: int) -> Table:
    """Return random features of four candidates a question; the right one stands out in the first feature."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(QUESTIONS * CANDIDATES, len(NAMES))).astype(np.float32)
    rows[:, NAMES.index(CLASSIFIER)] = -rng.exponential(2, len(rows))
    kinds = np.arange(QUESTIONS) % len(KINDS)
    question = np.repeat(np.arange(QUESTIONS), CANDIDATES)
    right = (kinds[question] == IN_SCOPE) & (np.arange(len(rows)) % CANDIDATES == 1)
    rows[:, 0] += 2 * right
    return Table(f"t{seed}", rows, right, question, kinds, evidence)


def scored(evidence: Evidence, seed: int = 0) -> Scored:
    """Return a table whose scores are its first feature."""
    made = table(evidence, seed)
    plain = made.rows[:, 0].astype(np.float64)
    return Scored(made, plain, plain + 1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ranker, list[Scored]]:
    """Fit on tables of all groups, as `train` does, and read the artefact back; the scores that it calibrated."""
    pytest.importorskip("lightgbm", reason="training needs the train extra")
    tables = {
        name: [table(each, shift + seed) for seed, each in enumerate(OF_EACH_GROUP)]
        for name, shift in (("a", 0), ("b", 100))
    }
    with pytest.MonkeyPatch.context() as few:
        few.setattr(training, "_ROUNDS", 20)
        fitted = training._fit_all(tables, NAMES)
    found = [fitted.score(each) for of_set in tables.values() for each in of_set]
    path = tmp_path_factory.mktemp("models") / "ranker-usem3.json"
    path.write_text(json.dumps(training._artefact(FAMILIES, fitted, found)), encoding="utf-8")
    return load_ranker(path), found


def test_the_matcher_scores_what_training_calibrated(trained: tuple[Ranker, list[Scored]]) -> None:
    """The trees, the classifier at the FAQ's own weight and what general knowledge loses, question by question."""
    ranker, found = trained
    for each in found:
        weight = each.table.evidence.weight
        rows = each.table.rows.reshape(QUESTIONS, CANDIDATES, -1)
        assert np.concatenate([ranker.raw(some, 0.0) for some in rows]) == pytest.approx(each.plain, abs=1e-4)
        assert np.concatenate([ranker.raw(some, weight) for some in rows]) == pytest.approx(each.classified, abs=1e-4)
    weights = {each.table.evidence.weight for each in found}
    assert min(weights) == 0 < max(weights), "both are tried"


def test_a_faq_finds_the_histograms_that_its_like_were_counted_in(trained: tuple[Ranker, list[Scored]]) -> None:
    """Its own group's; with its classifier in the scores wherever that counts."""
    ranker, _ = trained
    for evidence in OF_EACH_GROUP:
        for classified in (True, False):
            one = replace(evidence, classified=classified)
            found = ranker.calibration(one)
            assert found.group == group_of(one)
            assert found.classified or not one.weight


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@given(st.integers(1, 12), st.integers(2, 8), st.sampled_from([0.0, 0.49, 0.5, 0.51, 1.0]), st.booleans())
def test_the_shipped_weights_know_every_group(
    path: Path, entries: int, halves: int, self_check: float, classified: bool
) -> None:
    """A FAQ on either side of each border is calibrated with its group, at the weight that was calibrated."""
    evidence = Evidence(entries, halves / 2, self_check, classified)
    found = shipped(path).calibration(evidence)
    assert found.group == group_of(evidence)
    assert found.classified or not evidence.weight


def test_a_classifier_that_was_not_calibrated_does_not_count(trained: tuple[Ranker, list[Scored]]) -> None:
    """Histograms of other scores would say nothing of those with it."""
    ranker, _ = trained
    proven = Evidence(30, 6, 1.0, classified=True)
    without = replace(ranker, calibrations=tuple(each for each in ranker.calibrations if not each.classified))
    made = [make_policy(each, proven, max_wrong_answer_rate=0.1, out_of_scope_share=0.3) for each in (ranker, without)]
    assert [each.weight for each in made] == [1.0, 0.0]


def test_groups_without_a_faq_have_no_histograms() -> None:
    """The rest stand in the order of the groups, without a classifier before with one."""
    found = calibrations([scored(OF_EACH_GROUP[4]), scored(OF_EACH_GROUP[0])])
    assert [(each["group"]["entries"], each["group"]["self_check"], each["classified"]) for each in found] == [
        (GROUPS[0].entries, GROUPS[0].self_check, False),
        (GROUPS[-1].entries, GROUPS[-1].self_check, False),
        (GROUPS[-1].entries, GROUPS[-1].self_check, True),
    ]


def test_a_trusted_faq_that_is_too_large_for_a_classifier_is_counted_without() -> None:
    """It has no scores with one."""
    found = calibrations([scored(replace(OF_EACH_GROUP[4], classified=False))])
    assert [each["classified"] for each in found] == [False]


def test_histograms_count_what_became_of_the_best_candidate() -> None:
    """Each kind of question sums to 1, and what was asked of other sets or is trained on is left out."""
    found: dict[str, Any] = calibrations([scored(OF_EACH_GROUP[4])])[0]
    right, wrong, near, far = (np.array(row) for row in found["best"])
    assert right.sum() + wrong.sum() == pytest.approx(1)
    assert (near.sum(), far.sum()) == pytest.approx((1, 1))
    assert len(right) == len(found["edges"]) + 1
    middle = len(right) // 2
    assert right[middle:].sum() > wrong[middle:].sum(), "the right one stands out"


def test_faqs_weigh_the_same_whatever_they_are_asked() -> None:
    """A FAQ of many questions does not outvote a FAQ of few."""
    many, few = scored(OF_EACH_GROUP[4], 1), scored(OF_EACH_GROUP[5], 2)
    keep = few.table.question < QUESTIONS // 10
    small = replace(
        few.table,
        rows=few.table.rows[keep],
        right=np.zeros(int(keep.sum()), dtype=bool),
        question=few.table.question[keep],
        kinds=few.table.kinds[: QUESTIONS // 10],
    )
    alone = calibrations([many])[0]["best"][0]
    together = calibrations([many, Scored(small, few.plain[keep], few.classified[keep])])[0]["best"][0]
    assert sum(together) == pytest.approx(sum(alone) / 2, abs=1e-6)


def test_a_handful_weighs_less_in_the_trees() -> None:
    """Beside a larger FAQ of the same set a quarter; what only calibrates has no rows there."""
    small, large = table(OF_EACH_GROUP[0], 1), table(OF_EACH_GROUP[4], 2)
    weights = training._row_weights([small, large])
    half = len(weights) // 2
    assert weights.sum() == pytest.approx(1)
    assert weights[half:].sum() == pytest.approx(4 * weights[:half].sum())
    assert half == (small.kinds[small.question] != FAR).sum()


def test_the_domain_is_learned_from_general_questions_and_those_with_an_entry() -> None:
    """Near and far ones say nothing to it, however they score."""
    pytest.importorskip("sklearn", reason="training needs the train extra")
    made = table(OF_EACH_GROUP[4], 3)
    kinds = made.kinds[made.question]
    told = made.rows.copy()
    told[kinds == GENERAL, 0] -= 3
    other = told.copy()
    other[np.isin(kinds, (NEAR, FAR)), 0] += 50
    first, second = (training._fit_domain({"a": [replace(made, rows=rows)]}, NAMES) for rows in (told, other))
    assert first[NAMES[0]] < 0, "the higher its scores, the less general a question is"
    assert second == first
