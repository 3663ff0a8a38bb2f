"""Replies as Telegram gets them."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.render import (
    LONGEST_LABEL,
    counted_alike,
    label,
    menu_payload,
    message_payloads,
    rated_payload,
)
from bot.channels.telegram.rich import LONGEST, as_html, as_plain, split, units
from bot.channels.telegram.translate import Incoming
from bot.conversation import step
from bot.effects import replies_in
from bot.events import ChoicePicked, CommandGiven, TextSaid
from bot.feedback import rating_choices
from bot.markup import spans
from bot.replies import Choice, Reply, numbered
from bot.situation import Situation
from bot.state import ChatState
from bot.texts import Texts, load_texts
from intents.faq import FaqBase, FaqEntry
from tests.fakes import NOW, FakeUnderstanding, answer, clarify
from tests.telegram_updates import buttons, labels, problems, tokens

TAG = re.compile(r"</?(?:b|a)[^>]*>")


def visible(markup: str) -> str:
    """Return what a citizen sees of HTML."""
    return html.unescape(TAG.sub("", markup))


def test_an_answer_is_one_message(texts: Texts) -> None:
    """Text, source, «Stand», follow-ups and whether it helped."""
    reply = Reply(
        "Der *Gemeinderat* <hat> es & mehr.",
        ("Quelle: [Digital](https://example.org/?a=1&b=2)", "Stand: 01.11.2026"),
        texts.follow_ups,
        (Choice("Wer noch?", "e:noch", 1),),
        question=7,
    )
    (payload,) = message_payloads(reply, texts)
    assert problems(payload) == []
    assert payload["params"]["text"] == (
        "Der <b>Gemeinderat</b> &lt;hat&gt; es &amp; mehr.\n\n"
        'Quelle: <a href="https://example.org/?a=1&amp;b=2">Digital</a>\nStand: 01.11.2026\n\n'
        f"{texts.feedback_question}"
    )
    assert payload["params"]["link_preview_options"] == {"is_disabled": True}
    assert "Digital (https://example.org/?a=1&b=2)" in payload["plain"]
    rows = payload["params"]["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        [texts.feedback_yes, texts.feedback_no],
        ["Wer noch?"],
    ]
    assert tokens(payload) == ["f:y:7", "f:n:7", "e:noch"]


def test_a_long_question_is_cut_on_its_button_and_whole_in_the_text(texts: Texts) -> None:
    """Numbers tell which is which, and may be typed."""
    long = "Warum " + "eigentlich " * 9 + "nicht?"
    (reply,) = numbered([Reply("Meinten Sie …?", choices=(Choice(long, "e:a"), Choice("Kurz?", "e:b")))])
    (payload,) = message_payloads(reply, texts)
    assert f"1. {long}\n2. Kurz?" in payload["params"]["text"]
    assert labels(payload)[0].startswith("1. Warum eigentlich")
    assert labels(payload)[0].endswith("eigentlich…")
    assert all(len(text) <= LONGEST_LABEL for text in labels(payload))


def test_two_messages_of_a_turn_are_counted_alike(texts: Texts) -> None:
    """The second goes on where the first ends, so the first shows its numbers too; short buttons alone need none."""
    short = Reply("Erstens.", choices=(Choice("Wer?", "e:a"), Choice("Wann?", "e:b")))
    long = Reply("Meinten Sie …?", choices=(Choice("Warum " * 20, "e:c"),))
    first, second = (message_payloads(one, texts)[0] for one in counted_alike(numbered([short, long])))
    assert labels(first) == ["1. Wer?", "2. Wann?"]
    assert first["params"]["text"] == "Erstens."
    assert labels(second)[0].startswith("3. Warum")
    both = counted_alike(numbered([short, replace(short, text="Zweitens.")]))
    assert [labels(message_payloads(one, texts)[0]) for one in both] == [["Wer?", "Wann?"]] * 2


def test_a_heading_stands_above_what_it_announces(texts: Texts) -> None:
    """Above buttons or a list; between an answer and whether it helped it would announce nothing."""
    reply = Reply("Text", (), texts.follow_ups, (Choice("Wer noch?", "e:noch", 1),))
    assert visible_text(reply, texts) == f"Text\n\n{texts.follow_ups}"
    asking = replace(reply, question=7)
    assert visible_text(asking, texts) == f"Text\n\n{texts.feedback_question}"
    long = replace(asking, choices=(Choice("Warum " * 20, "e:warum", 1),))
    assert f"{texts.follow_ups}\n1. Warum Warum" in visible_text(long, texts)


def test_ways_on_and_out_have_no_number(texts: Texts) -> None:
    """Of a list with numbers only what it holds is counted."""
    (reply,) = numbered([Reply("x", choices=(Choice("Warum " * 20, "e:a"), Choice("Weiter", "T:12", aside=True)))])
    (payload,) = message_payloads(reply, texts)
    assert labels(payload)[1] == "Weiter"
    assert "Weiter" not in payload["params"]["text"]


def visible_text(reply: Reply, texts: Texts) -> str:
    """Return the text of a reply that is one message."""
    (payload,) = message_payloads(reply, texts)
    return visible(payload["params"]["text"])


def test_a_label_without_spaces_is_cut_anywhere() -> None:
    """There is nothing better to do."""
    assert label(Choice("x" * 100, "e:a")) == "x" * 63 + "…"


def test_a_link_that_telegram_drops_is_written_out(texts: Texts) -> None:
    """Telephone and mail addresses stand in the text."""
    (payload,) = message_payloads(Reply("[Rufen Sie an](tel:+497131) oder [a@b.de](mailto:a@b.de)"), texts)
    assert payload["params"]["text"] == "Rufen Sie an (+497131) oder a@b.de"


def test_checklist_21_a_long_text_is_cut_at_paragraphs(texts: Texts) -> None:
    """The buttons stand below the last part."""
    paragraph = "Ein Satz mit ein paar Wörtern. " * 60
    reply = Reply("\n\n".join([paragraph.strip()] * 5), choices=(Choice("Wer?", "e:a", 1),))
    payloads = message_payloads(reply, texts)
    assert [problems(payload) for payload in payloads] == [[]] * len(payloads)
    assert [visible(p["params"]["text"]) for p in payloads] == [
        "\n\n".join([paragraph.strip()] * 2), "\n\n".join([paragraph.strip()] * 2), paragraph.strip(),
    ]  # fmt: skip
    assert [bool(buttons(payload)) for payload in payloads] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Ein Satz. " * 600, "Satz."),
        ("Wort " * 1500, "Wort"),
        ("Zeile\n" * 1500, "Zeile"),
        ("x" * 5000, "x"),
        ("😀" * 3000, "😀"),
    ],
)
def test_checklist_21_every_part_ends_well(text: str, ends: str) -> None:
    """At a sentence, else between words, else never within one sign."""
    parts = split(spans(text))
    assert len(parts) > 1
    assert all(as_plain(part).endswith(ends) and units(as_plain(part)) <= LONGEST for part in parts)


def test_checklist_21_bold_and_links_stay_whole() -> None:
    """A cut goes before them; one that is too long itself is bold in both parts."""
    parts = split(spans("a" * 4090 + " *fett und wichtig*"))
    assert [as_html(part) for part in parts] == ["a" * 4090, "<b>fett und wichtig</b>"]
    parts = split(spans("a" * 4094 + "[Link](https://example.org)"))
    assert [as_html(part) for part in parts] == ["a" * 4094, '<a href="https://example.org">Link</a>']
    long = split(spans("*" + "b" * 5000 + "*"))
    assert [as_html(part) for part in long] == [f"<b>{'b' * 4096}</b>", f"<b>{'b' * 904}</b>"]


MARKED = st.lists(
    st.text(max_size=40)
    | st.sampled_from(["*fett*", "[a](https://b.de)", "\n\n", ". ", "😀", "<b>", "&amp;", "*", "]("]),
    max_size=40,
).map("".join)


@given(MARKED, st.integers(8, 60))
def test_checklist_21_nothing_is_lost_in_cutting(text: str, longest: int) -> None:
    """Every part fits, its HTML shows its text, and all parts together show everything but white space."""
    shown = spans(text)
    parts = split(shown, longest)
    assert all(units("".join(span.text for span in part)) <= longest for part in parts)
    assert all(units(as_plain(part, longest)) <= longest for part in parts)
    for part in parts:
        assert html.unescape(re.sub(r"</?b>|<a href=\"[^\"]*\">|</a>", "", as_html(part))) == "".join(
            span.text for span in part
        )
    whole = "".join(span.text for part in parts for span in part)
    assert "".join(whole.split()) == "".join("".join(span.text for span in shown).split())


IDS = st.from_regex(r"[a-z0-9-]{1,48}", fullmatch=True)
SHIPPED_TEXTS = load_texts()


def everything_offered(faq: FaqBase, number: int) -> list[Reply]:
    """Return what a citizen can get of an FAQ after so many questions, with every page of the menus."""
    ids = [entry.id for entry in faq.entries]
    table = {"wer?": answer(ids[0]), "welche?": clarify(*ids[:3])}
    situation = Situation(ChatState(asked=number), NOW, faq, SHIPPED_TEXTS)
    events: list[TextSaid | CommandGiven | ChoicePicked] = [
        TextSaid("wer?"),
        TextSaid("welche?"),
        CommandGiven("themen"),
    ]
    found: list[Reply] = []
    seen: set[str] = set()
    while events:
        _, effects = step(situation, events.pop(), FakeUnderstanding(table).match)
        found += replies_in(effects)
        new = {c.token for reply in replies_in(effects) for c in reply.choices if c.token[:2] in ("t:", "T:")} - seen
        seen |= new
        events += map(ChoicePicked, sorted(new))
    return found


@given(st.lists(IDS, min_size=3, max_size=40, unique=True), st.integers(0, 99_999))
def test_checklist_20_every_token_fits(ids: list[str], number: int) -> None:
    """Whatever the entries are called and however long the chat is."""
    entries = [FaqEntry(one, "Frage?", "!", category=one[:1], follow_ups=tuple(ids)) for one in ids]
    for reply in everything_offered(FaqBase(tuple(entries)), number):
        for payload in message_payloads(reply, SHIPPED_TEXTS):
            assert problems(payload) == []


def test_checklist_20_every_token_of_the_shipped_faq_fits(shipped_faq: FaqBase) -> None:
    """With a number that no chat reaches."""
    for entry in shipped_faq.entries:
        one = replace(shipped_faq, entries=(entry, *(e for e in shipped_faq.entries if e.id != entry.id)))
        for reply in everything_offered(one, 1_000_000):
            assert [problems(payload) for payload in message_payloads(reply, SHIPPED_TEXTS)] == [[]] * len(
                message_payloads(reply, SHIPPED_TEXTS)
            )


def test_a_menu_turns_its_pages_in_place(texts: Texts) -> None:
    """The message keeps its place, unless the page is too long for one."""
    payload = menu_payload(Reply("Themen", choices=(Choice("Haushalt", "t:a:0", 1),)), texts, 50)
    assert payload
    assert (payload["method"], payload["params"]["message_id"]) == ("editMessageText", 50)
    assert problems(payload) == []
    assert menu_payload(Reply("lang " * 2000), texts, 50) is None


def test_a_rating_changes_the_end_of_the_answer(texts: Texts) -> None:
    """Bold and links stay, as do the follow-ups; what is there already does not come twice."""
    below = (
        ({"text": "Wer noch?", "callback_data": "e:noch"},),
        tuple({"text": c.label, "callback_data": c.token} for c in rating_choices(texts, 7)),
        ({"text": texts.human_choice, "callback_data": "m"},),
        ({"text": "Karte", "url": "https://example.org"},),
    )
    reply = Reply("Danke", choices=(Choice(texts.human_choice, "m"),))
    bold, asked = {"type": "bold", "offset": 0, "length": 2}, {"type": "bold", "offset": 8, "length": 3}
    shown = f"👍 Ja.\n\n{texts.feedback_question}"
    incoming = Incoming(ChoicePicked("f:y:7"), 50, pressed=True, buttons=below, shown=shown, entities=(bold, asked))
    payload = rated_payload(reply, texts, incoming)
    assert payload
    assert problems(payload) == []
    assert (payload["params"]["text"], payload["params"]["entities"]) == ("👍 Ja.\n\nDanke", [bold])
    assert labels(payload) == [texts.human_choice, "Wer noch?", "Karte"]
