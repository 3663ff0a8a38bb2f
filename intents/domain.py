"""General knowledge and requests to an assistant, told from what a city is asked.

«Wie hoch ist der Mount Everest?» has an entry in no FAQ of a city. Trees that rank candidates see each of them alone;
how far a question lies from all of them at once tells more. A logistic regression over the best value of each score,
learned from general questions of our own, gives the chance that a question is none for a city.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Doubles, Floats

_COUNTS = 2.0
"""How often the logarithm of the chance that a question is one for a city counts: where the regression is sure that it
is none, no candidate's score makes up for it."""
_NO_SCORES = {"entries", "self_check", "phrasings", "reliability", "wins", "words"}
"""Features that say nothing about the question."""


@dataclass(frozen=True)
class Domain:
    """The fitted regression."""

    columns: NDArray[np.int64]
    """Features that it reads."""
    weights: Doubles
    """One for each of them."""
    bias: float

    @classmethod
    def from_json(cls, value: Mapping[str, float], features: Sequence[str]) -> "Domain":
        """Read the bias and the weights by the features' names."""
        named = {name: weight for name, weight in value.items() if name != "bias"}
        columns = np.array([features.index(name) for name in named], dtype=np.int64)
        return cls(columns, np.array([*named.values()], dtype=np.float64), value["bias"])

    def penalty(self, best: Floats) -> Doubles:
        """What raw scores lose, shape (questions,), by the best value of each feature, shape (questions, features)."""
        odds = best[:, self.columns].astype(np.float64) @ self.weights + self.bias
        lost: Doubles = _COUNTS * np.logaddexp(0, odds)
        return lost


def domain_features(features: Sequence[str]) -> list[str]:
    """The features that are scores of the question as they come.

    Neither distances nor standardised scores, which grow with the FAQ, nor the number of words, which has no bound.
    """
    return [name for name in features if ":" not in name and not name.endswith("density") and name not in _NO_SCORES]
