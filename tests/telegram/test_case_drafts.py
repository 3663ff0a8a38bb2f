"""A clerk's answer becomes a draft of an FAQ entry; and the menu of commands in the staff group."""

import sqlalchemy as sa

from bot.channels.telegram.profile import profile_calls
from bot.store.review_tables import case_draft, review_item
from bot.texts import Texts
from tests.botapi.clients import result
from tests.telegram.town import Open, Town


def drafts(here: Town) -> list[tuple[str, str, str]]:
    """Return question and answer of each draft, and why it is in the review list."""
    query = sa.select(case_draft.c.question, case_draft.c.answer, review_item.c.why)
    joined = query.join(review_item, review_item.c.draft == case_draft.c.number)
    return here.running.database.read(lambda connection: [tuple(row) for row in connection.execute(joined)])


def test_a_closed_case_becomes_a_draft(hall_here: Open) -> None:
    """Question and answers without what names a person; once, and only after the end."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.ask(here.erika, "Wie hoch darf ein Zaun sein? Meine Nummer: 07131 123456")
        here.people.photo(here.erika)
        here.seen(here.group, "Wie hoch", here.thread())
        for text in ("Höchstens 1,50 m.", "Fragen? anna@example.org", "// schwierig"):
            here.write(here.anna, text)
        here.seen(here.erika, "anna@example.org")
        here.settled()
        here.write(here.anna, "/entwurf")
        here.seen(here.group, "Bitte erst abschließen", here.thread())
        here.finish()
        here.settled()
        for _ in range(2):
            here.press(here.anna, "Als FAQ-Entwurf")
        here.seen(here.group, "liegen jetzt in der Auswertung", here.thread())
        here.settled()
        ((question, answer, why),) = drafts(here)
        assert question.startswith("Wie hoch darf ein Zaun sein?")
        assert "123456" not in question
        assert answer.startswith("Höchstens 1,50 m.  Fragen?")
        assert not [word for word in ("anna@", "schwierig") if word in answer]
        assert why == "case"


def test_without_an_answer_there_is_no_draft(hall_here: Open) -> None:
    """The clerk is told why."""
    with hall_here() as here:
        here.wish()
        here.finish()
        here.settled()
        here.press(here.anna, "Als FAQ-Entwurf")
        here.seen(here.group, "Daraus wird kein Entwurf", here.thread())
        assert drafts(here) == []


def test_the_staff_group_has_a_menu_of_its_own(hall_here: Open, texts: Texts) -> None:
    """Telegram takes every command of it, and the bot knows each."""
    with hall_here() as here:
        here.wish()
        call = profile_calls(texts, here.group)[0]
        assert call.params["scope"] == {"type": "chat", "chat_id": here.group}
        assert result(here.server, call.method, **call.params)
        for command in call.params["commands"]:
            assert 1 <= len(command["description"]) <= 256
            if command["command"] not in ("abschliessen", "sperren", "entsperren"):
                here.write(here.anna, f"/{command['command']}")
        here.settled()
        assert not [text for text in here.texts(here.group) if "Diesen Befehl kenne ich nicht" in text]
