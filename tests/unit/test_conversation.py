"""The dialogue, event by event."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import COMMANDS
from bot.conversation import Decide, step
from bot.effects import Effect, Feedback, Leave, Mark, Note, Open, Say
from bot.events import ChoicePicked, CommandGiven, Event, TextSaid, event_from_text
from bot.replies import Reply
from bot.situation import Situation
from bot.state import CONTEXT_SECONDS, ChatState
from bot.texts import Texts, load_texts
from intents.decision import PICKED, Decision, DecisionKind
from intents.faq import Contact, FaqBase, FaqEntry, Kind
from intents.query import Query
from tests.fakes import (
    FAQ,
    NOW,
    FakeUnderstanding,
    answer,
    clarify,
    emergency,
    redirect,
    smalltalk,
    unknown,
)


@dataclass
class Talk:
    """A chat that is played through."""

    texts: Texts
    table: Mapping[str, Decision]
    faq: FaqBase = FAQ
    state: ChatState = field(default_factory=ChatState)
    minutes: float = 0.0
    effects: tuple[Effect, ...] = ()

    def __post_init__(self) -> None:
        self.understanding = FakeUnderstanding(self.table)

    def do(self, event: Event, decide: Decide | None = None) -> list[Reply]:
        """Let something happen and return the replies."""
        now = NOW + timedelta(minutes=self.minutes)
        situation = Situation(self.state, now, self.faq, self.texts)
        self.state, self.effects = step(situation, event, decide or self.understanding.match)
        self.state = ChatState.from_dict(self.state.to_dict())
        return [effect.reply for effect in self.effects if isinstance(effect, Say)]

    def say(self, text: str) -> str:
        """Type a line and return all that is shown for it."""
        return "\n".join(shown(reply) for reply in self.do(event_from_text(text)))

    @property
    def notes(self) -> list[Decision]:
        """What the last event put into the question log."""
        return [effect.decision for effect in self.effects if isinstance(effect, Note)]


def shown(reply: Reply) -> str:
    """Return everything a citizen can see of a reply."""
    choices = [f"{choice.number}. {choice.label}" for choice in reply.choices]
    return "\n".join([reply.text, *reply.notes, reply.offer, *choices])


TABLE = {
    "wer?": answer("beschluss"),
    "begleitung?": answer("begleitung"),
    "welche?": clarify("beschluss", "begleitung"),
    "ausweis": redirect("dienste"),
    "alt?": answer("abgelaufen"),
    "hallo": smalltalk("greeting"),
    "mensch bitte": smalltalk("human"),
    "ja": smalltalk("yes"),
    "nein": smalltalk("no"),
    "es brennt": emergency("feuer"),
}


@pytest.fixture
def talk(texts: Texts) -> Talk:
    """Return a new chat."""
    return Talk(texts, TABLE)


@pytest.fixture
def known(texts: Texts) -> Talk:
    """Return a chat in which the bot has introduced itself."""
    return Talk(texts, TABLE, state=ChatState(introduced=True))


def test_the_first_reply_says_that_it_is_a_program(talk: Talk) -> None:
    """Only the first reply of a chat carries the introduction."""
    assert "Ich bin ein Programm" in talk.say("wer?")
    assert "Ich bin ein Programm" not in talk.say("wer?")


def test_start_introduces_and_lists_topics(talk: Talk) -> None:
    """/start welcomes once, with the title and the topics."""
    text = talk.say("/start")
    assert text.count("Ich bin ein Programm") == 1
    assert "Digitale Stadt" in text
    assert "1. Strategie" in text


def test_an_answer_shows_source_and_date(known: Talk) -> None:
    """Text, source with link and «Stand» stand in one reply."""
    (reply,) = known.do(TextSaid("wer?"))
    assert reply.text == "Der *Gemeinderat*."
    assert reply.notes == ("Quelle: [Digitale Stadt](https://example.org/digital)", "Stand: 01.11.2026")


def test_follow_ups_are_valid_known_and_no_redirects(known: Talk) -> None:
    """Expired, unknown and redirect entries and the entry itself are no follow-ups."""
    (reply,) = known.do(TextSaid("wer?"))
    assert [(c.number, c.label) for c in reply.choices] == [(1, "Wer hat die Stadt begleitet?")]


@pytest.mark.parametrize("text", ["1", "1.", "(1)", "die erste", "Nr. 1", "nummer 1", " 1 ", "1️⃣", "eins"])
def test_a_number_picks_from_the_latest_list(known: Talk, text: str) -> None:
    """Numbers and ordinals in many spellings pick a follow-up."""
    known.say("wer?")
    assert "Ein Unternehmen." in known.say(text)


def test_the_list_stays_while_no_newer_one_is_shown(known: Talk) -> None:
    """After an answer without choices the list above it still counts."""
    known.say("welche?")
    known.say("2")
    assert "Gemeinderat" in known.say("1")


def test_a_number_is_a_question_when_nothing_is_offered(known: Talk) -> None:
    """Without a list «2» goes to the matcher."""
    known.say("2")
    assert [query.text for query in known.understanding.asked] == ["2"]


@pytest.mark.parametrize("text", ["112", "2030", "100"])
def test_large_numbers_are_questions(known: Talk, text: str) -> None:
    """An emergency number or a year is never taken for a choice."""
    known.say("wer?")
    known.say(text)
    assert known.understanding.asked[-1].text == text


def test_a_wrong_number_gets_a_polite_text(known: Talk, texts: Texts) -> None:
    """A number beyond the list is refused and the list stays."""
    known.say("wer?")
    assert texts.choice_unknown in known.say("7")
    assert "Ein Unternehmen." in known.say("1")


def test_an_old_number_gets_a_polite_text(known: Talk, texts: Texts) -> None:
    """After fifteen minutes the list is not current any more."""
    known.say("wer?")
    known.minutes = 16
    assert texts.choice_old in known.say("1")


def test_clarify_lists_real_questions_and_none(known: Talk) -> None:
    """«Meinten Sie …?» numbers the questions and gives 0 to «Nichts davon»."""
    (reply,) = known.do(TextSaid("welche?"))
    assert [(c.number, c.label) for c in reply.choices] == [
        (1, "Wer hat die Strategie beschlossen?"),
        (2, "Wer hat die Stadt begleitet?"),
        (0, "Nichts davon"),
    ]


def test_picking_answers_and_marks_the_question(known: Talk) -> None:
    """A pick is no new question; it settles the one before."""
    known.say("welche?")
    assert "Gemeinderat" in known.say("1")
    assert [e for e in known.effects if isinstance(e, Mark)] == [Mark(1, Feedback.PICKED, "beschluss")]
    assert known.notes == []


def test_a_choice_in_words_is_a_pick(known: Talk) -> None:
    """What the matcher reads as a choice among the offered settles the question before."""
    known.understanding.table = {**TABLE, "das mit der stadt": replace(answer("begleitung"), reason=PICKED)}
    known.say("welche?")
    assert "Ein Unternehmen" in known.say("das mit der stadt")
    assert [e for e in known.effects if isinstance(e, Mark)] == [Mark(1, Feedback.PICKED, "begleitung")]
    assert (known.notes, known.state.last_entry, known.state.offered) == ([], "begleitung", ())


def test_a_choice_in_words_from_a_list_that_is_gone_is_an_answer(known: Talk) -> None:
    """Another list came in between; the answer is the same."""
    known.understanding.table = {**TABLE, "das mit der stadt": replace(answer("begleitung"), reason=PICKED)}
    known.say("welche?")
    known.say("/themen")
    assert "Ein Unternehmen" in known.say("das mit der stadt")
    assert [note.entry for note in known.notes] == ["begleitung"]


@pytest.mark.parametrize("text", ["0", "nichts davon", "Keine davon!", "nein"])
def test_none_of_these_admits_and_offers_a_human(known: Talk, texts: Texts, text: str) -> None:
    """«Nichts davon» in several forms marks the question and offers a human."""
    known.say("welche?")
    reply = known.say(text)
    assert texts.none_picked in reply
    assert texts.human_choice in reply
    assert Mark(1, Feedback.NONE) in known.effects


def test_none_of_these_is_a_question_without_a_list(known: Talk) -> None:
    """Where nothing was offered the words go to the matcher."""
    known.say("nichts davon")
    assert known.understanding.asked[-1].text == "nichts davon"


def test_a_bare_yes_takes_the_only_choice(known: Talk) -> None:
    """«ja» after one offered follow-up shows it."""
    known.say("wer?")
    assert "Ein Unternehmen." in known.say("ja")


def test_a_bare_yes_needs_an_open_offer(known: Talk, texts: Texts) -> None:
    """«ja» after a reply without choices is small talk."""
    known.say("wer?")
    known.say("hallo")
    assert texts.smalltalk["yes"] in known.say("ja")


def test_fallback_admits_and_offers_a_human_and_contact(known: Talk, texts: Texts) -> None:
    """Not knowing is said, with the contact and the way to a human."""
    text = known.say("quatsch")
    assert texts.fallback in text
    assert "Kontakt: Rathaus" in text
    assert texts.human_choice in text


def test_contact_lines_stand_only_where_contact_is_known(texts: Texts) -> None:
    """Without contact fields nothing is made up."""
    talk = Talk(texts, {}, replace(FAQ, contact=Contact()), ChatState(introduced=True))
    assert "Kontakt:" not in talk.say("quatsch")
    assert texts.human_unknown.strip() in talk.say("/mensch")


def test_a_bare_name_is_no_way_to_a_human(texts: Texts) -> None:
    """Without website and telephone neither the name nor /mensch is offered; /mensch itself stays honest."""
    talk = Talk(texts, TABLE, replace(FAQ, contact=Contact(name="Rathaus")), ChatState(introduced=True))
    for text in ("quatsch", "/start faq_abgelaufen"):
        seen = talk.say(text)
        assert "Rathaus" not in seen
        assert texts.human_choice not in seen
    assert "niemanden benachrichtigt" in talk.say("/mensch")


@pytest.mark.parametrize("intent", ["insult", "bot"])
def test_a_human_is_pointed_to_only_where_one_can_be_reached(known: Talk, texts: Texts, intent: str) -> None:
    """Small talk promises no human whom nobody can call."""
    (reply,) = known.do(TextSaid("x"), lambda _: smalltalk(intent))
    assert texts.human_hint in reply.text
    known.faq = replace(FAQ, contact=Contact(name="Rathaus"))
    (reply,) = known.do(TextSaid("x"), lambda _: smalltalk(intent))
    assert "/mensch" not in reply.text


def test_questions_about_privacy_get_its_text(known: Talk, texts: Texts) -> None:
    """«Speicherst du meine Daten?» shows what /datenschutz shows."""
    (reply,) = known.do(TextSaid("x"), lambda _: smalltalk("privacy"))
    (whole,) = known.do(CommandGiven("datenschutz"))
    assert reply.text == f"{texts.smalltalk['privacy']}\n\n{whole.text}"


def test_only_answers_show_where_they_come_from(texts: Texts) -> None:
    """What sends on and what tells of the bot has neither source nor «Stand»."""
    entries = tuple(replace(FAQ.entries[0], id=kind.value, kind=kind, follow_ups=()) for kind in Kind)
    talk = Talk(texts, {}, FaqBase(entries), ChatState(introduced=True))
    seen = {kind: talk.say(f"/start faq_{kind.value}") for kind in Kind}
    assert {kind: "Stand:" in text for kind, text in seen.items()} == {kind: kind is Kind.ANSWER for kind in Kind}
    assert all(("Quelle:" in text) == (kind is Kind.ANSWER) for kind, text in seen.items())


def test_empty_questions_get_their_own_text(texts: Texts) -> None:
    """A text without a question is met with a hint how to ask."""
    talk = Talk(texts, {"!!!": unknown(reason="gate")}, state=ChatState(introduced=True))
    assert texts.fallback_empty in talk.say("!!!")


def test_redirect_sends_on_with_contact(known: Talk) -> None:
    """What is not our matter gets its text and the contact."""
    text = known.say("ausweis")
    assert "Dafür bin ich nicht da." in text
    assert "Website: https://example.org" in text


def test_emergency_comes_first_and_alone(talk: Talk, texts: Texts) -> None:
    """Even a first reply starts with the emergency number, not with the introduction."""
    (reply,) = talk.do(TextSaid("es brennt"))
    assert reply.urgent
    assert reply.text == texts.emergency["feuer"]


def test_an_emergency_in_one_part_goes_before_the_other(known: Talk) -> None:
    """Of two parts an emergency alone is shown."""
    both = replace(answer("beschluss"), parts=(answer("beschluss"), emergency("suizid")))
    (reply,) = known.do(TextSaid("x"), lambda _: both)
    assert "0800 1110111" in reply.text


def test_an_unknown_emergency_gets_the_general_text(known: Talk, texts: Texts) -> None:
    """A kind without a text of its own is not left without numbers."""
    (reply,) = known.do(TextSaid("x"), lambda _: emergency("hochwasser"))
    assert reply.text == texts.emergency["allgemein"]


def test_unknown_smalltalk_gets_the_general_text(known: Talk, texts: Texts) -> None:
    """An intent without a text of its own gets one that fits all."""
    (reply,) = known.do(TextSaid("x"), lambda _: smalltalk("wetter"))
    assert reply.text == texts.smalltalk["general"]


def test_the_wish_for_a_human_is_answered_plainly(known: Talk) -> None:
    """The contact is shown, and that nobody was notified."""
    for text in (known.say("mensch bitte"), known.say("/mensch")):
        assert "niemanden benachrichtigt" in text
        assert "Rathaus" in text


def both(first: Decision, second: Decision) -> Decision:
    """Return the decision on a message with two questions."""
    return replace(first, query="beide", parts=(first, second))


def test_two_questions_are_both_answered(known: Talk) -> None:
    """Each part is shown under its question; numbers run on."""
    parts = both(answer("beschluss", query="wer?"), answer("haushalt", query="was?"))
    text = "\n".join(map(shown, known.do(TextSaid("x"), lambda _: parts)))
    assert "«wer?»" in text
    assert "Gemeinderat" in text
    assert "«was?»" in text
    assert "Sparen." in text
    assert [d.entry for d in known.notes] == ["beschluss", "haushalt"]


def test_an_unknown_part_is_named(known: Talk) -> None:
    """One answer and one unknown question: the unknown one is said by name."""
    parts = both(unknown("wie teuer?"), answer("beschluss", query="wer?"))
    replies = known.do(TextSaid("x"), lambda _: parts)
    assert "«wie teuer?»" in replies[-1].text
    assert "Gemeinderat" in replies[0].text


def test_a_part_is_named_by_its_own_words(known: Talk) -> None:
    """Where a part carries the whole message, its reading names it, in the reply and in the log."""
    parts = [replace(unknown("wer? und was?"), understood=text) for text in ("wer?", "was?")]
    whole = replace(parts[0], parts=tuple(parts))
    (reply,) = known.do(TextSaid("wer? und was?"), lambda _: whole)
    assert "«wer?»" in reply.text
    assert "«was?»" in reply.text
    assert [d.query for d in known.notes] == ["wer?", "was?"]


def test_asking_back_in_another_language_says_that_only_german_is_understood(known: Talk) -> None:
    """As where nothing is found; a German question gets no such sentence."""
    english = "What is the digital strategy of this city and who decided it?"
    (reply,) = known.do(TextSaid(english), lambda _: clarify("beschluss", query=english))
    assert reply.text.startswith("I am sorry, I only understand German.")
    (reply,) = known.do(TextSaid("Was ist das?"), lambda _: clarify("beschluss", query="Was ist das?"))
    assert reply.text == known.texts.clarify


def test_a_follow_up_that_leads_to_the_same_answer_says_so(known: Talk) -> None:
    """It does not pretend to know more; the same question asked again is just answered."""
    (first,) = known.do(TextSaid("wer?"), lambda _: answer("beschluss", query="wer?"))
    (again,) = known.do(TextSaid("wer?"), lambda _: answer("beschluss", query="wer?"))
    assert again.text == first.text
    joined = replace(answer("beschluss", query="und wann?"), understood="wer, und wann?")
    (reply,) = known.do(TextSaid("und wann?"), lambda _: joined)
    assert reply.text.startswith(known.texts.said_before)
    assert reply.text.endswith(first.text)
    other = replace(joined, entry="begleitung")
    (reply,) = known.do(TextSaid("und wann?"), lambda _: other)
    assert not reply.text.startswith(known.texts.said_before)


def test_two_clarifies_number_every_choice_once(known: Talk) -> None:
    """In one turn no number stands for two things."""
    parts = both(clarify("beschluss", query="a?"), clarify("haushalt", query="b?"))
    replies = known.do(TextSaid("x"), lambda _: parts)
    assert [c.number for reply in replies for c in reply.choices] == [1, 2, 3, 4]


def test_the_same_answer_is_shown_once(known: Talk) -> None:
    """Two parts with one answer give one reply."""
    parts = both(answer("beschluss", query="wer?"), answer("beschluss", query="von wem?"))
    assert len(known.do(TextSaid("x"), lambda _: parts)) == 1


def test_an_expired_entry_is_never_shown(known: Talk, texts: Texts) -> None:
    """Neither by a decision nor by a choice, a deep link or the menu."""
    seen = known.say("alt?")
    assert texts.fallback_expired in seen
    assert known.notes[0].kind is DecisionKind.FALLBACK
    events = (
        ChoicePicked("e:abgelaufen"),
        ChoicePicked("p:abgelaufen:1"),
        event_from_text("/start faq_abgelaufen"),
    )
    for event in events:
        seen += "".join(map(shown, known.do(event)))
    seen += known.say("/themen") + known.say("1")
    assert "GEHEIM-ALT" not in seen
    assert "Was galt früher?" not in seen


def test_a_clarify_of_expired_entries_falls_back(known: Talk) -> None:
    """Choices that may not be shown are left out; with none left nothing is asked."""
    known.do(TextSaid("x"), lambda _: clarify("abgelaufen", "dienste"))
    assert known.notes[0].kind is DecisionKind.FALLBACK
    assert known.notes[0].choices == ()


def test_a_deep_link_answers_at_once(talk: Talk) -> None:
    """/start faq_ID shows that entry."""
    text = talk.say("/start faq_beschluss")
    assert Open("beschluss") in talk.effects
    assert "Gemeinderat" in text
    assert "Ich bin ein Programm" in text


def test_an_answer_opened_without_words_is_noted(known: Talk) -> None:
    """For its correction, should it be wrong; one that is not shown, or that was asked for, is not noted so."""
    for event, opened in (
        (ChoicePicked("e:beschluss"), [Open("beschluss")]),
        (ChoicePicked("e:abgelaufen"), []),
        (ChoicePicked("p:beschluss:1"), []),
        (TextSaid("wer?"), []),
    ):
        known.do(event)
        assert [each for each in known.effects if isinstance(each, Open)] == opened


@pytest.mark.parametrize(
    "token",
    ["", "x", "e", "e:gibt-es-nicht", "t:weg:0", "t:all:x", "p:beschluss:x", "n:²", "T:99999999999", "m:1"],
)
def test_old_and_forged_tokens_get_a_polite_text(known: Talk, token: str) -> None:
    """Whatever a button carries, a reply comes."""
    replies = known.do(ChoicePicked(token))
    assert len(replies) == 1
    assert replies[0].text


def test_every_token_fits_into_a_button(texts: Texts) -> None:
    """Tokens stay within Telegram's 64 bytes, with the longest id and a long category."""
    entry = FaqEntry("x" * 48, "?", "!", category="ä" * 200)
    other = FaqEntry("y" * 48, "?", "!")
    talk = Talk(texts, {}, FaqBase((entry, other)), ChatState(asked=999_999))
    replies = talk.do(TextSaid("x"), lambda _: clarify("x" * 48, "y" * 48))
    replies += talk.do(CommandGiven("themen"))
    tokens = [choice.token for reply in replies for choice in reply.choices]
    assert tokens
    assert all(len(token.encode()) <= 64 for token in tokens)


def test_topics_lead_to_questions_and_answers(known: Talk) -> None:
    """/themen, a category, a question: three numbers lead to an answer; redirects are no topic."""
    menu = known.say("/themen")
    assert "1. Strategie" in menu
    assert "2. Haushalt" in menu
    assert "3. Weitere Fragen" in menu
    assert "1. Wer bist du?" in known.say("3")
    known.say("/themen")
    assert "2. Wer hat die Stadt begleitet?" in known.say("1")
    assert "Ein Unternehmen." in known.say("2")


def test_a_long_menu_has_pages(texts: Texts) -> None:
    """Without categories all questions are listed, a page at a time."""
    entries = tuple(FaqEntry(f"e{n}", f"Frage {n}?", "!") for n in range(30))
    talk = Talk(texts, {}, FaqBase(entries))
    first = talk.say("/themen")
    assert "12. Frage 11?" in first
    assert "Frage 12?" not in first
    assert "1. Frage 12?" in talk.say("13")
    assert "6. Frage 29?" in talk.say("13")


def test_plain_language_is_a_switch(known: Talk, texts: Texts) -> None:
    """/leicht shows the plain answer where there is one and says where there is none."""
    known.say("wer?")
    assert "Das war der Gemeinderat." in known.say("/leicht")
    assert "Das war der Gemeinderat." in known.say("wer?")
    assert texts.no_plain_answer in known.say("begleitung?")
    assert texts.plain_off in known.say("/leicht")
    assert "Der *Gemeinderat*." in known.say("wer?")


def test_unknown_commands_get_a_hint(known: Talk) -> None:
    """A command that does not exist is named and /hilfe offered."""
    text = known.say("/quatsch")
    assert "/quatsch" in text
    assert "/hilfe" in text


def test_privacy_says_how_long(known: Talk, texts: Texts) -> None:
    """/datenschutz names the days, or that nothing is kept."""
    assert "30 Tagen" in known.say("/datenschutz")
    situation = Situation(known.state, NOW, FAQ, texts, keep_days=0)
    _, effects = step(situation, CommandGiven("datenschutz"), known.understanding.match)
    assert any(isinstance(e, Say) and texts.privacy_not_kept in e.reply.text for e in effects)


def test_imprint_is_never_made_up(known: Talk, texts: Texts) -> None:
    """/impressum shows the link or says that there is none."""
    assert texts.imprint_unknown in known.say("/impressum")
    known.faq = replace(FAQ, contact=Contact(imprint="https://example.org/impressum"))
    assert "https://example.org/impressum" in known.say("/impressum")


def test_leaving_says_goodbye_and_forgets(known: Talk, texts: Texts) -> None:
    """/ende ends the chat and drops the context."""
    known.say("wer?")
    assert texts.farewell in known.say("/ende")
    assert Leave() in known.effects
    assert known.state.last_question == ""


def test_the_next_question_knows_the_last_one(known: Talk) -> None:
    """Question as understood, entry and age are handed to the matcher."""
    known.say("wer?")
    known.minutes = 2
    known.say("und wann?")
    context = known.understanding.asked[-1].context
    assert context
    assert (context.last_question, context.last_entry, context.age) == ("wer?", "beschluss", 120.0)


def test_an_open_clarify_is_part_of_the_context(known: Talk) -> None:
    """The entries offered are handed on, and no longer once something was picked."""
    known.say("welche?")
    known.say("die letzte von beiden")
    context = known.understanding.asked[-1].context
    assert context
    assert context.offered == ("beschluss", "begleitung")


def test_an_open_clarify_is_known_without_the_words(known: Talk) -> None:
    """Where what was said is not kept, «das erste» still has something to refer to."""
    known.say("welche?")
    known.state = replace(known.state, last_question="")
    known.say("die letzte von beiden")
    context = known.understanding.asked[-1].context
    assert context
    assert context.offered == ("beschluss", "begleitung")


def test_context_expires(known: Talk) -> None:
    """After fifteen minutes a question stands for itself."""
    known.say("wer?")
    known.minutes = CONTEXT_SECONDS / 60 + 0.1
    known.say("und wann?")
    assert known.understanding.asked[-1].context is None


def test_small_talk_keeps_the_context(known: Talk) -> None:
    """A greeting in between does not make the bot forget."""
    known.say("wer?")
    known.say("hallo")
    known.say("und wann?")
    context = known.understanding.asked[-1].context
    assert context
    assert context.last_entry == "beschluss"


def test_an_unanswered_question_leaves_no_entry(known: Talk) -> None:
    """After a fallback the last answer is no context any more."""
    known.say("wer?")
    known.say("quatsch")
    assert known.state.last_entry is None
    assert known.state.last_question == "quatsch"


def test_personal_data_does_not_enter_the_state(known: Talk) -> None:
    """What is remembered of a question is redacted."""
    known.say("ruf mich an: 0171 1234567")
    assert "0171" not in str(known.state.to_dict())


def test_long_messages_are_cut_before_matching(known: Talk) -> None:
    """A megabyte is not handed to the matcher."""
    known.say("a" * 1_000_000)
    assert len(known.understanding.asked[-1].text) <= 4096


def test_a_broken_state_is_a_new_chat() -> None:
    """States of another version or with missing parts are not trusted."""
    for data in ({}, {"version": 99}, {"version": 1, "at": "x"}, {**ChatState().to_dict(), "listed": [1]}):
        assert ChatState.from_dict(data) == ChatState()


def test_questions_are_numbered_through_the_chat(known: Talk) -> None:
    """Each logged question has its own number."""
    numbers = []
    for text in ("wer?", "quatsch", "hallo"):
        known.say(text)
        numbers += [effect.number for effect in known.effects if isinstance(effect, Note)]
    assert numbers == [1, 2, 3]


def test_a_query_without_history_has_no_context(talk: Talk) -> None:
    """The first question stands for itself."""
    talk.say("wer?")
    assert talk.understanding.asked == [Query("wer?", None)]


DECISIONS = [*TABLE.values(), unknown(), both(clarify("abgelaufen", "bot"), answer("gibt-es-nicht"))]
EVENTS = st.one_of(
    st.builds(
        TextSaid,
        st.one_of(st.text(max_size=20), st.sampled_from(["1", "2", "0", "ja", "nein", "nichts davon"])),
    ),
    st.builds(
        CommandGiven,
        st.sampled_from([*COMMANDS, "quatsch"]),
        st.sampled_from(["", "faq_bot", "faq_abgelaufen"]),
    ),
    st.builds(ChoicePicked, st.sampled_from(["e:beschluss", "p:bot:1", "n:1", "T:12", "t:all:0", "m", "e:alt", ":"])),
)


@given(st.lists(st.tuples(EVENTS, st.sampled_from(DECISIONS), st.floats(0, 40)), max_size=12))
def test_whatever_happens_a_chat_stays_sound(turns: list[tuple[Event, Decision, float]]) -> None:
    """Any order of events gets a reply, shows nothing expired, and numbers every choice once."""
    talk = Talk(load_texts(), {})
    for event, decision, minutes in turns:
        talk.minutes += minutes
        replies = talk.do(event, lambda _, decided=decision: decided)  # type: ignore[misc]
        numbers = [choice.number for reply in replies for choice in reply.choices]
        assert replies
        assert all(reply.text.strip() for reply in replies)
        assert len(numbers) == len(set(numbers))
        assert "GEHEIM-ALT" not in "".join(map(shown, replies))
