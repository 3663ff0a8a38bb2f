"""What is told and deleted of a case when a citizen wants to know, or to be forgotten."""

from bot.cases import CaseState, TopicState
from botapi.faults import Fault
from tests.telegram.town import Open, Town


def erase(here: Town) -> None:
    """Ask for everything to be deleted, and confirm."""
    here.ask(here.erika, "/loeschen")
    sure = here.seen(here.erika, "Soll ich alles löschen")
    here.people.press(here.erika, sure["message_id"], "Ja, alles löschen")
    here.seen(here.erika, "Ich habe alles gelöscht")


def test_a_citizen_reads_what_is_stored_of_their_case(hall_here: Open) -> None:
    """What both sides wrote stands there; notes are counted, and nobody else's case shows."""
    with hall_here() as here:
        here.wish(other := here.people.citizen("Max"))
        here.ask(other, "Nur für Max")
        here.seen(here.group, "Nur für Max", here.thread())
        here.wish()
        here.take(number=2)
        here.ask(here.erika, "Mein Nachbar ist laut")
        here.seen(here.group, "Mein Nachbar ist laut", here.thread(2))
        here.write(here.anna, "Seit wann?", 2)
        here.seen(here.erika, "Seit wann?")
        here.write(here.anna, "// klingt schwierig", 2)
        here.settled()
        here.ask(here.erika, "/auskunft")
        told = here.seen(here.erika, "Das ist zu diesem Chat gespeichert")["text"]
        assert "Sie: «Mein Nachbar ist laut»" in told
        assert "Verwaltung: «Seit wann?»" in told
        assert "interne Notizen der Verwaltung: 1." in told
        assert "klingt schwierig" not in told
        assert "Nur für Max" not in told


def test_handover_23_what_waits_to_be_sent_is_never_sent(hall_here: Open) -> None:
    """The topic comes after the citizen is gone: it is deleted, and card and words never reach it."""
    with hall_here() as here:
        here.ask(here.erika, "Geheime Frage")
        here.seen(here.erika, "Das weiß ich leider nicht")
        here.server.fault(Fault("hang", method="createForumTopic", done=True, seconds=2.0))
        here.accept(here.erika)
        here.ask(here.erika, "Geheime Nachricht")
        here.until_store(lambda: len(here.cases.links(1)) == 1)
        erase(here)
        here.until(lambda: [topic["deleted"] for topic in here.people.topics(here.group)] == [True])
        here.settled()
        assert not [text for text in here.texts(here.group) if "Geheime" in text]
        assert here.running.database.read(words_left) == []


def words_left(connection: object) -> list[str]:
    """Return what the database still knows of the words that the test calls secret."""
    from sqlalchemy import Connection

    assert isinstance(connection, Connection)
    columns = (
        ("msg_link", "text"),
        ("ticket", "summary"),
        ("outbox", "payload"),
        ("question", "text"),
        ("inbox", "raw"),
    )
    found: list[str] = []
    for table, column in columns:
        rows = connection.exec_driver_sql(f"SELECT CAST({column} AS TEXT) FROM {table} WHERE {column} IS NOT NULL")
        found += [f"{table}.{column}" for (value,) in rows if "Geheim" in value]
    return found


def test_handover_23_without_the_right_the_group_is_told(hall_here: Open) -> None:
    """Somebody has to delete the topic by hand; a note about somebody who is gone is not kept."""
    with hall_here() as here:
        here.wish()
        here.take()
        here.people.give_rights(here.anna, here.group, ["can_manage_topics"])
        erase(here)
        here.seen(here.group, "konnte ich nicht löschen")
        here.write(here.anna, "// war eine Beschwerde")
        here.seen(here.group, "Die Bürgerin oder der Bürger hat alles gelöscht", here.thread())
        here.settled()
        assert here.cases.links(1) == ()
        assert len(here.live_topics()) == 1


def test_handover_23_without_topics_the_messages_go(hall_here: Open) -> None:
    """The card, what the citizen wrote, and what clerks wrote to them."""
    with hall_here(forum=False) as here:
        here.accept(here.erika)
        here.until_store(lambda: here.case().topic is TopicState.NONE and here.case().card is not None)
        here.ask(here.erika, "Geheimes vom Zaun")
        copy = here.seen(here.group, "Geheimes vom Zaun")
        here.take()
        here.people.text(here.anna, "Welcher Zaun?", chat=here.group, reply_to=copy["message_id"])
        here.seen(here.erika, "Welcher Zaun?")
        here.settled()
        erase(here)
        here.until(lambda: not [t for t in here.texts(here.group) if "Zaun" in t or "Fall #1" in t])
        here.settled()
        assert here.case().state is CaseState.CLOSED


def test_handover_23_a_topic_that_is_gone_already_is_no_trouble(hall_here: Open) -> None:
    """No new one is opened for somebody who is gone."""
    with hall_here() as here:
        here.wish()
        here.people.delete_topic(here.anna, here.group, here.thread())
        erase(here)
        here.settled()
        assert len(here.calls("createForumTopic")) == 1
        assert here.running.service.pulse.failed_messages == 0
