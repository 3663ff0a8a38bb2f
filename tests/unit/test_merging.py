"""Three forms side by side: what both changed, and what holds both."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq_text import parsed, with_entry, without_entry
from bot.merging import HEAD, Side, Texts, changes, differences, merged
from intents.faq import FaqEntry
from tests.conftest import TINY_FAQ


def with_answer(text: str, entry_id: str, answer: str) -> str:
    """Return a text in which an entry has another answer."""
    found = parsed(text).get(entry_id)
    assert found
    return with_entry(text, replace(found, answer=answer))


def with_alternates(text: str, entry_id: str, *texts: str) -> str:
    """Return a text in which an entry has these further wordings."""
    found = parsed(text).get(entry_id)
    assert found
    return with_entry(text, replace(found, alternates=texts))


def test_what_only_one_changed_needs_no_choice() -> None:
    """Neither does what both changed in the same way."""
    both = with_answer(TINY_FAQ, "beschluss", "Gleich.")
    texts = Texts(TINY_FAQ, with_alternates(both, "begleitung", "Theirs?"), with_entry(both, FaqEntry("neu", "?", "!")))
    assert [each.id for each in differences(texts) if each.is_conflict] == []
    faq = parsed(merged(texts, {}))
    assert [entry.id for entry in faq.entries] == ["beschluss", "begleitung", "neu"]
    assert [entry.alternates for entry in faq.entries[1:]] == [("Theirs?",), ()]


def test_wordings_of_both_come_together() -> None:
    """What one took out stays out; what one added stays in."""
    theirs = with_alternates(TINY_FAQ, "begleitung", "Wer half der Stadt?", "Theirs?")
    ours = with_alternates(TINY_FAQ, "begleitung", "Wer half der Stadt?", "Welche Firma war dabei?", "Ours?")
    texts = Texts(TINY_FAQ, theirs, ours)
    (conflict,) = differences(texts)
    assert (conflict.is_conflict, conflict.sides[0]) == (True, Side.BOTH)
    found = parsed(merged(texts, {"begleitung": Side.BOTH})).get("begleitung")
    assert found
    assert found.alternates == ("Wer half der Stadt?", "Theirs?", "Ours?")


def test_two_answers_need_a_choice() -> None:
    """Each field in three forms; either side can be taken."""
    theirs, ours = (with_answer(TINY_FAQ, "beschluss", answer) for answer in ("Theirs.", "Ours."))
    texts = Texts(TINY_FAQ, theirs, ours)
    (conflict,) = differences(texts)
    assert (conflict.sides, [field.name for field in conflict.fields]) == ((Side.OURS, Side.THEIRS), ["answer"])
    for side, answer in ((Side.OURS, "Ours."), (Side.THEIRS, "Theirs.")):
        found = parsed(merged(texts, {"beschluss": side})).get("beschluss")
        assert found
        assert found.answer == answer


def test_deleted_against_changed_needs_a_choice() -> None:
    """Whoever deletes does not know of the change."""
    texts = Texts(TINY_FAQ, without_entry(TINY_FAQ, "begleitung"), with_answer(TINY_FAQ, "begleitung", "Ours."))
    (conflict,) = differences(texts)
    assert conflict.is_conflict
    assert parsed(merged(texts, {"begleitung": Side.OURS})).get("begleitung")
    assert parsed(merged(texts, {"begleitung": Side.THEIRS})).get("begleitung") is None


def test_title_contact_and_synonyms_are_taken_as_one() -> None:
    """With the text of whose they are, comments and all."""
    ours = "# Neu\n" + TINY_FAQ.replace("title: Digitale Stadt\n", "title: Neu\n")
    texts = Texts(TINY_FAQ, with_answer(TINY_FAQ, "beschluss", "Theirs."), ours)
    assert [each.id for each in differences(texts)] == [HEAD, "beschluss"]
    text = merged(texts, {})
    assert text.startswith("# Neu\n")
    assert (parsed(text).title, parsed(text).entries[0].answer) == ("Neu", "Theirs.")


def test_another_order_is_no_difference_of_an_entry() -> None:
    """Only what it says counts."""
    assert changes(parsed(TINY_FAQ), parsed("# Kommentar\n" + TINY_FAQ)) == ()


EDITS = st.lists(
    st.sampled_from(
        [
            lambda text: with_answer(text, "begleitung", "A."),
            lambda text: with_answer(text, "begleitung", "B."),
            lambda text: with_alternates(text, "begleitung", "Neu?"),
            lambda text: with_entry(text, FaqEntry("neu", "Neu?", "Ja.")),
            lambda text: with_entry(text, FaqEntry("neu", "Neu?", "Nein.")),
        ]
    ),
    max_size=2,
)


@settings(max_examples=30, deadline=None)
@given(EDITS, EDITS)
def test_nothing_that_one_alone_changed_is_lost(theirs: list[object], ours: list[object]) -> None:
    """Whatever is chosen elsewhere."""
    forms = []
    for edits in (theirs, ours):
        text = TINY_FAQ
        for edit in edits:
            assert callable(edit)
            text = edit(text)
        forms.append(text)
    texts = Texts(TINY_FAQ, *forms)
    faq = parsed(merged(texts, {}))
    for each in differences(texts):
        if not each.is_conflict:
            assert faq.get(each.id) == (each.theirs if each.ours == each.base else each.ours)
