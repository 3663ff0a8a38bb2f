"""What stands in the staff group goes when the time of a case's words is over."""

from datetime import timedelta

from bot.bootstrap import forget_old
from bot.cases import CaseState, DueKind
from bot.settings import load_settings
from tests.telegram.town import Open, Town


def tidy(here: Town) -> None:
    """Do what the running bot does every hour."""
    forget_old(here.running.database, load_settings(env_file=None, question_retention_days=30), here.clock)


def over_for_long(here: Town) -> None:
    """End a case whose words are kept no longer, in a group where the bot may not delete."""
    here.people.give_rights(here.anna, here.group, ["can_manage_topics"])
    here.wish()
    here.finish()
    here.settled()
    here.wait(days=31)


def test_the_topic_of_a_case_goes_with_its_words(hall: Open) -> None:
    """After the time that the privacy notice names; that of an open case stays, however old."""
    with hall() as here:
        here.wish()
        here.wish(here.people.citizen("Max"))
        here.finish()
        here.settled()
        here.wait(days=29)
        tidy(here)
        here.settled()
        assert len(here.live_topics()) == 2
        here.wait(days=2)
        tidy(here)
        here.until(lambda: [topic["name"] for topic in here.live_topics()] == ["#2 Anfrage"])
        here.until_store(lambda: here.case().thread is None)
        here.settled()
        assert (here.case().card, here.case().state) == (None, CaseState.CLOSED)
        tidy(here)
        here.settled()
        assert len(here.calls("deleteForumTopic")) == 1


def test_a_topic_that_may_not_be_deleted_is_tried_again_the_next_day(hall_here: Open) -> None:
    """Somebody gives the bot the right meanwhile; a case that goes on keeps its topic."""
    with hall_here() as here:
        over_for_long(here)
        tidy(here)
        here.until(lambda: len(here.calls("deleteForumTopic")) == 1)
        tomorrow = here.clock.now() + timedelta(days=1, minutes=1)
        here.until_store(lambda: [due.kind for due in here.cases.due(tomorrow, 9)] == [DueKind.FORGET])
        here.people.give_rights(here.anna, here.group, ["can_manage_topics", "can_delete_messages"])
        tidy(here)
        here.settled()
        assert here.cases.due(here.clock.now(), 9) == ()
        here.wait(days=1, minutes=1)
        here.until(lambda: here.live_topics() == [])


def test_a_case_that_goes_on_keeps_its_topic(hall_here: Open) -> None:
    """Opened again by a clerk before anybody could delete it."""
    with hall_here() as here:
        over_for_long(here)
        here.ask(here.erika, "wer?")  # whoever is silent for so long is forgotten
        here.seen(here.erika, "Gemeinderat")
        tidy(here)
        here.until(lambda: bool(here.calls("deleteForumTopic")))
        here.write(here.anna, "/oeffnen")
        here.seen(here.erika, "ist wieder offen")
        here.wait(days=2)
        here.settled()
        assert len(here.calls("deleteForumTopic")) == 1
        assert len(here.live_topics()) == 1
