"""Handling one event: commit before reply, repeat on conflict, survive a bad message."""

import pytest

from bot.conversation import Decide
from bot.errors import StoreError
from bot.events import CommandGiven, TextSaid
from bot.recall import UnwrittenChats
from bot.state import CONTEXT_SECONDS
from bot.texts import Texts
from bot.worker import Worker
from intents.decision import Decision
from intents.query import Query
from tests.fakes import FAQ, FakeChats, FakeClock, FakeUnderstanding, answer, emergency

TABLE = {"wer?": answer("beschluss"), "hilfe": emergency("feuer")}


def worker_of(chats: FakeChats, clock: FakeClock, texts: Texts, decide: Decide | None = None) -> Worker:
    """Return a worker over fakes."""
    return Worker(chats, clock, decide or FakeUnderstanding(TABLE).match, FAQ, texts, keep_days=30)


def test_question_and_state_are_committed_together(clock: FakeClock, texts: Texts) -> None:
    """One outcome holds the state and the log entry."""
    chats = FakeChats()
    handled = worker_of(chats, clock, texts).handle("c", TextSaid("wer? 0171 1234567"))
    assert handled.replies
    (outcome,) = chats.outcomes
    assert outcome.state.asked == 1
    assert [q.text for q in outcome.questions] == ["wer? [Telefon]"]


def test_the_log_holds_decision_and_hashes(clock: FakeClock, texts: Texts) -> None:
    """Decision, reason, entry, candidates and the versions they came from are kept."""
    chats = FakeChats()
    worker_of(chats, clock, texts).handle("c", TextSaid("wer?"))
    (question,) = chats.outcomes[0].questions
    assert (question.decision, question.reason, question.entry) == ("answer", "clear", "beschluss")
    assert (question.faq, question.model) == ("faqhash", "modelhash")
    assert question.candidates[0].id == "beschluss"


def test_an_emergency_is_logged_without_words(clock: FakeClock, texts: Texts) -> None:
    """That there was one is kept, its text is not."""
    chats = FakeChats()
    worker_of(chats, clock, texts).handle("c", TextSaid("hilfe"))
    assert chats.outcomes[0].questions[0].text is None


def test_a_conflict_repeats_the_turn(clock: FakeClock, texts: Texts) -> None:
    """Another process was faster: the turn is taken again on the new state."""
    chats = FakeChats(conflicts=2)
    handled = worker_of(chats, clock, texts).handle("c", TextSaid("wer?"))
    assert "Gemeinderat" in handled.replies[0].text
    assert len(chats.outcomes) == 1


def test_endless_conflicts_end_in_an_apology(clock: FakeClock, texts: Texts) -> None:
    """Nothing is shown that was not committed."""
    handled = worker_of(FakeChats(conflicts=99), clock, texts).handle("c", TextSaid("wer?"))
    assert [reply.text for reply in handled.replies] == [texts.error]


def test_a_message_that_breaks_the_matcher_gets_an_apology(
    clock: FakeClock, texts: Texts, capsys: pytest.CaptureFixture[str]
) -> None:
    """The chat goes on; the log names the error and never the words."""

    def broken(query: Query) -> Decision:
        raise ValueError(query.text)

    chats = FakeChats()
    worker = worker_of(chats, clock, texts, broken)
    assert worker.handle("c", TextSaid("mein Geheimnis")).replies[0].text == texts.error
    assert worker.handle("c", CommandGiven("hilfe")).replies
    log = capsys.readouterr().err
    assert "ValueError" in log
    assert "Geheimnis" not in log


def test_store_errors_reach_the_operator(clock: FakeClock, texts: Texts) -> None:
    """A database that is out of reach is not hidden behind an apology."""

    class Full(FakeChats):
        def load(self, chat: str) -> "None":  # type: ignore[override]
            raise StoreError(f"voll: {chat}")

    with pytest.raises(StoreError):
        worker_of(Full(), clock, texts).handle("c", TextSaid("wer?"))


def test_leaving_is_told_to_the_channel(clock: FakeClock, texts: Texts) -> None:
    """/ende is over."""
    assert worker_of(FakeChats(), clock, texts).handle("c", CommandGiven("ende")).over


def test_an_old_question_is_dropped_with_the_next_turn(clock: FakeClock, texts: Texts) -> None:
    """Once nothing can refer to it, it is neither used nor written again."""
    chats = FakeChats()
    worker = worker_of(chats, clock, texts)
    worker.handle("c", TextSaid("mein Name ist Erika Muster"))
    clock.wait(seconds=CONTEXT_SECONDS + 1)
    worker.handle("c", CommandGiven("hilfe"))
    assert [o.state.last_question for o in chats.outcomes] == ["mein Name ist Erika Muster", ""]


def test_the_end_of_a_chat_forgets_what_was_said(clock: FakeClock, texts: Texts) -> None:
    """Also when another process changes the chat meanwhile; a chat without words is not written."""
    chats = FakeChats()
    worker = worker_of(chats, clock, texts)
    worker.handle("c", TextSaid("mein Name ist Erika Muster"))
    chats.conflicts = 2
    worker.end("c")
    assert chats.load("c").state.last_question == ""
    worker.end("neu")
    assert len(chats.outcomes) == 2


def test_without_retention_words_stay_in_memory(clock: FakeClock, texts: Texts) -> None:
    """The next question knows the last one, the store does not; after the end nobody does."""
    stored, understanding = FakeChats(), FakeUnderstanding(TABLE)
    chats = UnwrittenChats(stored)
    worker = Worker(chats, clock, understanding.match, FAQ, texts, keep_days=0)
    worker.handle("c", TextSaid("wer?"))
    worker.handle("c", TextSaid("und wann?"))
    context = understanding.asked[-1].context
    assert context
    assert context.last_question == "wer?"
    worker.end("c")
    assert chats.load("c").state.last_question == ""
    assert not any(outcome.state.last_question for outcome in stored.outcomes)


def test_words_of_another_version_are_not_trusted(clock: FakeClock, texts: Texts) -> None:
    """When another process changed the chat, the words this one remembers belong to it no more."""
    stored = FakeChats()
    chats = UnwrittenChats(stored)
    Worker(chats, clock, FakeUnderstanding(TABLE).match, FAQ, texts, keep_days=0).handle("c", TextSaid("wer?"))
    worker_of(stored, clock, texts).handle("c", CommandGiven("hilfe"))
    assert chats.load("c").state.last_question == ""
