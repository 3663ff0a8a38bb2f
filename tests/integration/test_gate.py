"""The gate with the real matcher: what a draft changes, told before it is live."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import Wiring
from bot.cli import main
from bot.drafts import Gate
from bot.gate import Form, examine
from bot.jobs import JobKind
from bot.ports import FaqVersion
from bot.publishing import Publishing
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from bot.store.jobs import SqlJobs
from intents.encoder import CachedEncoder, RememberingEncoder
from intents.faq import FaqBase, parse_faq
from tests.conftest import TINY_FAQ, Build
from tests.fake_encoder import LetterEncoder, MemoryCache
from tests.fakes import NOW, FakeClock, understanding_of

ASKED = [
    (7, "Wer half der Stadt?"),
    (8, "Welche Firma war dabei?"),
    (9, "Wer half der Stadt?"),
    (10, "Meine Tante Hedwig züchtet Kakteen"),
]


@pytest.fixture(scope="module")
def result(build: Build) -> dict[str, Any]:
    """Return what the gate tells of a draft that takes a wording to the wrong entry and rewrites an answer."""
    text = TINY_FAQ.replace("Wer half der Stadt?, ", "")
    text = text.replace("Von wem kommt der Beschluss?]", "Von wem kommt der Beschluss?, Wer half der Stadt?]")
    text = text.replace("follow_ups: [begleitung]", "follow_ups: [begleitung, nirgends]")
    text = text.replace("Ein Unternehmen hat sie begleitet.", "Es war ein Unternehmen.")
    told: list[tuple[int, int]] = []
    old, new = (form(build, parse_faq(each)) for each in (TINY_FAQ, text))
    found = examine(old, new, ASKED, NOW.date(), lambda done, all_: told.append((done, all_)))
    assert (sorted(told) == told, told[-1]) == (True, (100, 100))
    return found


def form(build: Build, faq: FaqBase) -> Form:
    """Prepare a form as the program does."""
    made = build(faq)
    return Form(faq, made, made.index)


def test_new_findings_are_told_from_old_ones(result: dict[str, Any]) -> None:
    """By what they say, not by the line, which moves; errors stop the draft."""
    fresh = [each for each in result["findings"] if each["new"]]
    assert [each["entry"] for each in fresh if "nirgends" in each["message"]] == ["beschluss"]
    assert Gate("k", NOW, result).errors


def test_the_same_again_brings_nothing_new(build: Build) -> None:
    """Only moved lines: whatever is found was there before."""
    moved = TINY_FAQ.replace("title:", "# Zeile\n# Zeile\ntitle:")
    old, new = (form(build, parse_faq(each)) for each in (TINY_FAQ, moved))
    found = examine(old, new, ASKED, NOW.date(), lambda _done, _all: None)
    assert [each for each in found["findings"] if each["new"]] == []
    assert (found["impact"], found["wordings"], found["reworded"], found["asked"]) == ([], [], 0, 4)
    assert not Gate("k", NOW, found).hints


def test_wordings_of_changed_entries_are_asked(result: dict[str, Any]) -> None:
    """Each must find its entry."""
    assert {each["entry"] for each in result["wordings"]} == {"beschluss", "begleitung"}
    moved = next(each for each in result["wordings"] if each["text"] == "Wer half der Stadt?")
    assert (moved["entry"], moved["ok"], moved["found"]["entries"]) == ("beschluss", True, ["beschluss"])


def test_the_effect_on_real_questions_is_told_without_their_words(result: dict[str, Any]) -> None:
    """Old and new decision, each text once, by the numbers of the questions."""
    changed = next(each for each in result["impact"] if 7 in each["questions"])
    assert (changed["questions"], changed["old"]["entries"], changed["new"]["entries"]) == (
        [7, 9],
        ["begleitung"],
        ["beschluss"],
    )
    assert result["reworded"] == 1
    assert "Hedwig" not in json.dumps(result)


def test_blocked_entries_answer_nothing(build: Build) -> None:
    """A release shows as an effect like any other change."""
    faq = parse_faq(TINY_FAQ)
    matcher = build(faq)
    closed = faq.blocking({"begleitung"})
    old = Form(closed, matcher.on(closed, NOW.date()), matcher.index)
    new = Form(faq, matcher, matcher.index)
    found = examine(old, new, ASKED, NOW.date(), lambda _done, _all: None)
    back = next(each for each in found["impact"] if 8 in each["questions"])
    assert (back["old"]["entries"], back["new"]["entries"]) == ([], ["begleitung"])
    assert closed.blocking(frozenset()) == replace(faq)


def test_nothing_is_read_twice_for_two_forms() -> None:
    """What the FAQ's cache holds is not read at all, and citizens' words never come into it."""
    cache, encoder = MemoryCache(), LetterEncoder()
    CachedEncoder(encoder, cache).encode(["drei"])
    made = RememberingEncoder(encoder, cache)
    first = made.encode(["eins", "zwei", "drei", "eins"])
    assert (made.encode(["zwei", "eins"]) == first[[1, 0]]).all()
    assert made.encode([]).shape == (0, encoder.dimension)
    assert (encoder.seen, len(cache.items)) == (["drei", "eins", "zwei"], 1)


def test_the_verb_checks_the_draft(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit code of a check; the result is kept for the pages, the job ends, and without a draft it says so."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bot.sqlite'}")
    wiring = Wiring(FakeClock(), understanding_of({}))
    SqlFaqVersions(database).publish(FaqVersion(parse_faq(TINY_FAQ).hash, TINY_FAQ, "Test", NOW), instead_of=None)
    assert (main(["gate"], wiring=wiring), "keinen Entwurf" in capsys.readouterr().err) == (1, True)
    drafts, jobs = SqlDrafts(database), SqlJobs(database)
    failed = jobs.latest(JobKind.GATE, NOW)
    assert failed
    assert (failed.state, failed.error) == ("failed", "Es gibt keinen Entwurf.")  # or the next check had to wait
    Publishing(drafts).add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    key = drafts.current()
    assert key
    assert main(["gate"], wiring=wiring) == 1  # the fake finds nothing, so each wording misses its entry
    assert "Formulierungen verfehlen ihren Eintrag. Ändert 0 der letzten 0 Fragen." in capsys.readouterr().out
    gate, job = drafts.gate(key.key), jobs.latest(JobKind.GATE, NOW)
    assert gate
    assert job
    assert (gate.result["wordings"][0]["ok"], job.state, job.subject) == (False, "done", key.key)
