"""Free text: answers, choices, feedback, what is not known, emergencies."""

import pytest

from bot.texts import Texts
from tests.e2e.conftest import Town
from tests.e2e.talk import Chat

ANSWERED = "Wer hat die Strategie beschlossen?"
ASKED_BACK = "Was passiert mit der Verwaltung?"
UNKNOWN = "Wie hoch ist der Eiffelturm?"


def test_checklist_13_an_answer_is_one_message(erika: Chat, texts: Texts) -> None:
    """Answer, source, «Stand», whether it helped and follow-ups; who never wrote before learns what answers."""
    seen = erika.say(ANSWERED)
    assert seen.text.startswith(texts.introduction)
    for part in ("Gemeinderat", "Quelle: FAQs", "Stand: ", texts.feedback_question):
        assert part in seen.text
    assert seen.buttons[:2] == (texts.feedback_yes, texts.feedback_no)
    assert all(token.startswith("e:") for token in seen.tokens[2:])
    assert len(seen.tokens) > 2


def test_a_follow_up_is_a_new_message(erika: Chat) -> None:
    """The answer before stays, with its buttons."""
    seen = erika.say(ANSWERED)
    more = erika.press(seen, seen.buttons[-1])
    assert more.id > seen.id
    assert erika.shown()[seen.id] == seen


def test_a_yes_is_thanked_for_below_the_answer(erika: Chat, texts: Texts) -> None:
    """No further message; mark-up and follow-ups stay."""
    seen = erika.say(ANSWERED)
    rated = erika.press(seen, texts.feedback_yes)
    assert rated.text == seen.text.replace(texts.feedback_question, texts.feedback_thanks)
    assert (rated.id, rated.bold, rated.buttons) == (seen.id, seen.bold, seen.buttons[2:])
    assert "mit Ihrer Rückmeldung" in erika.say("/auskunft").text


@pytest.mark.parametrize("reason", ["feedback_wrong", "feedback_unclear", "feedback_incomplete"])
def test_a_no_asks_why(erika: Chat, texts: Texts, reason: str) -> None:
    """Each reason is thanked for and offers a human."""
    seen = erika.say(ANSWERED)
    asked = erika.press(seen, texts.feedback_no)
    reasons = (texts.feedback_wrong, texts.feedback_unclear, texts.feedback_incomplete)
    assert asked.text.endswith(texts.feedback_why)
    assert asked.buttons == (*reasons, *seen.buttons[2:])
    told = erika.press(asked, getattr(texts, reason))
    assert told.text == seen.text.replace(texts.feedback_question, texts.feedback_thanks)
    assert told.buttons == (texts.human_choice, *seen.buttons[2:])
    assert "07131 560" in erika.press(told, texts.human_choice).text


def test_a_close_call_is_asked_back(erika: Chat, texts: Texts) -> None:
    """«Meinten Sie …?» with real questions; a pick is answered and rated, «Nichts davon» offers a human."""
    asked = erika.say(ASKED_BACK)
    assert texts.clarify in asked.text
    assert 2 <= len(asked.buttons) - 1 <= 3
    assert asked.buttons[-1] == texts.none_of_these
    picked = erika.press(asked, asked.buttons[0])
    assert picked.buttons[:2] == (texts.feedback_yes, texts.feedback_no)
    none = erika.press(asked, texts.none_of_these)
    assert texts.human_choice in none.buttons


def test_a_choice_may_be_typed(erika: Chat) -> None:
    """A number, or words."""
    asked = erika.say(ASKED_BACK)
    answer = erika.press(asked, asked.buttons[1])
    erika.say(ASKED_BACK)
    assert erika.say("2").text == answer.text
    erika.say(ASKED_BACK)
    assert erika.say("das zweite").text == answer.text


def test_what_is_not_known_is_said(erika: Chat, texts: Texts) -> None:
    """With the contact and the way to a human, nothing to rate, and a wish to hear later that can be taken back."""
    seen = erika.say(UNKNOWN)
    assert texts.fallback.strip() in seen.text
    assert "Telefon: 07131 560" in seen.text
    assert seen.buttons == (texts.human_choice, texts.notice_wish)
    assert texts.human.strip() in erika.press(seen, texts.human_choice).text
    noted = erika.press(seen, texts.notice_wish)
    assert (noted.id, noted.text) == (seen.id, f"{seen.text}\n\n{texts.notice_on}")
    assert "Sie bekommen Bescheid" in erika.say("/auskunft").text
    taken_back = erika.press(noted, texts.notice_unwish)
    assert taken_back.buttons == (texts.notice_wish, texts.human_choice)


def test_random_letters_are_no_question(erika: Chat, texts: Texts) -> None:
    """They are told so; there is nothing that could be answered later."""
    seen = erika.say("asdf qwer")
    assert texts.fallback_empty in seen.text
    assert texts.notice_wish not in seen.buttons


def test_what_is_not_our_matter_is_sent_on(erika: Chat, texts: Texts) -> None:
    """With the contact; nobody asks whether that helped."""
    seen = erika.say("Wo kann ich meinen Personalausweis beantragen?")
    assert "Telefon: 07131 560" in seen.text
    assert texts.feedback_question not in seen.text


def test_an_emergency_comes_alone(erika: Chat) -> None:
    """The number first, no buttons, no introduction, no «Hat das geholfen?»."""
    seen = erika.say("Hilfe, es brennt bei mir!")
    assert seen.text.startswith("Rufen Sie sofort die Feuerwehr: 112")
    assert seen.buttons == ()
    assert "112" in seen.bold[0]


def test_two_questions_are_both_answered(erika: Chat, texts: Texts) -> None:
    """Each by its words; one that is unknown is named."""
    first, second = erika.after(lambda: erika.write("Wer hat die Strategie beschlossen und was ist ZuP 24?"), 2)
    assert "Gemeinderat" in first.text
    assert "Zukunftssicherung" in second.text
    known, unknown = erika.after(lambda: erika.write("Was ist ZuP 24? Und wie hoch ist der Eiffelturm?"), 2)
    assert "Zukunftssicherung" in known.text
    assert "Eiffelturm" in unknown.text
    assert texts.human_choice in unknown.buttons


def test_a_question_may_lean_on_the_one_before(erika: Chat) -> None:
    """«und wann war das?» is read with it."""
    erika.say(ANSWERED)
    assert "Anfang 2019" in erika.say("und wann war das?").text


def test_another_language_gets_a_sentence_in_it(erika: Chat, texts: Texts) -> None:
    """Where nothing is found; asking back has it as well."""
    seen = erika.say("How tall is the Eiffel Tower?")
    assert "Please write to me in German." in seen.text
    assert texts.fallback.strip() in seen.text


def test_a_wish_for_a_human_is_heard(erika: Chat, texts: Texts) -> None:
    """In the citizen's own words."""
    assert texts.human.strip() in erika.say("Ich möchte mit einem Menschen sprechen").text


def test_checklist_20_a_button_is_answered_and_an_old_one_gets_a_polite_text(erika: Chat, texts: Texts) -> None:
    """Buttons of earlier releases and of entries that are gone; each press is answered at once."""
    seen, people = erika.say("/hilfe"), erika.server.people
    for data, part in (("e:gibt-es-nicht", texts.entry_gone), ("v0|alt", texts.choice_old)):
        queries: list[str] = []
        told = erika.one(
            lambda data=data, queries=queries: queries.append(  # type: ignore[misc]
                people.press_stale(erika.person, seen.id, data)
            )
        )
        assert part in told.text
        assert erika.server.until(lambda queries=queries: people.answer_to(queries[0]) is not None, 1)  # type: ignore[misc]


def test_checklist_02_many_citizens_at_once_get_their_own_answers(town: Town) -> None:
    """Each one message, whoever else asks."""
    chats = [town.chat(f"Mensch {number}") for number in range(12)]
    for place, chat in enumerate(chats):
        chat.write(ANSWERED if place % 2 else "Was ist ZuP 24?")
    for place, chat in enumerate(chats):
        (seen,) = chat.after(lambda: None)
        assert ("Gemeinderat" if place % 2 else "Zukunftssicherung") in seen.text
        assert chat.nothing_more()
