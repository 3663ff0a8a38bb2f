"""Benchmarks: folds put together, peers on a common form, embeddings remembered."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.figures import FAR, IN, NEAR, Outcome, figures, paired_gain
from benchmarks.latency_worker import covered_ms
from benchmarks.memo import Memo, Vectors, remembered
from benchmarks.peers import FuzzyRatio, Nearest, best_per_entry, spread
from benchmarks.systems import columns, known_phrasings
from benchmarks.tables import best_peer, table
from intents.faq import FaqBase, FaqEntry

FAQ = FaqBase((FaqEntry("a", "Hund", "!", alternates=("Dackel",)), FaqEntry("b", "Katze", "!")))


def outcome(ranks: Sequence[int], confidence: Sequence[float], scope: Sequence[int]) -> Outcome:
    """Build one with a text of its own for each question."""
    texts = tuple(str(number) for number in range(len(ranks)))
    return Outcome(texts, np.array(scope), np.array(ranks), np.array(confidence))


def encode(texts: Sequence[str]) -> Vectors:
    """Dogs to the right, everything else upwards."""
    return np.array([[1, 0] if text in {"Hund", "Dackel"} else [0, 1] for text in texts], np.float32)


def test_the_stream_is_mixed_six_to_two_to_one() -> None:
    """Whatever the number of questions of each kind."""
    mixed = outcome([0, -1, -1, -1], [0.9] * 4, [IN, NEAR, NEAR, FAR]).mixed()
    assert mixed.weight.tolist() == pytest.approx([6 / 9, 1 / 9, 1 / 9, 1 / 9])


def test_figures_by_hand() -> None:
    """Two of three in-scope questions right, the third found among three; all of them surer than the rest."""
    row = figures(outcome([0, 0, 2, -1, -1], [0.9, 0.8, 0.7, 0.2, 0.1], [IN, IN, IN, NEAR, FAR]))
    assert (row.questions, row.top3.value) == (3, 1.0)
    assert row.top1.value == pytest.approx(2 / 3)
    assert row.coverage5.value == pytest.approx(2 / 3)
    assert (row.auroc_near, row.auroc_far) == (1.0, 1.0)
    assert row.aurc_in == pytest.approx(1 / 9)


def test_the_gain_is_the_difference_on_the_same_questions() -> None:
    """Better on one question of two."""
    ours, theirs = outcome([0, 0], [1, 1], [IN, IN]), outcome([0, 3], [1, 1], [IN, IN])
    assert paired_gain(ours, theirs).value == 0.5


def test_the_best_peer_is_marked_and_low_is_good_where_low_is_good() -> None:
    """Highest top-1, lowest area under the risk-coverage curve."""
    rows = {
        "good": figures(outcome([0, 0], [0.9, 0.8], [IN, FAR])),
        "bad": figures(outcome([3, 0], [0.1, 0.8], [IN, FAR])),
    }
    assert best_peer(rows, ["bad", "good"], "top1") == "good"
    assert best_peer(rows, ["bad", "good"], "aurc") == "good"
    assert "1.000 (1.000-1.000) *" in table("", rows, ["bad", "good"])


def test_phrasings_carry_the_number_of_their_entry() -> None:
    """Question and alternates, in order."""
    assert known_phrasings(FAQ) == (["Hund", "Dackel", "Katze"], [0, 0, 1])
    assert columns(FAQ, ["b", None, "a"]) == [1, -1, 0]


def test_an_entry_scores_as_its_best_phrasing() -> None:
    """The maximum over its columns."""
    scores = best_per_entry(np.array([[0.1, 0.7, 0.3]]), [0, 0, 1], 2)
    assert scores.tolist() == [[0.7, 0.3]]


def test_two_classes_come_as_one_signed_column() -> None:
    """A linear SVM over two entries gives a single distance."""
    assert spread(np.array([2.0, -1.0]), np.array([0, 1]), 2).tolist() == [[-2.0, 2.0], [1.0, -1.0]]


def test_the_nearest_neighbour_finds_the_same_text() -> None:
    """Lexical and semantic peers alike."""
    texts, labels = known_phrasings(FAQ)
    assert FuzzyRatio(texts, labels, 2).score(["katze"]).argmax() == 1
    nearest = Nearest(encode, texts, labels, 2)
    scores = nearest.score(["Dackel", "Katze"])
    assert scores.argmax(axis=1).tolist() == [0, 1]
    assert nearest.confidence(scores).tolist() == [1.0, 1.0]


def test_a_text_is_encoded_once(tmp_path: Path) -> None:
    """The second fold reads what the first one left."""
    asked: list[str] = []

    def counting(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return encode(texts)

    first = remembered(counting, name="x", memo=Memo(tmp_path))
    again = remembered(counting, name="x", memo=Memo(tmp_path))
    assert first(["Hund", "Katze", "Hund"]).tolist() == again(["Hund", "Katze", "Hund"]).tolist()
    assert asked == ["Hund", "Katze"]


def test_overlapping_spans_count_once() -> None:
    """Two encoders at work in two threads."""
    assert covered_ms([(0.0, 0.010), (0.005, 0.012), (0.020, 0.021)]) == pytest.approx(13.0)
