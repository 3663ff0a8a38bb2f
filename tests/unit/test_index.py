"""What an index holds beyond single scores."""

import numpy as np

from intents.encoder import CachedEncoder
from intents.faq import FaqBase, FaqEntry
from intents.index import Index, build_index
from tests.fake_encoder import LetterEncoder, plain_background


def index_of(wordings: int) -> tuple[Index, LetterEncoder]:
    """A FAQ with one entry of that many wordings, and the slow encoder that read it."""
    first, *others = [f"Hund Nummer {number:03d} anmelden" for number in range(wordings)]
    entry = FaqEntry(id="hund", question=first, alternates=tuple(others), answer="")
    slow = LetterEncoder("slow", quick=False)
    encoders = {"slow": CachedEncoder(slow, None), "use": CachedEncoder(LetterEncoder(), None)}
    return build_index(FaqBase((entry,)), plain_background("slow", "use"), encoders), slow


def encoders_for_answers() -> tuple[dict[str, CachedEncoder], LetterEncoder]:
    """Two encoders of which the slow one tells answers from questions, and what it reads answers with."""
    slow, passages = LetterEncoder("slow", quick=False), LetterEncoder("slow-passage", quick=False)
    slow.passages = passages
    return {"slow": CachedEncoder(slow, None), "use": CachedEncoder(LetterEncoder(), None)}, passages


def test_a_slow_encoder_reads_some_wordings_and_lends_their_vectors() -> None:
    """The start waits for it; a wording it did not read looks like one that it read."""
    index, slow = index_of(30)
    vectors = index.spaces["slow"].mapped
    read, lent = vectors[:24], vectors[24:]
    assert sorted(slow.seen) == sorted(index.phrasings[:24])
    assert all((read == row).all(axis=1).any() for row in lent)


def test_a_motley_entry_is_read_in_full() -> None:
    """Wordings that have little in common lend each other nothing."""
    index, slow = index_of(60)
    assert sorted(slow.seen) == sorted(index.phrasings)
    assert len(np.unique(index.spaces["slow"].mapped, axis=0)) == 60


def test_a_slow_encoder_reads_the_start_of_each_answer() -> None:
    """With its question, as a text that answers; entries without an answer have nothing to compare with."""
    said = " ".join(f"Wort{number}" for number in range(100))
    entries = (FaqEntry("a", "Wo ist das Amt?", f"Im *Rathaus*. {said}"), FaqEntry("b", "Wann ist es offen?", ""))
    encoders, passages = encoders_for_answers()
    index = build_index(FaqBase(entries), plain_background("slow", "use"), encoders)
    read = passages.seen[0]
    assert read.startswith("Wo ist das Amt?. Im Rathaus")
    assert len(read.split()) == 60
    found = index.spaces["slow"].passages
    assert found is not None
    assert np.linalg.norm(found, axis=1).round(2).tolist() == [1, 0]
    assert index.spaces["use"].passages is None


def test_the_groups_of_a_motley_entry_share_its_answer() -> None:
    """It is read once."""
    wordings = tuple(f"Ding {number} melden" for number in range(60))
    entry = FaqEntry("viel", "Was nicht?", "Vieles.", alternates=wordings)
    encoders, passages = encoders_for_answers()
    index = build_index(FaqBase((entry,)), plain_background("slow", "use"), encoders)
    found = index.spaces["slow"].passages
    assert len(passages.seen) == 1
    assert found is not None
    assert len(found) == len(index.entries) > 1
    assert (found == found[0]).all()


def test_progress_is_told_of_wordings_and_of_answers() -> None:
    """The first start of a large FAQ reads answers for many seconds; what says nothing is not read."""
    entries = [FaqEntry(f"e{n}", f"Frage {n}?", f"Antwort {n}.") for n in range(40)]
    encoders, _ = encoders_for_answers()
    told: list[tuple[int, int]] = []
    faq = FaqBase((*entries, FaqEntry("leer", "Frage ohne Antwort?", "")))
    build_index(faq, plain_background("slow", "use"), encoders, lambda *done: told.append(done))
    assert [done for done in told if done[1] == 41] == [(32, 41), (41, 41)], "wordings"
    assert sorted(done for done in told if done[1] == 40) == 2 * [(32, 40)] + 2 * [(40, 40)], (
        "answers, by both encoders"
    )


def test_a_word_without_end_is_read_as_far_as_a_message() -> None:
    """A slow encoder would take seconds for it, and the memory of all its letters."""
    encoders, passages = encoders_for_answers()
    answer = " ".join("x" * 900 + "." for _ in range(12))
    build_index(FaqBase((FaqEntry("a", "Wo?", answer),)), plain_background("slow", "use"), encoders)
    assert [len(text) for text in passages.seen] == [1_000]


def test_what_an_answer_says_finds_its_entry() -> None:
    """Its words stand in no wording; a motley entry's answer says nothing of its many groups."""
    wordings = tuple(f"Ding {number} melden" for number in range(60))
    entries = (
        FaqEntry("wiese", "Wo?", "Fahrräder, Fahrräder, Fahrräder"),
        FaqEntry("halle", "Wann?", "Konzerte, Konzerte, Konzerte"),
        FaqEntry("viel", "Was nicht?", "Vieles.", alternates=wordings),
    )
    encoders, _ = encoders_for_answers()
    index = build_index(FaqBase(entries), plain_background("slow", "use"), encoders)
    asked = np.concatenate([encoders[family].encode(["Konzerte"]) for family in ("slow", "use")], axis=1)
    scores = (asked @ index.ridge.weights)[0]
    assert [index.entries[number].id for number in np.argsort(-scores)[:1]] == ["halle"]
    assert len(index.ridge.reliability) == len(index.entries) > 3
