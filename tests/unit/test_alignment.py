"""Words held against words."""

import numpy as np

from intents.alignment import align_words, content_words
from intents.encoder import CachedEncoder
from intents.pipeline import Analyser
from tests.fake_encoder import LetterEncoder

ANALYSER = Analyser.for_texts(["Hund anmelden", "Katze abmelden"])
ALIGNMENT = align_words(
    [content_words([ANALYSER.analyse(text)]) for text in ("Hund anmelden", "Katze abmelden", "?")],
    CachedEncoder(LetterEncoder(), None),
)


def even(_word: str) -> float:
    """Every word weighs the same."""
    return 1.0


def test_a_unit_that_holds_every_word_covers_the_question() -> None:
    """And one without words covers nothing."""
    covered = ALIGNMENT.compare(ANALYSER.analyse("Hund anmelden"), even)
    mean, worst = ALIGNMENT.cover(covered, np.array([0, 1, 2]))
    assert mean[0] > 0.99
    assert worst[0] > 0.99
    assert mean[1] < mean[0]
    assert worst[1] < worst[0]
    assert mean[2] == worst[2] == 0


def test_a_question_without_content_words_is_covered_by_nothing() -> None:
    """«Und wer?» holds no word with meaning."""
    covered = ALIGNMENT.compare(ANALYSER.analyse("und wer"), even)
    assert [values.tolist() for values in ALIGNMENT.cover(covered, np.array([0, 1]))] == [[0, 0], [0, 0]]


def test_words_are_encoded_once() -> None:
    """Those of the FAQ are known, those of a question are remembered."""
    analysis = ANALYSER.analyse("Hund Papagei Papagei")
    assert ALIGNMENT.strange(analysis) == ["Papagei"]
    ALIGNMENT.compare(analysis, even)
    assert ALIGNMENT.strange(analysis) == []
