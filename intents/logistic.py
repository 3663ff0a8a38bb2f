"""A second classifier of a FAQ: multinomial logistic regression, fitted by accelerated gradient steps (Nesterov 1983).

Where entries have several wordings it tells them apart better than the nearest wording; ridge regression and it err in
different places, so the ranker sees both. Its probability also counts beside the ranker's own: see `Ranker.raw`.
"""

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats

_SCALE = np.float32(10)
"""Length given to the unit vectors: how sharply entries are told apart under a penalty of 1."""
_ROUNDS = 40
_MOST = 2e11
"""Multiplications a fit may take (about five seconds of one core); larger FAQs do without: see docs/why.md."""


def fit_logistic(vectors: Floats, owner: NDArray[np.int64], units: int) -> Floats | None:
    """Fit on unit vectors of shape (n, d) with the unit of each row; weights of shape (d, units).

    None for a FAQ that is too large.
    """
    rows, size = vectors.shape
    if 2.0 * rows * size * units * _ROUNDS > _MOST:
        return None
    scaled = vectors * _SCALE
    step = np.float32(1 / (0.5 * _largest_eigenvalue(scaled) + 1))
    places = np.arange(rows)
    weights = np.zeros((size, units), dtype=np.float32)
    ahead: Floats = weights
    momentum = 1.0
    for _ in range(_ROUNDS):
        logits = (scaled @ ahead).astype(np.float32, copy=False)
        error = np.exp(log_softmax(logits))
        error[places, owner] -= 1
        moved = ahead - step * (scaled.T @ error + ahead)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + np.float32((momentum - 1) / following) * (moved - weights)
        weights, momentum = moved, following
    return weights * _SCALE


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of the shares that exp(scores) have along the last axis."""
    calm = scores - scores.max(axis=-1, keepdims=True)
    logs: Floats = calm - np.log(np.exp(calm).sum(axis=-1, keepdims=True))
    return logs


def _largest_eigenvalue(rows: Floats) -> float:
    """Of rowsᵀ rows, by 30 rounds of the power method, a little rounded up."""
    vector = np.ones(rows.shape[1], dtype=np.float32)
    for _ in range(30):
        vector = rows.T @ (rows @ vector)
        vector /= np.linalg.norm(vector)
    return 1.05 * float(np.linalg.norm(rows @ vector) ** 2)
