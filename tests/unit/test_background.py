"""What is known of German before any FAQ: frequencies and projections, and their file."""

import json
from pathlib import Path

import numpy as np
import pytest

from intents.background import Background, Projection, load_background, to_json, unit, weigh_plain

BACKGROUND = Background(
    1_000,
    {"wie": 600, "ausweis": 20},
    {"use": Projection(np.array([0.5, 0.0], dtype=np.float32), np.array([[2, 0], [0, 1]], dtype=np.float32))},
)


def test_words_that_are_frequent_in_german_weigh_less() -> None:
    """Also in a FAQ that is too small to tell."""
    weights = [BACKGROUND.weigh(term, 0, 3) for term in ("wie", "ausweis", "xyz")]
    assert weights == sorted(weights)
    assert weights[0] > 0


def test_the_faqs_own_frequencies_count_as_well() -> None:
    """A word in every wording of a large FAQ tells little."""
    assert BACKGROUND.weigh("xyz", 900, 1_000) < BACKGROUND.weigh("xyz", 1, 1_000)


def test_weights_need_no_counted_questions() -> None:
    """An empty background divides by nothing."""
    assert Background(0, {}, {}).weigh("wie", 0, 0) > 0
    assert weigh_plain("abc", 5, 5) < weigh_plain("abc", 1, 5)


def test_projected_vectors_have_length_one() -> None:
    """Centred and mapped rows are unit vectors; a row of zeros stays finite."""
    projection = BACKGROUND.projections["use"]
    rows = np.array([[1, 1], [0.5, 0], [-1, 0.2]], dtype=np.float32)
    for made in (projection.centred(rows), projection.mapped(rows)):
        assert made.dtype == np.float32
        assert np.linalg.norm(made[[0, 2]], axis=1) == pytest.approx([1, 1])
        assert made[1].tolist() == [0, 0]


def test_distances_are_what_centring_takes_away() -> None:
    """Mean and centred vector times its distance give the vector back."""
    projection = BACKGROUND.projections["use"]
    rows = np.array([[1, 1], [0.5, 0], [-1, 0.2]], dtype=np.float32)
    back = projection.mean + projection.centred(rows) * projection.distances(rows)[:, None]
    assert back == pytest.approx(rows, abs=1e-6)
    assert float(projection.distances(rows[0])) == pytest.approx(np.hypot(0.5, 1))


def test_the_map_moves_vectors() -> None:
    """The mapped vector is the centred one times the matrix."""
    mapped = BACKGROUND.projections["use"].mapped(np.array([[1.0, 1.0]], dtype=np.float32))
    assert mapped[0] == pytest.approx(np.array([1, 1]) / np.sqrt(2))


def test_a_written_background_reads_back_the_same(tmp_path: Path) -> None:
    """Frequencies exactly, matrices in half precision."""
    path = tmp_path / "background.json"
    path.write_text(to_json(BACKGROUND), encoding="utf-8")
    read = load_background(path)
    assert (read.questions, read.frequency) == (1_000, {"ausweis": 20, "wie": 600})
    assert read.projections["use"].map == pytest.approx(BACKGROUND.projections["use"].map)
    assert read.projections["use"].mean == pytest.approx(BACKGROUND.projections["use"].mean)


def test_writing_is_deterministic() -> None:
    """The same background gives the same bytes, whatever the order of its words."""
    other = Background(1_000, dict(reversed(list(BACKGROUND.frequency.items()))), BACKGROUND.projections)
    assert to_json(other) == to_json(BACKGROUND)
    assert json.loads(to_json(other))["questions"] == 1_000


def test_unit_scales_rows() -> None:
    """To length 1, in single precision."""
    assert unit(np.array([[3, 4]], dtype=np.float32))[0] == pytest.approx([0.6, 0.8])
