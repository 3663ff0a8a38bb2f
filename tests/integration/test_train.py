"""Training on a small labelled folder: same bytes every time, and models that work."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from intents import datasets, training_tables
from intents import train as training
from intents.decision import DecisionKind
from intents.faq import FaqBase, FaqEntry
from intents.matcher import build_matcher
from intents.query import Query
from tests.fake_encoder import MemoryCache
from tests.fakes import NOW
from tests.labelled import write_labelled

pytest.importorskip("lightgbm", reason="training needs the train extra")

FILES = {"background.json", "reference.json", "ranker-both.json", "ranker-usem3.json"}
FAQ = FaqBase(
    (
        FaqEntry("rad", "Wo leihe ich ein Fahrrad aus?", "Am Bahnhof.", alternates=("Fahrrad leihen", "Leihrad")),
        FaqEntry("chor", "Wann probt der Chor?", "Am Montag.", alternates=("Chorprobe", "Probenzeit vom Chor")),
        FaqEntry("markt", "Wer vergibt die Marktstände?", "Das Marktamt.", alternates=("Marktstand mieten",)),
    )
)


@dataclass(frozen=True)
class Trained:
    """Models of two runs, and what the first one said."""

    first: Path
    second: Path
    said: tuple[str, ...]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, embeddings: MemoryCache) -> Trained:
    """Train twice with few sets, few folds and few rounds."""
    folder = tmp_path_factory.mktemp("train")
    data = folder / "data"
    data.mkdir()
    write_labelled(data)
    said: list[str] = []
    with pytest.MonkeyPatch.context() as few:
        few.setattr(datasets, "PLAIN_SETS", ("robo",))
        few.setattr(datasets, "INTEGREAT_TOWNS", ("lkaugsburg",))
        few.setattr(training, "_ROUNDS", 8)
        few.setattr(training, "_PARAMETERS", {**training._PARAMETERS, "min_data_in_leaf": 20})
        few.setattr(training_tables, "_KNOWN_WORDINGS", (1, 2, 0.8))
        few.setattr(training_tables, "_CUTS", ((6, 0.34),))
        training.train(data, folder / "first", cache=embeddings, say=said.append)
        training.train(data, folder / "second", cache=embeddings, say=lambda _line: None)
    return Trained(folder / "first", folder / "second", tuple(said))


def test_training_writes_every_artefact(trained: Trained) -> None:
    """Weights for both encoders and for the small one, as text."""
    assert {path.name for path in trained.first.iterdir()} == FILES
    assert all(path.read_text(encoding="utf-8").endswith("\n") for path in trained.first.iterdir())


def test_training_twice_gives_the_same_bytes(trained: Trained) -> None:
    """Models can be rebuilt and compared."""
    for name in FILES:
        assert (trained.first / name).read_bytes() == (trained.second / name).read_bytes(), name


def test_training_says_where_it_is(trained: Trained) -> None:
    """Each artefact is named when it is written."""
    assert FILES - {"reference.json"} <= set(trained.said)


@pytest.mark.parametrize("encoders", ["both", "usem3"])
def test_trained_models_decide(trained: Trained, embeddings: MemoryCache, encoders: str) -> None:
    """They load, their encoders pass the self-check, wordings find their entry."""
    matcher = build_matcher(
        FAQ, models=trained.first, cache=embeddings, today=NOW.date(), max_wrong_answer_rate=0.3, encoders=encoders
    )
    for entry in FAQ.entries:
        decisions = matcher.match_many([Query(text) for text in entry.phrasings])
        assert {each.candidates[0].id for each in decisions} == {entry.id}
    assert matcher.match(Query("😀")).kind is DecisionKind.FALLBACK
