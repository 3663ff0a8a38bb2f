"""What a claimed update brings about."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.cases import Case, Folder
from bot.channels.telegram.handler import TelegramHandler
from bot.channels.telegram.profile import commands_for, profile_calls
from bot.content import Content
from bot.delivery import ANSWER, ASIDE, PERSONAL, URGENT, MessageKind, Rewrite
from bot.effects import Feedback, Mark, Wish
from bot.journal import Question
from bot.ports import Claim, Outcome, Remains, Saved
from bot.rights import ERASE, KEEP
from bot.state import ChatState
from bot.texts import Texts
from intents.decision import Decision
from intents.faq import FaqBase
from tests.fakes import FAQ, NOW, FakeUnderstanding, answer, clarify, emergency, redirect, smalltalk, unknown
from tests.telegram_updates import (
    GROUP,
    ME,
    buttons,
    changed,
    claim_of,
    labels,
    message,
    pressed,
    problems,
    raw,
    said,
    texts_of,
    tokens,
)

TABLE = {
    "wer?": answer("beschluss"),
    "begleitung?": answer("begleitung"),
    "welche?": clarify("beschluss", "begleitung"),
    "ausführlich?": answer("lang"),
    "ausweis?": redirect("dienste"),
    "mensch": smalltalk("human"),
    "hallo": smalltalk("greeting"),
    "es brennt": emergency("feuer"),
    "ja": smalltalk("yes"),
    "...": unknown(reason="gate"),
    "wer? und wann?": replace(answer("beschluss"), parts=(answer("beschluss"), unknown("wann?"))),
    "wer? und welche?": replace(answer("beschluss"), parts=(answer("beschluss"), clarify("beschluss", "begleitung"))),
}
LOGGED = Question(1, NOW, "wer?", "answer", "clear", "beschluss", 0.9, (), "f", "m", feedback="helped")


class FakeRecords:
    """A log of the test's own."""

    kept = Remains()
    numbers = (1, 2)
    folders: tuple[Folder, ...] = ()
    open: tuple[int, ...] = ()
    """Numbers of the questions without an answer."""

    def stays_open(self, chat: str, number: int) -> bool:
        """Look the number up."""
        return chat == "c" and number in self.open

    def questions(self, chat: str) -> Sequence[Question]:
        """Return two questions, one of them without its text."""
        first, number = self.numbers
        second = replace(LOGGED, number=number, text=None, feedback=None, decision="fallback", entry=None)
        return (replace(LOGGED, number=first), second) if chat == "c" else ()

    def cases(self, chat: str) -> Sequence[Folder]:
        """Return what the test says."""
        return self.folders if chat == "c" else ()

    def remains(self, chat: str) -> Remains:
        """Return what the test says."""
        return self.kept if chat == "c" else Remains()


@dataclass
class Chat:
    """A Telegram chat that is played through, without a store."""

    texts: Texts
    faq: FaqBase = FAQ
    keep_days: int = 30
    saved: Saved = field(default_factory=lambda: Saved(ChatState(introduced=True), 1))
    now: datetime = NOW
    understanding: FakeUnderstanding = field(default_factory=lambda: FakeUnderstanding(TABLE))

    def __post_init__(self) -> None:
        self.records = FakeRecords()
        self.handler = TelegramHandler(ME, self._content, self.records)

    def _content(self) -> Content:
        return Content(self.faq, self.understanding.match, self.texts, self.keep_days)

    def do(self, *raws: bytes) -> Outcome:
        """Handle one update, or an album; every payload must be one that Telegram takes."""
        outcome = self.handler.handle(replace(claim_of(*raws), saved=self.saved), self.now)
        self.saved = Saved(ChatState.from_dict(outcome.state.to_dict()), self.saved.version + 1)
        assert [problems(m.payload) for m in outcome.messages] == [[]] * len(outcome.messages)
        return outcome

    def say(self, text: str, **more: Any) -> str:
        """Write in the private chat; return what comes back."""
        return "\n---\n".join(texts_of(self.do(said(text, **more)).messages))


@pytest.fixture
def chat(texts: Texts) -> Chat:
    """Return a chat that knows the bot."""
    return Chat(texts)


def test_the_buttons_of_two_answers_are_counted_alike(chat: Chat) -> None:
    """A choice that is too long for its button shows its number, so the answer before it shows its own."""
    first, *others = FAQ.entries
    chat.faq = replace(FAQ, entries=(replace(first, question=f"Wer hat die {'lange ' * 12}Strategie?"), *others))
    answered, asked = chat.do(said("wer? und welche?")).messages
    assert labels(answered.payload)[2:] == ["1. Wer hat die Stadt begleitet?"]
    assert [label.partition(" ")[0] for label in labels(asked.payload)[:2]] == ["2.", "3."]


def test_checklist_13_one_question_costs_one_message(chat: Chat) -> None:
    """Answer, source, «Stand», follow-ups and feedback stand in it; it knows what it answers."""
    outcome = chat.do(said("wer?", 77))
    (sent,) = outcome.messages
    assert (sent.kind, sent.priority, sent.answers, sent.chat) == (MessageKind.TEXT, ANSWER, 77, "c")
    text = sent.payload["params"]["text"]
    assert "Der <b>Gemeinderat</b>." in text
    assert "Stand: 01.11.2026" in text
    assert tokens(sent.payload) == ["f:y:1", "f:n:1", "e:begleitung"]
    assert [(q.number, q.message, q.text) for q in outcome.questions] == [(1, 77, "wer?")]


def test_a_choice_shows_the_answer_and_asks_whether_it_helped(chat: Chat) -> None:
    """The question that was asked back is the one that is rated."""
    assert tokens(chat.do(said("welche?")).messages[0].payload) == ["p:beschluss:1", "p:begleitung:1", "n:1"]
    outcome = chat.do(pressed("p:begleitung:1"))
    assert outcome.marks == (Mark(1, Feedback.PICKED, "begleitung"),)
    assert tokens(outcome.messages[0].payload) == ["f:y:1", "f:n:1"]
    assert outcome.messages[0].answers is None


def test_who_is_sent_on_is_not_asked_whether_it_helped(chat: Chat, texts: Texts) -> None:
    """It is no answer to what they wanted."""
    (sent,) = chat.do(said("ausweis?")).messages
    assert texts.feedback_question not in sent.payload["params"]["text"]
    assert not any(token.startswith("f:") for token in tokens(sent.payload))


def keyboard_of(outcome: Outcome) -> list[list[dict[str, Any]]]:
    """Return the buttons of the last message as they come back with a press."""
    rows: list[list[dict[str, Any]]] = outcome.messages[-1].payload["params"]["reply_markup"]["inline_keyboard"]
    return rows


@pytest.mark.parametrize(
    ("token", "feedback"),
    [
        ("f:y:1", Feedback.HELPED),
        ("f:w:1", Feedback.WRONG),
        ("f:u:1", Feedback.UNCLEAR),
        ("f:i:1", Feedback.INCOMPLETE),
    ],
)
def test_feedback_changes_the_answer_in_place(chat: Chat, texts: Texts, token: str, feedback: Feedback) -> None:
    """It is logged to its question, thanked for below the answer, and the follow-ups stay; twice is harmless."""
    keyboard = keyboard_of(chat.do(said("wer?")))
    before = chat.saved.state
    shown = f"Der Gemeinderat.\n\n{texts.feedback_question}"
    outcome = chat.do(pressed(token, keyboard, text=shown))
    assert outcome.marks == (Mark(1, feedback),)
    (change,) = outcome.messages
    assert (change.kind, change.priority) == (MessageKind.EDIT, ASIDE)
    assert change.payload["method"] == "editMessageText"
    assert change.payload["params"]["message_id"] == 50
    assert change.payload["params"]["text"] == f"Der Gemeinderat.\n\n{texts.feedback_thanks}"
    human = [texts.human_choice] if feedback is not Feedback.HELPED else []
    assert labels(change.payload) == [*human, "Wer hat die Stadt begleitet?"]
    assert chat.do(pressed(token, keyboard, text=shown)) == outcome
    assert chat.saved.state == before


def test_no_asks_why(chat: Chat, texts: Texts) -> None:
    """The reasons take the place of «Ja» and «Nein»; without a message to change they come in a new one."""
    keyboard = keyboard_of(chat.do(said("wer?")))
    outcome = chat.do(pressed("f:n:1", keyboard, text=f"Antwort\n\n{texts.feedback_question}"))
    assert outcome.marks == (Mark(1, Feedback.NOT_HELPED),)
    assert tokens(outcome.messages[0].payload) == ["f:w:1", "f:u:1", "f:i:1", "e:begleitung"]
    assert texts_of(outcome.messages) == [f"Antwort\n\n{texts.feedback_why}"]
    full = chat.do(pressed("f:n:1", keyboard, text="x" * 4090)).messages[0].payload
    assert (full["method"], tokens(full)) == ("sendMessage", ["f:w:1", "f:u:1", "f:i:1"])
    far = chat.do(pressed("f:n:1")).messages[0].payload
    assert (far["method"], far["params"]["text"]) == ("sendMessage", texts.feedback_why)
    thanks = chat.do(pressed("f:y:1")).messages[0].payload
    assert (thanks["params"]["text"], buttons(thanks)) == (texts.feedback_thanks, [])


@pytest.mark.parametrize("token", ["f:z:1", "f:y:abc", "f:y:", "f", "q:1", "e:a:b", "p:beschluss", "😀", "f:y:²"])
def test_checklist_20_an_old_button_gets_a_polite_answer(chat: Chat, texts: Texts, token: str) -> None:
    """Whatever an earlier release meant by it."""
    assert texts_of(chat.do(pressed(token, [[]])).messages) == [texts.choice_old]


def test_checklist_20_a_button_of_a_changed_faq_gets_a_polite_answer(texts: Texts) -> None:
    """The entry is gone, the message may be out of reach, and the bot knows nothing of the offer."""
    fresh = Chat(texts)
    assert texts.entry_gone in texts_of(fresh.do(pressed("p:weg:3")).messages)[0]
    assert "Ein Unternehmen." in texts_of(fresh.do(pressed("e:begleitung")).messages)[0]
    assert texts_of(fresh.do(pressed("t:000000000000:0", [[]])).messages) == [texts.choice_old]


def test_the_menu_turns_its_pages_in_place(chat: Chat, texts: Texts) -> None:
    """A topic, its questions, and back; typed, the menu comes anew."""
    menu = chat.do(said("/themen"))
    assert menu.messages[0].payload["method"] == "sendMessage"
    topic = chat.do(pressed(tokens(menu.messages[0].payload)[0], keyboard_of(menu)))
    (change,) = topic.messages
    assert (change.kind, change.payload["method"]) == (MessageKind.EDIT, "editMessageText")
    assert labels(change.payload)[-1] == texts.topic_all_topics
    back = chat.do(pressed("T:0", keyboard_of(topic)))
    assert labels(back.messages[0].payload) == labels(menu.messages[0].payload)


def test_a_long_menu_goes_on_and_back(texts: Texts) -> None:
    """«Weiter» and «Zurück» where there is something."""
    entries = tuple(replace(FAQ.entries[1], id=f"e{n}", category=None) for n in range(30))
    chat = Chat(texts, FaqBase(entries))
    first = chat.do(said("/themen"))
    assert labels(first.messages[0].payload)[-1] == texts.topic_more
    second = chat.do(pressed("t:all:12", keyboard_of(first)))
    assert labels(second.messages[0].payload)[-2:] == [texts.topic_more, texts.topic_back]
    third = chat.do(pressed("t:all:24", keyboard_of(second)))
    assert labels(third.messages[0].payload)[-1] == texts.topic_back


def test_start_welcomes(texts: Texts) -> None:
    """Who speaks, what is kept, the topics, in one message; a link leads to an answer at once."""
    chat = Chat(texts, saved=Saved(ChatState(), 0))
    assert len(Chat(texts).do(said("/start")).messages) == 1
    welcome = chat.say("/start")
    assert "Ich bin ein Programm, kein Mensch." in welcome
    assert "Antworten zum Thema <b>Digitale Stadt</b>.\nIch bin" in welcome
    assert "/datenschutz" in welcome
    assert "Ein Unternehmen." in chat.say("/start faq_begleitung")
    assert texts.entry_gone in chat.say("/start faq_weg")


@pytest.mark.parametrize(
    "name", ["themen", "hilfe", "leicht", "mensch", "datenschutz", "impressum", "auskunft", "loeschen"]
)
def test_every_command_of_the_menu_is_obeyed(chat: Chat, texts: Texts, name: str) -> None:
    """None is unknown; /hilfe and the menu name the same ones."""
    reply = chat.say(f"/{name}")
    assert reply
    assert texts.command_unknown.format(befehl=name) not in reply
    assert name in [command["command"] for command in commands_for("all_private_chats", texts)]
    assert f"/{name}" in chat.say("/hilfe") or name in ("themen", "hilfe")


def test_the_profile_is_one_that_telegram_takes(texts: Texts) -> None:
    """Commands for private chats and groups, and who the bot is."""
    calls = profile_calls(texts)
    assert [call.method for call in calls] == [
        "setMyCommands", "setMyCommands", "setMyDescription", "setMyShortDescription",
    ]  # fmt: skip
    from aiogram import methods

    methods.SetMyCommands.model_validate(calls[0].params)
    methods.SetMyCommands.model_validate(calls[1].params)
    assert len(calls[2].params["description"]) <= 512
    assert len(calls[3].params["short_description"]) <= 120
    for call in calls[:2]:
        assert all(1 <= len(command["description"]) <= 256 for command in call.params["commands"])


def test_emergencies_and_wishes_for_a_human_go_first(chat: Chat) -> None:
    """Then answers."""
    urgent = chat.do(said("es brennt"))
    assert {m.priority for m in urgent.messages} == {URGENT}
    for update in (said("/mensch"), said("mensch"), pressed("m")):
        assert {m.priority for m in chat.do(update).messages} == {PERSONAL}
    assert {m.priority for m in chat.do(said("wer?")).messages} == {ANSWER}


def test_a_fallback_offers_a_human_and_to_tell_later(chat: Chat, texts: Texts) -> None:
    """And the contact."""
    (sent,) = chat.do(said("Blabla")).messages
    assert texts.fallback.splitlines()[0] in sent.payload["params"]["text"]
    assert "Kontakt: Rathaus" in sent.payload["params"]["text"]
    assert labels(sent.payload) == [texts.human_choice, texts.notice_wish]


def test_random_letters_are_not_answered_later(chat: Chat, texts: Texts) -> None:
    """Nobody could write the answer; a question in another language is a question."""
    table = {text: unknown(text, "no_words") for text in ("asdf qwer", "How do I get a permit for it?")}
    chat.understanding = FakeUnderstanding(table)
    (sent,) = chat.do(said("asdf qwer")).messages
    assert texts.fallback_empty in sent.payload["params"]["text"]
    assert labels(sent.payload) == [texts.human_choice]
    (sent,) = chat.do(said("How do I get a permit for it?")).messages
    assert texts.notice_wish in labels(sent.payload)


def test_another_language_gets_one_sentence(chat: Chat) -> None:
    """In that language, when nothing was found; an answer needs none."""
    assert "I only understand German" in chat.say("Where can I register my dog?")
    assert "understand" not in chat.say("wer?")
    chat.understanding = FakeUnderstanding({"Who are you and what is this?": answer("bot")})
    assert "understand" not in chat.say("Who are you and what is this?")


def test_media_get_a_kind_text(chat: Chat, texts: Texts) -> None:
    """An album gets one; a caption is read as a question, and that is said."""
    photo = {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]}
    assert texts_of(chat.do(said(photo, 10), said(photo, 11)).messages) == [texts.media["picture"]]
    (sent,) = chat.do(said(photo, 12), said({**photo, "caption": "wer?"}, 13)).messages
    assert "Gemeinderat" in sent.payload["params"]["text"]
    assert f"Gemeinderat</b>.\n\n{texts.attachment}\n\n" in sent.payload["params"]["text"]


def test_checklist_28_an_old_message_is_answered_and_told_so(chat: Chat, texts: Texts) -> None:
    """An emergency comes before the excuse; a date in the future is nothing special."""
    chat.now = NOW + timedelta(hours=25)
    assert chat.say("wer?").startswith(texts.late)
    alarm = chat.say("es brennt")
    assert alarm.index("112") < alarm.index(texts.late)
    chat.now = NOW - timedelta(hours=25)
    assert texts.late not in chat.say("wer?")


def test_what_is_nothing_changes_nothing(chat: Chat) -> None:
    """No reply, and the state stays."""
    before = chat.saved.state
    outcome = chat.do(raw({"channel_post": message("a", chat={"id": -1, "type": "channel", "title": "k"})}))
    assert outcome == Outcome(before)


# ------------------------------------------------------------------ changed messages


def test_checklist_18_a_changed_question_is_decided_in_its_old_place(chat: Chat) -> None:
    """The context of the question before it, and its answer is replaced; the old one's number is not given again."""
    chat.do(said("wer?", 10))
    chat.do(said("begleitungg", 11))
    outcome = chat.do(changed("begleitung?", 11))
    assert outcome.rewrite == Rewrite(11, in_place=True)
    assert [(q.number, q.message, q.text) for q in outcome.questions] == [(3, 11, "begleitung?")]
    assert [m.answers for m in outcome.messages] == [11]
    context = chat.understanding.asked[-1].context
    assert context
    assert context.last_question == "wer?"
    assert chat.saved.state.asked == 3
    again = chat.do(changed("wer?", 11))
    assert (again.rewrite, again.questions[0].number) == (Rewrite(11, in_place=True), 4)


def test_a_changed_clarification_asks_anew(chat: Chat) -> None:
    """«Meinten Sie …?» belongs to the old words; two questions may become one."""
    chat.do(said("wer? und welche?", 10))
    assert chat.saved.state.asked == 2
    outcome = chat.do(changed("wer?", 10))
    assert [q.number for q in outcome.questions] == [3]
    assert (chat.saved.state.asked, chat.saved.state.offered) == (3, ())


def test_a_rating_that_a_change_overtook_leaves_the_new_answer_alone(chat: Chat) -> None:
    """👍 below the old answer, pressed while the new one was on its way; a minute later it is thanked for."""
    chat.do(said("welche?", 10))
    sent = chat.do(said("wer?", 11))
    chat.do(changed("begleitung?", 11))
    chat.records.numbers = (1, 3)
    overtaken = chat.do(pressed("f:y:2", keyboard_of(sent)))
    assert (overtaken.messages, overtaken.marks) == ((), ())
    assert chat.do(pressed("f:y:3", keyboard_of(sent))).marks == (Mark(3, Feedback.HELPED),)
    chat.now += timedelta(seconds=61)
    assert len(chat.do(pressed("f:y:2", keyboard_of(sent))).messages) == 1


@pytest.mark.parametrize(("number", "after"), [(10, 60), (11, 16 * 60)])
def test_an_older_change_is_answered_anew(chat: Chat, number: int, after: int) -> None:
    """Not the last question, or too long ago: a reply to it, and its log entry moves."""
    chat.do(said("wer?", 10))
    chat.do(said("welche?", 11))
    outcome = chat.do(changed("begleitung?", number, after=after))
    assert outcome.rewrite == Rewrite(number, in_place=False)
    assert [(q.number, q.message) for q in outcome.questions] == [(3, number)]
    target = outcome.messages[0].payload["params"]["reply_parameters"]
    assert target == {"message_id": number, "allow_sending_without_reply": True}


def test_a_changed_emergency_comes_as_a_new_message(chat: Chat) -> None:
    """A changed message makes no sound."""
    chat.do(said("wer?", 10))
    outcome = chat.do(changed("es brennt", 10))
    assert outcome.rewrite == Rewrite(10, in_place=False)
    assert (outcome.messages[0].priority, outcome.questions[0].number) == (URGENT, 2)


# ------------------------------------------------------------------ answers that come later


def test_a_citizen_may_hear_later_and_change_their_mind(chat: Chat, texts: Texts) -> None:
    """The message says what is noted, its button takes it back; «ja» still means the human that was offered."""
    chat.records.open = (1,)
    first = chat.do(said("Blabla", 10)).messages[0].payload["params"]
    keyboard, shown = first["reply_markup"]["inline_keyboard"], "Das weiß ich leider nicht."
    outcome = chat.do(pressed("b:y:1", keyboard, text=shown))
    assert (outcome.wishes, outcome.questions, outcome.messages[0].priority) == ((Wish(1, True),), (), ASIDE)
    noted = outcome.messages[0].payload
    assert noted["params"]["text"] == f"{shown}\n\n{texts.notice_on}"
    assert tokens(noted) == ["b:n:1", "m"]
    back = chat.do(pressed("b:n:1", noted["params"]["reply_markup"]["inline_keyboard"], text=noted["params"]["text"]))
    assert back.wishes == (Wish(1, False),)
    assert back.messages[0].payload["params"]["text"] == f"{shown}\n\n{texts.notice_off}"
    assert tokens(back.messages[0].payload) == ["b:y:1", "m"]
    assert texts.human.splitlines()[0] in chat.say("ja")


def test_a_wish_may_be_typed(chat: Chat, texts: Texts) -> None:
    """By the number of its button, as every choice."""
    chat.records.open = (1,)
    chat.do(said("Blabla"))
    outcome = chat.do(said("2"))
    assert (outcome.wishes, texts_of(outcome.messages)) == ((Wish(1, True),), [texts.notice_on])
    assert chat.do(said("1")).wishes == (Wish(1, False),)


def test_nothing_of_these_may_be_answered_later(chat: Chat) -> None:
    """It is the question that was asked back; one of two questions in a message likewise."""
    chat.do(said("welche?"))
    assert tokens(chat.do(pressed("n:1")).messages[0].payload) == ["m", "b:y:1"]
    assert tokens(chat.do(said("wer? und wann?")).messages[-1].payload) == ["m", "b:y:3"]


@pytest.mark.parametrize("token", ["b:y:1", "b:n:1", "b:x:2", "b:y:", "b:y:²", "b:y:99999999999", "b:y:2:3", "b"])
def test_a_wish_for_what_is_not_open_is_refused(chat: Chat, texts: Texts, token: str) -> None:
    """Answered meanwhile, erased, or no token of ours."""
    chat.records.open = (2,)
    outcome = chat.do(pressed(token, [[]]))
    assert (outcome.wishes, texts_of(outcome.messages)) == ((), [texts.choice_old])


def test_nobody_is_told_later_where_that_cannot_be(chat: Chat, texts: Texts) -> None:
    """In a group; where no texts are kept; and of what is no question."""
    chat.records.open = (1, 2)
    assert "b:y:1" not in tokens(chat.do(group("@stadt_bot Blabla")).messages[0].payload)
    assert chat.do(pressed("b:y:1", [[]], chat=GROUP)).wishes == ()
    assert "b:y:2" not in tokens(chat.do(said("...")).messages[0].payload)
    silent = Chat(texts, keep_days=0)
    assert tokens(silent.do(said("Blabla")).messages[0].payload) == ["m"]


# ------------------------------------------------------------------ groups


def group(text: str, number: int = 10, **more: Any) -> bytes:
    """Return what somebody writes in a group."""
    return said(text, number, chat=GROUP, **more)


def test_in_a_group_the_bot_replies_to_who_asked(chat: Chat) -> None:
    """Other talk is ignored; a topic of a forum is kept to."""
    assert chat.do(group("Wer kommt mit?")).messages == ()
    (sent,) = chat.do(group("@stadt_bot wer?", 12)).messages
    assert sent.payload["params"]["reply_parameters"]["message_id"] == 12
    forum = {**GROUP, "is_forum": True}
    (sent,) = chat.do(said("/hilfe", chat=forum, is_topic_message=True, message_thread_id=7)).messages
    assert sent.payload["params"]["message_thread_id"] == 7


def test_in_a_group_start_says_how_to_be_answered(chat: Chat) -> None:
    """Questions without the bot's name stay among people there."""
    (sent,) = chat.do(group("/start")).messages
    assert "@stadt_bot" in sent.payload["params"]["text"]
    assert "Schreiben Sie mir Ihre Frage" not in sent.payload["params"]["text"]


def test_in_a_group_nothing_is_remembered_between_persons(chat: Chat) -> None:
    """No context, no choice by «ja» or a number."""
    chat.do(group("@stadt_bot welche?"))
    assert (chat.saved.state.last_question, chat.saved.state.listed, chat.saved.state.pending) == ("", (), False)
    chat.do(group("@stadt_bot 1"))
    assert (chat.understanding.asked[-1].text, chat.understanding.asked[-1].context) == ("1", None)
    assert chat.saved.state.asked == 2


@pytest.mark.parametrize("name", ["mensch", "auskunft", "loeschen"])
def test_what_is_personal_is_refused_in_a_group(chat: Chat, texts: Texts, name: str) -> None:
    """With a way into the private chat, where the link does the same."""
    (sent,) = chat.do(group(f"/{name}")).messages
    assert sent.payload["params"]["text"] == texts.private_only
    assert buttons(sent.payload) == [{"text": texts.private_link, "url": f"https://t.me/stadt_bot?start={name}"}]
    assert chat.say(f"/start {name}") == chat.say(f"/{name}")
    for token in ("m", ERASE, KEEP):
        outcome = chat.do(pressed(token, [[]], chat=GROUP))
        assert (texts_of(outcome.messages), outcome.erases) == ([texts.private_only], False)


# ------------------------------------------------------------------ what is stored


def test_a_long_question_is_told_in_full_but_once(chat: Chat, texts: Texts) -> None:
    """What is remembered of it is only quoted, where the log has its words."""
    chat.say("Wort " * 60)
    told = chat.say("/auskunft")
    assert texts.stored_last.format(frage=f"{'Wort ' * 23}Wort…") in told


def test_all_that_is_stored_is_told(chat: Chat, texts: Texts) -> None:
    """Questions with and without text, what became of them, settings, what is remembered; dead letters, if any."""
    chat.records.kept = Remains(awaited=(2,), opened=((NOW, "begleitung"), (NOW, "weg")))
    chat.say("/leicht")
    chat.say("wer?")
    told = chat.say("/auskunft")
    line = (
        "22.11.2026: «wer?» – beantwortet: «Wer hat die Strategie beschlossen?» – mit Ihrer Rückmeldung: hat geholfen"
    )
    assert line in told
    for name in ("Wer hat die Stadt begleitet?", "weg"):
        assert f"22.11.2026: {texts.stored_decisions['opened']}: «{name}»" in told
    unanswered = f"{texts.stored_textless.format(datum='22.11.2026')} – {texts.stored_decisions['fallback']}"
    assert texts.stored_awaited.format(zeile=unanswered) in told
    assert "gescheitert" not in told
    assert texts.stored_plain in told
    assert texts.stored_last.format(frage="wer?") in told
    chat.say("*[Erika](https://example.org)*")
    assert texts.stored_last.format(frage="(Erika)(https://example.org)") in chat.say("/auskunft")
    assert texts.stored_last.format(frage="wer?") in chat.say("/auskunft")
    assert texts.stored_id in told
    assert texts.stored_cases["rest"].partition("{")[0] not in told
    chat.records.kept = Remains(dead_letters=2, unsent=3)
    chat.records.folders = (Folder(Case(7, "c", NOW)),)
    told = chat.say("/auskunft")
    assert texts.stored_dead.format(anzahl=2, tage=7) in told
    assert texts.stored_unsent.format(anzahl=3) in told
    assert "- Fall #7 vom 22.11.2026 10:30: offen" in told
    assert texts.stored_cases["rest"].format(frist="30 Tagen") in told


def test_help_and_privacy_say_what_is_so_on_telegram(chat: Chat, texts: Texts) -> None:
    """A chat there has no end that somebody would type; its memory ends with time."""
    assert "/ende" not in chat.say("/hilfe")
    told = chat.say("/datenschutz")
    assert texts.privacy_context_timed in told
    assert texts.privacy_context_kept not in told


def test_checklist_24_erasing_needs_a_yes(chat: Chat, texts: Texts) -> None:
    """«Nein» leaves everything; both change the message with the buttons."""
    asked = chat.do(said("/loeschen"))
    assert (tokens(asked.messages[0].payload), asked.erases) == ([ERASE, KEEP], False)
    kept = chat.do(pressed(KEEP, keyboard_of(asked)))
    assert (kept.erases, texts_of(kept.messages)) == (False, [texts.erase_kept])
    gone = chat.do(pressed(ERASE, keyboard_of(asked)))
    assert (gone.erases, texts_of(gone.messages)) == (True, [texts.erase_done])
    assert gone.messages[0].payload["method"] == "editMessageText"
    chat.records.folders = (Folder(Case(7, "c", NOW)),)
    assert texts.stored_cases["stays"] in texts_of(chat.do(pressed(ERASE, keyboard_of(asked))).messages)[0]


def test_without_retention_no_words_reach_the_store(texts: Texts) -> None:
    """The next question knows the last, the outcome does not."""
    chat = Chat(texts, keep_days=0)
    chat.do(said("wer?", 10))
    outcome = chat.do(said("begleitung?", 11))
    context = chat.understanding.asked[-1].context
    assert context
    assert context.last_question == "wer?"
    for state in (outcome.state, chat.saved.state):
        assert (state.last_question, state.earlier.question) == ("", "")
    assert [q.text for q in outcome.questions] == [None]
    chat.now += timedelta(minutes=16)
    chat.do(said("wer?", 12))
    assert chat.understanding.asked[-1].context is None or not chat.understanding.asked[-1].context.last_question


def test_checklist_24_erasing_leaves_no_words_in_memory(texts: Texts) -> None:
    """Without retention they stand there alone."""
    chat = Chat(texts, keep_days=0)
    chat.do(said("wer?", 10))
    chat.do(pressed(ERASE, [[]]))
    chat.do(said("begleitung?", 11))
    context = chat.understanding.asked[-1].context
    assert context is None or context.last_question == ""


# ------------------------------------------------------------------ trouble


def test_a_failure_reaches_the_worker(texts: Texts) -> None:
    """It tries again, and parks the update in the end."""

    class Broken(FakeUnderstanding):
        def match(self, query: object, /) -> Decision:
            raise RuntimeError(query)

    with pytest.raises(RuntimeError):
        Chat(texts, understanding=Broken()).do(said("wer?"))
    with pytest.raises(ValueError, match="Expecting"):
        Chat(texts).do(b"{")


@pytest.mark.parametrize(
    ("update", "told"),
    [
        (said("wer?"), True),
        (b'{"update_id": 1, "message": {"chat": {"type": "private"}}}', True),
        (group("@stadt_bot wer?"), True),
        (group("wer?"), False),
        (b'{"update_id": 1, "message": {"chat": {"type": "group"}}}', False),
        (b"{", False),
    ],
)
def test_checklist_04_whoever_waits_gets_an_apology(chat: Chat, texts: Texts, update: bytes, told: bool) -> None:
    """Nobody else does."""
    claim: Claim = claim_of(update, update)
    assert texts_of(chat.handler.apology(claim)) == ([texts.error] if told else [])


def test_the_content_is_read_at_each_update(chat: Chat) -> None:
    """A changed FAQ counts from the next message on."""
    assert "Ein Unternehmen." in chat.say("begleitung?")
    entries = tuple(replace(e, answer="Zwei.") if e.id == "begleitung" else e for e in FAQ.entries)
    chat.faq = replace(FAQ, entries=entries)
    assert "Zwei." in chat.say("begleitung?")


def test_unknown_reasons_still_offer_a_human(chat: Chat) -> None:
    """An empty message is no question, and no error."""
    chat.understanding = FakeUnderstanding({"": unknown("", "gate")})
    assert "keine Frage" in chat.say("\x00")
