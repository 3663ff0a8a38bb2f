"""Labelled questions: reading them, cutting folds, tables of features."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intents.datasets import (
    SET_NAMES,
    LabelledEntry,
    LabelledSet,
    far_questions,
    general_questions,
    load_sets,
    make_fold,
    requests,
)
from intents.encoder import CachedEncoder
from intents.errors import DataError
from intents.features import feature_names
from intents.text import folded
from intents.training_tables import (
    FAR,
    FOREIGN,
    GENERAL,
    IN_SCOPE,
    NEAR,
    learn_background,
    make_table,
    training_folds,
)
from tests.fake_encoder import LetterEncoder
from tests.faq_rows import read_rows
from tests.labelled import write_labelled


def entry(name: str, wordings: int, **fields: Any) -> LabelledEntry:
    """Return an entry with that many wordings."""
    texts = tuple(f"Frage {number} zu {name}" for number in range(wordings))
    return LabelledEntry(name, None, texts, **fields)


CITY = LabelledSet("city", tuple(entry(f"thema-{number}", 6) for number in range(12)), origin="city")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says which of the sets is not there."""
    with pytest.raises(FileNotFoundError, match=r"mainfranken\.jsonl"):
        load_sets(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "mainfranken.jsonl: .*leer"),
        (b'{"faq_id": "a", "query": "b"}\nkaputt\n', "mainfranken.jsonl:2: .*JSON"),
        (b"\xff\n", "mainfranken.jsonl:1: .*JSON"),
        (b"[1]\n", "mainfranken.jsonl:1: .*faq_id, query"),
        (b'{"faq_id": "a", "query": null}\n', "mainfranken.jsonl:1: .*query"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    """An operator finds the line that is broken."""
    data = write_labelled(tmp_path)
    (data / "mainfranken.jsonl").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_sets(data)


def test_all_sets_are_read(tmp_path: Path) -> None:
    """Under their names, each with an origin; the towns of one origin stay together."""
    sets = load_sets(write_labelled(tmp_path))
    assert tuple(each.name for each in sets) == SET_NAMES
    assert [each.origin for each in sets][-3:] == ["integreat"] * 3
    assert all(len(each.entries) > 1 for each in sets)
    assert far_questions(tmp_path)
    assert requests(tmp_path)


def rows(path: Path, *values: Mapping[str, Any]) -> None:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")


def read(folder: Path, name: str) -> LabelledSet:
    """Read one set of a folder."""
    return next(each for each in load_sets(folder) if each.name == name)


def test_plain_rows_are_grouped_by_their_entry(tmp_path: Path) -> None:
    """Repeated wordings count once, blank ones not at all; the answer is the first row's."""
    rows(
        write_labelled(tmp_path) / "robo.jsonl",
        {"faq_id": "pass", "query": " Pass ", "answer": "Im Amt."},
        {"faq_id": "hund", "query": "Hund", "answer": None},
        {"faq_id": "pass", "query": "Pass", "answer": "Anders."},
        {"faq_id": "pass", "query": " ", "answer": None},
        {"faq_id": "pass", "query": "Reisepass"},
    )
    assert read(tmp_path, "robo").entries == (
        LabelledEntry("pass", None, ("Pass", "Reisepass"), "Im Amt."),
        LabelledEntry("hund", None, ("Hund",), None),
    )


def test_services_without_search_words_are_left_out(tmp_path: Path) -> None:
    """Of the rest the official title is known apart from the search words."""
    write_labelled(tmp_path)
    rows(
        tmp_path / "muenchen_services.jsonl",
        {"faq_id": "m1", "question": "Meldewesen", "answer": "Ja."},
        {"faq_id": "m2", "question": "Ohne Wörter", "answer": "Nein."},
    )
    rows(tmp_path / "muenchen_keywords.jsonl", {"faq_id": "m1", "query": "ummelden"})
    assert read(tmp_path, "muenchen").entries == (LabelledEntry("m1", "Meldewesen", ("ummelden",), "Ja."),)


def test_questions_that_a_page_does_not_answer_are_kept_apart(tmp_path: Path) -> None:
    """They are asked as near out-of-scope, never known as wordings."""
    write_labelled(tmp_path)
    rows(
        tmp_path / "integreat_pages.jsonl",
        {"faq_id": "muenchen-1", "question": "Theater", "answer": "Ja."},
        {"faq_id": "lkaugsburg-1", "question": "Schule", "answer": "Ja."},
    )
    rows(tmp_path / "integreat_generated.jsonl", {"faq_id": "muenchen-1", "query": "Wo ist das Theater?"})
    rows(
        tmp_path / "integreat_questions.jsonl",
        {"faq_id": "muenchen-1", "query": "Wie heißt es?", "answerable": True},
        {"faq_id": "muenchen-1", "query": "Wer putzt dort?", "answerable": False},
    )
    wanted = LabelledEntry(
        "muenchen-1", "Theater", ("Wo ist das Theater?", "Wie heißt es?"), "Ja.", ("Wer putzt dort?",)
    )
    assert read(tmp_path, "integreat-muenchen").entries == (wanted,)
    assert read(tmp_path, "integreat-lkaugsburg").entries == ()


@pytest.mark.parametrize("k", [1, 2, 5, 0.5, 0.8])
def test_no_question_of_a_fold_is_known(k: float) -> None:
    """What is asked was held back, and stands for an entry of the fold or for none."""
    fold = make_fold(CITY, k=k, seed=0)
    known = {text for each in fold.faq.entries for text in each.phrasings}
    ids = {each.id for each in fold.faq.entries}
    assert known.isdisjoint(fold.queries)
    assert {name for name in fold.expected if name} <= ids
    assert len(fold.queries) == len(fold.expected) == len(set(fold.queries))


@pytest.mark.parametrize(("k", "size"), [(1, 1), (2, 2), (5, 5), (0.5, 3), (9, 5)])
def test_entries_know_as_many_wordings_as_asked(k: float, size: int) -> None:
    """A number, or a share; one wording is always left to ask."""
    assert {len(each.phrasings) for each in make_fold(CITY, k=k, seed=0).faq.entries} == {size}


def test_left_out_entries_are_asked_as_near_out_of_scope() -> None:
    """A quarter of the entries is not in the FAQ; all their wordings have no answer."""
    fold = make_fold(CITY, k=1, seed=0, left_out=0.25)
    assert len(fold.faq.entries) == 9
    assert sum(name is None for name in fold.expected) == 3 * 6


def test_the_official_title_is_known() -> None:
    """It comes first, so one known wording means the title."""
    titled = LabelledSet("t", tuple(LabelledEntry(str(n), f"Titel {n}", (f"Wort {n}",)) for n in range(4)))
    assert all(each.question.startswith("Titel") for each in make_fold(titled, k=1, seed=0).faq.entries)


def test_a_single_wording_is_known_and_not_asked() -> None:
    """There is nothing to spare."""
    single = LabelledSet("s", tuple(entry(str(number), 1) for number in range(8)))
    fold = make_fold(single, k=3, seed=0)
    assert len(fold.faq.entries) == 6
    assert set(fold.expected) == {None}


def test_folds_differ_by_seed_and_repeat() -> None:
    """The same seed cuts the same fold."""
    assert make_fold(CITY, k=2, seed=1) == make_fold(CITY, k=2, seed=1)
    assert make_fold(CITY, k=2, seed=1) != make_fold(CITY, k=2, seed=2)


def test_folds_stay_within_their_limits() -> None:
    """Entries and questions are sampled down."""
    fold = make_fold(CITY, k=1, seed=0, max_queries=9, max_entries=8)
    assert len(fold.faq.entries) == 6
    assert sum(name is not None for name in fold.expected) == 9
    assert sum(name is None for name in fold.expected) == 3


# ------------------------------------------------------------------ tables


def encoder() -> Mapping[str, CachedEncoder]:
    """Return a stand-in for the quick encoder."""
    return {"use": CachedEncoder(LetterEncoder(), None)}


def test_training_sees_faqs_of_many_sizes() -> None:
    """One to many known wordings, few to all entries; never an empty FAQ."""
    folds = training_folds(CITY)
    sizes = {len(fold.faq.entries) for fold in folds}
    assert min(sizes) >= 1
    assert len(sizes) > 2
    assert len({fold.name for fold in folds}) == len(folds)


def test_a_background_holds_the_sets_words_and_projections() -> None:
    """Words of at least two questions, one projection for each encoder."""
    background = learn_background([CITY], encoder())
    assert background.questions == 72
    assert background.frequency["frage"] == 72
    assert background.projections["use"].map.shape == (64, 64)
    assert np.isfinite(background.projections["use"].map).all()


def test_a_table_has_a_row_for_each_candidate() -> None:
    """Features in their number, questions in order, and at most one right candidate a question."""
    fold = make_fold(CITY, k=2, seed=0)
    foreign, far = ["Wie backe ich Brot?"], ["Wer malte die Mona Lisa?", "Wie hoch ist der Berg?"]
    outside = {FOREIGN: foreign, FAR: far, GENERAL: general_questions()[:3]}
    table = make_table(fold, learn_background([CITY], encoder()), encoder(), outside)
    assert table.rows.shape == (len(table.right), len(feature_names(("use",), ("use",))))
    assert np.isfinite(table.rows).all()
    assert (np.diff(table.question) >= 0).all()
    assert np.bincount(table.question, table.right).max() == 1
    assert set(table.kinds) == {IN_SCOPE, NEAR, FOREIGN, FAR, GENERAL}
    assert not table.right[table.kinds[table.question] != IN_SCOPE].any()
    assert table.evidence.wordings == 2
    assert len(table.best()) == len(table.kinds)
    first = table.question == 0
    assert table.best()[0] == pytest.approx(table.rows[first].max(axis=0))


def test_general_questions_are_filled_in() -> None:
    """Hundreds, each once, no place left open."""
    found = general_questions()
    assert len(found) > 300
    assert len(set(found)) == len(found)
    assert not any("{" in text for text in found)


def test_no_general_question_is_one_that_the_shipped_faq_is_tested_with() -> None:
    """Nothing that is trained on is measured on, and the model card counts right."""
    asked = {folded(text) for text in general_questions()}
    rows = {folded(row.say) for row in read_rows()}
    assert not asked & rows
    card = (Path(__file__).parents[2] / "models" / "README.md").read_text(encoding="utf-8")
    assert f"{len(general_questions())} general questions of our own" in " ".join(card.split())
