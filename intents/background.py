"""What is known of German questions before any FAQ is seen: word frequencies, and one linear map for each encoder."""

import base64
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_PRIOR = 200
"""Questions' worth of trust in the background frequencies beside the FAQ's own."""


@dataclass(frozen=True)
class Projection:
    """Moves an encoder's vectors into a space where wordings of one question lie together.

    `map` is the inverse square root of the within-question covariance of labelled questions, shrunk to the identity
    (Hatch, Kajarekar and Stolcke 2006, «within-class covariance normalization»).
    """

    mean: Floats
    """Shape (d,): the mean of German questions."""
    map: Floats
    """Shape (d, d)."""

    def centred(self, vectors: Floats) -> Floats:
        """Unit vectors after taking the mean away; shape (n, d)."""
        return unit((vectors - self.mean).astype(np.float32))

    def distances(self, vectors: Floats) -> Floats:
        """How far each vector lies from the mean, shape (n,): the lengths that `centred` takes away."""
        lengths: Floats = np.linalg.norm(vectors - self.mean, axis=-1).astype(np.float32)
        return lengths

    def mapped(self, vectors: Floats) -> Floats:
        """Unit vectors in the mapped space; shape (n, d)."""
        return unit(((vectors - self.mean) @ self.map).astype(np.float32))


@dataclass(frozen=True)
class Background:
    """Frequencies of German word parts in questions, and a projection for each encoder family."""

    questions: int
    """How many questions were counted."""
    frequency: Mapping[str, int]
    """Folded part → questions that hold it."""
    projections: Mapping[str, Projection]
    """Encoder family (e5, use) → its projection."""
    hash: str = ""
    """First 16 hex digits of the SHA-256 of the file; "" when built in code."""

    def weigh(self, term: str, held: int, size: int) -> float:
        """Inverse document frequency of a term that `held` of `size` texts hold, smoothed by the background."""
        share = self.frequency.get(term, 0) / max(self.questions, 1)
        return math.log(1 + (size + _PRIOR) / (held + _PRIOR * share + 0.5))


def weigh_plain(_term: str, held: int, size: int) -> float:
    """Inverse document frequency without a background, for character n-grams."""
    return math.log(1 + (size + 1) / (held + 0.5))


def unit(vectors: Floats) -> Floats:
    """Scale rows to length 1."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return scaled


# ------------------------------------------------------------------ artefacts


def to_json(background: Background) -> str:
    """Write as JSON; matrices as base64 of little-endian float16."""
    projections = {
        name: {"mean": _pack(each.mean), "map": _pack(each.map)} for name, each in background.projections.items()
    }
    frequency = dict(sorted(background.frequency.items()))
    value = {"questions": background.questions, "frequency": frequency, "projections": projections}
    return json.dumps(value, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def load_background(path: Path) -> Background:
    """Read `background.json`."""
    content = path.read_bytes()
    value: dict[str, Any] = json.loads(content)
    projections = {name: _projection(each) for name, each in value["projections"].items()}
    return Background(value["questions"], value["frequency"], projections, hashlib.sha256(content).hexdigest()[:16])


def _projection(value: Mapping[str, str]) -> Projection:
    mean = _unpack(value["mean"])
    return Projection(mean, _unpack(value["map"]).reshape(len(mean), len(mean)))


def _pack(array: Floats) -> str:
    return base64.b64encode(array.astype("<f2").tobytes()).decode()


def _unpack(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text), dtype="<f2").astype(np.float32)
